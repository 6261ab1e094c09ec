/**
 * cocket decides whether a container image or a workload may run, given a typed policy and the
 * image's evidence, and says why.
 */

import type { FailCode, PassCode } from './codes.js';

export type { FailCode, PassCode } from './codes.js';
export type {
  WireAnswer,
  WireEvidence,
  WireFault,
  WireHistory,
  WirePolicies,
  WireRequest,
  WireVouched,
} from './wire.js';

/** The package's version. */
export const version: string;

/** A digest such as `sha256:` and 64 hexadecimal digits. */
export type Digest = string;

/** A valid `Date`, or RFC 3339 text with an offset. A text without one is refused. */
export type Time = Date | string;

/** Bytes. They are copied once, on entry, so that they may be written to afterwards. */
export type Bytes = Uint8Array;

/** What can be given up. */
export interface Abortable {
  /** Rejects the promise with the signal's reason; no decision comes of it. */
  readonly signal?: AbortSignal | undefined;
}

// ---------------------------------------------------------------------------------------------
// Errors

/** What kind of fault a policy has. */
export type PolicyFaultKind =
  | 'syntax'
  | 'unknownKey'
  | 'duplicateKey'
  | 'missingKey'
  | 'type'
  | 'value'
  | 'limit'
  | 'reference'
  | 'duplicate'
  | 'contradiction'
  | 'doubtful'
  | 'notTaken'
  | 'inexact'
  | 'tolerated'
  | 'repaired';

/**
 * What kind of fault it is.
 *
 * - `argument`: a JavaScript value of the wrong type,
 * - `request`: a value that is not what its place asks for,
 * - `policy.…`: a policy, at a line and column,
 * - `object`: a Kubernetes object, at a line and column,
 * - `evidence`: evidence that could not be taken in,
 * - `source`: a file or directory,
 * - `internal`: a fault in the engine itself; nothing was decided.
 */
export type FaultKind =
  | 'argument'
  | 'request'
  | `policy.${PolicyFaultKind}`
  | 'object'
  | 'evidence'
  | 'source'
  | 'internal';

/** One fault and its place. */
export interface Fault {
  readonly kind: FaultKind;
  /** What is wrong, with the value in backticks. */
  readonly message: string;
  /** The text's or file's name. */
  readonly file?: string;
  /** Line, from 1. */
  readonly line?: number;
  /** Column in characters, from 1. */
  readonly column?: number;
  /** Where in the document, such as `spec.rules[0].registry`; empty where that says nothing. */
  readonly path: string;
  /** What may have been meant. */
  readonly help?: string;
  /** The line of the text, and a mark under the place. */
  readonly snippet?: string;
}

/** Something that was handed in and could not be used. A denial is no error: it is a decision. */
export class CocketError extends Error {
  private constructor();
  readonly name: 'CocketError';
  /** The kind of the first fault. */
  readonly code: FaultKind;
  /** Where the first fault is. */
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly path: string;
  readonly help: string | undefined;
  /** All faults that were found; at least one. */
  readonly errors: readonly [Fault, ...Fault[]];
}

// ---------------------------------------------------------------------------------------------
// Policies

/** One text with policy documents: YAML (one or more documents) or JSON (one). */
export interface PolicySource {
  /** The name that errors give, such as a file's. */
  readonly name: string;
  readonly text: string;
}

/** How policies of other engines are taken. */
export interface LoadOptions {
  /** Take policies of which parts are not taken: what rests on such a part fails, and `notes` names it. */
  readonly allowPartial?: boolean | undefined;
  /** How closely Kyverno is followed; `strict` (the default) leaves its quirks out. */
  readonly dialect?: 'strict' | 'kyverno' | undefined;
  /**
   * Judges of Kubernetes objects, beside the policies. They belong to the set: exceptions may name
   * their rules, and its digest holds what they say of themselves.
   */
  readonly judges?: readonly ObjectJudge[] | undefined;
}

/** Loaded policies. */
export class Policies {
  private constructor();

  /**
   * Loads one text.
   * @throws {CocketError} with every fault that was found, `code` `policy.…`
   */
  static fromText(name: string, text: string, options?: LoadOptions): Policies;

  /**
   * Loads several texts as one set.
   * @throws {CocketError} as `fromText`
   */
  static fromSources(sources: readonly PolicySource[], options?: LoadOptions): Policies;

  /**
   * Loads files, and in directories every `*.yaml`, `*.yml` and `*.json` at any depth. Reads
   * before it returns: meant for the start of a program.
   * @throws {CocketError} as `fromText`, and `source` for what cannot be read
   */
  static fromFiles(paths: readonly (string | URL)[], options?: LoadOptions): Policies;

  /** The digest of the policies' canonical model: layout and order do not change it. */
  get digest(): Digest;

  /** What loads and is probably not meant, at the moment `now`. */
  warnings(now: Time): Fault[];

  /** Where what was made of other engines' policies is not just what they say. */
  notes(): Fault[];

  /**
   * Everything loaded as YAML in cocket's own form: policies of other engines as policies of our
   * own, and a comment for each that has no equivalent.
   */
  toYaml(): string;

