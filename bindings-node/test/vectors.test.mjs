import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';

import { CocketError, Engine, Evidence, Policies, answer, answerSync, examine, examineSync, report, scanSummary } from 'cocket';

import { cases, collected, judged, played } from './cases.mjs';

const all = cases();
/** Cases with a judge, which the wire alone cannot express. */
const judging = judged();
/** The cases whose bytes differed anywhere. */
const different = new Set();

function compare(name, found, expected) {
  if (!found.equals(expected)) {
    different.add(name);
    assert.equal(found.toString(), expected.toString(), name);
  }
}

// The last line of what this prints.
const count = all.length + judging.length;
process.once('exit', () => console.log(`cases ${count} identical ${count - different.size}`));

test('there are cases, and cases that are errors', () => {
  assert.ok(all.length > 50 && judging.length > 25, `${count}`);
  assert.ok(all.some(({ expected }) => expected.toString().startsWith('{"answer":"error"')));
});

for (const { name, bytes, expected } of all) {
  test(`${name}: one after the other`, async () => {
    compare(name, answerSync(bytes), expected);
    compare(name, await answer(bytes), expected);
  });
}

for (const one of judging) {
  test(`judges/${one.name}: one after the other`, async () => {
    const { bytes, seen } = await played(one);
    compare(`judges/${one.name}`, bytes, one.expected);
    assert.deepEqual(seen, one.asked);
  });
}

test('all at once on one thread', async () => {
  const answers = await Promise.all([...all, ...all].map(async ({ name, bytes, expected }) => {
    const found = await answer(bytes);
    return { name, found, expected };
  }));
  for (const { name, found, expected } of answers) compare(name, found, expected);
  const ofJudges = await Promise.all([...judging, ...judging].map(async (one) => ({ ...one, ...await played(one) })));
  for (const { name, bytes, expected } of ofJudges) compare(`judges/${name}`, bytes, expected);
});

test('from eight threads at once', async () => {
  const workers = Array.from({ length: 8 }, () => new Worker(new URL('./vectors-worker.mjs', import.meta.url)));
  const wrong = await Promise.all(workers.map(async (worker) => (await once(worker, 'message'))[0]));
  wrong.flat().forEach((name) => different.add(name));
  assert.deepEqual(wrong, Array.from({ length: 8 }, () => []));
});

/** The handles that a request's policies and evidence make. */
function prebuilt(request) {
  const { policies, trust = [], allowPartial, dialect } = request;
  const loaded = Policies.fromSources([...policies, ...trust], { allowPartial, dialect });
  return { loaded, engine: new Engine(loaded), evidence: collected(request) };
}

/** What a binding's own objects make of a request: decisions as the wire lists them. */
async function typed(whole) {
  const { context, history, now } = whole;
  const { loaded, engine, evidence } = prebuilt(whole);
  const { images = [], objects = [], ...places } = context;
  const { namespace, namespaceLabels, ownerLabels, admission, resolved = {} } = places;
  const decisions = [];
  for (const image of images) {
    const own = image.namespace === undefined ? { namespace, namespaceLabels, admission } : { admission };
    const asked = { digest: resolved[image.image], ownerLabels, ...image, ...own };
    const decision = await engine.evaluate(asked, evidence, { history, now });
    assert.deepEqual(engine.evaluateSync(asked, evidence, { history, now }).bytes(), decision.bytes());
    decisions.push(decision);
  }
  let unjudged = [];
  if (objects.length > 0) {
    const options = { ...places, history, now };
    const review = await engine.checkObjects(objects, evidence, options);
    assert.deepEqual(engine.checkObjectsSync(objects, evidence, options).bytes(), review.bytes());
    decisions.push(...review.decisions);
    ({ unjudged } = review);
  }
  return { decisions, unjudged, notes: loaded.notes().map(({ snippet, ...note }) => note) };
}

/** Faults as the wire tells them. */
const told = ({ errors }) => errors.map(({ snippet, path, ...fault }) => (path === '' ? fault : { ...fault, path }));

