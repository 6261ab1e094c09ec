'use strict';

const { types } = require('node:util');

const { argument, native, settled } = require('./errors.js');
const { abortable, bytes, Handles, json, options, plain, text, time } = require('./values.js');
const { admissionRequest, admitted, reviewBytes } = require('./admission.js');
const { decided } = require('./decision.js');
const { evidences } = require('./evidence.js');
const { objectsRequest, reviewed } = require('./objects.js');
const { judges, policies } = require('./policies.js');
const addon = require('../cocket.node');

const engines = new Handles('an Engine');
/** How many questions one evaluation puts to verifiers and judges at a time. */
const AT_A_TIME = 16;

class Engine {
  #judges;
  #verifiers;
  #onDiagnostic;

  constructor(loaded, given) {
    const names = ['verifiers', 'onDiagnostic', 'listing', 'cacheOf'];
    const { verifiers, onDiagnostic, listing, cacheOf } = options(given, names);
    if (onDiagnostic !== undefined && typeof onDiagnostic !== 'function') {
      throw argument('/options/onDiagnostic', 'a function is expected');
    }
    const named = Object.entries(plain(verifiers ?? {}, '/options/verifiers'));
    const known = named.map(([name, verifier]) => declared(name, verifier));
    this.#verifiers = new Map(known.map((one) => [one.name, one.verify]));
    this.#onDiagnostic = onDiagnostic;
    const settings = json({ verifiers: known.map(({ verify, ...told }) => told), listing });
    const shared = cacheOf === undefined ? undefined : engines.of(cacheOf);
    this.#judges = judges.get(loaded);
    engines.keep(this, native(() => new addon.Engine(policies.of(loaded), settings, shared)));
  }

  get policiesDigest() {
    return native(() => engines.of(this).policiesDigest);
  }

  get cacheStatistics() {
    const { oldest, ...counts } = JSON.parse(native(() => engines.of(this).cacheStatistics()));
    return oldest === null ? counts : { ...counts, oldest };
  }

  objects(name, content) {
    const given = typeof content === 'string' ? Buffer.from(content) : bytes(content, '/content');
    const told = native(() => engines.of(this).objects(text(name, '/name'), given));
    const { images, workloads, unjudged } = JSON.parse(told.toString());
    return { images, workloads, unjudged };
  }

  reviewImages(review) {
    return native(() => engines.of(this).reviewImages(reviewBytes(review)));
  }

  evaluateSync(request, evidence, given) {
    const ask = question(request, options(given, ['history', 'now']));
    return decided(native(() => engines.of(this).evaluateSync(ask, evidences.of(evidence))));
  }

  checkObjectsSync(objects, evidence, given) {
    const ask = objectsRequest(objects, given, recorded);
    return reviewed(native(() => engines.of(this).checkObjectsSync(ask, evidences.of(evidence))));
  }

  async checkObjects(objects, evidence, given) {
    const { signal, ...rest } = plain(given ?? {}, '/options');
    const ask = objectsRequest(objects, rest, recorded);
    const evaluation = native(() => engines.of(this).beginObjects(ask, evidences.of(evidence)));
    const made = (turn) => {
      const review = turn.review();
      return review ? () => reviewed(review) : undefined;
    };
    return abortable(signal, () => evaluation.cancel(), () => this.#rounds(evaluation, signal, made));
  }

  admitSync(review, evidence, given) {
    const ask = admissionRequest(given, recorded);
    const content = reviewBytes(review);
    return admitted(native(() => engines.of(this).admitSync(ask, content, evidences.of(evidence))));
  }

  async admit(review, evidence, given) {
    const { signal, ...rest } = plain(given ?? {}, '/options');
    const ask = admissionRequest(rest, recorded);
    const content = reviewBytes(review);
    const evaluation = native(() => engines.of(this).beginReview(ask, content, evidences.of(evidence)));
    const made = (turn) => {
      const admission = turn.admission();
      return admission ? () => admitted(admission) : undefined;
    };
    return abortable(signal, () => evaluation.cancel(), () => this.#rounds(evaluation, signal, made));
  }

  async evaluate(request, evidence, given) {
    const { signal, ...rest } = options(given, ['history', 'now', 'signal']);
    const ask = question(request, rest);
    const evaluation = native(() => engines.of(this).begin(ask, evidences.of(evidence)));
    const made = (turn) => {
      const decision = turn.decision();
      return decision ? () => decided(decision) : undefined;
    };
    return abortable(signal, () => evaluation.cancel(), () => this.#rounds(evaluation, signal, made));
  }

  answerSync(request, evidence) {
    return native(() => engines.of(this).answerSync(bytes(request, '/request'), evidences.of(evidence)));
  }

  async answer(request, evidence, given) {
    const { signal } = options(given, ['signal']);
    const content = bytes(request, '/request');
    const work = () => engines.of(this).answer(content, evidences.of(evidence));
    return abortable(signal, () => {}, () => settled(work));
  }

  /** Until a round asks nothing that was not asked before. */
  async #rounds(evaluation, signal, made) {
    for (;;) {
      const turn = await settled(() => evaluation.run());
      const result = native(() => made(turn));
      if (result) return result();
      const { now } = evaluation;
      const positions = Array.from({ length: turn.open }, (_, position) => position).values();
      const worker = async () => {
        for (const position of positions) {
          signal?.throwIfAborted();
          await this.#ask(turn, position, now, signal);
        }
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, worker));
    }
  }

  /** Whatever goes wrong here leaves the question without an answer, which is a refusal. */
  async #ask(turn, position, now, signal) {
    const asked = native(() => turn.judgeCall(position));
    if (asked) await this.#judge(turn, position, asked, signal);
    else await this.#verify(turn, position, now, signal);
  }