  /** Everything loaded as canonical JSON (RFC 8785), one text a document. */
  documents(): Buffer[];
}

/**
 * The JSON schema (draft 2020-12) of one policy document: for editors, and for programs that write
 * policies.
 */
export function policySchema(): Record<string, unknown>;

/** How a scan report is summed up. */
export interface ScanSummaryOptions {
  /** The moment for which ignored ids are looked at. */
  readonly now: Time;
  /** Whose way of counting is shown; absent: as where no rule says otherwise. */
  readonly policies?: Policies | undefined;
  /** `POLICY/RULE` or an end of that, where several `vulnerabilities` rules count. */
  readonly rule?: string | undefined;
  /** What the report is called; `report` if absent. */
  readonly name?: string | undefined;
}

/**
 * One scan report in numbers, for people: what the scanner says, beside what a rule counts.
 * @throws {CocketError} `evidence` for what is no report, `request` for a rule that is not there
 */
export function scanSummary(report: string | Uint8Array, options: ScanSummaryOptions): string;

// ---------------------------------------------------------------------------------------------
// Evidence

/** Something that should have been read and was not. */
export interface Gap {
  /** `unavailable`: trying again may help; `incomplete`: a listing was cut short. */
  readonly kind: 'unavailable' | 'incomplete';
  /** What could not be read, and why. */
  readonly detail: string;
  /** The digest about which something is missing; absent: about everything. */
  readonly subject?: Digest | undefined;
}

/**
 * Everything at hand about one or more images, unverified. An evaluation sees what was added
 * before it started.
 */
export class Evidence {
  constructor();

  /**
   * Adds a manifest, index or configuration, and gives its digest, which is computed here.
   * @param options.digest the digest it is named by, where that is not SHA-256
   * @throws {CocketError} `evidence` where the content has not that digest
   */
  addBlob(
    content: Bytes,
    options?: { readonly mediaType?: string | undefined; readonly digest?: Digest | undefined },
  ): Digest;

  /** Adds a signature, attestation or bundle, declared by the media type of its layer. */
  attach(
    content: Bytes,
    options: {
      readonly mediaType: string;
      /** The image it was found at. */
      readonly subject?: Digest | undefined;
      /** Annotations of the layer that held it. */
      readonly annotations?: Readonly<Record<string, string>> | undefined;
    },
  ): this;

  /** Adds a report that you vouch for; it counts only where a policy says `trust: caller`. */
  vouch(content: Bytes, options?: { readonly subject?: Digest | undefined }): this;

  /** Records something that should have been read and was not. */
  addGap(gap: Gap): this;

  /** Takes in everything of `other`. */
  merge(other: Evidence): this;
}

/** An image of a layout. */
export interface LayoutImage {
  /** The name that the layout gives it. */
  readonly name?: string;
  readonly digest: Digest;
}

/** A directory that is an OCI image layout, or holds layouts up to four directories deep. */
export class EvidenceDirectory {
  private constructor();

  /**
   * Opens the directory.
   * @throws {CocketError} `source` where there is no layout, or one cannot be read
   */
  static open(path: string | URL, options?: Abortable): Promise<EvidenceDirectory>;
  /** As `open`, before it returns. */
  static openSync(path: string | URL): EvidenceDirectory;

  /** The images of all layouts, by name and digest. */
  images(): LayoutImage[];

  /**
   * The digest that a reference stands for here; `undefined` where the layouts do not have it.
   * @throws {CocketError} `request` for what is no reference, `source` where two layouts differ
   */
  resolve(reference: string, options?: Abortable): Promise<Digest | undefined>;
  /** As `resolve`, before it returns. */
  resolveSync(reference: string): Digest | undefined;

  /**
   * Everything at hand about the image with this digest; what could not be read is in its gaps.
   * @throws {CocketError} `request` for what is no digest
   */
  collect(digest: Digest, options?: Abortable): Promise<Evidence>;
  /** As `collect`, before it returns. */
  collectSync(digest: Digest): Evidence;
}

// ---------------------------------------------------------------------------------------------
// Verifiers

/** One signature. */
export interface CallSignature {
  /** The key's id: a hint that anyone may write. */
  readonly keyid?: string;
  readonly signature: Buffer;
}