/** What `work` gives; where it throws, that the recorded faults are those. */
async function unlessRecorded(name, wanted, work) {
  try {
    return await work();
  } catch (error) {
    assert.ok(error instanceof CocketError, `${name}: ${error.stack}`);
    assert.equal(wanted.answer, 'error', `${name}: ${error.message}`);
    assert.deepEqual(told(error), wanted.errors, name);
    return undefined;
  }
}

test('with an engine and evidence made before, the same bytes', async () => {
  let compared = 0;
  for (const { name, request, expected } of all) {
    const { policies, trust, evidence: items, vouched, gaps, allowPartial, dialect, ...rest } = request;
    const wanted = JSON.parse(expected.toString());
    // Faults of policies and evidence show when those are made, and notes are the policies' own.
    const own = wanted.errors?.some(({ kind }) => /^(policy|evidence)/.test(kind)) || wanted.notes !== undefined;
    if (own || ['verify', 'import', 'summary'].includes(request.op)) continue;
    const { engine, evidence } = prebuilt(request);
    const bytes = Buffer.from(JSON.stringify(rest));
    const found = await engine.answer(bytes, evidence);
    assert.deepEqual(engine.answerSync(bytes, evidence), found, name);
    compare(name, found, expected);
    compared += 1;
  }
  assert.ok(compared > 50, `${compared}`);
});

