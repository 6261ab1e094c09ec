/** Requests and answers of the wire, as JSON in UTF-8. */

import type {
  DecisionData, Digest, Examination, Fault, Gap, ImageRequest, Objects, PolicySource, Question, Reason,
  RecordedStatement, Unjudged, Verdict,
} from './index.js';

/** Policies of a request, and how those of other engines are taken. */
export interface WirePolicies {
  readonly policies: readonly PolicySource[];
  readonly trust?: readonly PolicySource[];
  readonly allowPartial?: boolean;
  readonly dialect?: 'strict' | 'kyverno';
}

/** What is at hand about images. */
export interface WireEvidence {
  /** Bytes are base64. */
  readonly evidence?: readonly {
    readonly mediaType: string;
    readonly digest?: Digest;
    readonly subject?: Digest;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly data: string;
  }[];
  readonly gaps?: readonly Gap[];
}

/** What is at hand, and what you vouch for. */
export interface WireVouched extends WireEvidence {
  readonly vouched?: readonly { readonly subject?: Digest; readonly data: string }[];
}

export interface WireHistory {
  readonly tags?: Readonly<Record<string, Digest>>;
  readonly firstSeen?: Readonly<Record<string, string>>;
  readonly statements?: readonly (Omit<RecordedStatement, 'at'> & { readonly at: string })[];
}

/** What `answer` is asked, told apart by `op`. */
export type WireRequest =
  | { readonly op: 'version' }
  | { readonly op: 'schema' }
  | (WirePolicies & WireVouched & {
      readonly op: 'check';
      readonly context: {
        readonly images?: readonly Omit<ImageRequest, 'admission'>[];
        readonly objects?: readonly PolicySource[];
        readonly namespace?: string;
        readonly namespaceLabels?: Readonly<Record<string, string>>;
        readonly ownerLabels?: Readonly<Record<string, string>>;
        readonly objectNamespaces?: boolean;
        readonly admission?: boolean;
        readonly resolved?: Readonly<Record<string, Digest>>;
      };
      readonly history?: WireHistory;
      /** RFC 3339. */
      readonly now: string;
    })
  | (WirePolicies & WireEvidence & {
      readonly op: 'verify';
      readonly verify: Omit<Question, 'target'> & {
        /** An artifact is base64. */
        readonly target:
          | { readonly image: string; readonly digest?: Digest }
          | { readonly artifact: string }
          | { readonly digest: Digest };
      };
      /** RFC 3339. */
      readonly now: string;
    })
  | (WirePolicies & WireVouched & {
      readonly op: 'admit';
      /** The text of an `AdmissionReview`. */
      readonly review: string;
      readonly context?: {
        readonly namespaceLabels?: Readonly<Record<string, string>>;
        readonly ownerLabels?: Readonly<Record<string, string>>;
        readonly resolved?: Readonly<Record<string, Digest>>;
        readonly pin?: boolean;
      };
      readonly history?: WireHistory & { readonly covered?: readonly Digest[] };
      /** RFC 3339. */
      readonly now: string;
    })
  | (WirePolicies & {
      readonly op: 'objects';
      readonly context?: { readonly objects: readonly PolicySource[] };
      /** The text of an `AdmissionReview`. */
      readonly review?: string;
    })
  | (WirePolicies & { readonly op: 'import' })
  | (Partial<WirePolicies> & {
      readonly op: 'summary';
      readonly summary: {
        /** `POLICY/RULE` or an end of that, where several `vulnerabilities` rules count. */
        readonly rule?: string;
        /** Names, and contents in base64. */
        readonly reports: readonly { readonly name: string; readonly data: string }[];
      };
      /** RFC 3339. */
      readonly now: string;
    });

/** A fault as the wire tells it. */
export type WireFault = Omit<Fault, 'path' | 'snippet'> & { readonly path?: string };

/** What an answer holds, told apart by `answer`. */
export type WireAnswer =
  | {
      readonly answer: 'decided';
      /** The worst of all. */
      readonly verdict: Verdict;
      readonly decisions: readonly DecisionData[];
      readonly unjudged?: readonly Omit<Unjudged, 'carriesPods'>[];
      /** Where what was made of other engines' policies is not just what they say. */
      readonly notes?: readonly WireFault[];
    }
  | (Examination & { readonly answer: 'examined' })
  | {
      readonly answer: 'admitted';
      readonly verdict: Verdict;
      /** The `AdmissionReview` to send back. */
      readonly response: Readonly<Record<string, unknown>>;
      readonly decisions: readonly DecisionData[];
      readonly reasons?: readonly Reason[];
      readonly coverage?: readonly Digest[];
      readonly notes?: readonly WireFault[];
    }
  | (Objects & { readonly answer: 'objects' })
  | {
      readonly answer: 'imported';
      /** The policies as cocket's own. */
      readonly yaml: string;
      /** The names of those that judge objects and have no equivalent. */
      readonly left: readonly string[];
      readonly notes?: readonly WireFault[];
    }
  | { readonly answer: 'schema'; readonly schema: Readonly<Record<string, unknown>> }
  | { readonly answer: 'summary'; readonly reports: readonly { readonly name: string; readonly text: string }[] }
  | { readonly answer: 'version'; readonly version: string }
  | { readonly answer: 'error'; readonly errors: readonly WireFault[] };