interface CallBase {
  /** The verifier's name in the policy. */
  readonly verifier: string;
  /** The authority's name in the policy. */
  readonly authority: string;
  /** The digest that is judged. */
  readonly subject: Digest;
  /** The moment of the decision, RFC 3339. */
  readonly now: string;
  /** The signed bytes: a payload, or the pre-authentication encoding of an envelope. */
  readonly signed: Buffer;
  /** Signatures over `signed`; one good one is enough. */
  readonly signatures: readonly [CallSignature, ...CallSignature[]];
  /** The annotations beside it, where cosign keeps certificates and log entries. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** What a verifier is asked. */
export type VerifierCall =
  | (CallBase & { readonly kind: 'detached'; readonly bundle?: never })
  | (CallBase & { readonly kind: 'envelope'; readonly bundle?: never })
  | (CallBase & {
      readonly kind: 'bundle';
      /** The Sigstore bundle's own bytes. */
      readonly bundle: Buffer;
    });

/** What a verifier of attestations is asked. */
export type AttestationCall = Exclude<VerifierCall, { readonly kind: 'detached' }> & {
  /** The type of the statement's predicate, as claimed. */
  readonly predicateType: string;
  /** The predicate as JSON text, as claimed. */
  readonly predicate: string;
};

/** Who signed. */
export interface Signer {
  /** The signer, spelled so that one signer has one spelling; not empty. */
  readonly id: string;
  /** The signature existed at this time, provably. */
  readonly provenAt?: Time | undefined;
  /** What was checked, such as `ecdsa-p256-sha256`. */
  readonly checks?: readonly string[] | undefined;
}

/** Why a verifier cannot say. */
export interface Refused {
  /** The words for the decision, so the same each time; 200 characters of them are kept. */
  readonly refused: string;
}

/**
 * Says who signed, or `null` where no signature of the authority is on it, or why it cannot say.
 * Whatever else it gives, throws or rejects with is no answer, which is a refusal as well.
 */
export type Verify = (
  call: VerifierCall,
  context: { readonly signal: AbortSignal | undefined },
) => Promise<Signer | Refused | null>;

/** A verifier; a function alone has the name that the policy calls it as its id. */
export type Verifier =
  | Verify
  | {
      /** Name and version, recorded in decisions. */
      readonly id: string;
      readonly verify: Verify;
      /** Moments at which its answers may change. */
      readonly dates?: readonly Time[] | undefined;
    }
  | AttestationVerifier;

/**
 * Says who made a statement, and nothing else: an authority whose verifier this is never approves
 * of an image, whatever it answers. What the statement has to say is the policy's business.
 */
export interface AttestationVerifier {
  /** Name and version, recorded in decisions. */
  readonly id: string;
  readonly verifyAttestation: (
    call: AttestationCall,
    context: { readonly signal: AbortSignal | undefined },
  ) => Promise<Signer | Refused | null>;
  /** Moments at which its answers may change. */
  readonly dates?: readonly Time[] | undefined;
}

/** A verifier that gave no answer. */
export interface VerifierDiagnostic {
  readonly verifier: string;
  readonly authority: string;
  readonly subject: Digest;
  /** What it threw, or what is wrong with what it gave. */
  readonly error: unknown;
  readonly judge?: never;
}

/** A judge that gave no answer. */
export interface JudgeDiagnostic {
  readonly judge: string;
  /** Kind and name of the object, such as `Pod/web`. */
  readonly object: string;
  /** What it threw, or what is wrong with what it gave. */
  readonly error: unknown;
  readonly verifier?: never;
}

/** A verifier or a judge that gave no answer. */
export type Diagnostic = VerifierDiagnostic | JudgeDiagnostic;

// ---------------------------------------------------------------------------------------------
// Judges of Kubernetes objects

/** What a judge asks of its authorities about each image of an object. */
export interface SignedQuestion {
  /** One of the judge's `authorities`. */
  readonly authority: string;
  /** What is stated, in statements of this type; absent: who approves of the image. */
  readonly predicateType?: string | undefined;
  /** What an approval must have been annotated with. */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

interface SignedBase {
  /** The reference as the object names it. */
  readonly image: string;
  readonly authority: string;
  readonly predicateType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface NoneSigned {
  readonly documents?: never;
  readonly statements?: never;
  readonly refused?: never;
  readonly unknown?: never;
}

/** What came of a question about one image. */
export type SignedImage = SignedBase &
  (
    | (Omit<NoneSigned, 'documents'> & {
        /** The digests of what approves of the image; at least one. */
        readonly documents: readonly [Digest, ...Digest[]];
      })
    | (Omit<NoneSigned, 'statements'> & {
        /** What is stated, each with the digest of the document around it; at least one. */
        readonly statements: readonly {
          readonly document: Digest;
          readonly statement: Readonly<Record<string, unknown>>;
        }[];
      })
    | (Omit<NoneSigned, 'refused'> & {
        /** Why nothing at hand counts. */
        readonly refused: string;
      })
    | (Omit<NoneSigned, 'unknown'> & {
        /** Why it cannot be told. */
        readonly unknown: string;
      })
  );

/** A piece of evidence, unverified. */
export interface EvidencePiece {
  readonly digest: Digest;
  readonly subject?: Digest;
  readonly mediaType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Base64. */
  readonly data: string;
}

/** Everything at hand, unverified. */
export interface EvidenceAtHand {
  /** Manifests, indexes and configurations. */
  readonly blobs: readonly EvidencePiece[];
  readonly attached: readonly EvidencePiece[];
  readonly vouched: readonly { readonly digest: Digest; readonly subject?: Digest }[];
  readonly gaps: readonly Gap[];
}

/** What a judge is asked. */
export interface ObjectCase {
  /** The whole object. */
  readonly object: Readonly<Record<string, unknown>>;
  /** What it replaces, where that is known. */
  readonly old?: Readonly<Record<string, unknown>>;
  /** What is done to it. */
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  /** The part of it that is written to; empty for the object itself. */
  readonly subresource: string;
  /** Who asks, where that is known. */
  readonly user?: { readonly username: string; readonly groups: readonly string[] };
  /** The namespace of the request; the object's own claim stands in `object`. */
  readonly namespace?: string;
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  readonly ownerLabels?: Readonly<Record<string, string>>;
  /** The references of its images as written, also in kinds that the policy set declares. */
  readonly images: readonly string[];
  /** The digests that references stand for. */
  readonly digests: Readonly<Record<string, Digest>>;
  /** What came of the judge's questions, for each image. */
  readonly signed: readonly SignedImage[];
  /** For a judge that asks for it. */
  readonly evidence?: EvidenceAtHand;
  /** The moment of the decision, RFC 3339. */
  readonly now: string;
}

/** How one rule of a judge came out. */
export interface ObjectResult {
  readonly rule: string;
  readonly outcome: 'pass' | 'fail' | 'skip' | 'excepted' | 'error';
  readonly message?: string | undefined;
  /** The weight that it has here; `enforce` if absent. */
  readonly mode?: Mode | undefined;
  readonly severity?: 'low' | 'medium' | 'high' | 'critical' | undefined;
  /** Controls that the rule serves. */
  readonly controls?: readonly string[] | undefined;
  /** Digests that it rests on, beside those that `signed` names. */
  readonly evidence?: readonly Digest[] | undefined;
  /** Why signatures did not count that the rule asked for. */
  readonly refused?: readonly string[] | undefined;
  /** Peculiarities that mattered. */
  readonly notes?: readonly { readonly quirk: string; readonly detail: string }[] | undefined;
}

/** What a judge answers. */
export interface ObjectAnswer {
  /** None where the judge is not about the object. */
  readonly results: readonly ObjectResult[];
  /** What keeps an object away that the judge would be about. */
  readonly excludedBy?: string | undefined;
  /** The first moment at which the answer could change; one that has passed is no answer. */
  readonly validUntil?: Time | undefined;
  readonly refused?: never;
}

/**
 * Judges whole Kubernetes objects. What it throws, and whatever is no answer, is an error of each
 * of its rules, which denies. The same case has to be given the same answer.
 */
export interface ObjectJudge {
  /** By which exceptions and decisions name it; no policy beside it has the same. */
  readonly name: string;
  /** Its own name and version, which changes with its answers: a part of digests. */
  readonly id: string;
  /** The names of all rules that it answers for; at least one. */
  readonly rules: readonly string[];
  /** Those whose signatures it asks for, as in an `ImagePolicy`. */
  readonly authorities?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
  /** What is asked of them about each image. */
  readonly signed?: readonly SignedQuestion[] | undefined;
  /** Whether it wants to see everything at hand. */
  readonly evidence?: boolean | undefined;
  /** The `ImagePolicy` that decides as it does, for `Policies.toYaml` to write. */
  readonly equivalent?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Judges one object. Bytes are an answer in JSON, such as one that another process sent; a member
   * or a key that it must not have denies.
   */
  judge(
    objectCase: ObjectCase,
    context: { readonly signal: AbortSignal | undefined },
  ): Promise<ObjectAnswer | Refused | Uint8Array>;
}

// ---------------------------------------------------------------------------------------------
// Deciding

/** The image that a decision is asked about. */
export interface ImageRequest {
  /** The reference as the workload gives it. */
  readonly image: string;
  /** The digest that the reference resolved to, where it does not name one itself. */
  readonly digest?: Digest | undefined;
  /** The index by which you came to the image. */
  readonly parent?: Digest | undefined;
  /** The namespace of the request. */
  readonly namespace?: string | undefined;
  /** The namespace's labels, where you know them. */
  readonly namespaceLabels?: Readonly<Record<string, string>> | undefined;
  /** Whether the image will be pulled by the name given, as after admission. */
  readonly admission?: boolean | undefined;
  /** The kind of the object that names it, such as `Deployment`; absent: rules about every kind hold. */
  readonly kind?: string | undefined;
  /** The labels of that object's owner, where you know them. */
  readonly ownerLabels?: Readonly<Record<string, string>> | undefined;
}

/** What was recorded before. */
export interface History {
  /** The digest recorded for a tag, by `host/path:tag`. */
  readonly tags?: Readonly<Record<string, Digest>> | undefined;
  /** When a vulnerability was first seen in the judged repository, by its id. */
  readonly firstSeen?: Readonly<Record<string, Time>> | undefined;
  /** The latest statements that were seen: an older one, or none, is `evidence.rollback`. */
  readonly statements?: readonly RecordedStatement[] | undefined;
}

/** A statement that was seen; decisions tell its time as `statedAt` of their evidence. */
export interface RecordedStatement {
  /** What it is about. */
  readonly subject: Digest;
  /** The authority's name in the policy. */
  readonly authority: string;
  /** The URI of its predicate type. */
  readonly type: string;
  /** The time that it states. */
  readonly at: Time;
}

/** The circumstances of a decision. */
export interface Circumstances {
  /** The moment that the decision is for; there is no default. */
  readonly now: Time;
  readonly history?: History | undefined;
}

/** What an admission review is decided with that does not stand in it. */
export interface AdmissionOptions extends Circumstances {
  /** The labels of the request's namespace, where they are known. */
  readonly namespaceLabels?: Readonly<Record<string, string>> | undefined;
  /** The labels of what owns the object, such as the `Deployment` of a pod, where they are known. */
  readonly ownerLabels?: Readonly<Record<string, string>> | undefined;
  /** The digests that references stand for, by reference as written. */
  readonly resolved?: Readonly<Record<string, string>> | undefined;
  /** Whether names by tag are completed with digests, as only a mutating webhook may answer. */
  readonly pin?: boolean | undefined;
  /** The `coverage` of earlier admissions: unchanged images that it covers are not judged again. */
  readonly covered?: readonly string[] | undefined;
}

/** What came of an admission review. */
export interface Admission {
  /** The worst of the decisions, and of what the reasons say. */
  readonly verdict: Verdict;
  /** Whether the request goes on. */
  readonly allowed: boolean;
  /** The `AdmissionReview` to send back. */
  readonly response: Readonly<Record<string, unknown>>;
  /** On the images, in the order of the pod's fields, and on the object where a rule is about it. */
  readonly decisions: readonly Decision[];
  /** Reasons that belong to no decision. */
  readonly reasons: readonly Reason[];
  /** What it proves for later: hand it back as `covered`. */
  readonly coverage: readonly string[];
  /** The wire answer, byte for byte. */
  bytes(): Buffer;
  /** The response in JSON. */
  responseBytes(): Buffer;
}

/** A text with Kubernetes objects, in YAML or JSON. */
export interface ObjectText {
  /** The name that faults and origins give. */
  readonly name: string;
  readonly text: string | Bytes;
}

/** The circumstances of decisions on objects. */
export interface ObjectsOptions extends Circumstances {
  /** The namespace that the objects would be in, where there is one. */
  readonly namespace?: string | undefined;
  /** That namespace's labels, where you know them. */
  readonly namespaceLabels?: Readonly<Record<string, string>> | undefined;
  /** The labels of what owns the objects, such as the `Deployment` of a pod, where you know them. */
  readonly ownerLabels?: Readonly<Record<string, string>> | undefined;
  /** Whether you vouch for the namespaces that objects name themselves. */
  readonly objectNamespaces?: boolean | undefined;
  /** Whether the images will be pulled by the names given, as after admission. */
  readonly admission?: boolean | undefined;
  /** The digests that references stand for, by reference as written. */
  readonly resolved?: Readonly<Record<string, Digest>> | undefined;
}

/** The decisions on Kubernetes objects. */
export interface Review {
  /** The worst of all. */
  readonly verdict: Verdict;
  /** On the images, in the order of the texts, and on objects that a rule is about; with origins. */
  readonly decisions: readonly Decision[];
  /** Objects that carry no pods, and that no rule is about. */
  readonly unjudged: readonly Omit<Unjudged, 'carriesPods'>[];
  /** The wire answer, byte for byte. */
  bytes(): Buffer;
}

/** How an engine is made. */
export interface EngineOptions {
  /** Verifiers by the name that policies call them. */
  readonly verifiers?: Readonly<Record<string, Verifier>> | undefined;
  /** Told of verifiers that gave no answer; without it, `process.emitWarning` is. */
  readonly onDiagnostic?: ((diagnostic: Diagnostic) => void) | undefined;
  /** How many findings of each kind decisions list. */
  readonly listing?: number | undefined;
  /** An engine whose cache of verification results this one shares, such as the one that it replaces. */
  readonly cacheOf?: Engine | undefined;
}

/**
 * What an engine's cache of verification results did so far. No decision depends on it.
 */
export interface CacheStatistics {
  /** How many results were found again. */
  readonly hits: number;
  /** How many had to be worked out. */
  readonly misses: number;
  /** How many results are kept. */
  readonly entries: number;
  /** How many are kept at most. */
  readonly capacity: number;
  /** The earliest `now` for which a kept result was worked out. */
  readonly oldest?: string;
}

/** Compiled policies: made once, used by any number of evaluations at a time. */
export class Engine {
  /** @throws {CocketError} `policy.…` for what only shows here, such as a verifier nobody gave */
  constructor(policies: Policies, options?: EngineOptions);

