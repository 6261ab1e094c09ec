// The cases that every language is compared on.
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../core/tests/vectors/', import.meta.url));

const folders = (path) => readdirSync(path, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

/** Each case with its request as the wire takes it, and the answer that must come of it. */
export function cases() {
  const names = folders(ROOT).flatMap((area) => folders(`${ROOT}${area}`).map((one) => `${area}/${one}`));
  return names.map((name) => {
    const file = (part) => readFileSync(`${ROOT}${name}/${part}`);
    const request = JSON.parse(file('request.json').toString());
    request.policies = [{ name: 'policy.yaml', text: file('policy.yaml').toString() }];
    return { name, request, bytes: Buffer.from(JSON.stringify(request)), expected: file('answer.json') };
  });
}
