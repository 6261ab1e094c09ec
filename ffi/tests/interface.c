/* The C interface as a C program meets it: what it is for, and every mistake that it can tell. */
#include "cocket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

static const char POLICY[] = "apiVersion: cocket.dev/v1alpha1\n"
                             "kind: ImagePolicy\n"
                             "metadata: {name: production}\n"
                             "spec:\n"
                             "  rules:\n"
                             "    - id: approved\n"
                             "      registry: {allow: ['registry.example.com/**']}\n";

static const cocket_text NO_TEXT = {NULL, 0};

static cocket_text text(const char *from) { return (cocket_text){from, strlen(from)}; }

static cocket_bytes bytes(const char *from) {
    return (cocket_bytes){(const uint8_t *)from, strlen(from)};
}

static int is(cocket_text found, const char *expected) {
    return found.data != NULL && found.len == strlen(expected) &&
           memcmp(found.data, expected, found.len) == 0;
}

/* Whether an error has one fault with this kind and path; it is freed. */
static int tells(cocket_error **error, const char *kind, const char *path) {
    cocket_fault fault;
    int same = cocket_error_len(*error) == 1 &&
               cocket_error_fault(*error, 0, &fault) == COCKET_STATUS_OK && is(fault.kind, kind) &&
               is(fault.path, path) && fault.message.len > 0;
    CHECK(cocket_error_free(error) == COCKET_STATUS_OK);
    return same && *error == NULL;
}

static cocket_policies *policies(const char *from) {
    cocket_policies *loaded = NULL;
    cocket_policy_text one = {text("policy.yaml"), bytes(from)};
    CHECK(cocket_policies_load(&one, 1, &loaded, NULL) == COCKET_STATUS_OK);
    return loaded;
}

static cocket_engine *engine(void) {
    cocket_policies *loaded = policies(POLICY);
    cocket_engine *made = NULL;
    CHECK(cocket_engine_new(loaded, NULL, &made, NULL) == COCKET_STATUS_OK);
    CHECK(cocket_policies_free(&loaded) == COCKET_STATUS_OK && loaded == NULL);
    return made;
}

static cocket_image_request request(const char *image) {
    cocket_image_request made;
    memset(&made, 0, sizeof made);
    made.size = sizeof made;
    made.image = text(image);
    return made;
}

static cocket_time now(void) {
    cocket_time moment;
    CHECK(cocket_time_parse(text("2026-11-23T12:00:00Z"), &moment, NULL) == COCKET_STATUS_OK);
    return moment;
}

