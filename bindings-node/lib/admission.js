'use strict';

const { native } = require('./errors.js');
const { bytes, json, options, plain, time } = require('./values.js');
const { decided } = require('./decision.js');

const NAMES = ['namespaceLabels', 'ownerLabels', 'resolved', 'pin', 'covered', 'history', 'now'];

/** A review's own bytes; what is handed in as an object was read, and had no key twice any more. */
function reviewBytes(review) {
  return typeof review === 'string' ? Buffer.from(review) : bytes(review, '/review');
}

/** A request of the wire, without its review. */
function admissionRequest(given, recorded) {
  const { namespaceLabels, ownerLabels, resolved, pin, covered, history, now } = options(given, NAMES);
  const past = history === undefined ? {} : recorded(history);
  return json({
    op: 'admit',
    context: {
      namespaceLabels: namespaceLabels === undefined ? undefined : plain(namespaceLabels, '/options/namespaceLabels'),
      ownerLabels: ownerLabels === undefined ? undefined : plain(ownerLabels, '/options/ownerLabels'),
      resolved: resolved === undefined ? undefined : plain(resolved, '/options/resolved'),
      pin,
    },
    history: { ...past, covered },
    now: now === undefined ? undefined : time(now, '/now'),
  });
}

/** What came of a review, without the native object. */
function admitted(handle) {
  const answer = native(() => handle.answer());
  const { verdict, response, reasons = [], coverage = [] } = JSON.parse(answer.toString());
  return Object.freeze({
    verdict,
    allowed: verdict !== 'deny',
    response,
    decisions: Object.freeze(native(() => handle.decisions()).map(decided)),
    reasons,
    coverage,
    bytes: () => Buffer.from(answer),
    responseBytes: () => native(() => handle.response()),
  });
}

module.exports = { admissionRequest, admitted, reviewBytes };
