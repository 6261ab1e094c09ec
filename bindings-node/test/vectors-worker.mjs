// One of several threads that answer every case at the same time.
import { parentPort } from 'node:worker_threads';

import { answer, answerSync } from 'cocket';

import { cases, judged, played } from './cases.mjs';

const wrong = [];
for (const { name, bytes, expected } of cases()) {
  const answers = [answerSync(bytes), await answer(bytes)];
  if (!answers.every((one) => one.equals(expected))) wrong.push(name);
}
for (const one of judged()) {
  if (!(await played(one)).bytes.equals(one.expected)) wrong.push(`judges/${one.name}`);
}
parentPort.postMessage(wrong);
