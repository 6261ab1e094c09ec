// Checked by `tsc`, not run: what must compile, and what must not.
import {
  CocketError,
  Decision as Decided,
  Engine,
  Evidence,
  EvidenceDirectory,
  Policies,
  answer,
  answerSync,
  examine,
  examineSync,
  explain,
  report,
  version,
} from 'cocket';
import type {
  Decision,
  DecisionData,
  Digest,
  Examination,
  FailCode,
  FaultKind,
  ObjectAnswer,
  ObjectCase,
  ObjectJudge,
  Outcome,
  PassCode,
  Reason,
  RuleResult,
  Verdict,
  Verifier,
  VerifierCall,
  WireAnswer,
  WireRequest,
} from 'cocket';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function is<_T extends true>(): void {}
function never(value: never): never {
  throw new Error(`${value}`);
}

is<Same<Verdict, 'allow' | 'warn' | 'deny'>>();
is<Same<Outcome, RuleResult['outcome']>>();
is<Same<Verdict, DecisionData['verdict']>>();
is<Same<typeof version, string>>();

/** A verdict that is added breaks this, as it must. */
export function word(verdict: Verdict): string {
  switch (verdict) {
    case 'allow':
      return 'may run';
    case 'warn':
      return 'may run, with a warning';
    case 'deny':
      return 'may not run';
    default:
      return never(verdict);
  }
}

export function told(result: RuleResult): string {
  switch (result.outcome) {
    case 'pass': {
      const code: PassCode = result.reasons[0].code;
      // @ts-expect-error what passes needs no remedy
      const remedy: string = result.reasons[0].remedy;
      return code + remedy;
    }
    case 'fail':
    case 'waived':
      return result.reasons.map(why).join();
    case 'skipped':
    case 'excluded':
      is<Same<typeof result.reasons, readonly []>>();
      return result.rule;
    default:
      return never(result);
  }
}

export function why(reason: Reason): string {
  if (reason.code === 'registry.allowed') return reason.message;
  // @ts-expect-error there is no such code
  if (reason.code === 'registry.alowed') return '';
  if (reason.code === 'signature.missing') return reason.remedy;
  const code: PassCode | FailCode = reason.code;
  return code;
}

export function asked(call: VerifierCall): number {
  if (call.kind === 'bundle') return call.bundle.length;
  is<Same<typeof call.bundle, undefined>>();
  return call.signatures[0].signature.length;
}

export function read(wire: WireAnswer): string {
  switch (wire.answer) {
    case 'decided':
      return wire.verdict;
    case 'examined':
      return wire.content;
    case 'admitted':
      return wire.reasons?.map(({ code }) => code).join() ?? '';
    case 'objects':
      return wire.images.join();
    case 'imported':
      return wire.yaml + wire.left.join();
    case 'schema':
      return Object.keys(wire.schema).join();
    case 'summary':
      return wire.reports.map(({ text }) => text).join();
    case 'version':
      return wire.version;
    case 'error':
      return wire.errors.map(({ kind }) => kind).join();
    default:
      return never(wire);
  }
}

export async function cause(policies: Policies, evidence: Evidence, digest: Digest): Promise<string> {
  const question = { authority: 'release', target: { image: 'app', digest } };
  const found: Examination = await examine(policies, question, evidence, { now: new Date() });
  // @ts-expect-error a moment is asked for
  examineSync(policies, question, evidence, {});
  // @ts-expect-error a file is an image no longer
  examineSync(policies, { authority: 'a', target: { image: 'app', artifact: Buffer.of() } }, evidence, { now: '' });
  if (found.verified) {
    is<Same<typeof found.cause, undefined>>();
    return '';
  }
  return found.cause.check === 'signature' ? found.cause.message : found.cause.check;
}

/** Made for statements alone. */
export const farm: Verifier = {
  id: 'acme-farm/1',
  verifyAttestation: async ({ predicateType, predicate, kind }) => {
    // @ts-expect-error a statement is in an envelope
    if (kind === 'detached') return null;
    return predicateType === '' && predicate === '{}' ? null : { id: 'acme' };
  },
};

export function failed(error: unknown): FaultKind | undefined {
  if (!(error instanceof CocketError)) return undefined;
  if (error.code === 'policy.unknownKey') return error.errors[0].kind;
  // @ts-expect-error there is no such kind
  if (error.code === 'policy.unknown') return undefined;
  return error.line === undefined ? undefined : error.code;
}

const verifier: Verifier = {
  id: 'acme/1',
  verify: async (call, { signal }) => {
    signal?.throwIfAborted();
    return call.signed.length > 0 ? { id: 'acme', provenAt: new Date() } : null;
  },
};
export const busy: Verifier = async () => ({ refused: 'the device is busy' });
// @ts-expect-error a verifier that says `true` names no signer
export const careless: Verifier = async () => true;
// @ts-expect-error nor is a forgotten `return` an answer
export const forgetful: Verifier = async () => {};