  /** The digest of the policies' canonical model. */
  get policiesDigest(): Digest;

  /** What is kept of verifications. */
  get cacheStatistics(): CacheStatistics;

  /**
   * What the objects of a text, YAML or JSON, would run. The kinds that the policy set declares are
   * workloads too.
   * @throws {CocketError} `object` for what readers would take for different things
   */
  objects(name: string, text: string | Bytes): Objects;

  /**
   * The images that the object of an `AdmissionReview` would run, each once, sorted: what evidence
   * is wanted about before `admit`. A malformed review has none.
   */
  reviewImages(review: string | Bytes): string[];

  /**
   * Decides on one image, off the event loop. The same arguments give the same decision, byte for
   * byte.
   * @throws {CocketError} for arguments that cannot be used; the signal's reason where it is aborted
   */
  evaluate(
    request: ImageRequest,
    evidence: Evidence,
    options: Circumstances & Abortable,
  ): Promise<Decision>;

  /**
   * Decides on everything that Kubernetes objects would run, and on each object that a rule is
   * about, off the event loop.
   * @throws {CocketError} `object`, with file and line, for a text that cannot be read and for an
   * object that seems to carry pods in a kind that is not known; `request` where there is nothing
   * to decide on
   */
  checkObjects(
    objects: readonly ObjectText[],
    evidence: Evidence,
    options: ObjectsOptions & Abortable,
  ): Promise<Review>;

