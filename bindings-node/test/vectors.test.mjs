import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';

import {
  CocketError, Engine, Evidence, Policies, answer, answerSync, readObjects, report, reviewImages,
} from 'cocket';

import { cases } from './cases.mjs';

const all = cases();
/** The cases whose bytes differed anywhere. */
const different = new Set();

function compare(name, found, expected) {
  if (!found.equals(expected)) {
    different.add(name);
    assert.equal(found.toString(), expected.toString(), name);
  }
}

// The last line of what this prints.
process.once('exit', () => console.log(`cases ${all.length} identical ${all.length - different.size}`));

test('there are cases, and cases that are errors', () => {
  assert.ok(all.length > 50, `${all.length}`);
  assert.ok(all.some(({ expected }) => expected.toString().startsWith('{"answer":"error"')));
});

for (const { name, bytes, expected } of all) {
  test(`${name}: one after the other`, async () => {
    compare(name, answerSync(bytes), expected);
    compare(name, await answer(bytes), expected);
  });
}

test('all at once on one thread', async () => {
  const answers = await Promise.all([...all, ...all].map(async ({ name, bytes, expected }) => {
    const found = await answer(bytes);
    return { name, found, expected };
  }));
  for (const { name, found, expected } of answers) compare(name, found, expected);
});

test('from eight threads at once', async () => {
  const workers = Array.from({ length: 8 }, () => new Worker(new URL('./vectors-worker.mjs', import.meta.url)));
  const wrong = await Promise.all(workers.map(async (worker) => (await once(worker, 'message'))[0]));
  wrong.flat().forEach((name) => different.add(name));
  assert.deepEqual(wrong, Array.from({ length: 8 }, () => []));
});

/** The handles that a request's policies and evidence make. */
function prebuilt({ policies, trust = [], evidence: items = [], vouched = [], gaps = [], allowPartial, dialect }) {
  const loaded = Policies.fromSources([...policies, ...trust], { allowPartial, dialect });
  const engine = new Engine(loaded);
  const evidence = new Evidence();
  for (const { mediaType, digest, subject, annotations, data } of items) {
    const bytes = Buffer.from(data, 'base64');
    const signed = /simplesigning|dsse|sigstore\.bundle/.test(mediaType);
    if (signed || subject !== undefined) evidence.attach(bytes, { mediaType, subject, annotations });
    else evidence.addBlob(bytes, { mediaType, digest });
  }
  for (const { subject, data } of vouched) evidence.vouch(Buffer.from(data, 'base64'), { subject });
  for (const gap of gaps) evidence.addGap(gap);
  return { loaded, engine, evidence };
}

/** What a binding's own objects make of a request: decisions as the wire lists them. */
async function typed(whole) {
  const { context, history, now } = whole;
  const { loaded, engine, evidence } = prebuilt(whole);
  const { images = [], objects = [], namespace, namespaceLabels, admission, resolved = {} } = context;
  const places = { namespace, namespaceLabels, admission };
  const requests = images.map((image) => ({
    request: image.namespace === undefined
      ? { digest: resolved[image.image], ...image, ...places }
      : { digest: resolved[image.image], ...image, admission },
  }));
  for (const { name, text } of objects) {
    const { workloads, unjudged } = readObjects(name, text);
    const skipped = unjudged.find(({ carriesPods }) => carriesPods);
    if (skipped) return { skipped };
    for (const { file, kind, name: object, images: found, namespace: claimed } of workloads) {
      for (const { image, path, line } of found) {
        const own = context.objectNamespaces && claimed !== undefined
          ? { namespace: claimed, admission }
          : places;
        requests.push({
          request: { image, digest: resolved[image], ...own },
          origin: { file, line, object: `${kind}/${object}`, field: path },
        });
      }
    }
  }
  const options = { history, now };
  const decisions = [];
  for (const { request, origin } of requests) {
    const decision = await engine.evaluate(request, evidence, options);
    assert.deepEqual(engine.evaluateSync(request, evidence, options).bytes(), decision.bytes());
    decisions.push({ decision, origin });
  }
  return { decisions, notes: loaded.notes().map(({ snippet, ...note }) => note) };
}

test('with an engine and evidence made before, the same bytes', async () => {
  let compared = 0;
  for (const { name, request, expected } of all) {
    const { policies, trust, evidence: items, vouched, gaps, allowPartial, dialect, ...rest } = request;
    const wanted = JSON.parse(expected.toString());
    // Faults of policies and evidence show when those are made, and notes are the policies' own.
    const own = wanted.errors?.some(({ kind }) => /^(policy|evidence)/.test(kind)) || wanted.notes !== undefined;
    if (own || request.op === 'verify') continue;
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
  const counts = { decided: 0, errors: 0 };
  for (const { name, request, expected } of all) {
    const wanted = JSON.parse(expected.toString());
    // The form of requests is the wire's own, and so is the question about one authority.
    if (name.startsWith('requests/') || request.op !== 'check') continue;
    // `readObjects` has no policies, so it knows no kinds that a set declares; `answer` does.
    if (request.policies.some(({ text }) => /\bworkloads\b/.test(text))) continue;
    // Requests are about images; `answer` decides about whole objects.
    if (wanted.decisions?.some(({ object }) => object !== undefined)) continue;
    let found;
    try {
      found = await typed(request);
    } catch (error) {
      assert.ok(error instanceof CocketError, `${name}: ${error.stack}`);
      assert.equal(wanted.answer, 'error', `${name}: ${error.message}`);
      const errors = error.errors.map(({ snippet, path, ...fault }) => (path === '' ? fault : { ...fault, path }));
      assert.deepEqual(errors, wanted.errors, name);
      counts.errors += 1;
      continue;
    }
    if (found.skipped) {
      assert.equal(wanted.errors?.[0].line, found.skipped.line, name);
      counts.errors += 1;
      continue;
    }
    const { decisions, verdict, notes = [] } = wanted;
    assert.deepEqual(found.notes, notes, name);
    assert.equal(report('json', found.decisions), JSON.stringify({ decisions, verdict }), name);
    counts.decided += 1;
  }
  assert.ok(counts.decided > 50 && counts.errors > 0, JSON.stringify(counts));
});

test('admission reviews by typed calls, with the same bytes', async () => {
  let compared = 0;
  for (const { name, request, expected } of all) {
    if (request.op !== 'admit' || name.startsWith('requests/')) continue;
    const { evidence: items = [], context = {}, history = {}, now, review } = request;
    const { covered, ...past } = history;
    const { namespaceLabels, resolved, pin } = context;
    const engine = new Engine(Policies.fromSources(request.policies));
    const evidence = new Evidence();
    for (const { mediaType, subject, annotations, digest, data } of items) {
      const content = Buffer.from(data, 'base64');
      if (subject === undefined) evidence.addBlob(content, { mediaType, digest });
      else evidence.attach(content, { mediaType, subject, annotations });
    }
    const options = { now, history: past, namespaceLabels, resolved, pin, covered };
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
  assert.deepEqual(reviewImages(Buffer.from([0xff])), []);
  assert.equal(reviewImages(request.review).length, 1);
});
