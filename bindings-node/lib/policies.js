'use strict';

const { argument, native } = require('./errors.js');
const { Handles, bytes, filePath, json, options, text, time } = require('./values.js');
const addon = require('../cocket.node');

const policies = new Handles('a Policies');
/** The judges of policies, by the object that stands for those. */
const judges = new WeakMap();

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
    return made(given, (...how) => addon.Policies.fromSources(written, ...how));
  }

  static fromFiles(paths, given) {
    if (!Array.isArray(paths)) throw argument('/paths', 'a list of paths is expected');
    const named = paths.map(filePath);
    return made(given, (...how) => addon.Policies.fromFiles(named, ...how));
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

function made(given, load) {
  const known = options(given, ['allowPartial', 'dialect', 'judges']);
  const { allowPartial = false, dialect = 'strict', judges: judging = [] } = known;
  if (typeof allowPartial !== 'boolean') throw argument('/options/allowPartial', 'true or false is expected');
  if (dialect !== 'strict' && dialect !== 'kyverno') throw argument('/options/dialect', '`strict` or `kyverno` is expected');
  if (!Array.isArray(judging)) throw argument('/options/judges', 'a list of judges is expected');
  const declared = judging.map(declaration);
  const loaded = Object.create(Policies.prototype);
  policies.keep(loaded, native(() => load(allowPartial, dialect, declared)));
  judges.set(loaded, judging.map((judge) => ({ name: judge.name, judge: (...asked) => judge.judge(...asked) })));
  return loaded;
}

/** What a judge says of itself, as JSON. */
function declaration(judge, position) {
  const place = `/options/judges/${position}`;
  if (typeof judge?.judge !== 'function') throw argument(place, 'an object with a method `judge` is expected');
  const { name, id, rules, authorities, signed, evidence, equivalent } = judge;
  return json({ name, id, rules, authorities, signed, evidence, equivalent }, place);
}

module.exports = { Policies, judges, policies, scanSummary };
