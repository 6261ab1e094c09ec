// Judges of Kubernetes objects written in JavaScript.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';

import { CocketError, Engine, Evidence, Policies } from 'cocket';

import { judged, played } from './cases.mjs';

const NOW = '2026-11-23T12:00:00Z';
const POD = {
  name: 'pod.yaml',
  text: "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {hostNetwork: true, containers: [{name: a, image: 'nginx:1'}]}\n",
};
const SELF = { name: 'pods', id: 'acme-pods/1', rules: ['host-network', 'owner'] };

const engineOf = (judge, more, options) => (
  new Engine(Policies.fromSources([], { judges: [{ ...SELF, judge, ...more }] }), options)
);
const review = (engine, options) => engine.checkObjects([POD], new Evidence(), { now: NOW, ...options });
const reasons = ({ decisions }) => decisions[0].results.flatMap((result) => result.reasons.map(({ found }) => found));

test('typed answers give the recorded bytes, to the recorded questions', async () => {
  let compared = 0;
  for (const one of judged()) {
    const { name, expected, asked } = one;
    const { bytes, seen } = await played(one, JSON.parse);
    assert.deepEqual(seen, asked, name);
    // What is no JSON is no typed answer, and a key twice cannot be told in one.
    if (/^failures\/(no-json|nothing|null|key-twice)$/.test(name)) continue;
    assert.equal(bytes.toString(), expected.toString(), name);
    compared += 1;
  }
  assert.ok(compared > 25, `${compared}`);
});

test('a judge has its say, and is asked once about one case', async () => {
  const calls = [];
  const engine = engineOf(async (objectCase, context) => {
    calls.push([objectCase, context]);
    const validUntil = new Date('2027-01-01T00:00:00Z');
    return { results: [{ rule: 'owner', outcome: 'fail', mode: 'warn', message: 'nobody' }], validUntil };
  });
  const { signal } = new AbortController();
  const { verdict, decisions } = await review(engine, { namespace: 'shop', signal });
  assert.equal(verdict, 'warn');
  assert.equal(decisions[0].validUntil, '2027-01-01T00:00:00Z');
  assert.equal(calls.length, 1);
  assert.equal(calls[0][0].namespace, 'shop');
  assert.equal(calls[0][1].signal, signal);
});

test('whatever is no answer denies, in the same words, and is told beside the decision', async () => {
  const failures = {
    rejects: async () => { throw new Error('at 0x1234'); },
    throws: () => { throw new TypeError('no'); },
    'throws nothing': async () => { throw undefined; },
    'forgets to return': async () => {},
    'gives nothing': async () => null,
    'says true': async () => true,
    'says text': async () => '{"results":[]}',
    'gives a list': async () => [],
    'gives results and a refusal': async () => ({ results: [], refused: 'no' }),
    'gives a refusal without words': async () => ({ refused: 7 }),
    'gives an invalid date': async () => ({ results: [], validUntil: new Date(NaN) }),
    'gives a function': async () => ({ results: [], excludedBy: () => 'all' }),
    'gives an object with accessors': async () => new (class { get results() { return []; } })(),
  };
  const told = new Set();
  for (const [what, judge] of Object.entries(failures)) {
    const diagnostics = [];
    const engine = engineOf(judge, {}, { onDiagnostic: (one) => diagnostics.push(one) });
    const made = await review(engine);
    assert.equal(made.verdict, 'deny', what);
    assert.deepEqual(reasons(made), Array(2).fill('the judge failed: it gave no answer'), what);
    told.add(made.bytes().toString());
    assert.equal(diagnostics.length, 1, what);
    const [{ error, ...place }] = diagnostics;
    assert.deepEqual(place, { judge: 'pods', object: 'Pod/web' });
    if (what === 'rejects') assert.equal(error.message, 'at 0x1234');
  }
  assert.equal(told.size, 1);
});

