import assert from 'node:assert/strict';
import { createPublicKey, verify as check } from 'node:crypto';
import { readFile, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { CocketError, Engine, Evidence, EvidenceDirectory, Policies } from 'cocket';

import { CHECKOUT, FOLDER, NOW, VERIFIED } from './first-look.mjs';

const policies = Policies.fromText('policy.yaml', VERIFIED);
const directory = EvidenceDirectory.openSync(`${FOLDER}images`);
const trust = readFileSync(`${FOLDER}policy/trust.yaml`, 'utf8');
const key = createPublicKey(/-----BEGIN[^]*END PUBLIC KEY-----/.exec(trust)[0].replace(/^ +/gm, ''));

const image = (name) => directory.images().find((one) => one.name?.includes(name));
const decide = (engine, { name, digest }, options) => engine.evaluate(
  { image: name, digest },
  directory.collectSync(digest),
  { now: NOW, ...options },
);

/** Who signed, by the release key. */
async function byKey({ signed, signatures }) {
  const good = signatures.some(({ signature }) => check('sha256', signed, key, signature));
  return good ? { id: 'acme:release-2026', checks: ['ecdsa-p256-sha256'] } : null;
}

const hsm = (verify, more) => new Engine(policies, { verifiers: { 'acme-hsm': { id: 'acme-hsm/2', verify, ...more } } });

test('a verifier in JavaScript says who signed', async () => {
  const calls = [];
  const engine = hsm(async (call) => {
    calls.push(call);
    return byKey(call);
  });
  const decision = await decide(engine, image('checkout'));
  assert.equal(decision.verdict, 'allow');
  const [record] = decision.evidence.filter(({ signer }) => signer !== undefined);
  assert.equal(record.signer, 'acme:release-2026');
  assert.equal(record.verifier, 'acme-hsm/2');
  assert.deepEqual(record.checks, ['ecdsa-p256-sha256']);
  assert.equal(calls.length, 1);
  const [{ signed, signatures, annotations, ...rest }] = calls;
  assert.deepEqual(rest, {
    verifier: 'acme-hsm',
    authority: 'release',
    subject: image('checkout').digest,
    kind: 'detached',
    now: NOW,
  });
  assert.ok(Buffer.isBuffer(signed) && Buffer.isBuffer(signatures[0].signature));
  assert.ok(annotations['dev.cosignproject.cosign/signature']);
  assert.equal((await decide(engine, image('payments'))).verdict, 'deny');
});

test('annotations are handed over as they are, whatever they are called', async () => {
  const seen = [];
  const engine = hsm(async ({ annotations }) => {
    seen.push(annotations);
    return null;
  });
  const { name, digest } = image('checkout');
  let signature;
  await decide(hsm(async (call) => { signature = call; return null; }), image('checkout'));
  const annotations = JSON.parse(JSON.stringify(signature.annotations).replace('{', '{"__proto__":"a stranger",'));
  const evidence = new Evidence();
  const attached = { mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json', subject: digest, annotations };
  evidence.attach(signature.signed, attached).attach(signature.signed, { ...attached, subject: undefined });
  await engine.evaluate({ image: name, digest }, evidence, { now: NOW });
  // The same question twice is one question.
  assert.equal(seen.length, 1);
  assert.deepEqual(Object.keys(seen[0]).sort(), Object.keys(annotations).sort());
  assert.ok(Object.hasOwn(seen[0], '__proto__'));
});

test('an image without signatures asks nobody', async () => {
  const engine = hsm(() => assert.fail('nothing to ask'));
  assert.equal((await decide(engine, image('search'))).results[0].reasons[0].code, 'signature.missing');
});

test('whatever is no answer is a refusal, the same one, and is told beside the decision', async () => {
  const failures = {
    rejects: async () => { throw new Error('the device is on fire'); },
    throws: () => { throw new TypeError('no'); },
    'throws nothing': async () => { throw undefined; },
    'forgets to return': async () => {},
    'says true': async () => true,
    'says false': async () => false,
    'says text': async () => 'acme',
    'gives a list': async () => [],
    'gives no signer': async () => ({}),
    'gives an empty signer': async () => ({ id: '' }),
    'gives more than is understood': async () => ({ id: 'acme', verified: false }),
    'gives a signer and a refusal': async () => ({ id: 'acme', refused: 'no' }),
    'gives a refusal without words': async () => ({ refused: 7 }),
    'gives a number': async () => ({ id: 7 }),
    'gives a date without an offset': async () => ({ id: 'acme', provenAt: '2026-01-01T00:00:00' }),
    'gives an invalid date': async () => ({ id: 'acme', provenAt: new Date(NaN) }),
    'gives an object with accessors': async () => new (class { get id() { return 'acme'; } })(),
  };
  const decisions = new Set();
  for (const [what, verify] of Object.entries(failures)) {
    const told = [];
    const verifiers = { 'acme-hsm': { id: 'acme-hsm/2', verify } };
    const engine = new Engine(policies, { verifiers, onDiagnostic: (one) => told.push(one) });
    const decision = await decide(engine, image('checkout'));
    assert.equal(decision.verdict, 'deny', what);
    assert.match(decision.evidence[0].refused, /gave no answer/, what);
    assert.doesNotMatch(decision.bytes().toString(), /fire/);
    decisions.add(decision.bytes().toString());
    assert.equal(told.length, 1, what);
    const [{ error, ...place }] = told;
    const subject = image('checkout').digest;
    assert.deepEqual(place, { verifier: 'acme-hsm', authority: 'release', subject }, what);
    if (what === 'rejects') assert.equal(error.message, 'the device is on fire');
    if (what.startsWith('gives')) assert.ok(error instanceof CocketError, what);
  }
  assert.equal(decisions.size, 1);
});

test('a verifier may say in its own words why it cannot', async () => {
  const engine = new Engine(policies, {
    verifiers: { 'acme-hsm': async () => ({ refused: `the device is busy${'!'.repeat(1000)}` }) },
    onDiagnostic: assert.fail,
  });
  const decision = await decide(engine, image('checkout'));
  assert.equal(decision.verdict, 'deny');
  assert.match(decision.evidence[0].refused, /the device is busy!/);
  assert.ok(decision.evidence[0].refused.length < 300);
});

test('without a callback, a failure is a warning of the process', async () => {
  const warned = once(process, 'warning');
  const thrown = Object.assign(new Error('the device is on fire'), {});
  await decide(hsm(async () => { throw thrown; }), image('checkout'));
  const [warning] = await warned;
  assert.equal(warning.code, 'COCKET_VERIFIER');
  assert.match(warning.detail, /on fire/);
});

test('a callback that throws changes no decision', async () => {
  const warned = once(process, 'warning');
  const engine = new Engine(policies, {
    verifiers: { 'acme-hsm': async () => { throw new Error('a'); } },
    onDiagnostic: () => { throw new Error('b'); },
  });
  assert.equal((await decide(engine, image('checkout'))).verdict, 'deny');
  await warned;
});

test('a function alone is known by the name that policies call it', async () => {
  const engine = new Engine(policies, { verifiers: { 'acme-hsm': byKey } });
  const decision = await decide(engine, image('checkout'));
  assert.equal(decision.verdict, 'allow');
  assert.equal(decision.evidence[0].verifier, 'acme-hsm');
});

test('a proven time counts as one, and not if it is in the future', async () => {
  const at = (provenAt) => decide(hsm(async (call) => ({ ...await byKey(call), provenAt })), image('checkout'));
  const proven = await at(new Date('2026-11-20T00:00:00Z'));
  assert.equal(proven.verdict, 'allow');
  assert.equal(proven.evidence[0].provenAt, '2026-11-20T00:00:00Z');
  assert.equal((await at('2027-11-20T00:00:00Z')).verdict, 'deny');
});

test('dates at which answers may change bound the decision', async () => {
  const decision = await decide(hsm(byKey, { dates: [new Date('2026-12-01T00:00:00Z')] }), image('checkout'));
  assert.equal(decision.validUntil, '2026-12-01T00:00:00Z');
});

test('there is no synchronous way to an answer that comes later', () => {
  const { name, digest } = image('checkout');
  const evidence = directory.collectSync(digest);
  assert.throws(() => hsm(byKey).evaluateSync({ image: name, digest }, evidence, { now: NOW }), {
    code: 'request',
    path: '/verifiers',
    message: /use `evaluate`/,
  });
});

test('verifiers that wait for files do not wait for each other', async () => {
  // More at a time than Node has threads for files: none of them may be held by an evaluation.
  const read = promisify(readFile);
  const engine = hsm(async (call) => {
    await read(`${FOLDER}policy/trust.yaml`);
    return byKey(call);
  });
  const decisions = await Promise.all(Array.from({ length: 64 }, () => decide(engine, image('checkout'))));
  assert.ok(decisions.every(({ verdict }) => verdict === 'allow'));
});

test('evaluations at a time do not mix their answers', async () => {
  const engine = hsm(async (call) => {
    await new Promise((resolve) => { setTimeout(resolve, Math.random() * 5); });
    return byKey(call);
  });
  const names = Array.from({ length: 40 }, (_, position) => ['checkout', 'payments'][position % 2]);
  const decisions = await Promise.all(names.map((name) => decide(engine, image(name))));
  decisions.forEach(({ verdict }, position) => {
    assert.equal(verdict, ['allow', 'deny'][position % 2]);
  });
});

test('a verifier that never answers ends with the signal, which it is given', async () => {
  let given;
  const engine = hsm((call, { signal }) => {
    given = signal;
    return new Promise(() => {});
  });
  const signal = AbortSignal.timeout(20);
  // The signal's own timer does not keep a program from ending, nor does the evaluation.
  const alive = setInterval(() => {}, 1000);
  try {
    await assert.rejects(decide(engine, image('checkout'), { signal }), { name: 'TimeoutError' });
  } finally {
    clearInterval(alive);
  }
  assert.equal(given, signal);
});

test('one verifier serves one id', () => {
  const verifiers = { 'acme-hsm': { id: 'a/1', verify: byKey }, other: { id: 'a/1', verify: byKey } };
  assert.throws(() => new Engine(policies, { verifiers }), { code: 'request', path: '/verifiers' });
});

test('the example has the image', () => assert.equal(image('checkout').name, CHECKOUT));