  /**
   * As `checkObjects`, before it returns.
   * @throws {CocketError} also where the engine has verifiers, or its policies have judges: both answer
   * later
   */
  checkObjectsSync(
    objects: readonly ObjectText[],
    evidence: Evidence,
    options: ObjectsOptions,
  ): Review;

  /**
   * Answers an `AdmissionReview`, given as the API server sent it, off the event loop. A malformed
   * one is no error: it is denied, with the reason.
   * @throws {CocketError} for arguments that cannot be used; the signal's reason where it is aborted
   */
  admit(
    review: string | Bytes,
    evidence: Evidence,
    options: AdmissionOptions & Abortable,
  ): Promise<Admission>;

  /**
   * As `admit`, before it returns.
   * @throws {CocketError} also where the engine has verifiers, or its policies have judges: both answer
   * later
   */
  admitSync(review: string | Bytes, evidence: Evidence, options: AdmissionOptions): Admission;

  /**
   * As `evaluate`, before it returns.
   * @throws {CocketError} also where the engine has verifiers, which answer later
   */
  evaluateSync(request: ImageRequest, evidence: Evidence, options: Circumstances): Decision;

  /**
   * Answers a wire request that has no policies and no evidence of its own, off the event loop:
   * the same bytes as the whole request has. Faults in it are answers of kind `error`.
   * @throws {CocketError} where the engine has verifiers, or its policies have judges: both answer later
   */
  answer(request: Bytes, evidence: Evidence, options?: Abortable): Promise<Buffer>;

