import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { EvidenceDirectory } from 'cocket';

import { CHECKOUT, FOLDER, NOW, VERIFIED } from './first-look.mjs';

const run = promisify(execFile);
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
let folder;
let server;
let url;

// As for a person who has installed the package beside the example.
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cocket-example-'));
  for (const file of ['admission.mjs', 'package.json']) {
    copyFileSync(path(`../../docs/examples/node/${file}`), join(folder, file));
  }
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(path('..'), join(folder, 'node_modules/cocket'), 'dir');
  server = spawn(process.execPath, [
    join(folder, 'admission.mjs'),
    '--policy', `${FOLDER}policy`,
    '--images', `${FOLDER}images`,
    '--reports', `${FOLDER}reports`,
    '--at', NOW,
    '--port', '0',
  ], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(server.stdout, 'data');
  url = `http://127.0.0.1:${/listening on (\d+)/.exec(line)[1]}/`;
});

after(() => {
  server.kill();
  rmSync(folder, { recursive: true });
});

const post = (body) => fetch(url, { method: 'POST', body });

async function answered(body) {
  const response = await post(body);
  assert.equal(response.status, 200);
  const answer = await response.json();
  assert.deepEqual([answer.apiVersion, answer.kind], ['admission.k8s.io/v1', 'AdmissionReview']);
  return answer.response;
}

/** As the API server would ask. */
async function review(object) {
  const { apiVersion = '', kind } = object ?? {};
  const [version, group = ''] = apiVersion.split('/').reverse();
  const request = { uid: 'a-uid', operation: 'CREATE', namespace: 'production-a', kind: { group, version, kind }, object };
  const answer = await answered(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request }));
  assert.equal(answer.uid, 'a-uid');
  return answer;
}

const pod = (...images) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web' },
  spec: { containers: images.map((image, position) => ({ name: `c${position}`, image })) },
});
const images = EvidenceDirectory.openSync(`${FOLDER}images`).images();
const pinned = (part) => {
  const { name, digest } = images.find((one) => one.name?.includes(part));
  return `${name}@${digest}`;
};

test('the first use of the README runs as it stands', async () => {
  const readme = readFileSync(path('../README.md'), 'utf8');
  const [, program] = /^## First use\n+```js\n([^]*?)^```/m.exec(readme);
  writeFileSync(join(folder, 'first.mjs'), program);
  const { stdout } = await run(process.execPath, ['first.mjs', `${FOLDER}images`], { cwd: folder });
  assert.match(stdout, /^deny docker\.io\/acme-labs\/newsletter:latest/m);
  assert.match(stdout, /^ +unprivileged the image runs as root/m);
  assert.equal(stdout.match(/^allow /gm).length, 4);
});

test('the verifier of the README runs as it stands', async () => {
  const readme = readFileSync(path('../README.md'), 'utf8');
  const [, program] = /^## Verifiers\n[^]*?```js\n([^]*?)^```/m.exec(readme);
  writeFileSync(join(folder, 'verifier.mjs'), `
    import { Engine, EvidenceDirectory, Policies } from 'cocket';
    const policies = Policies.fromText('policy.yaml', ${JSON.stringify(VERIFIED)});
    const [, , images, fails] = process.argv;
    const device = { async check() { if (fails) throw new Error('off'); return true; } };
    const log = { warn: ({ verifier, error }) => console.log(verifier, error.message) };
    ${program}
    const layout = EvidenceDirectory.openSync(images);
    const { name, digest } = layout.images().find(({ name }) => name === ${JSON.stringify(CHECKOUT)});
    const decision = await engine.evaluate({ image: name, digest }, layout.collectSync(digest), { now: new Date() });
    console.log(decision.verdict);
  `);
  const verified = (...more) => run(process.execPath, ['verifier.mjs', `${FOLDER}images`, ...more], { cwd: folder });
  assert.equal((await verified()).stdout, 'allow\n');
  assert.equal((await verified('fails')).stdout, 'acme-hsm off\ndeny\n');
});

test('the judge of the README runs as it stands', async () => {
  const readme = readFileSync(path('../README.md'), 'utf8');
  const [, program] = /^## Judges of Kubernetes objects\n[^]*?```js\n([^]*?)^```/m.exec(readme);
  writeFileSync(join(folder, 'judge.mjs'), `
    import { Engine, Evidence, Policies } from 'cocket';
    const [, , team] = process.argv;
    const directory = { async has(name) { if (name === 'off') throw new Error('off'); return name === 'shop'; } };
    const log = { warn: ({ judge, error }) => console.log(judge, error.message) };
    ${program.replace("['policy']", JSON.stringify([`${FOLDER}policy`]))}
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', labels: { team } } };
    const texts = [{ name: 'object.json', text: JSON.stringify(object) }];
    const { verdict } = await engine.checkObjects(texts, new Evidence(), { now: new Date() });
    console.log(verdict);
  `);
  const judged = async (team) => (await run(process.execPath, ['judge.mjs', team], { cwd: folder })).stdout;
  assert.deepEqual(
    [await judged('shop'), await judged('nobody'), await judged('off')],
    ['allow\n', 'warn\n', 'ownership off\ndeny\n'],
  );
});

test('a signed, clean image may run', async () => {
  const { allowed, status } = await review(pod(pinned('checkout')));
  assert.deepEqual([allowed, status], [true, undefined]);
});

test('an unsigned image may not, and the answer says why', async () => {
  const { allowed, status } = await review(pod(pinned('checkout'), pinned('search')));
  assert.equal(allowed, false);
  assert.match(status.message, /shop\/search[^]*signature\.missing/);
  assert.doesNotMatch(status.message, /shop\/checkout/);
});

test('a tag may be moved before it is pulled', async () => {
  const { allowed, status } = await review(pod(CHECKOUT));
  assert.equal(allowed, false);
  assert.match(status.message, /another image when it is pulled/);
});

test('what nobody has evidence for may not run', async () => {
  assert.equal((await review(pod('registry.acme.example/shop/unknown:1'))).allowed, false);
  assert.equal((await review(pod('not an image'))).allowed, false);
  assert.equal((await review(pod(`registry.acme.example/a@sha256:1`))).allowed, false);
});

test('an object of an unknown kind that carries pods may not run', async () => {
  const { spec } = pod('a');
  const object = { apiVersion: 'acme.example/v1', kind: 'Fleet', metadata: { name: 'f' }, spec: { template: { spec } } };
  assert.equal((await review(object)).allowed, false);
});

test('what is no review is refused', async () => {
  for (const body of ['', '{', '{}', '[]', Buffer.from([0xff])]) {
    assert.equal((await answered(body)).allowed, false);
  }
  assert.equal((await fetch(url)).status, 405);
  assert.equal((await review(undefined)).allowed, false);
  const large = await answered(JSON.stringify({ request: { uid: 'large' }, padding: ' '.repeat(9 << 20) }));
  assert.equal(large.allowed, false);
});

test('the review of the README is answered', async () => {
  const { allowed, uid } = await answered(readFileSync(path('../../docs/examples/admission/review.json')));
  assert.deepEqual([allowed, uid], [false, '705ab4f5-6393-11e8-b7cc-42010a800002']);
});
