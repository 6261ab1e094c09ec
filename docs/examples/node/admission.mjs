// Answers Kubernetes' AdmissionReview with cocket's decisions, without a framework. Whatever goes
// wrong, the answer is no.
//
//   node admission.mjs --policy DIR --images DIR [--reports DIR] [--port N] [--at TIME]
import { readFile, readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { CocketError, Engine, Evidence, EvidenceDirectory, Policies } from 'cocket';

/** Largest review that is read, in bytes: two versions of what Kubernetes stores of one object. */
const MOST = 8 * 1024 * 1024;
/** How long one review may take: Kubernetes gives up after ten seconds. */
const PATIENCE = 8_000;

/** Decides on an AdmissionReview, given as its bytes came, and gives the one to send back. */
export async function review({ engine, directory, reports, clock }, bytes, signal) {
  const evidence = new Evidence();
  for (const report of reports) evidence.vouch(report);
  const resolved = {};
  for (const image of engine.reviewImages(bytes)) {
    const digest = await digestOf(image, directory, signal);
    if (digest === undefined) continue;
    resolved[image] = digest;
    evidence.merge(await directory.collect(digest, { signal }));
  }
  const admission = await engine.admit(bytes, evidence, { now: clock(), resolved, signal });
  return admission.responseBytes();
}

/** The digest that a name stands for here. Of what is no name, the engine says so itself. */
async function digestOf(image, directory, signal) {
  try {
    return await directory.resolve(image, { signal });
  } catch (error) {
    if (error instanceof CocketError && error.code === 'request') return undefined;
    throw error;
  }
}

/** A handler for `node:http`. */
export function handler(setup) {
  return async (incoming, response) => {
    const send = (status, content) => {
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
      response.end(content);
    };
    if (incoming.method !== 'POST') return send(405, '{"error":"reviews are posted"}');
    let bytes = Buffer.of();
    try {
      bytes = await body(incoming);
      return send(200, await review(setup, bytes, AbortSignal.timeout(PATIENCE)));
    } catch (error) {
      return send(200, JSON.stringify(refusal(bytes, `the review failed: ${error.message}`)));
    }
  };
}

/** The answer where none could be found. */
function refusal(bytes, message) {
  let uid = '';
  try {
    uid = String(JSON.parse(bytes).request.uid);
  } catch {
    // Nobody knows what is answered then; it is a refusal all the same.
  }
  const response = { uid, allowed: false, status: { code: 403, message } };
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response };
}

async function body(incoming) {
  const parts = [];
  let length = 0;
  for await (const part of incoming) {
    length += part.length;
    // The rest is read all the same: who is cut off in the middle sees no answer.
    if (length <= MOST) parts.push(part);
  }
  if (length > MOST) throw new Error(`more than ${MOST} bytes`);
  return Buffer.concat(parts);
}

/** Reads what decisions rest on, once. */
export async function prepare({ policy, images, reports, at }) {
  const files = reports ? (await readdir(reports)).filter((file) => file.endsWith('.json')).sort() : [];
  return {
    engine: new Engine(Policies.fromFiles([policy])),
    directory: await EvidenceDirectory.open(images),
    reports: await Promise.all(files.map((file) => readFile(join(reports, file)))),
    clock: () => at ?? new Date(),
  };
}

const text = { type: 'string' };
const { values } = parseArgs({
  options: { policy: text, images: text, reports: text, at: text, port: { ...text, default: '8080' } },
});
const server = createServer(handler(await prepare(values)));
server.listen(Number(values.port), '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
