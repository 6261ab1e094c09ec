/* A check that a build plugin could run: may each image of an OCI layout be shipped?
 *
 * usage: check LAYOUT POLICY [REPORTS [NAMESPACE [TIME]]]
 *
 * The exit status is 0 where every image may run, 1 where one may not, 2 where nothing could be
 * decided. */
#include <cocket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static cocket_text text(const char *from) {
    cocket_text lent = {from, from == NULL ? 0 : strlen(from)};
    return lent;
}

/* Ends the program where a call failed. */
static void need(cocket_status status, cocket_error *error) {
    if (status == COCKET_STATUS_OK) return;
    cocket_text why = cocket_error_message(error);
    fprintf(stderr, "check: %.*s\n", (int)why.len, why.data);
    cocket_error_free(&error);
    exit(2);
}

static void print_reasons(const cocket_decision *decision) {
    cocket_summary summary;
    cocket_error *error = NULL;
    need(cocket_decision_summary(decision, &summary, &error), error);
    for (size_t i = 0; i < summary.results; i++) {
        cocket_rule_result result;
        need(cocket_decision_result(decision, i, &result, &error), error);
        if (result.outcome != COCKET_OUTCOME_FAIL) continue;
        for (size_t j = 0; j < result.reasons; j++) {
            cocket_reason reason;
            need(cocket_decision_reason(decision, i, j, &reason, &error), error);
            printf("  %.*s/%.*s: %.*s\n", (int)result.policy.len, result.policy.data,
                   (int)result.rule.len, result.rule.data, (int)reason.message.len,
                   reason.message.data);
        }
    }
    for (size_t i = 0; i < summary.general; i++) {
        cocket_reason reason;
        need(cocket_decision_general(decision, i, &reason, &error), error);
        printf("  %.*s\n", (int)reason.message.len, reason.message.data);
    }
}

int main(int argc, char **argv) {
    if (argc < 3 || cocket_abi_version() != COCKET_ABI_VERSION) {
        fprintf(stderr, "usage: check LAYOUT POLICY [REPORTS [NAMESPACE [TIME]]]\n");
        return 2;
    }
    cocket_error *error = NULL;
    cocket_source *source = NULL;
    cocket_policies *policies = NULL;
    cocket_engine *engine = NULL;
    cocket_text policy = text(argv[2]);
    need(cocket_source_open(text(argv[1]), &source, &error), error);
    need(cocket_policies_read(&policy, 1, &policies, &error), error);
    need(cocket_engine_new(policies, NULL, &engine, &error), error);
    cocket_time now = {(int64_t)time(NULL), 0};
    if (argc > 5) need(cocket_time_parse(text(argv[5]), &now, &error), error);

    int denied = 0;
    for (size_t i = 0; i < cocket_source_len(source); i++) {
        cocket_layout_image image;
        cocket_evidence *evidence = NULL;
        cocket_decision *decision = NULL;
        need(cocket_source_image(source, i, &image, &error), error);
        cocket_text digest = {image.digest.text, image.digest.len};
        need(cocket_source_collect(source, digest, &evidence, &error), error);
        if (argc > 3) need(cocket_evidence_vouch_files(evidence, text(argv[3]), &error), error);

        cocket_image_request request;
        memset(&request, 0, sizeof request);
        request.size = sizeof request;
        /* An image without a name is denied: no rule can say which repository it is of. */
        request.image = image.name.data == NULL ? text("") : image.name;
        request.digest = digest;
        request.namespace_name = text(argc > 4 ? argv[4] : NULL);
        need(cocket_engine_check(engine, &request, evidence, NULL, now, &decision, &error), error);

        int allowed = cocket_decision_verdict(decision) != COCKET_VERDICT_DENY;
        cocket_text shown = image.name.data == NULL ? digest : image.name;
        printf("%s %.*s\n", allowed ? "ok    " : "denied", (int)shown.len, shown.data);
        if (!allowed) print_reasons(decision);
        denied += !allowed;
        cocket_decision_free(&decision);
        cocket_evidence_free(&evidence);
    }
    cocket_engine_free(&engine);
    cocket_policies_free(&policies);
    cocket_source_free(&source);
    return denied > 0;
}