  /** As `answer`, before it returns. */
  answerSync(request: Bytes, evidence: Evidence): Buffer;
}

// ---------------------------------------------------------------------------------------------
// Decisions

/** What happens to the image. */
export type Verdict = 'allow' | 'warn' | 'deny';
/** How one rule came out. */
export type Outcome = 'pass' | 'fail' | 'waived' | 'skipped' | 'excluded';
/** The weight of a rule. */
export type Mode = 'audit' | 'warn' | 'enforce';

interface ReasonBase {
  /** What the code means, with what was found and expected. */
  readonly message: string;
  /** `os/architecture[/variant]`, where the image has several. */
  readonly platform?: string;
  readonly found?: string;
  readonly expected?: string;
  /** The digests of the evidence that it comes from. */
  readonly evidence?: readonly Digest[];
  /** Whether trying again may help. */
  readonly retryable?: true;
}

/** Something that satisfies the rule. */
export interface PassReason extends ReasonBase {
  readonly code: PassCode;
  readonly remedy?: never;
}

/** Something that does not. */
export interface FailReason extends ReasonBase {
  readonly code: FailCode;
  /** What to do about it. */
  readonly remedy: string;
}

/** Why a rule came out as it did. */
export type Reason = PassReason | FailReason;

/** The same findings counted in three ways. */
export interface Counts {
  readonly vulnerability: number;
  readonly vulnerabilityAndPackage: number;
  readonly row: number;
}

/** One finding in one package. */
export interface Finding {
  readonly severity: string;
  readonly id: string;
  readonly package: string;
  readonly installed: string;
  readonly fixed?: string;
  readonly link?: string;
  /** Why it does not count. */
  readonly because?: string;
}

/** Findings, worst first. */
export interface FindingList {
  readonly items: readonly Finding[];
  /** How many more there are. */
  readonly more: number;
}

interface ResultBase {
  readonly policy: string;
  readonly rule: string;
  readonly mode: Mode;
  /** How bad a failure is, by its author. */
  readonly severity?: 'low' | 'medium' | 'high' | 'critical';
  /** The author's sentence for people who meet a failure. */
  readonly message?: string;
  /** Controls that the rule serves. */
  readonly controls?: readonly string[];
  readonly counts?: Counts;
  readonly findings?: { readonly counted?: FindingList; readonly setApart?: FindingList };
}

/** How one rule came out, told apart by `outcome`. */
export type RuleResult =
  | (ResultBase & { readonly outcome: 'pass'; readonly reasons: readonly [PassReason, ...PassReason[]] })
  | (ResultBase & { readonly outcome: 'fail'; readonly reasons: readonly Reason[] })
  | (ResultBase & { readonly outcome: 'waived'; readonly reasons: readonly Reason[] })
  | (ResultBase & { readonly outcome: 'skipped'; readonly reasons: readonly [] })
  | (ResultBase & { readonly outcome: 'excluded'; readonly reasons: readonly [] });

/** The image that was judged. */
export interface JudgedImage {
  readonly given: string;
  /** What it means, normalised; absent where it means nothing. */
  readonly canonical?: string;
  /** The internal name it was judged under. */
  readonly mirror?: string;
  readonly digest?: Digest;
  readonly namespace?: string;
  readonly platforms?: readonly { readonly digest: Digest; readonly platform?: string }[];
}

/** The Kubernetes object that was judged. */
export interface JudgedObject {
  readonly apiVersion: string;
  readonly kind: string;
  /** `metadata.name`, or `metadata.generateName` followed by `*`. */
  readonly name: string;
  readonly namespace?: string;
}

/** A policy that took part, or that was kept out. */
export interface PolicyUse {
  readonly name: string;
  readonly version?: string;
  readonly digest: Digest;
  readonly mode: Mode;
  readonly outcome: Outcome;
  readonly excludedBy?: string;
}

/** An exception that named a failing rule and this image. */
export interface ExceptionUse {
  readonly name: string;
  /** `policy/rule`. */
  readonly rule: string;
  readonly effect: 'used' | 'expired' | 'notEnough';
  readonly reason: string;
  readonly approvedBy: string;
  readonly ticket: string;
  readonly expires: string;
}

/** A piece of evidence that was looked at. */
export interface EvidenceRecord {
  readonly digest: Digest;
  readonly kind: string;
  readonly subject?: Digest;
  readonly boundBy?: string;
  readonly authority?: string;
  readonly signer?: string;
  /** The type of the statement that it holds. */
  readonly predicateType?: string;
  /** The time that the statement states, by which it is ordered; RFC 3339. */
  readonly statedAt?: string;
  readonly provenAt?: string;
  readonly verifier?: string;
  readonly checks?: readonly string[];
  /** Why it was refused. */
  readonly refused?: string;
}

interface DecisionBase {
  /** The moment it was decided for. */
  readonly now: string;
  /** The digest of everything the decision rests on. */
  readonly inputs: Digest;
  /** The first moment at which a date in it could change the answer. */
  readonly validUntil?: string;
  readonly policies: readonly PolicyUse[];
  readonly results: readonly RuleResult[];
  /** Reasons that belong to no rule. */
  readonly general?: readonly Reason[];
  readonly exceptions?: readonly ExceptionUse[];
  readonly evidence?: readonly EvidenceRecord[];
  /** Where the image or object was found, if that was in a text of Kubernetes objects. */
  readonly origin?: Origin;
}

/** What a decision is about: an image or an object. */
type DecisionSubject =
  | { readonly image: JudgedImage; readonly object?: never }
  | { readonly object: JudgedObject; readonly image?: never };

/** What a decision's JSON holds, told apart by `verdict`, and by `image` or `object`. */
export type DecisionData = DecisionBase &
  DecisionSubject &
  ({ readonly verdict: 'allow' } | { readonly verdict: 'warn' } | { readonly verdict: 'deny' });

/** What was decided about one image or one Kubernetes object, and why. */
export class Decision {
  private constructor();

