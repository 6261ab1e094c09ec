import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CocketError, Evidence, Policies, examine, examineSync } from 'cocket';

import { cases } from './cases.mjs';

/** A question of the wire as the binding's own objects. */
function asked({ policies, trust = [], evidence: items = [], gaps = [], verify, now }) {
  const loaded = Policies.fromSources([...policies, ...trust]);
  const evidence = new Evidence();
  for (const { mediaType, subject, annotations, data } of items) {
    evidence.attach(Buffer.from(data, 'base64'), { mediaType, subject, annotations });
  }
  for (const gap of gaps) evidence.addGap(gap);
  const { artifact } = verify.target;
  const target = artifact === undefined ? verify.target : { artifact: Buffer.from(artifact, 'base64') };
  return [loaded, { ...verify, target }, evidence, { now }];
}

test('every question has the answer of the wire', async () => {
  const counts = { examined: 0, refused: 0 };
  for (const { name, request, expected } of cases().filter(({ request }) => request.verify)) {
    const { answer, ...wanted } = JSON.parse(expected.toString());
    if (answer === 'error') {
      const same = (error) => error instanceof CocketError && error.errors[0].message === wanted.errors[0].message;
      await assert.rejects(async () => examine(...asked(request)), same, name);
      assert.throws(() => examineSync(...asked(request)), same, name);
      counts.refused += 1;
      continue;
    }
    assert.deepEqual(examineSync(...asked(request)), wanted, name);
    assert.deepEqual(await examine(...asked(request)), wanted, name);
    counts.examined += 1;
  }
  assert.ok(counts.examined > 15 && counts.refused > 3, JSON.stringify(counts));
});

test('what cannot be asked says where', () => {
  const [first] = cases().filter(({ request }) => request.verify);
  const [loaded, question, evidence, options] = asked(first.request);
  const at = (path) => (error) => error instanceof CocketError && error.path === path;
  assert.throws(() => examineSync(loaded, { ...question, authority: 'nobody' }, evidence, options), at('/verify/authority'));
  assert.throws(() => examineSync(loaded, question, evidence, {}), CocketError);
  assert.throws(() => examineSync(loaded, question, evidence, { ...options, more: 1 }), at('/options/more'));
});
