'use strict';

const { argument, native } = require('./errors.js');
const { Handles, filePath, json, text, time } = require('./values.js');
const addon = require('../cocket.node');

const policies = new Handles('a Policies');

class Policies {
  constructor() {
    throw argument('', 'policies are made by `Policies.fromText`, `fromSources` and `fromFiles`');
  }

  static fromText(name, content) {
    return Policies.fromSources([{ name: text(name, '/name'), text: text(content, '/text') }]);
  }

  static fromSources(sources) {
    const written = json(sources, '/sources');
    return made(native(() => addon.Policies.fromSources(written)));
  }

  static fromFiles(paths) {
    if (!Array.isArray(paths)) throw argument('/paths', 'a list of paths is expected');
    const named = paths.map(filePath);
    return made(native(() => addon.Policies.fromFiles(named)));
  }

  get digest() {
    return native(() => policies.of(this).digest);
  }

  warnings(now) {
    const at = time(now, '/now');
    return JSON.parse(native(() => policies.of(this).warnings(at)));
  }

  documents() {
    return native(() => policies.of(this).documents());
  }
}

function made(handle) {
  return policies.keep(Object.create(Policies.prototype), handle);
}

module.exports = { Policies, policies };
