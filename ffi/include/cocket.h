/* cocket: decides whether a container image may run, and says why.
 *
 * Every function but the plainest readers gives a `cocket_status`. Where it is not
 * `COCKET_STATUS_OK`, and `error` is not NULL, `*error` is an object that says why; results are
 * NULL or untouched then. Where it is, `*error` is NULL. Whoever is given a handle owns it and
 * frees it with the function named after its type, which takes the address of the variable and
 * sets it to NULL. NULL where something must be, lengths that cannot be, texts that are not
 * UTF-8 and handles that were freed are statuses, not crashes, as far as they can be told: a copy
 * of a pointer that was freed through another variable cannot always be.
 *
 * What is said below about threads holds for handles that are alive: freeing comes last.
 *
 * Written by `cargo xtask gen` from the sources in ffi/src. */

#ifndef COCKET_H
#define COCKET_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/**
 * The version of this interface. A program that was built with another one must not use the
 * library: compare it with `COCKET_ABI_VERSION` of the header.
 */
#define COCKET_ABI_VERSION 0

/**
 * How a call came out.
 */
enum cocket_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * It did what it says.
   */
  COCKET_STATUS_OK = 0,
  /**
   * An argument is NULL that must not be, or is out of its range; or a structure's `size` is
   * not the one of this header.
   */
  COCKET_STATUS_INVALID_ARGUMENT = 1,
  /**
   * A text is not UTF-8.
   */
  COCKET_STATUS_INVALID_UTF8 = 2,
  /**
   * A handle is of another kind or was freed.
   */
  COCKET_STATUS_INVALID_HANDLE = 3,
  /**
   * A handle is in use by another call in a way that keeps this one out.
   */
  COCKET_STATUS_BUSY = 4,
  /**
   * The policies have faults; the error lists them with file, line and column.
   */
  COCKET_STATUS_POLICY = 5,
  /**
   * Evidence is not what it is said to be.
   */
  COCKET_STATUS_EVIDENCE = 6,
  /**
   * Files could not be read.
   */
  COCKET_STATUS_SOURCE = 7,
  /**
   * A fault in the library itself; nothing was decided.
   */
  COCKET_STATUS_INTERNAL = 8,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cocket_status cocket_status;
#else
typedef int32_t cocket_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What is signed.
 */
enum cocket_signed_material
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * A payload with a detached signature.
   */
  COCKET_SIGNED_MATERIAL_DETACHED = 1,
  /**
   * A DSSE envelope: what is signed is the pre-authentication encoding.
   */
  COCKET_SIGNED_MATERIAL_ENVELOPE = 2,
  /**
   * A Sigstore bundle around a DSSE envelope.
   */
  COCKET_SIGNED_MATERIAL_BUNDLE = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cocket_signed_material cocket_signed_material;
#else
typedef int32_t cocket_signed_material;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What happens to the image. A value that was never set, 0, denies.
 */
enum cocket_verdict
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * It may not run.
   */
  COCKET_VERDICT_DENY = 0,
  /**
   * It may run, with a warning.
   */
  COCKET_VERDICT_WARN = 1,
  /**
   * It may run.
   */
  COCKET_VERDICT_ALLOW = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cocket_verdict cocket_verdict;
#else
typedef int32_t cocket_verdict;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How one rule came out. A value that was never set, 0, is a failure.
 */
enum cocket_outcome
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * It is not satisfied.
   */
  COCKET_OUTCOME_FAIL = 0,
  /**
   * Something was found that satisfies it.
   */
  COCKET_OUTCOME_PASS = 1,
  /**
   * It is not satisfied, and an exception in force covers all of that.
   */
  COCKET_OUTCOME_WAIVED = 2,
  /**
   * Its `match` does not cover this image.
   */
  COCKET_OUTCOME_SKIPPED = 3,
  /**
   * An `exclude` keeps it away from this image.
   */
  COCKET_OUTCOME_EXCLUDED = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cocket_outcome cocket_outcome;
#else
typedef int32_t cocket_outcome;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The weight that a rule has. A value that was never set, 0, is the strictest.
 */
enum cocket_mode
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * A failure makes the verdict `deny`.
   */
  COCKET_MODE_ENFORCE = 0,
  /**
   * A failure makes the verdict `warn`.
   */
  COCKET_MODE_WARN = 1,
  /**
   * Reported only.
   */
  COCKET_MODE_AUDIT = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cocket_mode cocket_mode;
#else
typedef int32_t cocket_mode;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What an exception did. A value that was never set, 0, did nothing.
 */
enum cocket_effect
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * It applied, and what failed is not (wholly) what it waives.
   */
  COCKET_EFFECT_NOT_ENOUGH = 0,
  /**
   * It would have applied, and is over.
   */
  COCKET_EFFECT_EXPIRED = 1,
  /**
   * It waived something.
   */
  COCKET_EFFECT_USED = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cocket_effect cocket_effect;
#else
typedef int32_t cocket_effect;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What kind of thing is missing.
 */
enum cocket_missing
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * A listing was cut short or partly unread.
   */
  COCKET_MISSING_INCOMPLETE = 0,
  /**
   * It could not be fetched or read; trying again may help.
   */
  COCKET_MISSING_UNAVAILABLE = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cocket_missing cocket_missing;
#else
typedef int32_t cocket_missing;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What a verifier's function gives back. Any other number is a failure.
 */
enum cocket_signed
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * The verifier could not say; the signature does not count.
   */
  COCKET_SIGNED_FAILED = 0,
  /**
   * It is signed, by whom `cocket_verification_signer` was told.
   */
  COCKET_SIGNED_YES = 1,
  /**
   * It is not signed by this authority.
   */
  COCKET_SIGNED_NO = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cocket_signed cocket_signed;
#else
typedef int32_t cocket_signed;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What a judge's function gives back. Any other number is a failure.
 */
enum cocket_judged
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * The judge could not say: each of its rules is an error, which denies.
   */
  COCKET_JUDGED_FAILED = 0,
  /**
   * It gave its answer to `cocket_judgement_answer`.
   */
  COCKET_JUDGED_YES = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cocket_judged cocket_judged;
#else
typedef int32_t cocket_judged;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Which of a rule's findings.
 */
enum cocket_finding_list
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Those that count.
   */
  COCKET_FINDING_LIST_COUNTED = 0,
  /**
   * Those that were ignored, waived or otherwise set apart.
   */
  COCKET_FINDING_LIST_SET_APART = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cocket_finding_list cocket_finding_list;
#else
typedef int32_t cocket_finding_list;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What came of an admission review. The caller owns it; `cocket_admission_free` frees it. It never
 * changes: functions that read it may be called from any thread, also at the same time.
 */
typedef struct cocket_admission cocket_admission;

/**
 * Bytes that the caller owns; `cocket_buffer_free` frees them. May be read from any thread, also
 * at the same time.
 */
typedef struct cocket_buffer cocket_buffer;

/**
 * What was decided about one image, and why. The caller owns it; `cocket_decision_free` frees
 * it. It never changes: functions that read it may be called from any thread, also at the same
 * time.
 */
typedef struct cocket_decision cocket_decision;

/**
 * Compiled policies, to decide with. The caller owns it; `cocket_engine_free` frees it. It never
 * changes: functions that use it may be called from any thread, also at the same time.
 */
typedef struct cocket_engine cocket_engine;

/**
 * Why a call failed: one or more faults. It belongs to the caller who gave a place for it, and
 * to no thread; `cocket_error_free` frees it. Functions that read it may be called from any
 * thread, also at the same time.
 */
typedef struct cocket_error cocket_error;

/**
 * Everything at hand about one or more images, unverified. The caller owns it;
 * `cocket_evidence_free` frees it. A function that adds to it while another call uses it is
 * `COCKET_STATUS_BUSY`; others may use it from any thread, also at the same time.
 */
typedef struct cocket_evidence cocket_evidence;

/**
 * What an examination found. The caller owns it; `cocket_examination_free` frees it. It never
 * changes: functions that read it may be called from any thread, also at the same time.
 */
typedef struct cocket_examination cocket_examination;

/**
 * What was recorded before, as far as the caller keeps it. The caller owns it;
 * `cocket_history_free` frees it. A function that adds to it while another call uses it is
 * `COCKET_STATUS_BUSY`; others may use it from any thread, also at the same time.
 */
typedef struct cocket_history cocket_history;

/**
 * Where a judge's function writes its answer. It belongs to the library and lives until that
 * function returns.
 */
typedef struct cocket_judgement cocket_judgement;

/**
 * What Kubernetes objects would run. The caller owns it; `cocket_objects_free` frees it. It never
 * changes: functions that read it may be called from any thread, also at the same time.
 */
typedef struct cocket_objects cocket_objects;

/**
 * Loaded policies. The caller owns them; `cocket_policies_free` frees them. They never change:
 * functions that read them may be called from any thread, also at the same time.
 */
typedef struct cocket_policies cocket_policies;

/**
 * The decisions on the images of several Kubernetes objects, and on the objects themselves where
 * a rule is about them. The caller owns it; `cocket_review_free` frees it. It never changes:
 * functions that read it may be called from any thread, also at the same time.
 */
typedef struct cocket_review cocket_review;

/**
 * A directory that is an OCI image layout, or holds layouts up to four directories deep. The
 * caller owns it; `cocket_source_free` frees it. It never changes: functions that read it may be
 * called from any thread, also at the same time.
 */
typedef struct cocket_source cocket_source;

/**
 * Where a verifier's function writes who signed. It belongs to the library and lives until that
 * function returns.
 */
typedef struct cocket_verification cocket_verification;

/**
 * UTF-8 with a length, without a zero byte at the end. It is lent, never owned: what a caller
 * hands in is copied where it is needed for longer than the call, and what the library hands out
 * lives as long as the handle it comes from. `data` NULL with `len` 0 is no text at all, which
 * is another thing than an empty one.
 */
typedef struct cocket_text {
  /**
   * The first byte.
   */
  const char *data;
  /**
   * How many bytes.
   */
  size_t len;
} cocket_text;

/**
 * One fault of an error. Its texts live as long as the error.
 */
