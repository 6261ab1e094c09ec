import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';

import { Decision, Engine, Evidence, EvidenceDirectory, Policies, answer, explain, report } from 'cocket';

import { CHECKOUT, FOLDER, NOW, REGISTRIES } from './first-look.mjs';

const engine = new Engine(Policies.fromText('policy.yaml', REGISTRIES));
const request = { image: 'docker.io/library/nginx:1' };
const evidence = new Evidence();

test('a decision says what and why, in the same bytes each time', async () => {
  const decision = await engine.evaluate(request, evidence, { now: NOW });
  assert.ok(decision instanceof Decision);
  assert.equal(decision.verdict, 'deny');
  assert.equal(decision.results[0].outcome, 'fail');
  assert.equal(decision.results[0].reasons[0].code, 'registry.not_allowed');
  assert.equal(decision.image.canonical, 'docker.io/library/nginx:1');
  assert.deepEqual([decision.general, decision.exceptions, decision.evidence], [[], [], []]);
  assert.equal(decision.bytes().toString(), JSON.stringify(decision));
  assert.match(inspect(decision), /^Decision \{/);
  const again = engine.evaluateSync(request, evidence, { now: new Date(NOW) });
  assert.deepEqual(again.bytes(), decision.bytes());
  assert.equal(engine.evaluateSync({ image: 'registry.acme.example/a:1' }, evidence, { now: NOW }).verdict, 'allow');
});

test('a reader cannot change a decision', () => {
  const decision = engine.evaluateSync(request, evidence, { now: NOW });
  const before = decision.bytes();
  decision.bytes().fill(0);
  assert.throws(() => { decision.toJSON().verdict = 'allow'; }, TypeError);
  assert.throws(() => { decision.results.pop(); }, TypeError);
  assert.throws(() => { decision.verdict = 'allow'; }, TypeError);
  assert.deepEqual(decision.bytes(), before);
  assert.equal(decision.verdict, 'deny');
});

test('times are dates, or text with an offset', async () => {
  const at = (now) => engine.evaluateSync(request, evidence, { now }).now;
  assert.equal(at(new Date(NOW)), NOW);
  assert.equal(at('2026-11-23T13:00:00+01:00'), NOW);
  for (const now of ['2026-11-23T12:00:00', '2026-11-23', 'now', '']) {
    assert.throws(() => at(now), { code: 'request' }, now);
    await assert.rejects(engine.evaluate(request, evidence, { now }), { code: 'request' }, now);
  }
  for (const now of [1795435200000, null, new Date(NaN)]) {
    assert.throws(() => at(now), { code: 'argument', path: '/now' });
  }
  assert.throws(() => at(undefined), { code: 'request', path: '/now' });
  const seen = (date) => engine.evaluateSync(request, evidence, { now: NOW, history: { firstSeen: { 'CVE-1': date } } });
  assert.deepEqual(seen(new Date(NOW)).bytes(), seen(NOW).bytes());
  assert.throws(() => seen('2026-11-23'), { code: 'request' });
  assert.throws(() => seen(new Date(NaN)), { code: 'argument', path: '/history/firstSeen/CVE-1' });
});

test('a request that means nothing, or more than is understood, is an error', async () => {
  class Request {
    get image() {
      return 'a';
    }
  }
  for (const [wrong, code] of [
    [{}, 'request'],
    [{ image: 1 }, 'request'],
    [{ image: 'a', namspace: 'production' }, 'request'],
    [{ image: 'a', digest: 'sha256:1' }, 'request'],
    [{ image: 'a', admission: 'yes' }, 'request'],
    [{ image: 'a', namespaceLabels: { a: 1 } }, 'request'],
    [{ image: 'a', namespaceLabels: new Map([['env', 'production']]) }, 'argument'],
    [{ image: 'a', namespace: () => 'production' }, 'argument'],
    [{ image: 'a', namespace: NaN }, 'argument'],
    [new Request(), 'argument'],
    ['a', 'argument'],
    [null, 'argument'],
  ]) {
    assert.throws(() => engine.evaluateSync(wrong, evidence, { now: NOW }), { name: 'CocketError', code }, inspect(wrong));
    await assert.rejects(engine.evaluate(wrong, evidence, { now: NOW }), { name: 'CocketError', code }, inspect(wrong));
  }
  for (const options of [undefined, { now: NOW, histroy: {} }, { now: NOW, history: { tag: {} } }, { now: NOW, signal: {} }]) {
    await assert.rejects(engine.evaluate(request, evidence, options), { name: 'CocketError' }, inspect(options));
  }
  await assert.rejects(engine.evaluate(request, {}, { now: NOW }), { code: 'argument' });
  // A name that nobody can read is a decision: the image may not run.
  assert.equal(engine.evaluateSync({ image: 'registry.example.com/UPPER' }, evidence, { now: NOW }).verdict, 'deny');
});

test('an aborted evaluation is rejected with the reason', async () => {
  const reason = new Error('too late');
  await assert.rejects(engine.evaluate(request, evidence, { now: NOW, signal: AbortSignal.abort(reason) }), reason);
  const controller = new AbortController();
  const pending = engine.evaluate(request, evidence, { now: NOW, signal: controller.signal });
  controller.abort();
  await assert.rejects(pending, { name: 'AbortError' });
  await assert.rejects(answer(Buffer.from('{}'), { signal: AbortSignal.abort(reason) }), reason);
  const unused = new AbortController();
  assert.equal((await engine.evaluate(request, evidence, { now: NOW, signal: unused.signal })).verdict, 'deny');
});

test('many evaluations at a time give what each gives alone', async () => {
  const full = new Engine(Policies.fromFiles([`${FOLDER}policy`]));
  const directory = await EvidenceDirectory.open(`${FOLDER}images`);
  const images = directory.images().filter(({ name }) => name !== undefined);
  const decide = async ({ name, digest }) => {
    const collected = await directory.collect(digest);
    return (await full.evaluate({ image: name, digest }, collected, { now: NOW })).bytes().toString();
  };
  const alone = [];
  for (const image of images) alone.push(await decide(image));
  const together = await Promise.all([...images, ...images, ...images].map(decide));
  assert.deepEqual(together, [...alone, ...alone, ...alone]);
  assert.ok(images.some(({ name }) => name === CHECKOUT));
});

test('reports are rendered of decisions and their places', () => {
  const decision = engine.evaluateSync(request, evidence, { now: NOW });
  for (const format of ['table', 'json', 'yaml', 'junit', 'sarif', 'github', 'markdown']) {
    assert.ok(report(format, [decision]).includes('nginx'), format);
  }
  const origin = { file: 'deploy.yaml', line: 7, object: 'Pod/web', field: 'spec.containers[0].image' };
  assert.match(report('github', [{ decision, origin }]), /deploy\.yaml.*7/);
  assert.throws(() => report('xml', [decision]), { code: 'request', path: '/format' });
  assert.throws(() => report('json', [{}]), { code: 'argument' });
  assert.throws(() => report('json', [{ decision, origin: { fil: 'a' } }]), { code: 'request' });
});

test('a decision is taken up from its bytes alone', () => {
  const decision = engine.evaluateSync(request, evidence, { now: NOW });
  const again = Decision.fromBytes(decision.bytes());
  assert.deepEqual(again.toJSON(), decision.toJSON());
  for (const format of ['table', 'json', 'yaml', 'junit', 'sarif', 'github', 'markdown']) {
    assert.equal(report(format, [again]), report(format, [decision]));
  }
  const forged = Buffer.from(decision.bytes().toString().replace('"verdict":"deny"', '"verdict":"maybe"'));
  assert.throws(() => Decision.fromBytes(forged), { code: 'request', path: '/verdict' });
  for (const wrong of ['', '{}', 'null', `${decision.bytes()} `]) {
    assert.throws(() => Decision.fromBytes(Buffer.from(wrong)), { name: 'CocketError', code: 'request' }, wrong);
  }
  assert.throws(() => Decision.fromBytes(decision.bytes().toString()), { code: 'argument' });
});

test('codes are explained as the catalogue does', () => {
  const { reasons: [{ code, remedy }] } = engine.evaluateSync(request, evidence, { now: NOW }).results[0];
  const told = explain(code);
  assert.deepEqual([told.code, told.kind, told.remedy], [code, 'fail', remedy]);
  assert.deepEqual(explain('signature.verified').kind, 'pass');
  assert.throws(() => explain('registry.nonsense'), { code: 'request', path: '/code' });
});

test('an engine answers requests that have no policies of their own', async () => {
  const asked = { op: 'check', now: NOW, context: { images: [{ image: request.image }] } };
  const bytes = Buffer.from(JSON.stringify(asked));
  const found = engine.answerSync(bytes, evidence);
  assert.deepEqual(await engine.answer(bytes, evidence), found);
  const decision = engine.evaluateSync(request, evidence, { now: NOW });
  assert.ok(found.includes(decision.bytes()));
  const own = JSON.parse(engine.answerSync(Buffer.from(JSON.stringify({ ...asked, policies: [{ name: 'a', text: '' }] })), evidence));
  assert.equal(own.errors[0].path, '/policies');
  await assert.rejects(engine.answer(bytes, evidence, { signal: AbortSignal.abort(new Error('late')) }), /late/);
  assert.throws(() => engine.answerSync('{}', evidence), { code: 'argument' });
});