  /**
   * Takes up what `bytes` gave, or what another language wrote.
   * @throws {CocketError} `request`, with the place, for what is not just as this version writes a
   * decision
   */
  static fromBytes(canonical: Bytes): Decision;

  get verdict(): Verdict;
  get now(): string;
  get validUntil(): string | undefined;
  get inputs(): Digest;
  /** The image that it is about; absent where it is about an object. */
  get image(): JudgedImage | undefined;
  /** The object that it is about; absent where it is about an image. */
  get object(): JudgedObject | undefined;
  get policies(): readonly PolicyUse[];
  /** The rules, by policy and id. */
  get results(): readonly RuleResult[];
  get general(): readonly Reason[];
  get exceptions(): readonly ExceptionUse[];
  get evidence(): readonly EvidenceRecord[];
  /** Where the image or object was found, if that was in a text of Kubernetes objects. */
  get origin(): Origin | undefined;
  /** The canonical JSON (RFC 8785), the same in every language. */
  bytes(): Buffer;
  /** What the bytes hold, frozen. */
  toJSON(): DecisionData;
}

/** What a reason's code means. */
export type Explanation =
  | { readonly code: PassCode; readonly kind: 'pass'; readonly title: string; readonly remedy: '' }
  | { readonly code: FailCode; readonly kind: 'fail'; readonly title: string; readonly remedy: string };

/**
 * What a reason's code means.
 * @throws {CocketError} `request` for what is no code of the catalogue
 */
export function explain(code: PassCode | FailCode): Explanation;

/** Where an image or an object was found. */
export interface Origin {
  readonly file: string;
  readonly line?: number | undefined;
  /** The object, such as `Deployment/shop`. */
  readonly object?: string | undefined;
  /** The field, such as `spec.containers[0].image`. */
  readonly field?: string | undefined;
}

/** Formats that decisions can be written in. */
export type ReportFormat = 'table' | 'json' | 'yaml' | 'junit' | 'sarif' | 'github' | 'markdown';

/** Decisions in a format, each maybe with the place where its image was found. */
export function report(
  format: ReportFormat,
  decisions: readonly (Decision | { readonly decision: Decision; readonly origin?: Origin | undefined })[],
): string;

// ---------------------------------------------------------------------------------------------
// Kubernetes objects

/** One image of a workload. */
export interface WorkloadImage {
  /** What uses it; `declared` is a place that the policy set declares. */
  readonly kind: 'init' | 'regular' | 'ephemeral' | 'volume' | 'declared';
  /** The container's or volume's name. */
  readonly container: string;
  /** Where, such as `spec.template.spec.containers[0].image`. */
  readonly path: string;
  readonly line: number;
  /** The reference as written; empty where it is absent. */
  readonly image: string;
}

/** An object that carries pods. */
export interface Workload {
  readonly file: string;
  readonly line: number;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** The object's own claim. */
  readonly namespace?: string;
  readonly images: readonly WorkloadImage[];
}

/** An object that was passed over. */
export interface Unjudged {
  readonly file: string;
  readonly line: number;
  readonly kind: string;
  readonly name: string;
  /** Whether something in it looks like a pod, so that passing over it would be wrong. */
  readonly carriesPods: boolean;
}

/** What a text of Kubernetes objects holds. */
export interface Objects {
  /** Every image that they would run, each once, sorted: what evidence is wanted about. */
  readonly images: readonly string[];
  readonly workloads: readonly Workload[];
  readonly unjudged: readonly Unjudged[];
}

// ---------------------------------------------------------------------------------------------
// One authority

/** What is asked about one image or file. */
export interface Question {
  /** The authority's name. */
  readonly authority: string;
  /** The policy that has it, where several have one of its name. */
  readonly policy?: string | undefined;
  /** An image with its digest, also inside the reference; or a file, by its content or its digest. */
  readonly target:
    | { readonly image: string; readonly digest?: Digest | undefined; readonly artifact?: never }
    | { readonly artifact: Bytes; readonly image?: never; readonly digest?: never }
    | { readonly digest: Digest; readonly image?: never; readonly artifact?: never };
  /** A predicate type, one of cosign's names for one, or `any`; without it an approval. */
  readonly type?: string | undefined;
  /** Annotations that an approval must have, all with one subject. */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** How the repository that an approval names is compared, as in a policy. */
  readonly signedIdentity?: string | Readonly<Record<string, unknown>> | undefined;
  /** The hash that was signed, where only one kind counts. */
  readonly signedHash?: 'sha256' | 'sha384' | 'sha512' | undefined;
}

/** What is checked of a document. */
export type Step =
  | 'document' | 'form' | 'subject' | 'certificate' | 'identity' | 'signature' | 'timestamp' | 'log'
  | 'time' | 'key' | 'certificatePath' | 'certificateLog' | 'content' | 'repository' | 'annotations';

/** One check. */
export interface Check {
  readonly check: Step;
  /** Whether it is as it should be; only what is proven is. */
  readonly passed: boolean;
  readonly found?: string;
}

/** One document, and what was checked of it. */
export interface ExaminedDocument {
  readonly digest: Digest;
  /** The media type that its form has. */
  readonly form: string;
  /** The predicate type that it claims, proven or not. */
  readonly claimedType?: string;
  /** Who signed it, where that is proven. */
  readonly signer?: string;
  /** When it provably existed, RFC 3339. */
  readonly provenAt?: string;
  /** In their order, the failed one last. */
  readonly checks: readonly Check[];
}

/** What an examination has, whatever came out. */
export interface ExaminedBase {
  readonly target: { readonly image?: string; readonly digest: Digest };
  readonly authority: string;
  /** `signature`, a predicate type, or `any`. */
  readonly content: string;
  readonly now: string;
  readonly documents: readonly ExaminedDocument[];
  /** What was not asked for, where a reader might think that it was. */
  readonly notAsked?: readonly string[];
  /** What should have been read and was not. */
  readonly gaps?: readonly string[];
  /** More is attached than is looked at. */
  readonly cut: boolean;
}

/** Each check of everything that hangs beside one image or file. */
export type Examination =
  | (ExaminedBase & { readonly verified: true; readonly cause?: never })
  | (ExaminedBase & {
      readonly verified: false;
      /** The refusal of the document that came furthest. */
      readonly cause: { readonly document?: Digest; readonly check: Step; readonly message: string };
    });

/**
 * Verifies everything in `evidence` for one authority of `policies`, as an engine does, and tells
 * each check, off the event loop. It decides on nothing: rules are not looked at.
 *
 * @throws {CocketError} `request` for what cannot be asked, `policy.…` for an authority that cannot
 * be used
 *
 * @example
 * const found = await examine(policies, { authority: 'release', target: { image, digest } }, evidence, { now });
 * if (!found.verified) console.log(found.cause.check, found.cause.message);
 */
export function examine(
  policies: Policies,
  question: Question,
  evidence: Evidence,
  options: Abortable & { readonly now: Time },
): Promise<Examination>;

/** As `examine`, before it returns. */
export function examineSync(
  policies: Policies,
  question: Question,
  evidence: Evidence,
  options: { readonly now: Time },
): Examination;

// ---------------------------------------------------------------------------------------------
// The wire

/**
 * Answers one request of the wire, off the event loop. Whatever it holds, there is an answer: its
 * faults are answers of kind `error`.
 */
export function answer(request: Bytes, options?: Abortable): Promise<Buffer>;

/** As `answer`, before it returns; the request is not copied. */
export function answerSync(request: Bytes): Buffer;