static void a_denial_is_a_decision_with_reasons(void) {
    cocket_engine *made = engine();
    cocket_evidence *none = NULL;
    cocket_decision *decision = NULL;
    cocket_error *error = NULL;
    cocket_image_request asked = request("docker.io/library/nginx:1");
    CHECK(cocket_evidence_new(&none, &error) == COCKET_STATUS_OK && error == NULL);
    CHECK(cocket_engine_check(made, &asked, none, NULL, now(), &decision, &error) ==
          COCKET_STATUS_OK);
    CHECK(cocket_decision_verdict(decision) == COCKET_VERDICT_DENY);

    cocket_summary summary;
    CHECK(cocket_decision_summary(decision, &summary, NULL) == COCKET_STATUS_OK);
    CHECK(summary.verdict == COCKET_VERDICT_DENY && summary.results == 1);
    CHECK(is(summary.image, "docker.io/library/nginx:1") && summary.digest.len == 0);
    CHECK(summary.inputs.len == 71 && summary.now.seconds == now().seconds);

    cocket_rule_result result;
    CHECK(cocket_decision_result(decision, 0, &result, NULL) == COCKET_STATUS_OK);
    CHECK(is(result.policy, "production") && is(result.rule, "approved"));
    CHECK(result.outcome == COCKET_OUTCOME_FAIL && result.reasons == 1);
    cocket_reason reason;
    CHECK(cocket_decision_reason(decision, 0, 0, &reason, NULL) == COCKET_STATUS_OK);
    CHECK(is(reason.code, "registry.not_allowed") && reason.message.len > 0);
    CHECK(cocket_decision_reason(decision, 0, 1, &reason, &error) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(tells(&error, "argument", "index"));
    CHECK(cocket_decision_general(decision, 0, &reason, NULL) == COCKET_STATUS_INVALID_ARGUMENT);

    cocket_buffer *json = NULL;
    CHECK(cocket_decision_json(decision, &json, NULL) == COCKET_STATUS_OK);
    CHECK(cocket_buffer_bytes(json).len > 2 && cocket_buffer_bytes(json).data[0] == '{');
    cocket_decision *again = NULL;
    CHECK(cocket_decision_read(cocket_buffer_bytes(json), &again, NULL) == COCKET_STATUS_OK);
    CHECK(cocket_decision_verdict(again) == COCKET_VERDICT_DENY);
    CHECK(cocket_decision_free(&again) == COCKET_STATUS_OK);
    CHECK(cocket_decision_read(bytes("{\"verdict\":\"allow\"}"), &again, &error) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(tells(&error, "request", "") && again == NULL);
    CHECK(cocket_decision_read((cocket_bytes){NULL, 0}, &again, NULL) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(cocket_buffer_free(&json) == COCKET_STATUS_OK);
    const cocket_decision *one = decision;
    CHECK(cocket_report(&one, 1, text("table"), &json, NULL) == COCKET_STATUS_OK);
    CHECK(cocket_buffer_free(&json) == COCKET_STATUS_OK);
    CHECK(cocket_report(&one, 1, text("xml"), &json, &error) == COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(json == NULL && tells(&error, "argument", "format"));

    CHECK(cocket_decision_free(&decision) == COCKET_STATUS_OK);
    asked = request("registry.example.com/app:1");
    CHECK(cocket_engine_check(made, &asked, none, NULL, now(), &decision, NULL) ==
          COCKET_STATUS_OK);
    CHECK(cocket_decision_verdict(decision) == COCKET_VERDICT_ALLOW);
    CHECK(cocket_decision_free(&decision) == COCKET_STATUS_OK);
    cocket_evidence_free(&none);
    cocket_engine_free(&made);
}

static void faults_of_policies_have_file_line_and_column(void) {
    cocket_policies *loaded = (cocket_policies *)1;
    cocket_error *error = NULL;
    cocket_policy_text one = {text("p.yaml"), bytes("kind: ImagePolice\n")};
    CHECK(cocket_policies_load(&one, 1, &loaded, &error) == COCKET_STATUS_POLICY);
    CHECK(loaded == NULL && cocket_error_len(error) >= 1);
    cocket_fault fault;
    CHECK(cocket_error_fault(error, 0, &fault) == COCKET_STATUS_OK);
    CHECK(is(fault.file, "p.yaml") && fault.line == 1 && fault.column > 0);
    CHECK(fault.kind.len > 7 && memcmp(fault.kind.data, "policy.", 7) == 0);
    CHECK(cocket_error_message(error).len > 0);
    CHECK(cocket_error_fault(error, 1000, &fault) == COCKET_STATUS_INVALID_ARGUMENT);

    /* The same bytes as the JSON interface gives. */
    cocket_buffer *typed = NULL, *wire = NULL;
    CHECK(cocket_error_json(error, &typed) == COCKET_STATUS_OK);
    const char *asked = "{\"op\":\"check\",\"now\":\"2026-11-23T12:00:00Z\",\"policies\":"
                        "[{\"name\":\"p.yaml\",\"text\":\"kind: ImagePolice\\n\"}]}";
    CHECK(cocket_answer(bytes(asked), &wire, NULL) == COCKET_STATUS_OK);
    cocket_bytes a = cocket_buffer_bytes(typed), b = cocket_buffer_bytes(wire);
    CHECK(a.len == b.len && memcmp(a.data, b.data, a.len) == 0);
    cocket_buffer_free(&typed);
    cocket_buffer_free(&wire);
    cocket_error_free(&error);
}

static void null_is_an_error_everywhere(void) {
    cocket_error *error = NULL;
    cocket_engine *made = engine();
    cocket_policies *loaded = NULL;
    cocket_engine *failed = NULL;
    cocket_evidence *none = NULL;
    cocket_decision *decision = NULL;
    cocket_buffer *buffer = NULL;
    cocket_digest digest;
    cocket_image_request asked = request("a");
    CHECK(cocket_evidence_new(&none, NULL) == COCKET_STATUS_OK);

    CHECK(cocket_answer((cocket_bytes){NULL, 0}, &buffer, &error) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(tells(&error, "argument", "request"));
    CHECK(cocket_answer(bytes("{}"), NULL, &error) == COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(tells(&error, "argument", "out"));
    const cocket_import_options plain = {false, {NULL, 0}};
    CHECK(cocket_policies_load(NULL, 0, &loaded, &error) == COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(tells(&error, "argument", "texts") && loaded == NULL);
    CHECK(cocket_policies_read(NULL, 1, &loaded, &error) == COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(cocket_policies_load_with(NULL, 0, plain, &loaded, NULL) == COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(cocket_policies_read_with(NULL, 1, plain, &loaded, NULL) == COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(tells(&error, "argument", "paths"));
    CHECK(cocket_policies_digest(NULL, &digest, &error) == COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(tells(&error, "argument", "policies"));
    CHECK(cocket_engine_new(NULL, NULL, &failed, NULL) == COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(failed == NULL);
    CHECK(cocket_engine_check(NULL, &asked, none, NULL, now(), &decision, &error) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(tells(&error, "argument", "engine"));
    CHECK(cocket_engine_check(made, NULL, none, NULL, now(), &decision, &error) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(tells(&error, "argument", "request"));
    CHECK(cocket_engine_check(made, &asked, NULL, NULL, now(), &decision, &error) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(tells(&error, "argument", "evidence"));
    CHECK(cocket_engine_check(made, &asked, none, NULL, now(), NULL, &error) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(tells(&error, "argument", "out"));
    CHECK(cocket_evidence_vouch(none, NO_TEXT, (cocket_bytes){NULL, 0}, NULL) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(cocket_source_open(NO_TEXT, NULL, NULL) == COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(cocket_history_add_tag(NULL, text("a"), NO_TEXT, NULL) == COCKET_STATUS_INVALID_ARGUMENT);

    /* Readers without a status give the safe answer. */
    CHECK(cocket_decision_verdict(NULL) == COCKET_VERDICT_DENY);
    CHECK(cocket_error_message(NULL).data == NULL && cocket_error_len(NULL) == 0);
    CHECK(cocket_buffer_bytes(NULL).data == NULL && cocket_source_len(NULL) == 0);
    CHECK(cocket_error_fault(NULL, 0, NULL) == COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(cocket_engine_free(NULL) == COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(decision == NULL && buffer == NULL);
    cocket_engine_free(&made);
    cocket_evidence_free(&none);
}

static void wrong_lengths_and_sizes_are_errors(void) {
    cocket_engine *made = engine();
    cocket_evidence *none = NULL;
    cocket_decision *decision = NULL;
    cocket_error *error = NULL;
    cocket_evidence_new(&none, NULL);
    cocket_bytes endless = {(const uint8_t *)"x", SIZE_MAX};
    CHECK(cocket_evidence_vouch(none, NO_TEXT, endless, &error) == COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(tells(&error, "argument", "bytes"));
    CHECK(cocket_evidence_vouch(none, (cocket_text){NULL, 3}, bytes("{}"), &error) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(tells(&error, "argument", "subject"));
    cocket_image_request asked = request("a");
    asked.size = 8;
    CHECK(cocket_engine_check(made, &asked, none, NULL, now(), &decision, &error) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(tells(&error, "argument", "request") && decision == NULL);
    asked = request("a");
    asked.namespace_labels_len = 2;
    CHECK(cocket_engine_check(made, &asked, none, NULL, now(), &decision, &error) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(tells(&error, "argument", "request.namespace_labels"));
    asked = request("a");
    asked.digest = text("sha256:12");
    CHECK(cocket_engine_check(made, &asked, none, NULL, now(), &decision, &error) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(tells(&error, "argument", "request.digest"));
    asked = request("a");
    cocket_time unset = {0, 0};
    CHECK(cocket_engine_check(made, &asked, none, NULL, unset, &decision, &error) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(tells(&error, "argument", "now"));
    cocket_pair twice[2] = {{text("a"), text("b")}, {text("a"), text("c")}};
    asked.namespace_labels = twice;
    asked.namespace_labels_len = 2;
    CHECK(cocket_engine_check(made, &asked, none, NULL, now(), &decision, &error) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(tells(&error, "argument", "request.namespace_labels[1].name"));
    cocket_engine_free(&made);
    cocket_evidence_free(&none);
}

static void what_is_not_utf8_is_an_error(void) {
    cocket_source *source = NULL;
    cocket_error *error = NULL;
    CHECK(cocket_source_open((cocket_text){"a\xff", 2}, &source, &error) ==
          COCKET_STATUS_INVALID_UTF8);
    CHECK(tells(&error, "argument", "path") && source == NULL);
    cocket_time moment;
    CHECK(cocket_time_parse((cocket_text){"\xc3", 1}, &moment, NULL) ==
          COCKET_STATUS_INVALID_UTF8);
    CHECK(cocket_time_parse(text("yesterday"), &moment, NULL) == COCKET_STATUS_INVALID_ARGUMENT);
}

static void reviews_and_details_are_checked_too(void) {
    cocket_policies *loaded = policies(POLICY);
    cocket_engine *engine = NULL;
    cocket_evidence *none = NULL;
    cocket_review *review = NULL;
    cocket_error *error = NULL;
    cocket_buffer *buffer = NULL;
    CHECK(cocket_engine_new(loaded, NULL, &engine, NULL) == COCKET_STATUS_OK);
    CHECK(cocket_evidence_new(&none, NULL) == COCKET_STATUS_OK);
    cocket_objects_request request;
    memset(&request, 0, sizeof request);
    CHECK(cocket_engine_check_objects(engine, &request, none, NULL, now(), &review, NULL) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    request.size = sizeof request;
    CHECK(cocket_engine_check_objects(engine, &request, none, NULL, now(), &review, &error) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(review == NULL && cocket_error_len(error) == 1);
    cocket_error_free(&error);
    cocket_policy_text text_of_bytes = {text("o.yaml"), {(const uint8_t *)"\xff", 1}};
    request.texts = &text_of_bytes;
    request.texts_len = 1;
    CHECK(cocket_engine_check_objects(engine, &request, none, NULL, now(), &review, NULL) ==
          COCKET_STATUS_INVALID_UTF8);
    CHECK(cocket_engine_check_objects(engine, NULL, none, NULL, now(), &review, NULL) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(cocket_engine_check_objects(NULL, &request, none, NULL, now(), &review, NULL) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(cocket_engine_answer(engine, NULL, bytes("{}"), &buffer, NULL) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(cocket_engine_answer(engine, none, bytes("{}"), &buffer, NULL) == COCKET_STATUS_OK);
    cocket_buffer_free(&buffer);
    CHECK(cocket_review_verdict(NULL) == COCKET_VERDICT_DENY && cocket_review_len(NULL) == 0);
    CHECK(cocket_review_unjudged_len(NULL) == 0 && cocket_review_answer(NULL).data == NULL);
    CHECK(cocket_review_free(&review) == COCKET_STATUS_OK);

    const char *pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"
                      "spec: {containers: [{name: a, image: 'a.example/b:1'}]}\n";
    text_of_bytes.text = bytes(pod);
    CHECK(cocket_engine_check_objects(engine, &request, none, NULL, now(), &review, NULL) ==
          COCKET_STATUS_OK);
    CHECK(cocket_review_len(review) == 1);
    cocket_decision *decision = NULL;
    CHECK(cocket_review_decision(review, 1, &decision, NULL) == COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(cocket_review_decision(review, 0, &decision, NULL) == COCKET_STATUS_OK);
    cocket_review *alias = review;
    CHECK(cocket_review_free(&review) == COCKET_STATUS_OK && review == NULL);
    CHECK(cocket_review_free(&alias) == COCKET_STATUS_INVALID_HANDLE);
    /* The decision outlives the review. */
    cocket_origin origin;
    CHECK(cocket_decision_origin(decision, &origin, NULL) == COCKET_STATUS_OK && origin.line == 4);
    cocket_finding finding;
    CHECK(cocket_decision_finding(decision, 0, 7, 0, &finding, NULL) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(cocket_decision_finding(decision, 0, COCKET_FINDING_LIST_COUNTED, 0, &finding, NULL) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    cocket_explanation explanation;
    CHECK(cocket_explain(text("signature.missing"), &explanation, NULL) == COCKET_STATUS_OK);
    CHECK(explanation.title.len > 0 && explanation.remedy.len > 0 && explanation.passes == 0);
    CHECK(cocket_explain(text("signature.nonsense"), &explanation, NULL) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    cocket_policy_use policy;
    CHECK(cocket_decision_policy(decision, 0, &policy, NULL) == COCKET_STATUS_OK);
    CHECK(cocket_decision_policy(decision, 99, &policy, NULL) == COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(cocket_decision_policy(NULL, 0, &policy, NULL) == COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(cocket_decision_policy(decision, 0, NULL, NULL) == COCKET_STATUS_INVALID_ARGUMENT);
    cocket_decision_free(&decision);
    cocket_evidence_free(&none);
    cocket_engine_free(&engine);
    cocket_policies_free(&loaded);
}

static void lists_and_examinations_are_checked_too(void) {
    cocket_policies *loaded = policies(POLICY);
    cocket_engine *made = engine();
    cocket_evidence *none = NULL;
    cocket_objects *objects = NULL;
    cocket_admission *admission = NULL;
    cocket_examination *examination = NULL;
    cocket_error *error = NULL;
    cocket_text image;
    CHECK(cocket_evidence_new(&none, NULL) == COCKET_STATUS_OK);

    CHECK(cocket_engine_objects(NULL, text("o"), bytes(""), &objects, NULL) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(cocket_engine_objects(made, NO_TEXT, bytes(""), &objects, &error) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(tells(&error, "argument", "name") && objects == NULL);
    CHECK(cocket_engine_objects(made, text("o"), (cocket_bytes){NULL, 0}, &objects, NULL) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(cocket_engine_objects(made, text("o"), bytes("\xff"), &objects, &error) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(tells(&error, "object", ""));
    CHECK(cocket_engine_review_images(made, bytes("\xff"), &objects, NULL) == COCKET_STATUS_OK);
    CHECK(cocket_objects_images_len(objects) == 0 && cocket_objects_workloads_len(objects) == 0);
    CHECK(cocket_objects_image(objects, 0, &image, &error) == COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(tells(&error, "argument", "index"));
    CHECK(cocket_objects_free(&objects) == COCKET_STATUS_OK && objects == NULL);
    CHECK(cocket_objects_images_len(NULL) == 0 && cocket_objects_answer(NULL).data == NULL);
    CHECK(cocket_objects_unjudged_len((const cocket_objects *)(void *)none) == 0);

    CHECK(cocket_engine_admit(made, (cocket_bytes){NULL, 0}, NULL, none, NULL, now(), &admission,
                              NULL) == COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(cocket_engine_admit(made, bytes("{"), NULL, none, NULL, now(), &admission, NULL) ==
          COCKET_STATUS_OK);
    CHECK(cocket_admission_verdict(admission) == COCKET_VERDICT_DENY);
    CHECK(cocket_admission_reasons_len(admission) == 1);
    cocket_reason reason;
    CHECK(cocket_admission_reason(admission, 0, &reason, NULL) == COCKET_STATUS_OK);
    CHECK(is(reason.code, "admission.malformed"));
    CHECK(cocket_admission_coverage_len(admission) == 0);
    cocket_digest digest;
    CHECK(cocket_admission_coverage(admission, 0, &digest, NULL) == COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(cocket_admission_free(&admission) == COCKET_STATUS_OK);
    CHECK(cocket_admission_verdict(NULL) == COCKET_VERDICT_DENY);
    CHECK(cocket_admission_response(NULL).data == NULL && cocket_admission_reasons_len(NULL) == 0);

    cocket_question question;
    memset(&question, 0, sizeof question);
    CHECK(cocket_examine(loaded, &question, none, now(), &examination, &error) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(tells(&error, "argument", "question"));
    question.size = sizeof question;
    CHECK(cocket_examine(loaded, &question, none, now(), &examination, &error) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(tells(&error, "argument", "question.authority"));
    question.authority = text("release");
    CHECK(cocket_examine(loaded, &question, none, now(), &examination, &error) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(tells(&error, "request", "/verify/authority") && examination == NULL);
    CHECK(cocket_examine(NULL, &question, none, now(), &examination, NULL) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(cocket_examine(loaded, NULL, none, now(), &examination, NULL) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(cocket_examine(loaded, &question, NULL, now(), &examination, NULL) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(cocket_examination_verified(NULL) == 0 && cocket_examination_answer(NULL).data == NULL);
    CHECK(cocket_examination_summary(NULL, NULL, NULL) == COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(cocket_examination_free(&examination) == COCKET_STATUS_OK);
    cocket_evidence_free(&none);
    cocket_engine_free(&made);
    cocket_policies_free(&loaded);
}

static void double_use_is_an_error(void) {
    cocket_engine *made = engine();
    cocket_engine *copy = made;
    CHECK(cocket_engine_free(&made) == COCKET_STATUS_OK && made == NULL);
    CHECK(cocket_engine_free(&made) == COCKET_STATUS_OK);
    CHECK(cocket_engine_free(&copy) == COCKET_STATUS_INVALID_HANDLE && copy == NULL);

    /* A handle of another kind, and one of none. */
    cocket_evidence *none = NULL;
    cocket_digest digest;
    cocket_error *error = NULL;
    cocket_evidence_new(&none, NULL);
    CHECK(cocket_policies_digest((const cocket_policies *)(void *)none, &digest, &error) ==
          COCKET_STATUS_INVALID_HANDLE);
    CHECK(tells(&error, "argument", "policies"));
    cocket_engine *wrong = (cocket_engine *)(void *)none;
    CHECK(cocket_engine_free(&wrong) == COCKET_STATUS_INVALID_HANDLE);
    uint64_t block[4] = {0, 0, 0, 0};
    wrong = (cocket_engine *)(void *)block;
    CHECK(cocket_engine_free(&wrong) == COCKET_STATUS_INVALID_HANDLE);
    CHECK(cocket_evidence_merge(none, none, &error) == COCKET_STATUS_BUSY);
    CHECK(tells(&error, "argument", "other"));
    cocket_evidence_free(&none);
}

static void evidence_keeps_what_it_is_named_by(void) {
    cocket_evidence *some = NULL;
    cocket_error *error = NULL;
    cocket_digest digest;
    CHECK(cocket_evidence_new(&some, NULL) == COCKET_STATUS_OK);
    CHECK(cocket_evidence_add_blob(some, NO_TEXT, bytes("{}"), NO_TEXT, &digest, NULL) ==
          COCKET_STATUS_OK);
    CHECK(strcmp(digest.text, "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61"
                              "caaff8a") == 0);
    cocket_text named = {digest.text, digest.len};
    CHECK(cocket_evidence_add_blob(some, NO_TEXT, bytes("{}"), named, NULL, NULL) ==
          COCKET_STATUS_OK);
    CHECK(cocket_evidence_add_blob(some, NO_TEXT, bytes("[]"), named, NULL, &error) ==
          COCKET_STATUS_EVIDENCE);
    CHECK(tells(&error, "evidence", "expected"));
    cocket_pair annotation = {text("a"), text("b")};
    CHECK(cocket_evidence_attach(some, named, text("application/octet-stream"), bytes(""),
                                 &annotation, 1, NULL) == COCKET_STATUS_OK);
    /* An unknown kind of gap is a gap all the same. */
    CHECK(cocket_evidence_add_gap(some, named, 77, text("cut"), NULL) == COCKET_STATUS_OK);
    cocket_evidence *other = NULL;
    cocket_evidence_new(&other, NULL);
    CHECK(cocket_evidence_merge(other, some, NULL) == COCKET_STATUS_OK);
    cocket_evidence_free(&some);
    cocket_evidence_free(&other);
    cocket_history *history = NULL;
    CHECK(cocket_history_new(&history, NULL) == COCKET_STATUS_OK);
    CHECK(cocket_history_add_tag(history, text("a.example/b:1"), named, NULL) == COCKET_STATUS_OK);
    CHECK(cocket_history_add_tag(history, text("a.example/b:1"), NO_TEXT, NULL) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(cocket_history_add_first_seen(history, text("CVE-2026-1"), now(), NULL) ==
          COCKET_STATUS_OK);
    cocket_history_free(&history);
}

static void policies_tell_of_themselves(void) {
    cocket_policies *loaded = policies(POLICY);
    cocket_digest digest, again;
    cocket_buffer *json = NULL;
    cocket_error *doubts = NULL;
    CHECK(cocket_policies_digest(loaded, &digest, NULL) == COCKET_STATUS_OK);
    CHECK(cocket_policies_json(loaded, &json, NULL) == COCKET_STATUS_OK);
    cocket_buffer *told = NULL;
    CHECK(cocket_policies_yaml(loaded, &told, NULL) == COCKET_STATUS_OK);
    CHECK(cocket_buffer_bytes(told).len > 20 && cocket_buffer_bytes(told).data[0] == 'a');
    cocket_buffer_free(&told);
    cocket_bytes report = {(const uint8_t *)"{}", 2};
    CHECK(cocket_scan_summary(text("a.json"), report, NULL, (cocket_text){0}, now(), &told, NULL) ==
          COCKET_STATUS_OK);
    CHECK(memcmp(cocket_buffer_bytes(told).data, "a.json: ", 8) == 0);
    cocket_buffer_free(&told);
    CHECK(cocket_scan_summary(text("a.json"), report, NULL, text("scan"), now(), &told, &doubts) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(tells(&doubts, "request", "/summary/rule") && told == NULL);
    CHECK(cocket_policies_notes(loaded, &doubts, NULL) == COCKET_STATUS_OK);
    CHECK(cocket_error_free(&doubts) == COCKET_STATUS_OK);
    CHECK(cocket_policies_notes(NULL, &doubts, NULL) == COCKET_STATUS_INVALID_ARGUMENT);
    CHECK(cocket_policies_warnings(loaded, now(), &doubts, NULL) == COCKET_STATUS_OK);
    CHECK(cocket_error_len(doubts) == 0);
    cocket_error_free(&doubts);
    cocket_policies_free(&loaded);
    /* What is written loads again as the same. */
    cocket_policy_text one = {text("again.json"), cocket_buffer_bytes(json)};
    CHECK(cocket_policies_load(&one, 1, &loaded, NULL) == COCKET_STATUS_OK);
    CHECK(cocket_policies_digest(loaded, &again, NULL) == COCKET_STATUS_OK);
    CHECK(digest.len == again.len && memcmp(digest.text, again.text, digest.len) == 0);
    cocket_engine *made = NULL;
    CHECK(cocket_engine_new(loaded, NULL, &made, NULL) == COCKET_STATUS_OK);
    CHECK(cocket_engine_policies_digest(made, &again, NULL) == COCKET_STATUS_OK);
    cocket_cache_statistics kept;
    CHECK(cocket_engine_cache_statistics(made, &kept, NULL) == COCKET_STATUS_OK);
    CHECK(kept.hits == 0 && kept.entries == 0 && kept.capacity > 0 && kept.oldest.seconds == 0);
    CHECK(cocket_engine_cache_statistics(NULL, &kept, NULL) == COCKET_STATUS_INVALID_ARGUMENT);
    cocket_engine *next = NULL;
    cocket_engine_options sharing = {.size = sizeof sharing, .cache_of = made};
    CHECK(cocket_engine_new(loaded, &sharing, &next, NULL) == COCKET_STATUS_OK);
    CHECK(cocket_engine_cache_statistics(next, &kept, NULL) == COCKET_STATUS_OK && kept.hits == 0);
    cocket_engine_free(&next);
    sharing.cache_of = (const cocket_engine *)(const void *)loaded;
    CHECK(cocket_engine_new(loaded, &sharing, &next, NULL) != COCKET_STATUS_OK && next == NULL);
    CHECK(memcmp(digest.text, again.text, digest.len) == 0);
    cocket_engine_free(&made);
    cocket_buffer_free(&json);
    cocket_policies_free(&loaded);
}

int main(void) {
    CHECK(cocket_abi_version() == COCKET_ABI_VERSION);
    a_denial_is_a_decision_with_reasons();
    faults_of_policies_have_file_line_and_column();
    null_is_an_error_everywhere();
    wrong_lengths_and_sizes_are_errors();
    what_is_not_utf8_is_an_error();
    double_use_is_an_error();
    evidence_keeps_what_it_is_named_by();
    policies_tell_of_themselves();
    reviews_and_details_are_checked_too();
    lists_and_examinations_are_checked_too();
    puts("ok");
    return 0;
}