test('what is not understood of an answer denies', async () => {
  for (const [answer, words] of [
    [{}, 'missing field `results`'],
    [{ results: [{ rule: 'other', outcome: 'pass' }] }, '`other` is none of its rules'],
    [{ results: [], validUntil: '2026-01-01T00:00:00' }, 'validUntil'],
    [{ results: [], verdict: 'allow' }, 'unknown field `verdict`'],
  ]) {
    const made = await review(engineOf(async () => answer, {}, { onDiagnostic: assert.fail }));
    assert.equal(made.verdict, 'deny');
    assert.ok(reasons(made)[0].includes(words), reasons(made)[0]);
  }
  const refused = await review(engineOf(async () => ({ refused: 'the inventory is locked' })));
  assert.equal(reasons(refused)[0], 'the judge failed: the inventory is locked');
});

test('without a callback, a failure is a warning of the process', async () => {
  const warned = once(process, 'warning');
  await review(engineOf(async () => { throw new Error('on fire'); }));
  const [warning] = await warned;
  assert.equal(warning.code, 'COCKET_JUDGE');
  assert.match(warning.message, /judge `pods`/);
  assert.match(warning.detail, /on fire/);
});

test('what a judge says of itself is checked', () => {
  const judge = async () => ({ results: [] });
  const refused = (given, path) => assert.throws(
    () => Policies.fromSources([], { judges: given }),
    (error) => error instanceof CocketError && error.path.includes(path),
  );
  refused([{ ...SELF }], '/options/judges/0');
  refused([null], '/options/judges/0');
  refused({ ...SELF, judge }, '/options/judges');
  refused([{ ...SELF, judge, rules: [] }], '/rules');
  refused([{ ...SELF, judge, id: '' }], '/id');
  refused([{ ...SELF, judge, name: undefined }], '');
  refused([{ ...SELF, judge, signed: [{ authority: 'release' }] }], '/signed/0');
  refused([{ ...SELF, judge }, { ...SELF, judge }], 'name');
  assert.throws(() => Policies.fromSources([]), ({ code }) => code === 'policy.missingKey');
});

test('calls that cannot wait are refused where a judge would have to answer', async () => {
  const engine = engineOf(async () => ({ results: [] }));
  const evidence = new Evidence();
  const isRefused = ({ code, path }) => code === 'request' && path === '/judges';
  const wire = Buffer.from(JSON.stringify({ op: 'check', now: NOW, context: { objects: [POD] } }));
  assert.throws(() => engine.checkObjectsSync([POD], evidence, { now: NOW }), isRefused);
  assert.throws(() => engine.admitSync('{}', evidence, { now: NOW }), isRefused);
  assert.throws(() => engine.answerSync(wire, evidence), isRefused);
  await assert.rejects(engine.answer(wire, evidence), isRefused);
  // Judges are not asked about images.
  assert.equal(engine.evaluateSync({ image: 'nginx:1' }, evidence, { now: NOW }).verdict, 'deny');
});

test('a judge is a part of the digests, and of what is written', () => {
  const digest = (more) => Policies.fromSources([], { judges: [{ ...SELF, judge() {}, ...more }] });
  assert.notEqual(digest({}).digest, digest({ id: 'acme-pods/2' }).digest);
  assert.match(digest({}).toYaml(), /`pods` judges objects and has no equivalent/);
});

test('decisions at the same time ask for themselves', async () => {
  let asked = 0;
  const engine = engineOf(async ({ object }) => {
    asked += 1;
    await new Promise((resolve) => { setTimeout(resolve, 5); });
    const outcome = object.spec.hostNetwork ? 'fail' : 'pass';
    return { results: [{ rule: 'host-network', outcome }] };
  });
  const made = await Promise.all(Array.from({ length: 20 }, () => review(engine)));
  assert.equal(new Set(made.map((one) => one.bytes().toString())).size, 1);
  assert.equal(asked, 20);
});

test('giving up rejects with the reason', async () => {
  const controller = new AbortController();
  const engine = engineOf(async () => {
    controller.abort(new Error('enough'));
    return { results: [] };
  });
  await assert.rejects(review(engine, { signal: controller.signal }), /enough/);
});
