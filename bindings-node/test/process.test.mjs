import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';

const run = promisify(execFile);
const folder = fileURLToPath(new URL('.', import.meta.url));
/** What a program prints; it has to end by itself. */
const printed = async (source, ...flags) => {
  const options = { cwd: folder, timeout: 60_000 };
  const { stdout } = await run(process.execPath, [...flags, '--input-type=module', '--eval', source], options);
  return stdout.trim();
};

const PREPARED = `
  import { Engine, Evidence, EvidenceDirectory, Policies, answer } from 'cocket';
  import { FOLDER, NOW, VERIFIED } from './first-look.mjs';
  const policies = Policies.fromText('policy.yaml', VERIFIED);
  const directory = EvidenceDirectory.openSync(FOLDER + 'images');
  const { name, digest } = directory.images().find((one) => one.name?.includes('checkout'));
  const evidence = directory.collectSync(digest);
  const ask = (engine) => engine.evaluate({ image: name, digest }, evidence, { now: NOW });
`;

test('nothing that exists keeps a program from ending', async () => {
  const source = `${PREPARED}
    const engine = new Engine(policies, { verifiers: { 'acme-hsm': async () => null }, onDiagnostic() {} });
    globalThis.kept = [engine, policies, directory, evidence, await ask(engine)];
    console.log(kept.at(-1).verdict);`;
  assert.equal(await printed(source), 'deny');
});

test('a verifier that never answers does not keep a program from ending', async () => {
  const source = `${PREPARED}
    ask(new Engine(policies, { verifiers: { 'acme-hsm': () => new Promise(() => {}) } }));
    process.on('exit', () => console.log('ended'));`;
  assert.equal(await printed(source), 'ended');
});

test('a promise that nobody waits for is finished', async () => {
  const source = `${PREPARED}
    answer(Buffer.from('{"op":"version"}')).then((bytes) => console.log(JSON.parse(bytes).answer));`;
  assert.equal(await printed(source), 'version');
});

test('what is collected in between is not used afterwards', async () => {
  const source = `${PREPARED}
    const engine = () => new Engine(policies, { verifiers: { 'acme-hsm': async () => { gc(); return null; } } });
    const verdicts = [];
    for (let round = 0; round < 20; round += 1) {
      verdicts.push((await ask(engine())).verdict);
      gc();
    }
    console.log(new Set(verdicts).size, process.memoryUsage().rss < 1e9);`;
  assert.equal(await printed(source, '--expose-gc'), '1 true');
});

test('what nobody holds any more is given back before memory runs out', async () => {
  const source = `${PREPARED}
    const signature = Buffer.alloc(4 << 20, 'x');
    for (let round = 0; round < 300; round += 1) {
      new Evidence().attach(signature, { mediaType: 'application/octet-stream' });
      await null;
      if (round % 10 === 0) await new Promise(setImmediate);
    }
    console.log(process.memoryUsage().rss < 800e6);`;
  assert.equal(await printed(source), 'true');
});

test('a thread can be ended in the middle of its work, again and again', async () => {
  for (let round = 0; round < 5; round += 1) {
    const worker = new Worker(new URL('./process-worker.mjs', import.meta.url));
    assert.deepEqual(await once(worker, 'message'), ['started']);
    assert.equal(await worker.terminate(), 1);
  }
});
