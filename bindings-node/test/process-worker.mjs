// A thread that starts work and is ended in the middle of it.
import { parentPort } from 'node:worker_threads';

import { Engine, EvidenceDirectory, Policies } from 'cocket';

import { FOLDER, NOW, VERIFIED } from './first-look.mjs';

const policies = Policies.fromText('policy.yaml', VERIFIED);
const engine = new Engine(policies, { verifiers: { 'acme-hsm': () => new Promise(() => {}) } });
const directory = EvidenceDirectory.openSync(`${FOLDER}images`);
for (const { name, digest } of directory.images().filter((one) => one.name !== undefined)) {
  engine.evaluate({ image: name, digest }, directory.collectSync(digest), { now: NOW });
}
parentPort.postMessage('started');
setInterval(() => {}, 1000);