typedef struct cocket_fault {
  /**
   * `argument`, `policy.` and a kind such as `policy.unknownKey`, `evidence`, `source`,
   * `internal`.
   */
  struct cocket_text kind;
  /**
   * What is wrong, for people.
   */
  struct cocket_text message;
  /**
   * The name of the text or file; no text where there is none.
   */
  struct cocket_text file;
  /**
   * Where in the document, such as `spec.rules[0].registry`, or which argument; may be empty.
   */
  struct cocket_text path;
  /**
   * What may have been meant; no text where nothing is known.
   */
  struct cocket_text help;
  /**
   * Line, from 1; 0 where there is none.
   */
  uint32_t line;
  /**
   * Column in characters, from 1; 0 where there is none.
   */
  uint32_t column;
} cocket_fault;

/**
 * Any bytes with a length; lent as `cocket_text` is.
 */
typedef struct cocket_bytes {
  /**
   * The first byte.
   */
  const uint8_t *data;
  /**
   * How many bytes.
   */
  size_t len;
} cocket_bytes;

/**
 * A moment. All zeros is a moment that was not set, and an error where one is needed.
 */
typedef struct cocket_time {
  /**
   * Seconds since 1970-01-01T00:00:00Z, as `time()` gives them.
   */
  int64_t seconds;
  /**
   * Nanoseconds of the second, from 0 to 999,999,999.
   */
  int32_t nanoseconds;
} cocket_time;

/**
 * One text with policy documents: YAML (one or more documents) or JSON (one).
 */
typedef struct cocket_policy_text {
  /**
   * The name that errors give, such as a file's.
   */
  struct cocket_text name;
  /**
   * The text.
   */
  struct cocket_bytes text;
} cocket_policy_text;

/**
 * How policies of other engines are taken. All zero is the default.
 */
typedef struct cocket_import_options {
  /**
   * Take policies of which parts are not taken: what rests on such a part fails, and
   * `cocket_policies_notes` names it.
   */
  bool allow_partial;
  /**
   * How closely Kyverno is followed: `strict`, which an empty text stands for, or `kyverno`.
   */
  struct cocket_text dialect;
} cocket_import_options;

/**
 * A digest as text, such as `sha256:…`; it needs no freeing.
 */
typedef struct cocket_digest {
  /**
   * The text, with zero bytes after it.
   */
  char text[136];
  /**
   * How many bytes the text has; 0 where there is no digest.
   */
  size_t len;
} cocket_digest;

/**
 * A judge's function: judges one object. `object_case` is a JSON object that lives until the
 * function returns: `object`, `operation` (such as `CREATE`), `subresource`, `images` (references
 * as written), `digests` (by reference), `now` (RFC 3339), `signed` (what came of each question of
 * the declaration about each image), and where they are known `old`, `user`, `namespace`,
 * `namespaceLabels`, `ownerLabels`, and, where the declaration asks for it, `evidence`. It is called
 * from every thread that decides, also at the same time; the same case must give the same answer.
 * It must return: an exception or a jump out of it is undefined.
 */
typedef int32_t (*cocket_judge_function)(void *user_data,
                                         struct cocket_text object_case,
                                         struct cocket_judgement *judgement);

/**
 * Called once with a verifier's user data, when the engine is freed.
 */
typedef void (*cocket_release_function)(void *user_data);

/**
 * Judges whole Kubernetes objects, beside the policies. Set everything to zero, then `size`,
 * `declaration` and `judge`.
 */
typedef struct cocket_judge {
  /**
   * `sizeof(cocket_judge)`.
   */
  size_t size;
  /**
   * A JSON object: `name`, by which exceptions name it; `id`, its own name and version, which
   * changes with its answers and is a part of digests; `rules`, the names of all rules that it
   * answers for. It may have `authorities`, as in an `ImagePolicy`, with `signed`, what is asked
   * of them about each image (`authority` with `annotations`, or with `predicateType`);
   * `evidence`, true where it wants to see everything at hand; and `equivalent`, the
   * `ImagePolicy` that decides as it does.
   */
  struct cocket_bytes declaration;
  /**
   * Judges one object.
   */
  cocket_judge_function judge;
  /**
   * Handed to `judge` and `release`; may be NULL.
   */
  void *user_data;
  /**
   * Called once when the policies and all engines made of them are freed; NULL where there is
   * nothing to release. It is not called where no policies are made: the user data is still the
   * caller's then.
   */
  cocket_release_function release;
} cocket_judge;

/**
 * A name and a value, such as an annotation or a label.
 */
typedef struct cocket_pair {
  /**
   * The name.
   */
  struct cocket_text name;
  /**
   * The value.
   */
  struct cocket_text value;
} cocket_pair;

/**
 * An image that a layout's index names.
 */
typedef struct cocket_layout_image {
  /**
   * The name that the index gives, as written; no text where it gives none. It lives as long
   * as the source.
   */
  struct cocket_text name;
  /**
   * The digest of its manifest or index.
   */
  struct cocket_digest digest;
} cocket_layout_image;

/**
 * One signature over the signed bytes.
 */
typedef struct cocket_signature {
  /**
   * The signature.
   */
  struct cocket_bytes bytes;
  /**
   * The key's id, a hint that anyone may have written; no text where there is none.
   */
  struct cocket_text keyid;
} cocket_signature;

/**
 * What a verifier is asked. Everything in it lives until the verifier's function returns.
 */
typedef struct cocket_signed_call {
  /**
   * The digest of the image that is judged.
   */
  struct cocket_text subject;
  /**
   * The authority's name in the policy.
   */
  struct cocket_text authority;
  /**
   * The moment that the decision is for.
   */
  struct cocket_time now;
  /**
   * What is signed.
   */
  cocket_signed_material material;
  /**
   * The signed bytes.
   */
  struct cocket_bytes payload;
  /**
   * The signatures over them; one good one is enough.
   */
  const struct cocket_signature *signatures;
  /**
   * How many signatures.
   */
  size_t signatures_len;
  /**
   * The annotations beside them, where cosign keeps certificates and log entries.
   */
  const struct cocket_pair *annotations;
  /**
   * How many annotations.
   */
  size_t annotations_len;
  /**
   * The bundle's own bytes; none for other material.
   */
  struct cocket_bytes bundle;
  /**
   * The type of the statement's predicate, as claimed; no text for a verifier of signatures.
   */
  struct cocket_text predicate_type;
  /**
   * The predicate as JSON text, as claimed; no text for a verifier of signatures.
   */
  struct cocket_text predicate;
} cocket_signed_call;

/**
 * A verifier's function: says whether the material is signed by the authority, as a
 * `cocket_signed`. It is called from every thread that decides, also at the same time. It must
 * return: an exception or a jump out of it is undefined.
 */
typedef int32_t (*cocket_verify_function)(void *user_data,
                                          const struct cocket_signed_call *call,
                                          struct cocket_verification *verification);

/**
 * Verifies signatures for the authorities that name it in a policy. It answers for the signature
 * alone: what the document says, and about which image, is compared by the library. Set
 * everything to zero, then `size`, `name`, `id` and `verify`.
 */
typedef struct cocket_verifier {
  /**
   * `sizeof(cocket_verifier)`.
   */
  size_t size;
  /**
   * The name that policies call it by.
   */
  struct cocket_text name;
  /**
   * Its own name and version, such as `acme-device/2`, recorded in decisions.
   */
  struct cocket_text id;
  /**
   * Says who signed.
   */
  cocket_verify_function verify;
  /**
   * Handed to `verify` and `release`; may be NULL.
   */
  void *user_data;
  /**
   * Called once when the engine is freed; NULL where there is nothing to release. It is not
   * called where `cocket_engine_new` fails: the user data is still the caller's then.
   */
  cocket_release_function release;
  /**
   * Moments at which the answer may change.
   */
  const struct cocket_time *dates;
  /**
   * How many moments.
   */
  size_t dates_len;
  /**
   * 1 for a verifier of attestations: it is asked about statements alone, sees what they state,
   * and never approves of an image, whatever it answers. 0 for one of signatures.
   */
  int32_t attests;
} cocket_verifier;

/**
 * What an engine may be made with. Set everything to zero, then `size`.
 */
typedef struct cocket_engine_options {
  /**
   * `sizeof(cocket_engine_options)`.
   */
  size_t size;
  /**
   * Verifiers of the caller's own.
   */
  const struct cocket_verifier *verifiers;
  /**
   * How many verifiers.
   */
  size_t verifiers_len;
  /**
   * How many findings of each kind a decision lists; NULL for 100.
   */
  const size_t *listed_findings;
  /**
   * An engine whose cache of verification results this one shares, such as the one whose place
   * it takes after policies have changed; NULL for a cache of its own.
   */
  const struct cocket_engine *cache_of;
} cocket_engine_options;

/**
 * What an engine's cache of verification results did so far. No decision depends on it.
 */
typedef struct cocket_cache_statistics {
  /**
   * How many results were found again.
   */
  uint64_t hits;
  /**
   * How many had to be worked out.
   */
  uint64_t misses;
  /**
   * How many results are kept.
   */
  size_t entries;
  /**
   * How many are kept at most.
   */
  size_t capacity;
  /**
   * The earliest moment for which a kept result was worked out; not set where none is kept.
   */
  struct cocket_time oldest;
} cocket_cache_statistics;

/**
 * The image that a decision is asked about. Set everything to zero, then `size` and `image`.
 */
typedef struct cocket_image_request {
  /**
   * `sizeof(cocket_image_request)`.
   */
  size_t size;
  /**
   * The reference as the workload gives it.
   */
  struct cocket_text image;
  /**
   * The digest that the reference resolved to, where it does not name one itself.
   */
  struct cocket_text digest;
  /**
   * The digest of the index by which the caller came to the image, where it did.
   */
  struct cocket_text parent;
  /**
   * The namespace of the request, where there is one.
   */
  struct cocket_text namespace_name;
  /**
   * The namespace's labels; NULL where they are not known, which is another thing than a
   * list of length 0.
   */
  const struct cocket_pair *namespace_labels;
  /**
   * How many labels.
   */
  size_t namespace_labels_len;
  /**
   * Whether the image will be pulled by the name given, as after admission: 0 for no, anything
   * else for yes, which is the stricter.
   */
  int32_t admission;
  /**
   * The kind of the object that names the image, such as `Deployment`; NULL where it is not
   * known: then rules about every kind hold.
   */
  struct cocket_text kind;
  /**
   * The labels of the object's owner, such as the `Deployment` of a pod; NULL where they are not
   * known, which is another thing than a list of length 0.
   */
  const struct cocket_pair *owner_labels;
  /**
   * How many of them.
   */
  size_t owner_labels_len;
} cocket_image_request;

/**
 * The heads of a decision, without its results. Its texts live as long as the decision.
 */
