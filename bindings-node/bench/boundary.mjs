// What it costs to go through the boundary, in microseconds a call: the middle of many runs.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { Engine, EvidenceDirectory, Policies, answer, answerSync } from 'cocket';

const FOLDER = fileURLToPath(new URL('../../docs/examples/first-look/', import.meta.url));
const NOW = '2026-11-23T12:00:00Z';
const ROUNDS = 400;

async function measure(what, call) {
  const times = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = process.hrtime.bigint();
    await call();
    times.push(Number(process.hrtime.bigint() - start) / 1000);
  }
  times.sort((a, b) => a - b);
  console.log(`${times[ROUNDS / 2].toFixed(1).padStart(9)} µs  ${what}`);
}

const version = Buffer.from('{"op":"version"}');
await measure('answerSync, a request that does nothing', () => answerSync(version));
await measure('answer, a request that does nothing', () => answer(version));

const policies = Policies.fromFiles([`${FOLDER}policy`]);
const engine = new Engine(policies);
const layouts = EvidenceDirectory.openSync(`${FOLDER}images`);
const { name: image, digest } = layouts.images().find(({ name }) => name?.includes('shop/orders'));
const evidence = layouts.collectSync(digest).vouch(readFileSync(`${FOLDER}reports/orders.json`));
const request = { image, digest, namespace: 'production-a' };
const registries = new Engine(Policies.fromText('policy.yaml', `
apiVersion: cocket.dev/v1alpha1
kind: ImagePolicy
metadata: {name: a}
spec: {rules: [{id: a, registry: {allow: ['registry.acme.example/**']}}]}
`));
await measure('evaluateSync, one rule about the name', () => registries.evaluateSync(request, evidence, { now: NOW }));
await measure('evaluate, one rule about the name', () => registries.evaluate(request, evidence, { now: NOW }));
await measure('evaluateSync, an image with a signature and a report', () => engine.evaluateSync(request, evidence, { now: NOW }));
await measure('evaluate, the same', () => engine.evaluate(request, evidence, { now: NOW }));
const decision = engine.evaluateSync(request, evidence, { now: NOW });
await measure(`bytes of its decision (${decision.bytes().length} bytes)`, () => decision.bytes());
await measure('JSON.parse of them', () => JSON.parse(decision.bytes().toString()));