export async function use(): Promise<Decision> {
  const policies = Policies.fromSources([{ name: 'policy.yaml', text: '' }]);
  policies.warnings(new Date());
  const engine = new Engine(policies, { verifiers: { acme: verifier }, onDiagnostic: ({ error }) => void error });
  const directory = await EvidenceDirectory.open(new URL('file:///images'));
  const evidence = new Evidence().merge(await directory.collect('sha256:0')).vouch(Buffer.of(), { subject: undefined });
  for (const { workloads } of [engine.objects('a.yaml', '')]) workloads.map(({ images }) => images[0]?.kind === 'declared');
  const named: string[] = engine.reviewImages(Buffer.of());
  const requests: WireRequest[] = [
    { op: 'check', policies: [], context: { images: [{ image: 'a' }] }, now: '' },
    { op: 'verify', policies: [], verify: { authority: 'release', target: { artifact: 'e30=' } }, now: '' },
    { op: 'admit', policies: [], dialect: 'kyverno', review: '', context: { pin: true }, now: '' },
    { op: 'objects', policies: [], review: named[0] ?? '' },
  ];
  // @ts-expect-error a moment is asked for
  const timeless: WireRequest = { op: 'admit', policies: [], review: '' };
  for (const request of [...requests, timeless]) await answer(Buffer.from(JSON.stringify(request)), { signal: AbortSignal.timeout(1) });
  const review = await engine.checkObjects([{ name: 'a.yaml', text: Buffer.of() }], evidence, { now: '', namespace: 'b' });
  // @ts-expect-error the texts have names
  engine.checkObjectsSync(['kind: Pod'], evidence, { now: '' });
  const again: Decision = Decided.fromBytes(review.decisions[0]?.bytes() ?? Buffer.of());
  again.origin?.line?.toFixed();
  const admission = await engine.admit('{}', evidence, { now: new Date(), covered: [], signal: AbortSignal.timeout(1) });
  is<Same<typeof admission.allowed, boolean>>();
  await engine.answer(Buffer.from('{}'), evidence, { signal: AbortSignal.timeout(1) });
  const told = explain('registry.not_allowed');
  if (told.kind === 'fail') told.remedy.trim();
  // @ts-expect-error codes are those of the catalogue
  explain('registry.nonsense');
  // @ts-expect-error requests are bytes
  answerSync(JSON.stringify(requests));
  // @ts-expect-error a moment has to be given
  engine.evaluateSync({ image: 'a' }, evidence, {});
  // @ts-expect-error a number is no moment
  engine.evaluateSync({ image: 'a' }, evidence, { now: Date.now() });
  // @ts-expect-error members are spelled as they are
  engine.evaluateSync({ image: 'a', namspace: 'b' }, evidence, { now: new Date() });
  // @ts-expect-error decisions are made by engines
  new (0 as unknown as typeof Decision)();
  const decision = await engine.evaluate({ image: 'a' }, evidence, { now: new Date(), signal: AbortSignal.timeout(9) });
  report('sarif', [decision, { decision, origin: { file: 'a.yaml' } }]);
  // @ts-expect-error what is read is not written
  decision.toJSON().verdict = 'allow';
  return decision;
}

/** A judge, and what it may and may not give. */
export const judge: ObjectJudge = {
  name: 'pods',
  id: 'acme-pods/1',
  rules: ['host-network'],
  authorities: { release: { key: { pem: '…' } } },
  signed: [{ authority: 'release' }],
  async judge({ object, signed }: ObjectCase): Promise<ObjectAnswer> {
    for (const one of signed) {
      if (one.refused !== undefined) return { results: [{ rule: 'host-network', outcome: 'fail', refused: [one.refused] }] };
      if (one.documents !== undefined) is<Same<typeof one.documents, readonly [Digest, ...Digest[]]>>();
    }
    return { results: [{ rule: 'host-network', outcome: 'spec' in object ? 'pass' : 'skip' }], validUntil: new Date() };
  },
};
/** One that hands on what another process says. */
export const remote: ObjectJudge = { name: 'remote', id: 'remote/1', rules: ['a'], judge: async () => new Uint8Array(2) };
// @ts-expect-error text is no answer
export const spoken: ObjectJudge = { ...remote, judge: async () => '{"results":[]}' };
new Engine(Policies.fromSources([], { judges: [judge] }), {
  onDiagnostic: (one) => (one.judge === undefined ? one.authority : one.object),
});
// @ts-expect-error no such outcome
const wrong: ObjectAnswer = { results: [{ rule: 'a', outcome: 'allow' }] };
// @ts-expect-error results are not left out
const forgotten: ObjectAnswer = {};
void [wrong, forgotten];
