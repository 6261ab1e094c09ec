'use strict';

const { inspect } = require('node:util');

const { argument, native } = require('./errors.js');
const { Handles, bytes, json, options, text } = require('./values.js');
const addon = require('../cocket.node');

const decisions = new Handles('a Decision');
/** What each decision says, read once from its bytes. */
const read = new WeakMap();

class Decision {
  constructor() {
    throw argument('', 'decisions are made by `engine.evaluate` and `Decision.fromBytes`');
  }

  static fromBytes(canonical) {
    return decided(native(() => addon.Decision.read(bytes(canonical, '/canonical'))));
  }

  get verdict() {
    return native(() => decisions.of(this).verdict);
  }

  get now() {
    return this.toJSON().now;
  }

  get validUntil() {
    return this.toJSON().validUntil;
  }

  get inputs() {
    return this.toJSON().inputs;
  }

  get image() {
    return this.toJSON().image;
  }

  get object() {
    return this.toJSON().object;
  }

  get policies() {
    return this.toJSON().policies;
  }

  get results() {
    return this.toJSON().results;
  }

  get general() {
    return this.toJSON().general ?? [];
  }

  get exceptions() {
    return this.toJSON().exceptions ?? [];
  }

  get evidence() {
    return this.toJSON().evidence ?? [];
  }

  get origin() {
    return this.toJSON().origin;
  }

  bytes() {
    return native(() => decisions.of(this).bytes());
  }

  toJSON() {
    let data = read.get(this);
    if (data === undefined) {
      data = frozen(JSON.parse(this.bytes().toString()));
      read.set(this, data);
    }
    return data;
  }

  [inspect.custom](_depth, style) {
    return `Decision ${inspect(this.toJSON(), style)}`;
  }
}

/** So that what one reader does with it changes nothing for the next. */
function frozen(value) {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

function decided(handle) {
  return decisions.keep(Object.create(Decision.prototype), handle);
}

function report(format, judged) {
  if (!Array.isArray(judged)) throw argument('/decisions', 'a list of decisions is expected');
  const entries = judged.map((one) => (one instanceof Decision
    ? { decision: one }
    : options(one, ['decision', 'origin'])));
  const handles = entries.map(({ decision }) => decisions.of(decision));
  const places = json(entries.map(({ origin }) => origin ?? null), '/origin');
  return native(() => addon.report(text(format, '/format'), handles, places));
}

module.exports = { Decision, decided, report };