test('by objects instead of requests, with the same decisions and the same errors', async () => {
  const counts = { images: 0, objects: 0, declared: 0, errors: 0 };
  for (const { name, request, expected } of all) {
    const wanted = JSON.parse(expected.toString());
    // The form of requests is the wire's own.
    if (name.startsWith('requests/') || request.op !== 'check') continue;
    const found = await unlessRecorded(name, wanted, () => typed(request));
    if (found === undefined) {
      counts.errors += 1;
      continue;
    }
    const { decisions, verdict, notes = [], unjudged = [] } = wanted;
    assert.deepEqual(found.notes, notes, name);
    assert.deepEqual(found.unjudged, unjudged, name);
    assert.equal(report('json', found.decisions), JSON.stringify({ decisions, verdict }), name);
    assert.deepEqual(found.decisions.map((one) => one.toJSON()), decisions, name);
    counts[decisions.some(({ object }) => object !== undefined) ? 'objects' : 'images'] += 1;
    counts.declared += Number(request.policies.some(({ text }) => /\bworkloads: \[/.test(text)));
  }
  assert.ok(counts.images > 50 && counts.objects > 20 && counts.declared > 3 && counts.errors > 20, JSON.stringify(counts));
});

test('what would run is listed as recorded', async () => {
  let compared = 0;
  for (const { name, request, expected } of all) {
    if (request.op !== 'objects' || request.now !== undefined) continue;
    const { answer: kind, ...wanted } = JSON.parse(expected.toString());
    const { engine } = prebuilt(request);
    for (const { name: file, text } of request.context?.objects ?? []) {
      const found = await unlessRecorded(name, { answer: kind, ...wanted }, () => engine.objects(file, text));
      if (found) assert.deepEqual(found, wanted, name);
      compared += 1;
    }
    if (request.review === undefined) continue;
    assert.deepEqual(engine.reviewImages(request.review), wanted.images, name);
    compared += 1;
  }
  assert.ok(compared > 4, `${compared}`);
});

test('policies in our own form are as recorded', () => {
  let compared = 0;
  for (const { name, request, expected } of all) {
    const wanted = JSON.parse(expected.toString());
    if (request.op !== 'import' || wanted.answer === 'error') continue;
    assert.equal(Policies.fromSources(request.policies).toYaml(), wanted.yaml, name);
    compared += 1;
  }
  assert.ok(compared > 2, `${compared}`);
});

test('reports are summed up as recorded', async () => {
  let compared = 0;
  for (const { name, request, expected } of all) {
    if (request.op !== 'summary' || request.now === undefined) continue;
    const wanted = JSON.parse(expected.toString());
    const policies = Policies.fromSources(request.policies);
    const { reports, rule } = request.summary;
    for (const [position, report] of reports.entries()) {
      const options = { name: report.name, policies, rule: rule ?? undefined, now: request.now };
      const text = () => scanSummary(Buffer.from(report.data, 'base64'), options);
      if (wanted.answer === 'error') {
        const [{ kind, message }] = wanted.errors;
        assert.throws(text, (error) => error.code === kind && error.message.includes(message), name);
      } else {
        assert.equal(text(), wanted.reports[position].text, name);
      }
      compared += 1;
    }
  }
  assert.ok(compared > 4, `${compared}`);
});

test('one authority is examined as recorded', async () => {
  const counts = { examined: 0, errors: 0 };
  for (const { name, request, expected } of all) {
    const wanted = JSON.parse(expected.toString());
    // The form of requests is the wire's own, and so is base64.
    const isWire = ({ kind, path = '' }) => kind === 'evidence' || /^\/(now|verify|vouched|context\/images)$/.test(path);
    if (request.op !== 'verify' || wanted.errors?.some(isWire)) continue;
    const { verify: { target, ...rest }, now } = request;
    const { artifact, ...named } = target;
    const file = artifact === undefined ? {} : { artifact: Buffer.from(artifact, 'base64') };
    const question = { ...rest, target: { ...named, ...file } };
    const found = await unlessRecorded(name, wanted, () => {
      const { loaded, evidence } = prebuilt(request);
      return examine(loaded, question, evidence, { now });
    });
    counts[found ? 'examined' : 'errors'] += 1;
    if (!found) continue;
    assert.deepEqual({ answer: 'examined', ...found }, wanted, name);
    const { loaded, evidence } = prebuilt(request);
    assert.deepEqual(examineSync(loaded, question, evidence, { now }), found, name);
  }
  assert.ok(counts.examined > 10 && counts.errors > 2, JSON.stringify(counts));
});

test('admission reviews by typed calls, with the same bytes', async () => {
  let compared = 0;
  for (const { name, request, expected } of all) {
    if (request.op !== 'admit' || name.startsWith('requests/')) continue;
    const { evidence: items = [], context = {}, history = {}, now, review } = request;
    const { covered, ...past } = history;
    const { namespaceLabels, ownerLabels, resolved, pin } = context;
    const engine = new Engine(Policies.fromSources(request.policies));
    const evidence = new Evidence();
    for (const { mediaType, subject, annotations, digest, data } of items) {
      const content = Buffer.from(data, 'base64');
      if (subject === undefined) evidence.addBlob(content, { mediaType, digest });
      else evidence.attach(content, { mediaType, subject, annotations });
    }
    const options = { now, history: past, namespaceLabels, ownerLabels, resolved, pin, covered };
    const admission = await engine.admit(review, evidence, options);
    assert.ok(admission.bytes().equals(expected), name);
    assert.ok(engine.admitSync(Buffer.from(review), evidence, options).bytes().equals(expected), name);
    const wanted = JSON.parse(expected.toString());
    assert.deepEqual(JSON.parse(admission.responseBytes().toString()), wanted.response, name);
    assert.equal(admission.allowed, wanted.response.response.allowed, name);
    assert.equal(admission.decisions.length, wanted.decisions.length, name);
    compared += 1;
  }
  assert.ok(compared > 40, `${compared}`);
});

test('a review that is no text is denied, and its images are none', async () => {
  const { request } = all.find(({ name }) => name === 'admission/create');
  const engine = new Engine(Policies.fromSources(request.policies));
  const admission = await engine.admit(Buffer.from([0xff]), new Evidence(), { now: new Date(0) });
  assert.equal(admission.allowed, false);
  assert.equal(admission.reasons[0].code, 'admission.malformed');
  assert.deepEqual(engine.reviewImages(Buffer.from([0xff])), []);
  assert.equal(engine.reviewImages(request.review).length, 1);
});
