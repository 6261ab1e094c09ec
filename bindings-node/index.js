'use strict';

const { CocketError } = require('./lib/errors.js');
const { Policies, scanSummary } = require('./lib/policies.js');
const { Evidence, EvidenceDirectory } = require('./lib/evidence.js');
const { Engine } = require('./lib/engine.js');
const { Decision, report } = require('./lib/decision.js');
const { examine, examineSync } = require('./lib/examination.js');
const { answer, answerSync, explain, policySchema, version } = require('./lib/wire.js');

module.exports = {
  CocketError,
  Decision,
  Engine,
  Evidence,
  EvidenceDirectory,
  Policies,
  answer,
  answerSync,
  examine,
  examineSync,
  explain,
  policySchema,
  report,
  scanSummary,
  version,
};
