import assert from 'node:assert/strict';
import { createPublicKey, verify as check } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { CocketError, Engine, Evidence, EvidenceDirectory, Policies } from 'cocket';

import { CHECKOUT, FOLDER, NOW, VERIFIED } from './first-look.mjs';

const policies = Policies.fromText('policy.yaml', VERIFIED);
const directory = EvidenceDirectory.openSync(`${FOLDER}images`);
const trust = readFileSync(`${FOLDER}policy/trust.yaml`, 'utf8');
const key = createPublicKey(/-----BEGIN[^]*END PUBLIC KEY-----/.exec(trust)[0].replace(/^ +/gm, ''));
const SEARCH = 'registry.acme.example/shop/search:1.4.0';

const review = (...images) => JSON.stringify({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: {
    uid: 'a-uid',
    operation: 'CREATE',
    namespace: 'shop',
    kind: { group: '', version: 'v1', kind: 'Pod' },
    object: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web' },
      spec: { containers: images.map((image, position) => ({ name: `c${position}`, image })) },
    },
  },
});

const resolved = Object.fromEntries([CHECKOUT, SEARCH].map((image) => [image, directory.resolveSync(image)]));
const evidence = Object.values(resolved)
  .reduce((all, digest) => all.merge(directory.collectSync(digest)), new Evidence());
const options = { now: NOW, resolved, pin: true };

/** Who signed, by the release key. */
async function byKey({ signed, signatures }) {
  const good = signatures.some(({ signature }) => check('sha256', signed, key, signature));
  return good ? { id: 'acme:release-2026', checks: ['ecdsa-p256-sha256'] } : null;
}

function hsm(verify, onDiagnostic = () => {}) {
  return new Engine(policies, { verifiers: { 'acme-hsm': { id: 'acme-hsm/2', verify } }, onDiagnostic });
}

test('a review is decided by verifiers in JavaScript', async () => {
  const asked = [];
  const engine = hsm(async (call) => {
    asked.push(call.subject);
    return byKey(call);
  });
  const admission = await engine.admit(review(CHECKOUT, CHECKOUT), evidence, options);
  assert.deepEqual([admission.verdict, admission.allowed], ['allow', true]);
  assert.deepEqual(asked, [resolved[CHECKOUT]]);
  const [decision] = admission.decisions;
  assert.equal(decision.evidence.find(({ signer }) => signer).signer, 'acme:release-2026');
  const { response } = admission.response;
  assert.equal(response.patchType, 'JSONPatch');
  assert.deepEqual(JSON.parse(admission.responseBytes()), admission.response);
  assert.deepEqual(JSON.parse(admission.bytes()).coverage, admission.coverage);

  const two = await engine.admit(Buffer.from(review(CHECKOUT, SEARCH)), evidence, options);
  assert.deepEqual(two.decisions.map(({ verdict }) => verdict), ['allow', 'deny']);
  assert.equal(two.allowed, false);
  assert.match(two.response.response.status.message, /signature\.missing/);
});

test('whatever a verifier does, a review is never allowed by it alone', async () => {
  for (const verify of [
    async () => null,
    async () => true,
    async () => undefined,
    async () => ({ id: '' }),
    async () => ({ refused: 'the device is busy' }),
    async () => { throw new Error('secret 0x1234'); },
    () => { throw new Error('at once'); },
  ]) {
    const admission = await hsm(verify).admit(review(CHECKOUT), evidence, options);
    assert.equal(admission.allowed, false, `${verify}`);
    assert.doesNotMatch(admission.bytes().toString(), /0x1234|at once/);
  }
});

test('what a verifier throws goes to the diagnostics', async () => {
  const told = [];
  const broken = hsm(async () => { throw new Error('off'); }, (diagnostic) => told.push(diagnostic));
  await broken.admit(review(CHECKOUT), evidence, options);
  assert.deepEqual(told.map(({ verifier, authority, subject, error }) => [verifier, authority, subject, error.message]), [
    ['acme-hsm', 'release', resolved[CHECKOUT], 'off'],
  ]);
});

test('a review that is aborted is rejected, and one at once needs other verifiers', async () => {
  const silent = hsm(() => new Promise(() => {}));
  const alive = setInterval(() => {}, 1000);
  try {
    const late = { ...options, signal: AbortSignal.timeout(20) };
    await assert.rejects(silent.admit(review(CHECKOUT), evidence, late), { name: 'TimeoutError' });
  } finally {
    clearInterval(alive);
  }
  assert.throws(() => silent.admitSync(review(CHECKOUT), evidence, options), { code: 'request', path: '/verifiers' });
});

test('a malformed review is denied, and arguments that cannot be used are errors', async () => {
  const engine = hsm(async () => assert.fail('nothing to ask'));
  for (const body of ['', '{', Buffer.from([0xff]), '{"request":{"uid":"a-uid"}}']) {
    const admission = await engine.admit(body, evidence, options);
    assert.deepEqual([admission.allowed, admission.reasons[0].code], [false, 'admission.malformed']);
  }
  for (const [body, wrong, code] of [
    [{ request: {} }, options, 'argument'],
    [review(CHECKOUT), {}, 'request'],
    [review(CHECKOUT), { ...options, resolved: { a: 'latest' } }, 'request'],
    [review(CHECKOUT), { ...options, covered: ['no digest'] }, 'request'],
    [review(CHECKOUT), { ...options, pins: true }, 'argument'],
  ]) {
    await assert.rejects(engine.admit(body, evidence, wrong), (error) => error instanceof CocketError && error.code === code);
  }
});
