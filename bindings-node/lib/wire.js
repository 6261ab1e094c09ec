'use strict';

const { native, settled } = require('./errors.js');
const { abortable, bytes, options, text } = require('./values.js');
const addon = require('../cocket.node');

async function answer(request, given) {
  const { signal } = options(given, ['signal']);
  const content = bytes(request, '/request');
  return abortable(signal, () => {}, () => settled(() => addon.answer(content)));
}

function answerSync(request) {
  return native(() => addon.answerSync(bytes(request, '/request')));
}

function explain(code) {
  return JSON.parse(native(() => addon.explain(text(code, '/code'))));
}

function policySchema() {
  return JSON.parse(native(() => addon.policySchema()).toString());
}

const { version } = JSON.parse(answerSync(Buffer.from('{"op":"version"}')).toString());

module.exports = { answer, answerSync, explain, policySchema, version };
