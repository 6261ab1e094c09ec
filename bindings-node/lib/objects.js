'use strict';

const { CocketError, argument, native } = require('./errors.js');
const { bytes, json, options, plain, text, time } = require('./values.js');
const { decided } = require('./decision.js');

const NAMES = [
  'namespace', 'namespaceLabels', 'ownerLabels', 'objectNamespaces', 'admission', 'resolved', 'history', 'now',
];

/** A text as JSON has it; bytes that are none are a fault of the object. */
function content(name, given, path) {
  if (typeof given === 'string') return given;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes(given, path));
  } catch (error) {
    if (error instanceof CocketError) throw error;
    throw new CocketError([{ kind: 'object', file: name, path: '', message: 'not UTF-8' }]);
  }
}

/** A request of the wire about objects. */
function objectsRequest(objects, given, recorded) {
  if (!Array.isArray(objects)) throw argument('/objects', 'a list of texts is expected');
  const { namespaceLabels, ownerLabels, resolved, history, now, ...rest } = options(given, NAMES);
  const texts = objects.map((one, position) => {
    const place = `/objects/${position}`;
    const { name, text: written } = plain(one, place);
    return { name: text(name, `${place}/name`), text: content(name, written, `${place}/text`) };
  });
  return json({
    op: 'check',
    context: {
      ...rest,
      objects: texts,
      namespaceLabels: namespaceLabels === undefined ? undefined : plain(namespaceLabels, '/options/namespaceLabels'),
      ownerLabels: ownerLabels === undefined ? undefined : plain(ownerLabels, '/options/ownerLabels'),
      resolved: resolved === undefined ? undefined : plain(resolved, '/options/resolved'),
    },
    history: history === undefined ? undefined : recorded(history),
    now: now === undefined ? undefined : time(now, '/now'),
  });
}

/** The decisions on objects, without the native object. */
function reviewed(handle) {
  const answer = native(() => handle.answer());
  const { verdict, unjudged = [] } = JSON.parse(answer.toString());
  return Object.freeze({
    verdict,
    decisions: Object.freeze(native(() => handle.decisions()).map(decided)),
    unjudged,
    bytes: () => Buffer.from(answer),
  });
}

module.exports = { objectsRequest, reviewed };