typedef struct cocket_summary {
  /**
   * What happens to the image.
   */
  cocket_verdict verdict;
  /**
   * How many results of rules there are, for `cocket_decision_result`.
   */
  size_t results;
  /**
   * How many reasons belong to no rule, for `cocket_decision_general`.
   */
  size_t general;
  /**
   * How many policies took part or were kept out, for `cocket_decision_policy`.
   */
  size_t policies;
  /**
   * How many exceptions named a failing rule, for `cocket_decision_exception`.
   */
  size_t exceptions;
  /**
   * How many pieces of evidence were looked at, for `cocket_decision_evidence`.
   */
  size_t evidence;
  /**
   * How many manifests of an index were judged, for `cocket_decision_platform`.
   */
  size_t platforms;
  /**
   * The reference as given; empty where the decision is about an object.
   */
  struct cocket_text image;
  /**
   * What it means, normalised; no text where it means nothing.
   */
  struct cocket_text canonical;
  /**
   * The internal name that it was judged under; no text where there is none.
   */
  struct cocket_text mirror;
  /**
   * The namespace; no text where none was given.
   */
  struct cocket_text namespace_name;
  /**
   * `apiVersion` of the object that the decision is about; no text where it is about an image.
   */
  struct cocket_text api_version;
  /**
   * The object's kind; no text where the decision is about an image.
   */
  struct cocket_text object_kind;
  /**
   * The object's name; no text where the decision is about an image.
   */
  struct cocket_text object_name;
  /**
   * The digest that the decision is about; of length 0 where none is known.
   */
  struct cocket_digest digest;
  /**
   * The digest of everything that the decision rests on.
   */
  struct cocket_digest inputs;
  /**
   * The moment it was decided for.
   */
  struct cocket_time now;
  /**
   * The first moment at which a date in it could change the answer; all zeros where none can.
   */
  struct cocket_time valid_until;
} cocket_summary;

/**
 * The same findings counted in three ways; those set apart are left out.
 */
typedef struct cocket_counts {
  /**
   * 1 where the rule counts findings, else 0.
   */
  int32_t counted;
  /**
   * Different vulnerabilities.
   */
  uint64_t vulnerability;
  /**
   * Different vulnerabilities, for each package anew.
   */
  uint64_t vulnerability_and_package;
  /**
   * Rows of the report.
   */
  uint64_t row;
} cocket_counts;

/**
 * How many findings a result lists.
 */
typedef struct cocket_listed {
  /**
   * How many there are to read, with `cocket_decision_finding`.
   */
  size_t len;
  /**
   * How many more there are.
   */
  uint64_t more;
} cocket_listed;

/**
 * How one rule of one policy came out. Its texts live as long as the decision.
 */
typedef struct cocket_rule_result {
  /**
   * The policy's name.
   */
  struct cocket_text policy;
  /**
   * The rule's id.
   */
  struct cocket_text rule;
  /**
   * The author's sentence for people who meet a failure; no text where there is none.
   */
  struct cocket_text message;
  /**
   * How bad a failure is, by its author: `low` to `critical`; no text where he does not say.
   */
  struct cocket_text severity;
  /**
   * Its findings, counted.
   */
  struct cocket_counts counts;
  /**
   * The findings that count.
   */
  struct cocket_listed counted;
  /**
   * The findings that do not.
   */
  struct cocket_listed set_apart;
  /**
   * How many controls it serves, for `cocket_decision_control`.
   */
  size_t controls;
  /**
   * How it came out.
   */
  cocket_outcome outcome;
  /**
   * The weight it has here.
   */
  cocket_mode mode;
  /**
   * How many reasons it gives, for `cocket_decision_reason`.
   */
  size_t reasons;
} cocket_rule_result;

/**
 * Why a rule came out as it did. Its texts live as long as the decision.
 */
typedef struct cocket_reason {
  /**
   * The stable code, such as `signature.missing`.
   */
  struct cocket_text code;
  /**
   * What the code means, with what was found and expected, for people.
   */
  struct cocket_text message;
  /**
   * What was found; no text where that says nothing.
   */
  struct cocket_text found;
  /**
   * What was expected; no text where that says nothing.
   */
  struct cocket_text expected;
  /**
   * The platform that it is about; no text where the image has one alone.
   */
  struct cocket_text platform;
  /**
   * What to do; may be empty.
   */
  struct cocket_text remedy;
  /**
   * 1 where trying again may help, else 0.
   */
  int32_t retryable;
  /**
   * How many pieces of evidence it comes from, for `cocket_decision_reason_evidence`.
   */
  size_t evidence;
} cocket_reason;

/**
 * What a reason's code means. Its texts live as long as the library.
 */
typedef struct cocket_explanation {
  /**
   * What the code means.
   */
  struct cocket_text title;
  /**
   * What to do; empty for a code that satisfies a rule.
   */
  struct cocket_text remedy;
  /**
   * 1 for a code that satisfies a rule, 0 for one that fails it.
   */
  int32_t passes;
} cocket_explanation;

/**
 * A policy that took part, or that was kept out. Its texts live as long as the decision.
 */
typedef struct cocket_policy_use {
  /**
   * The policy's name.
   */
  struct cocket_text name;
  /**
   * Its version; no text where it has none.
   */
  struct cocket_text version;
  /**
   * What kept it out; no text where nothing did.
   */
  struct cocket_text excluded_by;
  /**
   * The digest of its model.
   */
  struct cocket_digest digest;
  /**
   * The weight it has here.
   */
  cocket_mode mode;
  /**
   * How it came out.
   */
  cocket_outcome outcome;
} cocket_policy_use;

/**
 * One finding in one package. Its texts live as long as the decision.
 */
typedef struct cocket_finding {
  /**
   * Its severity, such as `critical`.
   */
  struct cocket_text severity;
  /**
   * Its id, such as `CVE-2021-44228`.
   */
  struct cocket_text id;
  /**
   * The package.
   */
  struct cocket_text package;
  /**
   * The version that is installed.
   */
  struct cocket_text installed;
  /**
   * The version that is fixed; no text where none is known.
   */
  struct cocket_text fixed;
  /**
   * Where to read about it; no text where nothing is known.
   */
  struct cocket_text link;
  /**
   * Why it does not count; no text where it does.
   */
  struct cocket_text because;
} cocket_finding;

/**
 * A piece of evidence that was looked at. Its texts live as long as the decision.
 */
typedef struct cocket_evidence_record {
  /**
   * The digest of its bytes.
   */
  struct cocket_digest digest;
  /**
   * What it is bound to; of length 0 where to nothing.
   */
  struct cocket_digest subject;
  /**
   * `signature`, `attestation`, `scan`, `vex` or `feed`.
   */
  struct cocket_text kind;
  /**
   * How it is bound: `manifest`, `config` or `caller`; no text where it is not.
   */
  struct cocket_text bound_by;
  /**
   * The authority that stands for it; no text where it was refused.
   */
  struct cocket_text authority;
  /**
   * Who signed it; no text where nobody is known to have.
   */
  struct cocket_text signer;
  /**
   * The verifier that accepted it; no text where none did.
   */
  struct cocket_text verifier;
  /**
   * Why it was refused; no text where it was not.
   */
  struct cocket_text refused;
  /**
   * It existed at this time, provably; all zeros where nothing proves one.
   */
  struct cocket_time proven_at;
  /**
   * The type of the statement's predicate; no text where it is no attestation.
   */
  struct cocket_text predicate_type;
  /**
   * The time that the statement gives for itself; all zeros where it gives none.
   */
  struct cocket_time stated_at;
  /**
   * How many checks the verifier made, for `cocket_decision_evidence_check`.
   */
  size_t checks;
} cocket_evidence_record;

/**
 * An exception that named a failing rule and this image. Its texts live as long as the decision.
 */
typedef struct cocket_exception_use {
  /**
   * Its name.
   */
  struct cocket_text name;
  /**
   * The rule, as `policy/rule`.
   */
  struct cocket_text rule;
  /**
   * Why it exists.
   */
  struct cocket_text reason;
  /**
   * Who approved it.
   */
  struct cocket_text approved_by;
  /**
   * The ticket.
   */
  struct cocket_text ticket;
  /**
   * When it ends.
   */
  struct cocket_time expires;
  /**
   * What it did.
   */
  cocket_effect effect;
} cocket_exception_use;

/**
 * One manifest of an index that was judged. Its text lives as long as the decision.
 */
typedef struct cocket_judged_platform {
  /**
   * The manifest's digest.
   */
  struct cocket_digest digest;
  /**
   * `os/architecture[/variant]`; no text where the index does not say.
   */
  struct cocket_text platform;
} cocket_judged_platform;

/**
 * Where an image or an object was found. Its texts live as long as the decision.
 */
typedef struct cocket_origin {
  /**
   * The name of its text; no text where it was named by itself.
   */
  struct cocket_text file;
  /**
   * The object, such as `Deployment/shop`; may be empty.
   */
  struct cocket_text object;
  /**
   * The field, such as `spec.containers[0].image`; empty for a whole object.
   */
  struct cocket_text field;
  /**
   * Line, from 1; 0 where there is none.
   */
  uint32_t line;
} cocket_origin;

/**
 * An object that carries pods. Its texts live as long as the list.
 */
typedef struct cocket_workload {
  /**
   * The name of its text.
   */
  struct cocket_text file;
  /**
   * `apiVersion`.
   */
  struct cocket_text api_version;
  /**
   * `kind`.
   */
  struct cocket_text object_kind;
  /**
   * `metadata.name`, or `metadata.generateName` followed by `*`.
   */
  struct cocket_text name;
  /**
   * `metadata.namespace`, the object's own claim; no text where it makes none.
   */
  struct cocket_text namespace_name;
  /**
   * Line, from 1.
   */
  uint32_t line;
  /**
   * How many images it has, for `cocket_objects_workload_image`.
   */
  size_t images;
} cocket_workload;

/**
 * One image of a workload. Its texts live as long as the list.
 */
typedef struct cocket_workload_image {
  /**
   * What uses it: `init`, `regular`, `ephemeral`, `volume`, or `declared` in a place that the
   * policy set declares.
   */
  struct cocket_text used_by;
  /**
   * The container's or volume's name.
   */
  struct cocket_text container;
  /**
   * Where, such as `spec.template.spec.containers[0].image`.
   */
  struct cocket_text path;
  /**
   * The reference as written; empty where it is absent.
   */
  struct cocket_text image;
  /**
   * Line of the image's text, from 1.
   */
  uint32_t line;
} cocket_workload_image;

