'use strict';

const { CocketError, native, settled } = require('./errors.js');
const { abortable, bytes, json, options, plain, time } = require('./values.js');
const { evidences } = require('./evidence.js');
const { policies } = require('./policies.js');

/** The wire request; what stands beside it are handles. */
function request(asked, now) {
  const { target, ...rest } = plain(asked, '/question');
  const { artifact, ...named } = plain(target ?? {}, '/question/target');
  const file = artifact === undefined ? {} : { artifact: bytes(artifact, '/question/target/artifact').toString('base64') };
  const verify = { ...rest, target: { ...named, ...file } };
  return Buffer.from(json({ op: 'verify', now: time(now, '/now'), verify }, '/question'));
}

function examined(bytes) {
  const { answer, ...told } = JSON.parse(bytes.toString());
  if (answer === 'error') throw new CocketError(told.errors);
  return told;
}

function examineSync(loaded, question, evidence, given) {
  const { now } = options(given, ['now']);
  const asked = request(question, now);
  return examined(native(() => policies.of(loaded).examineSync(asked, evidences.of(evidence))));
}

async function examine(loaded, question, evidence, given) {
  const { now, signal } = options(given, ['now', 'signal']);
  const asked = request(question, now);
  const work = () => policies.of(loaded).examine(asked, evidences.of(evidence));
  return examined(await abortable(signal, () => {}, () => settled(work)));
}

module.exports = { examine, examineSync };
