'use strict';

const { argument, native } = require('./errors.js');
const { Handles, bytes, filePath, json, options, text, time } = require('./values.js');
const addon = require('../cocket.node');

const policies = new Handles('a Policies');

class Policies {
  constructor() {
    throw argument('', 'policies are made by `Policies.fromText`, `fromSources` and `fromFiles`');
  }

  static fromText(name, content, given) {
    const source = { name: text(name, '/name'), text: text(content, '/text') };
    return Policies.fromSources([source], given);
  }

  static fromSources(sources, given) {
    const written = json(sources, '/sources');
    const how = allowed(given);
    return made(native(() => addon.Policies.fromSources(written, ...how)));
  }

  static fromFiles(paths, given) {
    if (!Array.isArray(paths)) throw argument('/paths', 'a list of paths is expected');
    const named = paths.map(filePath);
    const how = allowed(given);
    return made(native(() => addon.Policies.fromFiles(named, ...how)));
  }

  get digest() {
    return native(() => policies.of(this).digest);
  }

  warnings(now) {
    const at = time(now, '/now');
    return JSON.parse(native(() => policies.of(this).warnings(at)));
  }

  notes() {
    return JSON.parse(native(() => policies.of(this).notes()));
  }

  toYaml() {
    return native(() => policies.of(this).toYaml());
  }

  documents() {
    return native(() => policies.of(this).documents());
  }
}

function scanSummary(report, given) {
  const { name = 'report', policies: counting, rule, now } = options(given, ['name', 'policies', 'rule', 'now']);
  const content = typeof report === 'string' ? Buffer.from(report) : bytes(report, '/report');
  const called = text(name, '/options/name');
  const named = rule === undefined ? undefined : text(rule, '/options/rule');
  const at = time(now, '/options/now');
  const holder = counting === undefined ? addon : policies.of(counting);
  return native(() => holder.summarise(called, content, named, at));
}

function allowed(given) {
  const { allowPartial = false, dialect = 'strict' } = options(given, ['allowPartial', 'dialect']);
  if (typeof allowPartial !== 'boolean') throw argument('/options/allowPartial', 'true or false is expected');
  if (dialect !== 'strict' && dialect !== 'kyverno') throw argument('/options/dialect', '`strict` or `kyverno` is expected');
  return [allowPartial, dialect];
}

function made(handle) {
  return policies.keep(Object.create(Policies.prototype), handle);
}

module.exports = { Policies, policies, scanSummary };