/**
 * An object that was passed over. Its texts live as long as the list.
 */
typedef struct cocket_unjudged {
  /**
   * The name of its text.
   */
  struct cocket_text file;
  /**
   * `kind`.
   */
  struct cocket_text object_kind;
  /**
   * `metadata.name`.
   */
  struct cocket_text name;
  /**
   * Line, from 1.
   */
  uint32_t line;
  /**
   * 1 where something in it looks like a pod, so that passing over it would be wrong, else 0.
   */
  int32_t carries_pods;
} cocket_unjudged;

/**
 * The Kubernetes objects that are asked about. Set everything to zero, then `size`, `texts` and
 * `texts_len`.
 */
typedef struct cocket_objects_request {
  /**
   * `sizeof(cocket_objects_request)`.
   */
  size_t size;
  /**
   * Texts in YAML or JSON, each with the name that errors and origins give.
   */
  const struct cocket_policy_text *texts;
  /**
   * How many texts.
   */
  size_t texts_len;
  /**
   * The namespace that the objects would be in, where there is one.
   */
  struct cocket_text namespace_name;
  /**
   * The namespace's labels; NULL where they are not known.
   */
  const struct cocket_pair *namespace_labels;
  /**
   * How many labels.
   */
  size_t namespace_labels_len;
  /**
   * Whether the caller vouches for the namespaces that objects name themselves: 0 for no.
   */
  int32_t object_namespaces;
  /**
   * Whether images will be pulled by the names given, as after admission: 0 for no, anything
   * else for yes, which is the stricter.
   */
  int32_t admission;
  /**
   * The digests that references stand for: the name is the reference as written.
   */
  const struct cocket_pair *resolved;
  /**
   * How many of them.
   */
  size_t resolved_len;
  /**
   * The labels of the objects' owner, such as the `Deployment` of a pod; NULL where they are not
   * known.
   */
  const struct cocket_pair *owner_labels;
  /**
   * How many of them.
   */
  size_t owner_labels_len;
} cocket_objects_request;

/**
 * An object that carries no pods, and that no rule is about. Its texts live as long as the review.
 */
typedef struct cocket_passed_over {
  /**
   * The name of its text.
   */
  struct cocket_text file;
  /**
   * Its kind.
   */
  struct cocket_text kind;
  /**
   * Its name.
   */
  struct cocket_text name;
  /**
   * Line, from 1.
   */
  uint32_t line;
} cocket_passed_over;

/**
 * What a review is decided with that does not stand in it. Set everything to zero, then `size`.
 */
typedef struct cocket_admission_options {
  /**
   * `sizeof(cocket_admission_options)`.
   */
  size_t size;
  /**
   * The labels of the request's namespace; NULL where they are not known.
   */
  const struct cocket_pair *namespace_labels;
  /**
   * How many labels.
   */
  size_t namespace_labels_len;
  /**
   * The digests that references stand for: the name is the reference as written.
   */
  const struct cocket_pair *resolved;
  /**
   * How many of them.
   */
  size_t resolved_len;
  /**
   * What earlier admissions proved, as `cocket_admission_coverage` gave it.
   */
  const struct cocket_text *covered;
  /**
   * How many proofs.
   */
  size_t covered_len;
  /**
   * Whether names by tag are completed with the digests that are judged, as only a mutating
   * webhook may answer: 0 for no.
   */
  int32_t pin;
  /**
   * The labels of the object's owner, such as the `Deployment` of a pod; NULL where they are not
   * known.
   */
  const struct cocket_pair *owner_labels;
  /**
   * How many of them.
   */
  size_t owner_labels_len;
} cocket_admission_options;

/**
 * What is asked about one image or file. Set everything to zero, then `size`, `authority` and the
 * target: an `image` with its `digest` (also inside the reference), or a file, by its content
 * `artifact` or by its `digest` alone.
 */
typedef struct cocket_question {
  /**
   * `sizeof(cocket_question)`.
   */
  size_t size;
  /**
   * The authority's name.
   */
  struct cocket_text authority;
  /**
   * The policy that has it, where several have one of its name.
   */
  struct cocket_text policy;
  /**
   * The image's reference; no text for a file.
   */
  struct cocket_text image;
  /**
   * The digest of the image or the file, where nothing else gives it.
   */
  struct cocket_text digest;
  /**
   * The content of a file; NULL for an image, and for a file that is given by its digest.
   */
  struct cocket_bytes artifact;
  /**
   * A predicate type, one of cosign's names for one, or `any`; no text: an approval.
   */
  struct cocket_text content;
  /**
   * Annotations that an approval must have, all with one subject.
   */
  const struct cocket_pair *annotations;
  /**
   * How many annotations.
   */
  size_t annotations_len;
  /**
   * How the repository that an approval names is compared, as in a policy: a name such as
   * `sameDigest`, or the JSON of an object. No text: where the approval names one.
   */
  struct cocket_text signed_identity;
  /**
   * The hash that was signed, where only one kind counts: `sha256`, `sha384` or `sha512`.
   */
  struct cocket_text signed_hash;
} cocket_question;

/**
 * The heads of an examination, without its documents. Its texts live as long as the examination.
 */
typedef struct cocket_examination_heads {
  /**
   * 1 where a document is verified and says what was asked, else 0.
   */
  int32_t verified;
  /**
   * 1 where more is attached than is looked at, else 0.
   */
  int32_t cut;
  /**
   * How many documents there are, for `cocket_examination_document`.
   */
  size_t documents;
  /**
   * How many things were not asked for, where a reader might think that they were; for
   * `cocket_examination_not_asked`.
   */
  size_t not_asked;
  /**
   * How many things should have been read and were not, for `cocket_examination_gap`.
   */
  size_t gaps;
  /**
   * The authority's name.
   */
  struct cocket_text authority;
  /**
   * `signature`, a predicate type, or `any`.
   */
  struct cocket_text content;
  /**
   * The image's reference; no text for a file.
   */
  struct cocket_text image;
  /**
   * The digest that documents have to be about.
   */
  struct cocket_digest digest;
  /**
   * The moment that is judged for.
   */
  struct cocket_time now;
  /**
   * The check that failed where nothing is verified, that of the document that came furthest;
   * no text where something is.
   */
  struct cocket_text cause_check;
  /**
   * What was found there.
   */
  struct cocket_text cause_message;
  /**
   * The digest of that document; of length 0 where there is none.
   */
  struct cocket_digest cause_document;
} cocket_examination_heads;

/**
 * One document that was examined. Its texts live as long as the examination.
 */
typedef struct cocket_examined_document {
  /**
   * 1 where every check passed, else 0.
   */
  int32_t verified;
  /**
   * How many checks were made, for `cocket_examination_check`.
   */
  size_t checks;
  /**
   * The digest of its bytes.
   */
  struct cocket_digest digest;
  /**
   * The media type that its form has.
   */
  struct cocket_text form;
  /**
   * The predicate type that it claims, proven or not; no text for none.
   */
  struct cocket_text claimed_type;
  /**
   * Who signed it; no text where that is not proven.
   */
  struct cocket_text signer;
  /**
   * When it provably existed; all zeros where nothing proves a time.
   */
  struct cocket_time proven_at;
} cocket_examined_document;

/**
 * One check of a document. Its texts live as long as the examination.
 */
typedef struct cocket_check {
  /**
   * Such as `subject`, `identity`, `signature`, `time`, `log` or `content`.
   */
  struct cocket_text check;
  /**
   * 1 where it is as it should be, which only what is proven is, else 0.
   */
  int32_t passed;
  /**
   * What was found; no text where that says nothing.
   */
  struct cocket_text found;
} cocket_check;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The library's `COCKET_ABI_VERSION`. May be called from any thread at any time.
 */
uint32_t cocket_abi_version(void);

/**
 * All faults as text, one a line; no text for an error that is NULL or no error. It lives as long
 * as the error. May be called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `error` is NULL or an error that is alive.
 */
struct cocket_text cocket_error_message(const struct cocket_error *error);

/**
 * How many faults there are; 0 for an error that is NULL or no error. May be called from any
 * thread, also at the same time.
 *
 * What the caller sees to:
 * `error` is NULL or an error that is alive.
 */
size_t cocket_error_len(const struct cocket_error *error);

/**
 * Writes the fault at `index` (from 0) to `out`. May be called from any thread, also at the same
 * time.
 *
 * What the caller sees to:
 * `error` is NULL or an error that is alive; `out` is NULL or may be written to.
 */
cocket_status cocket_error_fault(const struct cocket_error *error,
                                 size_t index,
                                 struct cocket_fault *out);

/**
 * The error as `cocket_answer` would write it: canonical JSON with the member `errors`. The caller
 * owns the buffer. May be called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `error` is NULL or an error that is alive; `out` is NULL or may be written to.
 */
cocket_status cocket_error_json(const struct cocket_error *error, struct cocket_buffer **out);

/**
 * Frees the error in `*error` and sets it to NULL. NULL there is nothing to free; an error that
 * was freed before is `COCKET_STATUS_INVALID_HANDLE`. May be called from any thread.
 *
 * What the caller sees to:
 * `error` is NULL or a variable; no other call uses the error.
 */
cocket_status cocket_error_free(struct cocket_error **error);

/**
 * The bytes, which live as long as the buffer; none for a buffer that is NULL or no buffer. May be
 * called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `buffer` is NULL or a buffer that is alive.
 */
struct cocket_bytes cocket_buffer_bytes(const struct cocket_buffer *buffer);

/**
 * Frees the buffer in `*buffer` and sets it to NULL. NULL there is nothing to free; a buffer that
 * was freed before is `COCKET_STATUS_INVALID_HANDLE`. May be called from any thread.
 *
 * What the caller sees to:
 * `buffer` is NULL or a variable; no other call uses the buffer.
 */
cocket_status cocket_buffer_free(struct cocket_buffer **buffer);

/**
 * Answers one request in JSON with an answer in canonical JSON (RFC 8785), the same bytes in
 * every language. Faults in the request are an answer of kind `error`, with status
 * `COCKET_STATUS_OK`. The caller owns the buffer.
 *
 * May be called from any thread at any time.
 *
 * What the caller sees to:
 * `request` holds as many bytes as it says; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_answer(struct cocket_bytes request,
                            struct cocket_buffer **out,
                            struct cocket_error **error);

/**
 * Reads a moment in RFC 3339 with an offset, such as `2026-11-23T12:00:00Z`, and writes it to
 * `out`. May be called from any thread at any time.
 *
 * What the caller sees to:
 * `text` holds as many bytes as it says; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_time_parse(struct cocket_text text,
                                struct cocket_time *out,
                                struct cocket_error **error);

/**
 * Loads texts with policy documents as one set and writes it to `out`; the caller owns it.
 * Faults in the texts are `COCKET_STATUS_POLICY`, and the error has all of them. May be called
 * from any thread at any time.
 *
 * What the caller sees to:
 * `texts` points to `len` texts that hold what they say; `out` and `error` are NULL or may be
 * written to.
 */
