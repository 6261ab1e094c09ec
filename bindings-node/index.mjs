// The same classes as for `require`, so that `instanceof` holds across both.
import cocket from './index.js';

export const {
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
} = cocket;
