import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { CocketError, Engine, Evidence, EvidenceDirectory, Policies, answerSync } from 'cocket';

import { CHECKOUT, FOLDER, NOW } from './first-look.mjs';

const sha256 = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const sha512 = (bytes) => `sha512:${createHash('sha512').update(bytes).digest('hex')}`;

test('a blob has the digest of its bytes, whatever they come in', () => {
  const bytes = Buffer.from('{"schemaVersion":2}');
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  const larger = Buffer.concat([Buffer.from('xx'), bytes, Buffer.from('yy')]);
  const evidence = new Evidence();
  for (const given of [bytes, Uint8Array.from(bytes), shared, larger.subarray(2, 2 + bytes.length)]) {
    assert.equal(evidence.addBlob(given, { mediaType: 'application/json' }), sha256(bytes));
  }
  assert.equal(evidence.addBlob(bytes, { digest: sha512(bytes) }), sha512(bytes));
  assert.throws(() => evidence.addBlob(bytes, { digest: sha512(Buffer.from('other')) }), {
    code: 'evidence',
    path: '/digest',
  });
});

test('no bytes are bytes too', () => {
  const detached = new Uint8Array(8);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  for (const none of [Buffer.alloc(0), new Uint8Array(0), detached]) {
    assert.equal(new Evidence().addBlob(none), sha256(Buffer.alloc(0)));
    assert.equal(JSON.parse(answerSync(none).toString()).answer, 'error');
  }
});

test('bytes that change afterwards change nothing', () => {
  const config = `
apiVersion: cocket.dev/v1alpha1
kind: ImagePolicy
metadata: {name: a}
spec: {rules: [{id: a, config: {user: nonRoot}}]}
`;
  const engine = new Engine(Policies.fromText('policy.yaml', config));
  const manifest = Buffer.from('{"schemaVersion":1}');
  const evidence = new Evidence();
  const digest = evidence.addBlob(manifest);
  const decide = () => engine.evaluateSync({ image: 'a.example/b:1', digest }, evidence, { now: NOW }).bytes();
  const before = decide();
  manifest.fill(0);
  assert.deepEqual(decide(), before);
});

test('what is added after an evaluation has started is not seen by it', async () => {
  const engine = new Engine(Policies.fromFiles([`${FOLDER}policy`]));
  const directory = EvidenceDirectory.openSync(`${FOLDER}images`);
  const digest = directory.resolveSync(CHECKOUT);
  const options = { now: NOW };
  const none = engine.evaluateSync({ image: CHECKOUT, digest }, new Evidence(), options).bytes();
  const evidence = new Evidence();
  const started = engine.evaluate({ image: CHECKOUT, digest }, evidence, options);
  evidence.merge(directory.collectSync(digest));
  assert.deepEqual((await started).bytes(), none);
  assert.notDeepEqual(engine.evaluateSync({ image: CHECKOUT, digest }, evidence, options).bytes(), none);
});

test('a directory of layouts gives images, digests and evidence', async () => {
  const directory = await EvidenceDirectory.open(pathToFileURL(`${FOLDER}images`));
  const names = directory.images().map(({ name }) => name);
  assert.ok(names.includes(CHECKOUT), `${names}`);
  const digest = await directory.resolve(CHECKOUT);
  assert.equal(digest, directory.images().find(({ name }) => name === CHECKOUT).digest);
  assert.equal(await directory.resolve('registry.acme.example/shop/nothing:1'), undefined);
  assert.ok((await directory.collect(digest)) instanceof Evidence);
});

test('what cannot be read or means nothing is an error', async () => {
  const directory = await EvidenceDirectory.open(`${FOLDER}images`);
  await assert.rejects(EvidenceDirectory.open(`${FOLDER}policy`), { code: 'source', file: `${FOLDER}policy` });
  assert.throws(() => EvidenceDirectory.openSync(`${FOLDER}nowhere`), { code: 'source' });
  await assert.rejects(directory.resolve('registry.example.com/UPPER'), { code: 'request', path: '/reference' });
  await assert.rejects(directory.collect('sha256:12'), { code: 'request', path: '/digest' });
  await assert.rejects(directory.collect(), { code: 'argument', path: '/digest' });
  const gone = AbortSignal.abort(new Error('enough'));
  await assert.rejects(EvidenceDirectory.open(`${FOLDER}images`, { signal: gone }), { message: 'enough' });
  await assert.rejects(directory.collect(directory.images()[0].digest, { signal: gone }), { message: 'enough' });
});

test('values of the wrong type are errors', () => {
  const evidence = new Evidence();
  const bytes = Buffer.from('{}');
  for (const wrong of [
    () => evidence.addBlob('{}'),
    () => evidence.addBlob(bytes.buffer),
    () => evidence.addBlob(new DataView(bytes.buffer)),
    () => evidence.addBlob(bytes, 'application/json'),
    () => evidence.addBlob(bytes, { mediatype: 'application/json' }),
    () => evidence.attach(bytes, { mediaType: 'a', annotations: new Map([['a', 'b']]) }),
    () => evidence.vouch(bytes, { subject: Symbol('a') }),
    () => evidence.merge({}),
    () => new EvidenceDirectory(),
    () => Evidence.prototype.addGap.call({}, { kind: 'unavailable', detail: '' }),
  ]) assert.throws(wrong, { name: 'CocketError', code: 'argument' }, `${wrong}`);
  assert.throws(() => evidence.addBlob('{}'), { path: '/content' });
  for (const wrong of [
    () => evidence.attach(bytes),
    () => evidence.attach(bytes, { mediaType: 'a', subject: 'sha256:1' }),
    () => evidence.attach(bytes, { mediaType: 'a', annotations: { a: 1 } }),
    () => evidence.addGap({ kind: 'other', detail: '' }),
    () => evidence.addGap({ kind: 'unavailable' }),
  ]) assert.throws(wrong, (error) => error instanceof CocketError && error.code === 'request', `${wrong}`);
  assert.equal(evidence.merge(evidence), evidence);
});