cocket_status cocket_policies_load(const struct cocket_policy_text *texts,
                                   size_t len,
                                   struct cocket_policies **out,
                                   struct cocket_error **error);

/**
 * As `cocket_policies_load`, with options for policies of other engines. May be called from any
 * thread at any time.
 *
 * What the caller sees to:
 * As for `cocket_policies_load`.
 */
cocket_status cocket_policies_load_with(const struct cocket_policy_text *texts,
                                        size_t len,
                                        struct cocket_import_options options,
                                        struct cocket_policies **out,
                                        struct cocket_error **error);

/**
 * Reads policy files and loads them as one set: each of `paths`, and in directories every
 * `*.yaml`, `*.yml` and `*.json` at any depth. The caller owns the result. May be called from
 * any thread at any time.
 *
 * What the caller sees to:
 * `paths` points to `len` texts that hold what they say; `out` and `error` are NULL or may be
 * written to.
 */
cocket_status cocket_policies_read(const struct cocket_text *paths,
                                   size_t len,
                                   struct cocket_policies **out,
                                   struct cocket_error **error);

/**
 * As `cocket_policies_read`, with options for policies of other engines. May be called from any
 * thread at any time.
 *
 * What the caller sees to:
 * As for `cocket_policies_read`.
 */
cocket_status cocket_policies_read_with(const struct cocket_text *paths,
                                        size_t len,
                                        struct cocket_import_options options,
                                        struct cocket_policies **out,
                                        struct cocket_error **error);

/**
 * Writes the digest of everything loaded to `out`; neither layout nor the order of documents,
 * keys and rules change it. May be called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `policies` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_policies_digest(const struct cocket_policies *policies,
                                     struct cocket_digest *out,
                                     struct cocket_error **error);

/**
 * Everything loaded as canonical JSON (RFC 8785), one document a line. The caller owns the
 * buffer. May be called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `policies` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_policies_json(const struct cocket_policies *policies,
                                   struct cocket_buffer **out,
                                   struct cocket_error **error);

/**
 * Everything loaded as YAML in cocket's own form, as `cocket import` writes it: policies of other
 * engines as policies of our own, a comment for each that has no equivalent. The caller owns the
 * buffer. May be called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `policies` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_policies_yaml(const struct cocket_policies *policies,
                                   struct cocket_buffer **out,
                                   struct cocket_error **error);

/**
 * The JSON schema (draft 2020-12) of one policy document, as canonical JSON (RFC 8785): for
 * editors, and for programs that write policies. The caller owns the buffer. May be called from any
 * thread at any time.
 *
 * What the caller sees to:
 * `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_policy_schema(struct cocket_buffer **out, struct cocket_error **error);

/**
 * One scan report in numbers, for people, as `cocket scan-summary` prints it: what the scanner
 * says, beside what a `vulnerabilities` rule of `policies` counts. `name` is what the report is
 * called; `policies` NULL counts as where no rule says otherwise; `rule` is `POLICY/RULE` or an
 * end of that, NULL for the only one. The caller owns the buffer. May be called from any thread,
 * also at the same time.
 *
 * What the caller sees to:
 * Texts and bytes are as long as they say; `policies` is NULL or alive; `out` and `error` are NULL
 * or may be written to.
 */
cocket_status cocket_scan_summary(struct cocket_text name,
                                  struct cocket_bytes report,
                                  const struct cocket_policies *policies,
                                  struct cocket_text rule,
                                  struct cocket_time now,
                                  struct cocket_buffer **out,
                                  struct cocket_error **error);

/**
 * What loads and is probably not meant at the time `now`, such as an expired exception. The
 * result has the form of an error, with no fault where there is no doubt; the caller owns it. May
 * be called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `policies` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_policies_warnings(const struct cocket_policies *policies,
                                       struct cocket_time now,
                                       struct cocket_error **out,
                                       struct cocket_error **error);

/**
 * Where what was made of other engines' policies is not just what they say. The result has the
 * form of an error, with no fault where there is nothing to say; the caller owns it. May be called
 * from any thread, also at the same time.
 *
 * What the caller sees to:
 * `policies` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_policies_notes(const struct cocket_policies *policies,
                                    struct cocket_error **out,
                                    struct cocket_error **error);

/**
 * Frees the policies in `*policies` and sets it to NULL; engines made of them live on. NULL there
 * is nothing to free; what was freed before is `COCKET_STATUS_INVALID_HANDLE`. May be called from
 * any thread.
 *
 * What the caller sees to:
 * `policies` is NULL or a variable; no other call uses the policies.
 */
cocket_status cocket_policies_free(struct cocket_policies **policies);

/**
 * Says who signed, spelled so that one signer has one spelling, and one thing that was checked,
 * such as `ecdsa-p256-sha256`. `proven_at` is a moment at which the signature provably existed;
 * all zeros where nothing proves one. The texts are copied. To be called by the verifier's function
 * alone, in the thread that asks it, before it returns.
 *
 * What the caller sees to:
 * `verification` is NULL or the one that the function was called with; texts hold what they
 * say; `error` is NULL or may be written to.
 */
cocket_status cocket_verification_signer(struct cocket_verification *verification,
                                         struct cocket_text id,
                                         struct cocket_text checked,
                                         struct cocket_time proven_at,
                                         struct cocket_error **error);

/**
 * Says why the verifier could not say; its first 200 characters become a part of the decision, so
 * that it should be the same each time. It is copied. To be called by the verifier's function
 * alone, in the thread that asks it, before it returns.
 *
 * What the caller sees to:
 * `verification` is NULL or the one that the function was called with; `detail` holds what it
 * says; `error` is NULL or may be written to.
 */
cocket_status cocket_verification_failure(struct cocket_verification *verification,
                                          struct cocket_text detail,
                                          struct cocket_error **error);

/**
 * Gives a judge's answer, a JSON object: `results`, none where it is not about the object; and
 * where there is one `excludedBy`, what keeps an object away that it would be about, and
 * `validUntil`, the first moment at which the answer could change, after the decision's `now`. A
 * result has `rule` and `outcome` (`pass`, `fail`, `skip`, `excepted` or `error`), and may have
 * `message`, `mode` (`enforce`, else `warn` or `audit`), `severity`, `controls`, `evidence`, `refused`
 * and `notes`. What is anything else is a failure. The text is copied; the last one counts. To be called by the
 * judge's function alone, in the thread that asks it, before it returns.
 *
 * What the caller sees to:
 * `judgement` is NULL or the one that the function was called with; `answer` holds what it says;
 * `error` is NULL or may be written to.
 */
cocket_status cocket_judgement_answer(struct cocket_judgement *judgement,
                                      struct cocket_bytes answer,
                                      struct cocket_error **error);

/**
 * Says why the judge could not say; its first 200 characters become a part of the decision, so
 * that it should be the same each time. It is copied. To be called by the judge's function alone,
 * in the thread that asks it, before it returns.
 *
 * What the caller sees to:
 * `judgement` is NULL or the one that the function was called with; `detail` holds what it says;
 * `error` is NULL or may be written to.
 */
cocket_status cocket_judgement_failure(struct cocket_judgement *judgement,
                                       struct cocket_text detail,
                                       struct cocket_error **error);

/**
 * As `cocket_policies_load_with`, with judges of the caller's own, which belong to the set:
 * exceptions may name their rules, and its digest holds their declarations. A set of nothing but
 * judges is one. What is wrong with a declaration is `COCKET_STATUS_INVALID_ARGUMENT`. May be called
 * from any thread at any time.
 *
 * What the caller sees to:
 * As for `cocket_policies_load`; `judges` points to `judges_len` judges that hold what they say, as
 * long as the policies and engines made of them live.
 */
cocket_status cocket_policies_load_with_judges(const struct cocket_policy_text *texts,
                                               size_t len,
                                               struct cocket_import_options options,
                                               const struct cocket_judge *judges,
                                               size_t judges_len,
                                               struct cocket_policies **out,
                                               struct cocket_error **error);

/**
 * As `cocket_policies_read_with`, with judges of the caller's own, as
 * `cocket_policies_load_with_judges` takes them. May be called from any thread at any time.
 *
 * What the caller sees to:
 * As for `cocket_policies_read` and `cocket_policies_load_with_judges`.
 */
cocket_status cocket_policies_read_with_judges(const struct cocket_text *paths,
                                               size_t len,
                                               struct cocket_import_options options,
                                               const struct cocket_judge *judges,
                                               size_t judges_len,
                                               struct cocket_policies **out,
                                               struct cocket_error **error);

/**
 * No evidence, to be added to; the caller owns it. May be called from any thread at any time.
 *
 * What the caller sees to:
 * `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_evidence_new(struct cocket_evidence **out, struct cocket_error **error);

/**
 * Adds a manifest, an index or a configuration; the bytes are copied.
 *
 * `media_type` is that by which it was served or listed, or no text. `expected` is the digest that
 * it is named by, or no text: then it is SHA-256. Bytes with another digest are
 * `COCKET_STATUS_EVIDENCE`, and nothing is added. The digest is written to `digest` unless that is
 * NULL. May be called from any thread; keeps others out while it runs, and is kept out by them:
 * `COCKET_STATUS_BUSY`.
 *
 * What the caller sees to:
 * `evidence` is NULL or alive; texts and bytes hold what they say; `digest` and `error` are
 * NULL or may be written to.
 */
cocket_status cocket_evidence_add_blob(struct cocket_evidence *evidence,
                                       struct cocket_text media_type,
                                       struct cocket_bytes bytes,
                                       struct cocket_text expected,
                                       struct cocket_digest *digest,
                                       struct cocket_error **error);

/**
 * Adds something that is attached to the image `subject` (or to an unknown one: no text), as what
 * `media_type` says: a cosign simple signing payload, a DSSE envelope, a Sigstore bundle. Anything
 * else is kept to be listed as refused. `annotations` are those of the layer that held it.
 * Everything is copied. May be called from any thread; keeps others out while it runs, and is kept
 * out by them: `COCKET_STATUS_BUSY`.
 *
 * What the caller sees to:
 * `evidence` is NULL or alive; texts and bytes hold what they say; `annotations` points to as
 * many pairs as `annotations_len` says; `error` is NULL or may be written to.
 */