  async #verify(turn, position, now, signal) {
    const { annotations, ...asked } = native(() => turn.call(position));
    const { verifier, authority, subject } = asked;
    const call = { ...asked, annotations: JSON.parse(annotations), now };
    try {
      const answer = await this.#verifiers.get(verifier)(call, { signal });
      const refused = refusal(answer);
      if (refused !== undefined) native(() => turn.refuse(position, refused));
      else native(() => turn.answer(position, json(signer(answer), '/answer')));
    } catch (error) {
      this.#diagnose({ verifier, authority, subject, error });
    }
  }

  async #judge(turn, position, { judge, objectCase }, signal) {
    const asked = JSON.parse(objectCase);
    const judging = this.#judges[judge];
    try {
      const answer = await judging.judge(asked, { signal });
      const refused = refusal(answer);
      if (refused !== undefined) native(() => turn.refuse(position, refused));
      else native(() => turn.judged(position, judgement(answer)));
    } catch (error) {
      const { kind, metadata } = JSON.parse(objectCase).object;
      this.#diagnose({ judge: judging.name, object: `${kind ?? ''}/${metadata?.name ?? ''}`, error });
    }
  }

  #diagnose(diagnostic) {
    try {
      if (this.#onDiagnostic) {
        this.#onDiagnostic(diagnostic);
        return;
      }
    } catch (error) {
      warn(diagnostic, error);
    }
    warn(diagnostic, diagnostic.error);
  }
}

function warn({ verifier, judge }, error) {
  const detail = error instanceof Error ? error.stack : String(error);
  const [what, code] = judge === undefined ? [`verifier \`${verifier}\``, 'COCKET_VERIFIER'] : [`judge \`${judge}\``, 'COCKET_JUDGE'];
  process.emitWarning(`the ${what} failed`, { code, detail });
}

function declared(name, verifier) {
  const path = `/options/verifiers/${name}`;
  if (typeof verifier === 'function') return { name, id: name, dates: [], attests: false, verify: verifier };
  const { id, dates } = verifier ?? {};
  const [method, ...others] = ['verify', 'verifyAttestation'].filter((one) => typeof verifier?.[one] === 'function');
  // Which of the two was meant would decide whether it can approve of an image.
  if (method === undefined || others.length > 0) {
    throw argument(path, 'a function, or an object with `id` and either `verify` or `verifyAttestation`, is expected');
  }
  return {
    name,
    id,
    dates: (dates ?? []).map((date) => time(date, `${path}/dates`)),
    attests: method === 'verifyAttestation',
    verify: (call, context) => verifier[method](call, context),
  };
}

/** Why a verifier or judge cannot say, in its own words, where that is its answer. */
function refusal(answer) {
  if (answer === null || answer?.refused === undefined) return undefined;
  const { refused } = options(answer, ['refused']);
  return text(refused, '/answer/refused');
}

/** A verifier's answer; `undefined` is a `return` that was forgotten, and no answer. */
function signer(answer) {
  if (answer === null) return null;
  const { provenAt, ...rest } = plain(answer, '/answer');
  return provenAt === undefined || provenAt === null
    ? rest
    : { ...rest, provenAt: time(provenAt, '/answer/provenAt') };
}

/** A judge's answer in JSON; `undefined` is a `return` that was forgotten, and no answer. */
function judgement(answer) {
  if (types.isUint8Array(answer)) return bytes(answer, '/answer');
  const { validUntil, ...rest } = plain(answer, '/answer');
  const dated = validUntil === undefined || validUntil === null
    ? rest
    : { ...rest, validUntil: time(validUntil, '/answer/validUntil') };
  return Buffer.from(json(dated, '/answer'));
}

function question(request, { history, now }) {
  return json({
    request: plain(request, '/request'),
    history: history === undefined ? undefined : recorded(history),
    now: now === undefined ? undefined : time(now, '/now'),
  });
}

function recorded(history) {
  const { firstSeen, statements, ...rest } = plain(history, '/history');
  if (firstSeen !== undefined) {
    const dated = Object.entries(plain(firstSeen, '/history/firstSeen'));
    const texts = dated.map(([id, date]) => [id, time(date, `/history/firstSeen/${id}`)]);
    rest.firstSeen = Object.fromEntries(texts);
  }
  if (Array.isArray(statements)) {
    rest.statements = statements.map((one, position) => {
      const at = `/history/statements/${position}`;
      const { at: date, ...known } = plain(one, at);
      return { ...known, at: time(date, `${at}/at`) };
    });
  } else if (statements !== undefined) {
    rest.statements = statements;
  }
  return rest;
}

module.exports = { Engine };
