'use strict';

const { types } = require('node:util');
const { fileURLToPath } = require('node:url');

const { argument } = require('./errors.js');

/** Native objects by the object that stands for them, where nobody else reaches them. */
class Handles {
  #held = new WeakMap();
  #what;

  constructor(what) {
    this.#what = what;
  }

  keep(owner, handle) {
    this.#held.set(owner, handle);
    return owner;
  }

  of(owner) {
    const handle = this.#held.get(owner);
    if (handle === undefined) throw argument('', `${this.#what} is expected`);
    return handle;
  }
}

/**
 * A plain object: a `Map` or an object with accessors would be written as `{}`, and what it holds
 * would be lost without a word.
 */
function plain(value, path) {
  const prototype = typeof value === 'object' && value !== null ? Object.getPrototypeOf(value) : undefined;
  const isPlain = prototype === null
    || (prototype !== undefined && !Array.isArray(value) && Object.getPrototypeOf(prototype) === null);
  if (!isPlain) throw argument(path, 'a plain object is expected');
  return value;
}

/** Options by name; an unknown one is an error, since it would else do nothing. */
function options(given, names) {
  const known = plain(given ?? {}, '/options');
  for (const name of Object.keys(known)) {
    if (!names.includes(name)) {
      throw argument(`/options/${name}`, `there is no option \`${name}\`, only ${names.join(', ')}`);
    }
  }
  return known;
}

/** JSON of what a caller gave; nothing in it is dropped but members that are `undefined`. */
function json(value, path = '') {
  const strict = (key, member) => {
    const kind = typeof member;
    if (kind === 'function' || kind === 'symbol' || kind === 'bigint'
      || (kind === 'number' && !Number.isFinite(member))) {
      throw argument(`${path}/${key}`, `a ${kind} cannot stand here`);
    }
    if (kind === 'object' && member !== null && !Array.isArray(member)) plain(member, `${path}/${key}`);
    return member;
  };
  const text = JSON.stringify(value, strict);
  if (text === undefined) throw argument(path, 'a value is expected');
  return text;
}

/** RFC 3339 text of a `Date`, or the text itself, which the native half reads. */
function time(value, path) {
  if (typeof value === 'string') return value;
  if (types.isDate(value) && !Number.isNaN(value.getTime())) return value.toISOString();
  throw argument(path, 'a valid Date, or RFC 3339 text with an offset, is expected');
}

/**
 * Bytes that nobody writes to while they are read: those of a shared buffer are copied, since
 * other threads may.
 */
function bytes(value, path) {
  if (!types.isUint8Array(value)) throw argument(path, 'a Buffer or Uint8Array is expected');
  return types.isSharedArrayBuffer(value.buffer) ? Uint8Array.from(value) : value;
}

function text(value, path) {
  if (typeof value !== 'string') throw argument(path, 'text is expected');
  return value;
}

/** A path as text or as a `file:` URL. */
function filePath(value) {
  return value instanceof URL ? fileURLToPath(value) : text(value, '/path');
}

/** A promise that is rejected with the signal's reason where that comes first. */
function abortable(signal, cancel, start) {
  if (signal === undefined) return start();
  if (!(signal instanceof AbortSignal)) throw argument('/options/signal', 'an AbortSignal is expected');
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const abort = () => {
      cancel();
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    const done = () => signal.removeEventListener('abort', abort);
    start().then(resolve, reject).finally(done);
  });
}

module.exports = { Handles, abortable, bytes, filePath, json, options, plain, text, time };