cocket_status cocket_evidence_attach(struct cocket_evidence *evidence,
                                     struct cocket_text subject,
                                     struct cocket_text media_type,
                                     struct cocket_bytes bytes,
                                     const struct cocket_pair *annotations,
                                     size_t annotations_len,
                                     struct cocket_error **error);

/**
 * Adds a scan report that the caller vouches for; it counts only where a policy says
 * `trust: caller`. `subject` is the digest that it is about; no text where the report names it
 * itself. May be called from any thread; keeps others out while it runs, and is kept out by them:
 * `COCKET_STATUS_BUSY`.
 *
 * What the caller sees to:
 * `evidence` is NULL or alive; text and bytes hold what they say; `error` is NULL or may be
 * written to.
 */
cocket_status cocket_evidence_vouch(struct cocket_evidence *evidence,
                                    struct cocket_text subject,
                                    struct cocket_bytes bytes,
                                    struct cocket_error **error);

/**
 * Reads scan reports that the caller vouches for, as `cocket_evidence_vouch` adds them: the file
 * `path`, or every `*.json` in the directory `path`. May be called from any thread; keeps others
 * out while it adds them, and is kept out by them: `COCKET_STATUS_BUSY`.
 *
 * What the caller sees to:
 * `evidence` is NULL or alive; `path` holds what it says; `error` is NULL or may be written to.
 */
cocket_status cocket_evidence_vouch_files(struct cocket_evidence *evidence,
                                          struct cocket_text path,
                                          struct cocket_error **error);

/**
 * Records that something should have been read and was not. `subject` is the digest about which
 * something is missing; no text: about everything. `kind` is a `cocket_missing`, and any other
 * number counts as `COCKET_MISSING_INCOMPLETE`. May be called from any thread; keeps others out
 * while it runs, and is kept out by them: `COCKET_STATUS_BUSY`.
 *
 * What the caller sees to:
 * `evidence` is NULL or alive; texts hold what they say; `error` is NULL or may be written to.
 */
cocket_status cocket_evidence_add_gap(struct cocket_evidence *evidence,
                                      struct cocket_text subject,
                                      int32_t kind,
                                      struct cocket_text detail,
                                      struct cocket_error **error);

/**
 * Adds everything in `other`, which stays as it is. May be called from any thread; keeps others
 * out of `evidence` while it runs, and is kept out by them: `COCKET_STATUS_BUSY`, which is also
 * the answer where both are the same.
 *
 * What the caller sees to:
 * `evidence` and `other` are NULL or alive; `error` is NULL or may be written to.
 */
cocket_status cocket_evidence_merge(struct cocket_evidence *evidence,
                                    const struct cocket_evidence *other,
                                    struct cocket_error **error);

/**
 * Frees the evidence in `*evidence` and sets it to NULL. NULL there is nothing to free; what was
 * freed before is `COCKET_STATUS_INVALID_HANDLE`. May be called from any thread.
 *
 * What the caller sees to:
 * `evidence` is NULL or a variable; no other call uses the evidence.
 */
cocket_status cocket_evidence_free(struct cocket_evidence **evidence);

/**
 * A history with nothing in it; the caller owns it. May be called from any thread at any time.
 *
 * What the caller sees to:
 * `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_history_new(struct cocket_history **out, struct cocket_error **error);

/**
 * Records the digest that a tag stood for; `name` is `host/path:tag`. A later call for the same
 * name takes the place of an earlier one. May be called from any thread; keeps others out while it
 * runs, and is kept out by them: `COCKET_STATUS_BUSY`.
 *
 * What the caller sees to:
 * `history` is NULL or alive; texts hold what they say; `error` is NULL or may be written to.
 */
cocket_status cocket_history_add_tag(struct cocket_history *history,
                                     struct cocket_text name,
                                     struct cocket_text digest,
                                     struct cocket_error **error);

/**
 * Records when a vulnerability was first seen in the judged repository. May be called from any
 * thread; keeps others out while it runs, and is kept out by them: `COCKET_STATUS_BUSY`.
 *
 * What the caller sees to:
 * `history` is NULL or alive; `id` holds what it says; `error` is NULL or may be written to.
 */
cocket_status cocket_history_add_first_seen(struct cocket_history *history,
                                            struct cocket_text id,
                                            struct cocket_time at,
                                            struct cocket_error **error);

/**
 * Records the time of the latest statement that was seen: `subject` is the digest that it is
 * about, `authority` the authority's name in the policy, `predicate_type` the URI of its type. Of
 * several times the latest stands. An older statement, or none, is `evidence.rollback`. May be
 * called from any thread; keeps others out while it runs, and is kept out by them:
 * `COCKET_STATUS_BUSY`.
 *
 * What the caller sees to:
 * `history` is NULL or alive; texts hold what they say; `error` is NULL or may be written to.
 */
cocket_status cocket_history_add_statement(struct cocket_history *history,
                                           struct cocket_text subject,
                                           struct cocket_text authority,
                                           struct cocket_text predicate_type,
                                           struct cocket_time at,
                                           struct cocket_error **error);

/**
 * Frees the history in `*history` and sets it to NULL. NULL there is nothing to free; what was
 * freed before is `COCKET_STATUS_INVALID_HANDLE`. May be called from any thread.
 *
 * What the caller sees to:
 * `history` is NULL or a variable; no other call uses the history.
 */
cocket_status cocket_history_free(struct cocket_history **history);

/**
 * Opens the layout or the layouts in the directory `path`; the caller owns the result. May be
 * called from any thread at any time.
 *
 * What the caller sees to:
 * `path` holds what it says; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_source_open(struct cocket_text path,
                                 struct cocket_source **out,
                                 struct cocket_error **error);

/**
 * How many images there are; 0 for a source that is NULL or no source. May be called from any
 * thread, also at the same time.
 *
 * What the caller sees to:
 * `source` is NULL or alive.
 */
size_t cocket_source_len(const struct cocket_source *source);

/**
 * Writes the image at `index` (from 0, sorted by name and digest) to `out`. May be called from
 * any thread, also at the same time.
 *
 * What the caller sees to:
 * `source` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_source_image(const struct cocket_source *source,
                                  size_t index,
                                  struct cocket_layout_image *out,
                                  struct cocket_error **error);

/**
 * Writes the digest that a reference stands for in this source to `out`; one with length 0
 * where the source does not have it. May be called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `source` is NULL or alive; `reference` holds what it says; `out` and `error` are NULL or may
 * be written to.
 */
cocket_status cocket_source_resolve(const struct cocket_source *source,
                                    struct cocket_text reference,
                                    struct cocket_digest *out,
                                    struct cocket_error **error);

/**
 * Everything in the source about the image with this digest; the caller owns it. What the layout
 * promises and does not hold is in it as a gap. May be called from any thread, also at the same
 * time.
 *
 * What the caller sees to:
 * `source` is NULL or alive; `digest` holds what it says; `out` and `error` are NULL or may be
 * written to.
 */
cocket_status cocket_source_collect(const struct cocket_source *source,
                                    struct cocket_text digest,
                                    struct cocket_evidence **out,
                                    struct cocket_error **error);

/**
 * Frees the source in `*source` and sets it to NULL; evidence collected from it lives on. NULL
 * there is nothing to free; what was freed before is `COCKET_STATUS_INVALID_HANDLE`. May be called
 * from any thread.
 *
 * What the caller sees to:
 * `source` is NULL or a variable; no other call uses the source.
 */
cocket_status cocket_source_free(struct cocket_source **source);

/**
 * Compiles policies, which are only needed for this call; the caller owns the engine. `options`
 * may be NULL. What the loader cannot see, such as a key of an algorithm that is not supported
 * or a verifier that is not there, is `COCKET_STATUS_POLICY`. May be called from any thread,
 * also at the same time.
 *
 * What the caller sees to:
 * `policies` is NULL or alive; `options` is NULL or holds what it says, for verifiers as long as
 * the engine lives; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_engine_new(const struct cocket_policies *policies,
                                const struct cocket_engine_options *options,
                                struct cocket_engine **out,
                                struct cocket_error **error);

/**
 * Writes the digest of the engine's policies to `out`. May be called from any thread, also at
 * the same time.
 *
 * What the caller sees to:
 * `engine` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_engine_policies_digest(const struct cocket_engine *engine,
                                            struct cocket_digest *out,
                                            struct cocket_error **error);

/**
 * Writes what the engine keeps of verifications to `out`. May be called from any thread, also at
 * the same time.
 *
 * What the caller sees to:
 * `engine` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_engine_cache_statistics(const struct cocket_engine *engine,
                                             struct cocket_cache_statistics *out,
                                             struct cocket_error **error);

/**
 * Decides on one image for the moment `now`; the caller owns the decision. A denial is a
 * decision, with `COCKET_STATUS_OK`. `history` may be NULL: nothing was recorded.
 *
 * May be called from any thread, also at the same time and with the same handles. While it runs,
 * a function that adds to `evidence` or `history` is `COCKET_STATUS_BUSY`, and so is this one
 * while such a function runs.
 *
 * What the caller sees to:
 * All handles are NULL or alive; `request` is NULL or holds what it says; `out` and `error` are
 * NULL or may be written to.
 */
cocket_status cocket_engine_check(const struct cocket_engine *engine,
                                  const struct cocket_image_request *request,
                                  const struct cocket_evidence *evidence,
                                  const struct cocket_history *history,
                                  struct cocket_time now,
                                  struct cocket_decision **out,
                                  struct cocket_error **error);

/**
 * Frees the engine in `*engine`, releases its verifiers' user data and sets the variable to NULL.
 * NULL there is nothing to free; what was freed before is `COCKET_STATUS_INVALID_HANDLE`. May be
 * called from any thread.
 *
 * What the caller sees to:
 * `engine` is NULL or a variable; no other call uses the engine.
 */
cocket_status cocket_engine_free(struct cocket_engine **engine);

/**
 * What happens to the image; `COCKET_VERDICT_DENY` for a decision that is NULL or none. May be
 * called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `decision` is NULL or alive.
 */
cocket_verdict cocket_decision_verdict(const struct cocket_decision *decision);

