// Answers Kubernetes' AdmissionReview with cocket's decisions, without a framework. Whatever goes
// wrong, the answer is no.
//
//   node admission.mjs --policy DIR --images DIR [--reports DIR] [--port N] [--at TIME]
import { readFile, readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { Engine, EvidenceDirectory, Evidence, Policies, readObjects } from 'cocket';

/** Largest review that is read, in bytes: what Kubernetes stores of one object, and some more. */
const MOST = 4 * 1024 * 1024;
/** How long one review may take: Kubernetes gives up after ten seconds. */
const PATIENCE = 8_000;

/** Decides on every image that the review's object would run. */
export async function review({ engine, directory, reports, clock }, { namespace, object }, signal) {
  const { workloads, unjudged } = readObjects('object', JSON.stringify(object));
  const unknown = unjudged.find(({ carriesPods }) => carriesPods);
  if (unknown) return { allowed: false, problems: [`${unknown.kind} runs pods in a way that is not known`] };
  const decisions = await Promise.all(workloads.flatMap(({ images }) => images).map(async ({ image }) => {
    const digest = image.includes('@') ? image.split('@').at(-1) : await directory.resolve(image, { signal });
    const evidence = digest ? await directory.collect(digest, { signal }) : new Evidence();
    for (const report of reports) evidence.vouch(report);
    const request = { image, digest, namespace, admission: true };
    return engine.evaluate(request, evidence, { now: clock(), signal });
  }));
  const problems = decisions.flatMap(({ image, results, general }) => [
    ...results.filter(({ outcome }) => outcome === 'fail').flatMap(({ rule, reasons }) => reasons
      .map(({ message }) => `${image.given}: ${rule}: ${message}`)),
    ...general.map(({ message }) => `${image.given}: ${message}`),
  ]);
  return { allowed: decisions.every(({ verdict }) => verdict !== 'deny'), problems };
}

/** A handler for `node:http`. */
export function handler(setup) {
  return async (incoming, response) => {
    const send = (status, body) => {
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
      response.end(JSON.stringify(body));
    };
    let uid;
    const answer = (allowed, problems) => send(200, {
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: {
        uid,
        allowed,
        ...(allowed ? { warnings: problems } : { status: { code: 403, message: problems.join('\n') } }),
      },
    });
    try {
      if (incoming.method !== 'POST') return send(405, { error: 'reviews are posted' });
      const { request } = JSON.parse(await body(incoming));
      uid = request.uid;
      const { allowed, problems } = await review(setup, request, AbortSignal.timeout(PATIENCE));
      return answer(allowed, problems);
    } catch (error) {
      if (uid === undefined) return send(400, { error: `not a review: ${error.message}` });
      return answer(false, [`the review failed: ${error.message}`]);
    }
  };
}

async function body(incoming) {
  const parts = [];
  let length = 0;
  for await (const part of incoming) {
    length += part.length;
    if (length > MOST) throw new Error(`more than ${MOST} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
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
