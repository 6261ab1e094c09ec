import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { CocketError, Engine, Policies, answerSync, policySchema } from 'cocket';

import { FOLDER, NOW, REGISTRIES, VERIFIED } from './first-look.mjs';

const BROKEN = REGISTRIES.replace('registry:', 'registri:').replace('id: approved', 'id: 1');

test('the schema of policies is the one that the project documents', () => {
  const documented = JSON.parse(readFileSync(new URL('../../docs/policy.schema.json', import.meta.url), 'utf8'));
  assert.deepEqual(policySchema(), documented);
  const asked = JSON.parse(answerSync(Buffer.from('{"op":"schema"}')).toString());
  assert.deepEqual(asked, { answer: 'schema', schema: documented });
});

test('faults have a kind, a place and help, all of them', () => {
  assert.throws(() => Policies.fromText('policy.yaml', BROKEN), (error) => {
    assert.ok(error instanceof CocketError && error instanceof Error);
    assert.equal(error.name, 'CocketError');
    assert.equal(error.code, error.errors[0].kind);
    assert.ok(error.errors.length >= 2, error.message);
    const unknown = error.errors.find(({ kind }) => kind === 'policy.unknownKey');
    assert.equal(unknown.file, 'policy.yaml');
    assert.equal(unknown.line, 8);
    assert.equal(unknown.column, 7);
    assert.equal(unknown.path, 'spec.rules[0].registri');
    assert.match(unknown.help, /`registry`/);
    assert.match(unknown.snippet, /registri/);
    assert.match(error.message, /policy\.yaml:\d+:\d+: /);
    return true;
  });
});

test('the wire tells the same faults', () => {
  const policies = [{ name: 'policy.yaml', text: BROKEN }];
  const request = { op: 'check', policies, context: { images: [{ image: 'a/b:1' }] }, now: NOW };
  const { errors } = JSON.parse(answerSync(Buffer.from(JSON.stringify(request))).toString());
  assert.throws(() => Policies.fromSources(policies), (error) => {
    assert.deepEqual(error.errors.map(({ snippet, ...fault }) => fault), errors.map((one) => ({ path: '', ...one })));
    return true;
  });
});

test('layout does not change the digest', () => {
  const [plain, spaced] = [REGISTRIES, `# a comment\n${REGISTRIES}\n\n`].map((text) => Policies.fromText('p.yaml', text));
  assert.match(plain.digest, /^sha256:[0-9a-f]{64}$/);
  assert.equal(spaced.digest, plain.digest);
  assert.equal(new Engine(plain).policiesDigest, plain.digest);
  const { capacity, ...kept } = new Engine(plain, { cacheOf: new Engine(plain) }).cacheStatistics;
  assert.throws(() => new Engine(plain, { cacheOf: {} }), { code: 'argument' });
  assert.deepEqual(kept, { hits: 0, misses: 0, entries: 0 });
  assert.ok(capacity > 0);
  const [document] = plain.documents();
  const again = Policies.fromText('p.json', document.toString());
  assert.equal(again.digest, plain.digest);
});

test('files and directories are read, by path and by URL', () => {
  const byPath = Policies.fromFiles([`${FOLDER}policy`]);
  const byUrl = Policies.fromFiles([pathToFileURL(`${FOLDER}policy`)]);
  assert.equal(byUrl.digest, byPath.digest);
  assert.throws(() => Policies.fromFiles([`${FOLDER}nowhere`]), { code: 'source', file: `${FOLDER}nowhere` });
});

test('warnings are for a moment', () => {
  const policies = Policies.fromFiles([`${FOLDER}policy`]);
  const kinds = policies.warnings(new Date('2030-01-01T00:00:00Z')).map(({ kind }) => kind);
  assert.ok(kinds.length > 0 && kinds.every((kind) => kind === 'policy.doubtful'), `${kinds}`);
  for (const now of ['2026-11-23T12:00:00', 'yesterday', '']) {
    assert.throws(() => policies.warnings(now), { code: 'request', path: '/now' }, now);
  }
  for (const now of [0, null, undefined, new Date(NaN), {}]) {
    assert.throws(() => policies.warnings(now), { code: 'argument', path: '/now' });
  }
});

test('a verifier that nobody supplies is a fault with its place', () => {
  const policies = Policies.fromText('policy.yaml', VERIFIED);
  assert.throws(() => new Engine(policies), {
    code: 'policy.value',
    path: 'spec.authorities.release.verifier.name',
    line: 7,
  });
});

test('values of the wrong type are errors', () => {
  for (const wrong of [
    () => Policies.fromText('policy.yaml'),
    () => Policies.fromText('policy.yaml', Buffer.from(REGISTRIES)),
    () => Policies.fromSources(),
    () => Policies.fromSources([{ name: 'a', text: () => '' }]),
    () => Policies.fromFiles('policy'),
    () => new Policies(),
    () => new Engine(),
    () => new Engine({}),
    () => new Engine(Policies.fromText('a', REGISTRIES), { verifier: {} }),
    () => new Engine(Policies.fromText('a', REGISTRIES), { verifiers: new Map() }),
    () => new Engine(Policies.fromText('a', REGISTRIES), { verifiers: { a: 1 } }),
    () => new Engine(Policies.fromText('a', REGISTRIES), { onDiagnostic: 1 }),
  ]) assert.throws(wrong, { name: 'CocketError', code: 'argument' }, `${wrong}`);
  for (const wrong of [
    () => Policies.fromSources([{ name: 'a' }]),
    () => Policies.fromSources([{ name: 'a', text: '', txt: '' }]),
    () => Policies.fromText('a', '\ud800'),
    () => new Engine(Policies.fromText('a', REGISTRIES), { listing: -1 }),
    () => new Engine(Policies.fromText('a', REGISTRIES), { verifiers: { a: { verify() {} } } }),
  ]) assert.throws(wrong, { name: 'CocketError', code: 'request' }, `${wrong}`);
});