/**
 * The decision as canonical JSON (RFC 8785), the same bytes in every language. The caller owns
 * the buffer. May be called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_decision_json(const struct cocket_decision *decision,
                                   struct cocket_buffer **out,
                                   struct cocket_error **error);

/**
 * Reads a decision from its canonical JSON, as `cocket_decision_json` and answers in every language
 * have it, with its origin where it has one; the caller owns the result. Bytes that are not just
 * those that this version writes for a decision are `COCKET_STATUS_INVALID_ARGUMENT`. May be called
 * from any thread at any time.
 *
 * What the caller sees to:
 * `bytes` holds what it says; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_decision_read(struct cocket_bytes bytes,
                                   struct cocket_decision **out,
                                   struct cocket_error **error);

/**
 * One or more decisions as a report, with the origins that they have: `format` is `table`, `json`,
 * `yaml`, `junit`, `sarif`, `github` or `markdown`. The caller owns the buffer. May be called from any thread, also at the
 * same time.
 *
 * What the caller sees to:
 * `decisions` points to `len` pointers that are NULL or alive; `format` holds what it says;
 * `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_report(const struct cocket_decision *const *decisions,
                            size_t len,
                            struct cocket_text format,
                            struct cocket_buffer **out,
                            struct cocket_error **error);

/**
 * Writes the decision's heads to `out`. May be called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_decision_summary(const struct cocket_decision *decision,
                                      struct cocket_summary *out,
                                      struct cocket_error **error);

/**
 * Writes the result of the rule at `index` (from 0, sorted by policy and rule) to `out`. May be
 * called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_decision_result(const struct cocket_decision *decision,
                                     size_t index,
                                     struct cocket_rule_result *out,
                                     struct cocket_error **error);

/**
 * Writes a reason to `out`: the one at `index` (from 0, sorted by code) of the result at
 * `result`. May be called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_decision_reason(const struct cocket_decision *decision,
                                     size_t result,
                                     size_t index,
                                     struct cocket_reason *out,
                                     struct cocket_error **error);

/**
 * Writes the digest at `index` (from 0) of the evidence that a reason comes from to `out`: the
 * reason at `reason` of the result at `result`. May be called from any thread, also at the same
 * time.
 *
 * What the caller sees to:
 * `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_decision_reason_evidence(const struct cocket_decision *decision,
                                              size_t result,
                                              size_t reason,
                                              size_t index,
                                              struct cocket_digest *out,
                                              struct cocket_error **error);

/**
 * Writes a reason that belongs to no rule to `out`: an unreadable name, or nothing that covers
 * the image. May be called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_decision_general(const struct cocket_decision *decision,
                                      size_t index,
                                      struct cocket_reason *out,
                                      struct cocket_error **error);

/**
 * Frees the decision in `*decision` and sets it to NULL. NULL there is nothing to free; what was
 * freed before is `COCKET_STATUS_INVALID_HANDLE`. May be called from any thread.
 *
 * What the caller sees to:
 * `decision` is NULL or a variable; no other call uses the decision.
 */
cocket_status cocket_decision_free(struct cocket_decision **decision);

/**
 * Writes what a reason's code, such as `signature.missing`, means to `out`. May be called from any
 * thread at any time.
 *
 * What the caller sees to:
 * `code` holds what it says; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_explain(struct cocket_text code,
                             struct cocket_explanation *out,
                             struct cocket_error **error);

/**
 * Writes the policy at `index` (from 0, by name) to `out`. May be called from any thread, also at
 * the same time.
 *
 * What the caller sees to:
 * `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_decision_policy(const struct cocket_decision *decision,
                                     size_t index,
                                     struct cocket_policy_use *out,
                                     struct cocket_error **error);

/**
 * Writes a control that the rule of the result at `result` serves to `out`. May be called from
 * any thread, also at the same time.
 *
 * What the caller sees to:
 * `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_decision_control(const struct cocket_decision *decision,
                                      size_t result,
                                      size_t index,
                                      struct cocket_text *out,
                                      struct cocket_error **error);

/**
 * Writes a finding of the result at `result` to `out`: the one at `index` (from 0, worst first) of
 * those that count or of those set apart. May be called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_decision_finding(const struct cocket_decision *decision,
                                      size_t result,
                                      int32_t list,
                                      size_t index,
                                      struct cocket_finding *out,
                                      struct cocket_error **error);

/**
 * Writes the piece of evidence at `index` (from 0, by digest) to `out`. May be called from any
 * thread, also at the same time.
 *
 * What the caller sees to:
 * `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_decision_evidence(const struct cocket_decision *decision,
                                       size_t index,
                                       struct cocket_evidence_record *out,
                                       struct cocket_error **error);

/**
 * Writes a check that was made on the piece of evidence at `evidence` to `out`. May be called
 * from any thread, also at the same time.
 *
 * What the caller sees to:
 * `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_decision_evidence_check(const struct cocket_decision *decision,
                                             size_t evidence,
                                             size_t index,
                                             struct cocket_text *out,
                                             struct cocket_error **error);

/**
 * Writes the exception at `index` (from 0, by name) to `out`. May be called from any thread, also
 * at the same time.
 *
 * What the caller sees to:
 * `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_decision_exception(const struct cocket_decision *decision,
                                        size_t index,
                                        struct cocket_exception_use *out,
                                        struct cocket_error **error);

/**
 * Writes the platform at `index` (from 0) of an image that is an index to `out`. May be called
 * from any thread, also at the same time.
 *
 * What the caller sees to:
 * `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_decision_platform(const struct cocket_decision *decision,
                                       size_t index,
                                       struct cocket_judged_platform *out,
                                       struct cocket_error **error);

/**
 * Writes where the image or the object was found to `out`: all zeros where it was named by
 * itself. May be called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `decision` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_decision_origin(const struct cocket_decision *decision,
                                     struct cocket_origin *out,
                                     struct cocket_error **error);

/**
 * Lists what the objects of one text, YAML or JSON, would run: the kinds that the engine's policy
 * set declares are workloads too. The caller owns the list. `name` is what errors call the text;
 * one that cannot be read is `COCKET_STATUS_INVALID_ARGUMENT`, with line and column.
 *
 * May be called from any thread, also at the same time and with the same engine.
 *
 * What the caller sees to:
 * `engine` is NULL or alive; `name` and `text` hold what they say; `out` and `error` are NULL or
 * may be written to.
 */
cocket_status cocket_engine_objects(const struct cocket_engine *engine,
                                    struct cocket_text name,
                                    struct cocket_bytes text,
                                    struct cocket_objects **out,
                                    struct cocket_error **error);

/**
 * Lists the images that the object of an `AdmissionReview` would run, as its bytes came: what
 * evidence is wanted about before `cocket_engine_admit`. The list has images alone; that of a
 * malformed review is empty. The caller owns it.
 *
 * May be called from any thread, also at the same time and with the same engine.
 *
 * What the caller sees to:
 * `engine` is NULL or alive; `review` holds as many bytes as it says; `out` and `error` are NULL
 * or may be written to.
 */
cocket_status cocket_engine_review_images(const struct cocket_engine *engine,
                                          struct cocket_bytes review,
                                          struct cocket_objects **out,
                                          struct cocket_error **error);

/**
 * How many different images there are in all; 0 for a list that is NULL or none. May be called
 * from any thread, also at the same time.
 *
 * What the caller sees to:
 * `objects` is NULL or alive.
 */
size_t cocket_objects_images_len(const struct cocket_objects *objects);

/**
 * Writes the image at `index` (from 0, sorted, each once) to `out`, which lives as long as the
 * list. May be called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `objects` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_objects_image(const struct cocket_objects *objects,
                                   size_t index,
                                   struct cocket_text *out,
                                   struct cocket_error **error);

/**
 * How many workloads there are; 0 for a list that is NULL or none. May be called from any thread,
 * also at the same time.
 *
 * What the caller sees to:
 * `objects` is NULL or alive.
 */
size_t cocket_objects_workloads_len(const struct cocket_objects *objects);

/**
 * Writes the workload at `index` (from 0, in the order of the text) to `out`. May be called from
 * any thread, also at the same time.
 *
 * What the caller sees to:
 * `objects` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_objects_workload(const struct cocket_objects *objects,
                                      size_t index,
                                      struct cocket_workload *out,
                                      struct cocket_error **error);

/**
 * Writes the image at `index` (from 0, in the order of the pod's fields) of the workload at
 * `workload` to `out`. May be called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `objects` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_objects_workload_image(const struct cocket_objects *objects,
                                            size_t workload,
                                            size_t index,
                                            struct cocket_workload_image *out,
                                            struct cocket_error **error);

/**
 * How many objects were passed over; 0 for a list that is NULL or none. May be called from any
 * thread, also at the same time.
 *
 * What the caller sees to:
 * `objects` is NULL or alive.
 */
size_t cocket_objects_unjudged_len(const struct cocket_objects *objects);

/**
 * Writes the object that was passed over at `index` (from 0) to `out`. May be called from any
 * thread, also at the same time.
 *
 * What the caller sees to:
 * `objects` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_objects_unjudged(const struct cocket_objects *objects,
                                      size_t index,
                                      struct cocket_unjudged *out,
                                      struct cocket_error **error);

/**
 * The whole as an answer in JSON, the same bytes as `cocket_engine_answer` gives for
 * `op: objects`; they live as long as the list, and there are none for one that is NULL or none.
 * May be called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `objects` is NULL or alive.
 */
struct cocket_bytes cocket_objects_answer(const struct cocket_objects *objects);

/**
 * Frees the list in `*objects` and sets it to NULL. NULL there is nothing to free; what was freed
 * before is `COCKET_STATUS_INVALID_HANDLE`. May be called from any thread.
 *
 * What the caller sees to:
 * `objects` is NULL or a variable; no other call uses the list.
 */
cocket_status cocket_objects_free(struct cocket_objects **objects);

/**
 * Decides on every image that Kubernetes objects would run, and on each object that a rule is
 * about, for the moment `now`; the caller owns the review. `history` may be NULL. A text that
 * cannot be read, an object that seems to carry pods in a kind that is not known, and nothing to
 * decide on at all are `COCKET_STATUS_INVALID_ARGUMENT`, with file and line where there are some.
 *
 * May be called from any thread, also at the same time and with the same handles; for functions
 * that add to `evidence` or `history`, see `cocket_engine_check`.
 *
 * What the caller sees to:
 * All handles are NULL or alive; `request` is NULL or holds what it says; `out` and `error` are
 * NULL or may be written to.
 */
