// The cases that every language is compared on.
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { Engine, Evidence, Policies } from 'cocket';

const ROOT = fileURLToPath(new URL('../../core/tests/vectors', import.meta.url));
// Signed images of the corpus in the same form, where `cargo xtask` has written them.
const ROOTS = [ROOT, process.env.COCKET_CASES].filter(Boolean);

const folders = (path) => readdirSync(path, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

/** Each case with its request as the wire takes it, and the answer that must come of it. */
export function cases() {
  return ROOTS.flatMap((root) => {
    const names = folders(root).flatMap((area) => folders(`${root}/${area}`).map((one) => `${area}/${one}`));
    if (names.length === 0) throw new Error(`${root} holds no case`);
    return names.map((name) => read(`${root}/${name}`, name));
  });
}

/** Cases with a judge of a program's own: what it says of itself, what it answers, what it is asked. */
export function judged() {
  const root = fileURLToPath(new URL('../../core/tests/judges', import.meta.url));
  const names = folders(root).flatMap((area) => folders(`${root}/${area}`).map((one) => `${area}/${one}`));
  return names.map((name) => {
    const part = (file) => JSON.parse(readFileSync(`${root}/${name}/${file}`).toString());
    return { ...read(`${root}/${name}`, name), script: part('judge.json'), asked: part('asked.json') };
  });
}

/** What comes of a case with a judge that answers as its script says, and what that was asked. */
export async function played({ request, script }, answer = (text) => Buffer.from(text)) {
  const seen = [];
  const judge = {
    ...script.declaration,
    async judge(objectCase) {
      seen.push(objectCase);
      const text = script.answers[objectCase.object.metadata.name];
      return text === null ? undefined : answer(text);
    },
  };
  const engine = new Engine(Policies.fromSources(request.policies, { judges: [judge] }), { onDiagnostic: () => {} });
  const { now, op, context: { objects, images: _, ...places } } = request;
  const made = op === 'admit'
    ? await engine.admit(request.review, collected(request), { ...places, now })
    : await engine.checkObjects(objects, collected(request), { ...places, now });
  return { bytes: made.bytes(), seen };
}

/** The evidence of a request. */
export function collected({ evidence: items = [], vouched = [], gaps = [] }) {
  const evidence = new Evidence();
  for (const { mediaType, digest, subject, annotations, data } of items) {
    const bytes = Buffer.from(data, 'base64');
    const signed = /simplesigning|dsse|sigstore\.bundle/.test(mediaType);
    if (signed || subject !== undefined) evidence.attach(bytes, { mediaType, subject, annotations });
    else evidence.addBlob(bytes, { mediaType, digest });
  }
  for (const { subject, data } of vouched) evidence.vouch(Buffer.from(data, 'base64'), { subject });
  for (const gap of gaps) evidence.addGap(gap);
  return evidence;
}

function read(folder, name) {
  const file = (part) => readFileSync(`${folder}/${part}`);
  const request = JSON.parse(file('request.json').toString());
  request.policies = [{ name: 'policy.yaml', text: file('policy.yaml').toString() }];
  return { name, request, bytes: Buffer.from(JSON.stringify(request)), expected: file('answer.json') };
}
