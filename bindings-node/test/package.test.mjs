import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import * as esm from 'cocket';

const require = createRequire(import.meta.url);
const text = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');

test('import and require give the same things', () => {
  const cjs = require('cocket');
  assert.deepEqual(Object.keys(esm).sort(), Object.keys(cjs).sort());
  for (const [name, value] of Object.entries(cjs)) assert.equal(esm[name], value, name);
});

test('everything that is exported is declared, and the other way round', () => {
  const declared = text('../index.d.ts').matchAll(/^export (?:const|class|function) (\w+)/gm);
  assert.deepEqual([...new Set([...declared].map(([, name]) => name))].sort(), Object.keys(esm).sort());
});

test('every member of a class is declared, and the other way round', () => {
  const types = text('../index.d.ts');
  for (const [name, value] of Object.entries(esm).filter(([, one]) => /^class/.test(`${one}`))) {
    const body = new RegExp(`^export class ${name}\\b[^]*?^}`, 'm').exec(types)[0];
    const members = body.matchAll(/^ {2}(?:static )?(?:get )?(\w+)\(/gm);
    const wanted = new Set([...members].map(([, member]) => member));
    const own = (of) => Object.getOwnPropertyNames(of).filter((member) => !['length', 'name', 'prototype'].includes(member));
    const found = new Set([...own(value.prototype), ...own(value)]);
    wanted.add('constructor');
    // What `Error` itself has.
    for (const inherited of ['stackTraceLimit', 'captureStackTrace']) found.delete(inherited);
    assert.deepEqual([...found].sort(), [...wanted].sort(), name);
  }
});

test('the codes that are declared are those of the catalogue', () => {
  const page = text('../../docs/reasons.md').matchAll(/^\| `([a-zA-Z]+\.\w+)` \| (passes|fails) \|/gm);
  const union = (name) => new RegExp(`type ${name} =([^;]*);`).exec(text('../codes.d.ts'))[1].match(/[a-zA-Z]+\.\w+/g);
  const rows = [...page];
  for (const [name, word] of [['PassCode', 'passes'], ['FailCode', 'fails']]) {
    assert.deepEqual(union(name).sort(), rows.filter(([, , kind]) => kind === word).map(([, code]) => code).sort());
  }
});

test('the version is the one of the whole project', () => {
  const { version } = JSON.parse(text('../package.json'));
  assert.equal(version, esm.version);
  assert.match(text('../../Cargo.toml'), new RegExp(`^version = "${version}"$`, 'm'));
});

test('everything that is needed is in the package', () => {
  const { files } = JSON.parse(text('../package.json'));
  for (const part of ['index.js', 'index.mjs', 'index.d.ts', 'index.d.mts', 'codes.d.ts', 'wire.d.ts', 'lib', 'cocket.node']) {
    assert.ok(files.includes(part), part);
  }
});

test('the lints are those of the workspace, but for the one that the macros need', () => {
  const table = (file, name) => {
    const [, lines] = text(file).split(`[${name}]\n`);
    return lines.split('\n\n')[0].trim().split('\n');
  };
  const unsafe = (level) => `unsafe_code = "${level}"`;
  for (const kind of ['rust', 'clippy']) {
    const wanted = table('../../Cargo.toml', `workspace.lints.${kind}`);
    const expected = wanted.map((line) => (line === unsafe('forbid') ? unsafe('deny') : line));
    assert.deepEqual(table('../Cargo.toml', `lints.${kind}`), expected);
  }
});