cocket_status cocket_engine_check_objects(const struct cocket_engine *engine,
                                          const struct cocket_objects_request *request,
                                          const struct cocket_evidence *evidence,
                                          const struct cocket_history *history,
                                          struct cocket_time now,
                                          struct cocket_review **out,
                                          struct cocket_error **error);

/**
 * Answers a request in JSON as `cocket_answer` does, with the engine and the evidence at hand: the
 * request has no policies, no trust roots and no evidence of its own. The same bytes in every
 * language; the caller owns the buffer. Faults in the request are an answer of kind `error`, with
 * status `COCKET_STATUS_OK`.
 *
 * May be called from any thread, also at the same time and with the same handles; for functions
 * that add to `evidence`, see `cocket_engine_check`.
 *
 * What the caller sees to:
 * All handles are NULL or alive; `request` holds as many bytes as it says; `out` and `error` are
 * NULL or may be written to.
 */
cocket_status cocket_engine_answer(const struct cocket_engine *engine,
                                   const struct cocket_evidence *evidence,
                                   struct cocket_bytes request,
                                   struct cocket_buffer **out,
                                   struct cocket_error **error);

/**
 * The worst verdict; `COCKET_VERDICT_DENY` for a review that is NULL or none. May be called from
 * any thread, also at the same time.
 *
 * What the caller sees to:
 * `review` is NULL or alive.
 */
cocket_verdict cocket_review_verdict(const struct cocket_review *review);

/**
 * How many decisions there are; 0 for a review that is NULL or none. May be called from any
 * thread, also at the same time.
 *
 * What the caller sees to:
 * `review` is NULL or alive.
 */
size_t cocket_review_len(const struct cocket_review *review);

/**
 * The decision at `index` (from 0, in the order of the texts), with its origin; the caller owns it,
 * and it outlives the review. May be called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `review` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_review_decision(const struct cocket_review *review,
                                     size_t index,
                                     struct cocket_decision **out,
                                     struct cocket_error **error);

/**
 * How many objects were passed over; 0 for a review that is NULL or none. May be called from any
 * thread, also at the same time.
 *
 * What the caller sees to:
 * `review` is NULL or alive.
 */
size_t cocket_review_unjudged_len(const struct cocket_review *review);

/**
 * Writes the object that was passed over at `index` (from 0) to `out`. May be called from any
 * thread, also at the same time.
 *
 * What the caller sees to:
 * `review` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_review_unjudged(const struct cocket_review *review,
                                     size_t index,
                                     struct cocket_passed_over *out,
                                     struct cocket_error **error);

/**
 * The whole as an answer in JSON, the same bytes as `cocket_engine_answer` gives; they live as long
 * as the review, and there are none for a review that is NULL or none. May be called from any
 * thread, also at the same time.
 *
 * What the caller sees to:
 * `review` is NULL or alive.
 */
struct cocket_bytes cocket_review_answer(const struct cocket_review *review);

/**
 * Frees the review in `*review` and sets it to NULL. NULL there is nothing to free; what was freed
 * before is `COCKET_STATUS_INVALID_HANDLE`. May be called from any thread.
 *
 * What the caller sees to:
 * `review` is NULL or a variable; no other call uses the review.
 */
cocket_status cocket_review_free(struct cocket_review **review);

/**
 * Decides on an `AdmissionReview`, given as the bytes that the API server sent, for the moment
 * `now`; the caller owns the admission. A malformed review is no error: it is denied, with the
 * reason. `options` and `history` may be NULL.
 *
 * May be called from any thread, also at the same time and with the same handles; for functions
 * that add to `evidence` or `history`, see `cocket_engine_check`.
 *
 * What the caller sees to:
 * All handles are NULL or alive; `review` holds as many bytes as it says; `options` is NULL or
 * holds what it says; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_engine_admit(const struct cocket_engine *engine,
                                  struct cocket_bytes review,
                                  const struct cocket_admission_options *options,
                                  const struct cocket_evidence *evidence,
                                  const struct cocket_history *history,
                                  struct cocket_time now,
                                  struct cocket_admission **out,
                                  struct cocket_error **error);

/**
 * The worst verdict; `COCKET_VERDICT_DENY` for an admission that is NULL or none. May be called
 * from any thread, also at the same time.
 *
 * What the caller sees to:
 * `admission` is NULL or alive.
 */
cocket_verdict cocket_admission_verdict(const struct cocket_admission *admission);

/**
 * The `AdmissionReview` to send back, in JSON; the bytes live as long as the admission, and there
 * are none for one that is NULL or none. May be called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `admission` is NULL or alive.
 */
struct cocket_bytes cocket_admission_response(const struct cocket_admission *admission);

/**
 * The whole as an answer in JSON, the same bytes as `cocket_engine_answer` gives for `op: admit`;
 * they live as long as the admission, and there are none for one that is NULL or none. May be
 * called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `admission` is NULL or alive.
 */
struct cocket_bytes cocket_admission_answer(const struct cocket_admission *admission);

/**
 * How many decisions there are; 0 for an admission that is NULL or none. May be called from any
 * thread, also at the same time.
 *
 * What the caller sees to:
 * `admission` is NULL or alive.
 */
size_t cocket_admission_len(const struct cocket_admission *admission);

/**
 * The decision at `index` (from 0: the images in the order of the pod's fields, then the object),
 * with its origin; the caller owns it, and it outlives the admission. May be called from any
 * thread, also at the same time.
 *
 * What the caller sees to:
 * `admission` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_admission_decision(const struct cocket_admission *admission,
                                        size_t index,
                                        struct cocket_decision **out,
                                        struct cocket_error **error);

/**
 * How many reasons belong to no decision; 0 for an admission that is NULL or none. May be called
 * from any thread, also at the same time.
 *
 * What the caller sees to:
 * `admission` is NULL or alive.
 */
size_t cocket_admission_reasons_len(const struct cocket_admission *admission);

/**
 * Writes the reason at `index` (from 0, sorted by code) that belongs to no decision to `out`; its
 * texts live as long as the admission. May be called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `admission` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_admission_reason(const struct cocket_admission *admission,
                                      size_t index,
                                      struct cocket_reason *out,
                                      struct cocket_error **error);

/**
 * How many proofs there are for later; 0 for an admission that is NULL or none. May be called from
 * any thread, also at the same time.
 *
 * What the caller sees to:
 * `admission` is NULL or alive.
 */
size_t cocket_admission_coverage_len(const struct cocket_admission *admission);

/**
 * Writes the proof at `index` (from 0, sorted) to `out`: hand it back in `covered` of
 * `cocket_admission_options`. May be called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `admission` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_admission_coverage(const struct cocket_admission *admission,
                                        size_t index,
                                        struct cocket_digest *out,
                                        struct cocket_error **error);

/**
 * Frees the admission in `*admission` and sets it to NULL. NULL there is nothing to free; what was
 * freed before is `COCKET_STATUS_INVALID_HANDLE`. May be called from any thread.
 *
 * What the caller sees to:
 * `admission` is NULL or a variable; no other call uses the admission.
 */
cocket_status cocket_admission_free(struct cocket_admission **admission);

/**
 * Verifies everything in `evidence` for one authority of `policies`, as an engine does, for the
 * moment `now`, and tells each check; the caller owns the examination. It decides on nothing:
 * rules are not looked at. What cannot be asked is `COCKET_STATUS_INVALID_ARGUMENT`, an authority
 * that cannot be used `COCKET_STATUS_POLICY`.
 *
 * May be called from any thread, also at the same time and with the same handles; for functions
 * that add to `evidence`, see `cocket_engine_check`.
 *
 * What the caller sees to:
 * All handles are NULL or alive; `question` is NULL or holds what it says; `out` and `error` are
 * NULL or may be written to.
 */
cocket_status cocket_examine(const struct cocket_policies *policies,
                             const struct cocket_question *question,
                             const struct cocket_evidence *evidence,
                             struct cocket_time now,
                             struct cocket_examination **out,
                             struct cocket_error **error);

/**
 * 1 where a document is verified and says what was asked, else 0; 0 for an examination that is
 * NULL or none. May be called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `examination` is NULL or alive.
 */
int32_t cocket_examination_verified(const struct cocket_examination *examination);

/**
 * Writes the examination's heads to `out`. May be called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `examination` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_examination_summary(const struct cocket_examination *examination,
                                         struct cocket_examination_heads *out,
                                         struct cocket_error **error);

/**
 * Writes the document at `index` (from 0, by digest) to `out`. May be called from any thread,
 * also at the same time.
 *
 * What the caller sees to:
 * `examination` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_examination_document(const struct cocket_examination *examination,
                                          size_t index,
                                          struct cocket_examined_document *out,
                                          struct cocket_error **error);

/**
 * Writes the check at `index` (from 0, in the order in which they are made; one that failed is
 * the last) of the document at `document` to `out`. May be called from any thread, also at the
 * same time.
 *
 * What the caller sees to:
 * `examination` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_examination_check(const struct cocket_examination *examination,
                                       size_t document,
                                       size_t index,
                                       struct cocket_check *out,
                                       struct cocket_error **error);

/**
 * Writes what was not asked for at `index` (from 0) to `out`, which lives as long as the
 * examination. May be called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `examination` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_examination_not_asked(const struct cocket_examination *examination,
                                           size_t index,
                                           struct cocket_text *out,
                                           struct cocket_error **error);

/**
 * Writes what should have been read and was not at `index` (from 0) to `out`, which lives as long
 * as the examination. May be called from any thread, also at the same time.
 *
 * What the caller sees to:
 * `examination` is NULL or alive; `out` and `error` are NULL or may be written to.
 */
cocket_status cocket_examination_gap(const struct cocket_examination *examination,
                                     size_t index,
                                     struct cocket_text *out,
                                     struct cocket_error **error);

/**
 * The whole as an answer in JSON, the same bytes as `cocket_answer` gives for `op: verify`; they
 * live as long as the examination, and there are none for one that is NULL or none. May be called
 * from any thread, also at the same time.
 *
 * What the caller sees to:
 * `examination` is NULL or alive.
 */
struct cocket_bytes cocket_examination_answer(const struct cocket_examination *examination);

/**
 * Frees the examination in `*examination` and sets it to NULL. NULL there is nothing to free; what
 * was freed before is `COCKET_STATUS_INVALID_HANDLE`. May be called from any thread.
 *
 * What the caller sees to:
 * `examination` is NULL or a variable; no other call uses the examination.
 */
cocket_status cocket_examination_free(struct cocket_examination **examination);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* COCKET_H */
