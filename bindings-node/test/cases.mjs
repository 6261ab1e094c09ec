// The cases that every language is compared on.
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

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

function read(folder, name) {
  const file = (part) => readFileSync(`${folder}/${part}`);
  const request = JSON.parse(file('request.json').toString());
  request.policies = [{ name: 'policy.yaml', text: file('policy.yaml').toString() }];
  return { name, request, bytes: Buffer.from(JSON.stringify(request)), expected: file('answer.json') };
}
