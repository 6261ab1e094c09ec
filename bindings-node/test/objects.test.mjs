import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { CocketError, Engine, Evidence, EvidenceDirectory, Policies, report } from 'cocket';

import { CHECKOUT, FOLDER, NOW, VERIFIED } from './first-look.mjs';

const engine = new Engine(Policies.fromText('policy.yaml', `
apiVersion: cocket.dev/v1alpha1
kind: PolicySet
metadata: {name: acme}
spec: {workloads: [{apiVersion: acme.example/v1, kind: Server, images: [/spec/image]}]}
---
apiVersion: cocket.dev/v1alpha1
kind: ImagePolicy
metadata: {name: production}
spec:
  rules:
    - {id: approved, registry: {allow: ['registry.acme.example/**']}}
    - {id: pods, podSecurity: {level: baseline}}
`));
const POD = `apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  hostNetwork: true
  containers:
    - {name: a, image: nginx}
`;
const SERVER = "apiVersion: acme.example/v1\nkind: Server\nmetadata: {name: s}\nspec: {image: 'nginx:1'}\n";
const evidence = new Evidence();

test('objects name their images and where they stand', () => {
  for (const content of [POD, Buffer.from(POD)]) {
    const { images, workloads, unjudged } = engine.objects('pod.yaml', content);
    assert.deepEqual([images, unjudged], [['nginx'], []]);
    assert.deepEqual(workloads, [{
      apiVersion: 'v1', file: 'pod.yaml', kind: 'Pod', line: 1, name: 'web', namespace: 'shop',
      images: [{ kind: 'regular', container: 'a', path: 'spec.containers[0].image', line: 7, image: 'nginx' }],
    }]);
  }
  assert.throws(() => engine.objects('pod.yaml', 'kind: [unclosed'), { code: 'object', file: 'pod.yaml' });
  assert.throws(() => engine.objects('pod.yaml', Buffer.from([0xff])), { code: 'object', line: 1 });
  assert.throws(() => engine.objects('pod.yaml', {}), { code: 'argument' });
});

test('kinds that the policy set declares are workloads', () => {
  const { workloads } = engine.objects('server.yaml', SERVER);
  assert.equal('namespace' in workloads[0], false);
  assert.deepEqual(workloads[0].images[0], {
    kind: 'declared', container: '', path: 'spec.image', line: 4, image: 'nginx:1',
  });
  const object = { apiVersion: 'acme.example/v1', kind: 'Server', spec: { image: 'nginx:1' } };
  const kind = { group: 'acme.example', version: 'v1', kind: 'Server' };
  const request = { uid: '7', operation: 'CREATE', kind, object };
  const review = JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request });
  assert.deepEqual(engine.reviewImages(review), ['nginx:1']);
  assert.deepEqual(engine.reviewImages(Buffer.from([0xff])), []);
});

test('images and objects are judged, each with its place', async () => {
  const texts = [{ name: 'pod.yaml', text: POD }, { name: 'server.yaml', text: Buffer.from(SERVER) }];
  const options = { now: NOW, objectNamespaces: true };
  const review = await engine.checkObjects(texts, evidence, options);
  assert.equal(review.verdict, 'deny');
  const told = review.decisions.map(({ image, object, origin }) => [image?.given ?? object.kind, origin.file, origin.line]);
  assert.deepEqual(told, [['nginx', 'pod.yaml', 7], ['nginx:1', 'server.yaml', 4], ['Pod', 'pod.yaml', 1]]);
  assert.match(report('github', review.decisions), /file=server\.yaml,line=4/);
  assert.ok(engine.checkObjectsSync(texts, evidence, options).bytes().equals(review.bytes()));
  const whole = JSON.parse(review.bytes());
  assert.deepEqual(whole.decisions, review.decisions.map((one) => one.toJSON()));
});

test('what cannot be asked about objects is an error', async () => {
  const fleet = 'apiVersion: acme.example/v1\nkind: Fleet\nmetadata: {name: f}\nspec: {template: {spec: {containers: [{name: a, image: b}]}}}\n';
  for (const [objects, options, code] of [
    [[], { now: NOW }, 'request'],
    ['kind: Pod', { now: NOW }, 'argument'],
    [[POD], { now: NOW }, 'argument'],
    [[{ name: 'a', text: 'kind: [' }], { now: NOW }, 'object'],
    [[{ name: 'a', text: Buffer.from([0xff]) }], { now: NOW }, 'object'],
    [[{ name: 'a', text: fleet }], { now: NOW }, 'object'],
    [[{ name: 'a', text: POD }], {}, 'request'],
    [[{ name: 'a', text: POD }], { now: NOW, namespce: 'b' }, 'argument'],
    [[{ name: 'a', text: POD }], { now: NOW, resolved: { nginx: 'latest' } }, 'request'],
  ]) {
    assert.throws(() => engine.checkObjectsSync(objects, evidence, options), { name: 'CocketError', code });
    await assert.rejects(engine.checkObjects(objects, evidence, options), { name: 'CocketError', code });
  }
  const reason = new Error('too late');
  const late = { now: NOW, signal: AbortSignal.abort(reason) };
  await assert.rejects(engine.checkObjects([{ name: 'a', text: POD }], evidence, late), reason);
});

test('verifiers in JavaScript are asked about what objects would run', async () => {
  const directory = EvidenceDirectory.openSync(`${FOLDER}images`);
  const digest = directory.resolveSync(CHECKOUT);
  const beside = directory.collectSync(digest);
  const pod = POD.replace('image: nginx', `image: '${CHECKOUT}'`);
  let asked = 0;
  const decide = (answer) => {
    const verify = async ({ subject }) => {
      asked += 1;
      assert.equal(subject, digest);
      return answer;
    };
    const signed = new Engine(Policies.fromText('policy.yaml', VERIFIED), { verifiers: { 'acme-hsm': verify } });
    assert.throws(() => signed.checkObjectsSync([], beside, { now: NOW }), CocketError);
    return signed.checkObjects([{ name: 'pod.yaml', text: pod }], beside, { now: NOW, resolved: { [CHECKOUT]: digest } });
  };
  assert.equal((await decide({ id: 'acme' })).verdict, 'allow');
  assert.equal((await decide(null)).verdict, 'deny');
  assert.equal(asked, 2);
});

test('a whole manifest is judged', async () => {
  const first = new Engine(Policies.fromFiles([`${FOLDER}policy`]));
  const text = readFileSync(`${FOLDER}deploy/production.yaml`);
  const { decisions, unjudged } = await first.checkObjects([{ name: 'production.yaml', text }], evidence, { now: NOW });
  const { workloads } = first.objects('production.yaml', text);
  const images = workloads.flatMap((workload) => workload.images.map(({ image, path, line }) => [image, path, line]));
  assert.deepEqual(decisions.map(({ image, origin }) => [image.given, origin.field, origin.line]), images);
  assert.ok(images.length > 4);
  assert.deepEqual(unjudged, []);
});
