// The Node package under measurement: tells its decision, then answers lines of a way and a number
// with nanoseconds of processor time.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const [, , folder, project] = process.argv;
const { Engine, Evidence, Policies, answerSync } = createRequire(join(project, 'index.js'))('cocket');

const now = '2026-11-23T12:00:00Z';
const read = (name) => readFileSync(join(folder, name));
const text = (name) => read(name).toString();
const engine = (name) => new Engine(Policies.fromText(name, text(name)));

const [cheap, whole] = [engine('cheap.json'), engine('policy.json')];
const [manifest, config, payload] = ['manifest.json', 'config.json', 'payload.json'].map(read);
const [report, asked, wire] = ['report.json', 'asked.json', 'request.json'].map(read);
const [image, subject] = [text('image.txt'), text('digest.txt')];
const annotations = { 'dev.cosignproject.cosign/signature': text('signature.txt') };
const mediaType = 'application/vnd.dev.cosign.simplesigning.v1+json';

function gathered() {
  const evidence = new Evidence();
  evidence.addBlob(manifest, { mediaType: 'application/vnd.oci.image.manifest.v1+json' });
  evidence.addBlob(config, { mediaType: 'application/vnd.oci.image.config.v1+json' });
  return evidence.attach(payload, { mediaType, subject, annotations }).vouch(report, { subject });
}

const [evidence, nothing] = [gathered(), new Evidence()];
const ways = {
  cheap: () => cheap.evaluateSync({ image }, nothing, { now }),
  check: () => whole.evaluateSync({ image }, evidence, { now }),
  verdict: () => whole.evaluateSync({ image }, evidence, { now }).verdict,
  json: () => whole.evaluateSync({ image }, evidence, { now }).bytes(),
  bytes: () => whole.evaluateSync({ image }, gathered(), { now }),
  asked: () => whole.answerSync(asked, evidence),
  request: () => answerSync(wire),
};

/** Of the whole process, so that collecting garbage is in it. */
function used() {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

console.log(ways.json().toString());
for await (const line of createInterface({ input: process.stdin })) {
  const [way, times] = line.split(' ');
  const [work, count] = [ways[way], Number(times)];
  const start = used();
  for (let made = 0; made < count; made += 1) work();
  console.log(used() - start);
}
