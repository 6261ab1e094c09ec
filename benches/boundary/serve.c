/* The C library under measurement: tells its decision, then answers lines of a way and a number
 * with nanoseconds of processor time. `serve FOLDER WAY TIMES` runs one way and ends. */
#define _POSIX_C_SOURCE 200809L
#include <cocket.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const cocket_time NOW = {1795435200, 0}; /* 2026-11-23T12:00:00Z */

static cocket_bytes manifest, config, payload, report, asked, wire;
static cocket_text image, digest, signature;
static cocket_engine *cheap, *whole;
static cocket_evidence *evidence, *nothing;

static void must(cocket_status status, const char *what) {
    if (status != COCKET_STATUS_OK) {
        fprintf(stderr, "%s: status %d\n", what, (int)status);
        exit(1);
    }
}

static cocket_text text(const char *from) {
    return (cocket_text){from, strlen(from)};
}

static cocket_bytes file(const char *folder, const char *name) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *from = fopen(path, "rb");
    if (from == NULL || fseek(from, 0, SEEK_END) != 0) {
        perror(path);
        exit(1);
    }
    size_t len = (size_t)ftell(from);
    uint8_t *data = malloc(len);
    rewind(from);
    if (data == NULL || fread(data, 1, len, from) != len) {
        perror(path);
        exit(1);
    }
    fclose(from);
    return (cocket_bytes){data, len};
}

static cocket_text words(cocket_bytes bytes) {
    return (cocket_text){(const char *)bytes.data, bytes.len};
}

static cocket_engine *engine(const char *folder, const char *name) {
    cocket_policy_text policy = {text(name), file(folder, name)};
    cocket_policies *policies = NULL;
    cocket_engine *made = NULL;
    must(cocket_policies_load(&policy, 1, &policies, NULL), name);
    must(cocket_engine_new(policies, NULL, &made, NULL), name);
    cocket_policies_free(&policies);
    return made;
}

static cocket_evidence *gathered(void) {
    static const char MANIFEST[] = "application/vnd.oci.image.manifest.v1+json";
    static const char CONFIG[] = "application/vnd.oci.image.config.v1+json";
    static const char SIGNING[] = "application/vnd.dev.cosign.simplesigning.v1+json";
    cocket_text none = {NULL, 0};
    cocket_pair annotation = {text("dev.cosignproject.cosign/signature"), signature};
    cocket_evidence *made = NULL;
    must(cocket_evidence_new(&made, NULL), "evidence");
    must(cocket_evidence_add_blob(made, text(MANIFEST), manifest, none, NULL, NULL), "manifest");
    must(cocket_evidence_add_blob(made, text(CONFIG), config, none, NULL, NULL), "config");
    must(cocket_evidence_attach(made, digest, text(SIGNING), payload, &annotation, 1, NULL), "payload");
    must(cocket_evidence_vouch(made, digest, report, NULL), "report");
    return made;
}

static cocket_decision *check(const cocket_engine *by, const cocket_evidence *at_hand) {
    cocket_image_request request = {.size = sizeof request, .image = image};
    cocket_decision *made = NULL;
    must(cocket_engine_check(by, &request, at_hand, NULL, NOW, &made, NULL), "check");
    return made;
}

static void once(const char *way) {
    cocket_decision *decision = NULL;
    cocket_buffer *answer = NULL;
    if (strcmp(way, "cheap") == 0) {
        decision = check(cheap, nothing);
    } else if (strcmp(way, "check") == 0) {
        decision = check(whole, evidence);
    } else if (strcmp(way, "verdict") == 0) {
        decision = check(whole, evidence);
        if (cocket_decision_verdict(decision) != COCKET_VERDICT_ALLOW) exit(1);
    } else if (strcmp(way, "json") == 0) {
        decision = check(whole, evidence);
        must(cocket_decision_json(decision, &answer, NULL), way);
    } else if (strcmp(way, "bytes") == 0) {
        cocket_evidence *made = gathered();
        decision = check(whole, made);
        cocket_evidence_free(&made);
    } else if (strcmp(way, "asked") == 0) {
        must(cocket_engine_answer(whole, evidence, asked, &answer, NULL), way);
    } else if (strcmp(way, "request") == 0) {
        must(cocket_answer(wire, &answer, NULL), way);
    } else {
        fprintf(stderr, "there is no way `%s`\n", way);
        exit(1);
    }
    cocket_decision_free(&decision);
    cocket_buffer_free(&answer);
}

static double used(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void tell(void) {
    cocket_decision *decision = check(whole, evidence);
    cocket_buffer *json = NULL;
    must(cocket_decision_json(decision, &json, NULL), "json");
    cocket_bytes bytes = cocket_buffer_bytes(json);
    printf("%.*s\n", (int)bytes.len, (const char *)bytes.data);
    cocket_buffer_free(&json);
    cocket_decision_free(&decision);
}

int main(int argc, char **argv) {
    if (argc != 2 && argc != 4) return 2;
    const char *folder = argv[1];
    manifest = file(folder, "manifest.json"), config = file(folder, "config.json");
    payload = file(folder, "payload.json"), report = file(folder, "report.json");
    asked = file(folder, "asked.json"), wire = file(folder, "request.json");
    image = words(file(folder, "image.txt")), digest = words(file(folder, "digest.txt"));
    signature = words(file(folder, "signature.txt"));
    cheap = engine(folder, "cheap.json"), whole = engine(folder, "policy.json");
    evidence = gathered();
    must(cocket_evidence_new(&nothing, NULL), "evidence");
    if (argc == 4) {
        for (long left = atol(argv[3]); left > 0; left--) once(argv[2]);
        return 0;
    }
    tell();
    fflush(stdout);
    char way[32];
    long times;
    while (scanf("%31s %ld", way, &times) == 2) {
        double start = used();
        for (long left = times; left > 0; left--) once(way);
        printf("%.0f\n", used() - start);
        fflush(stdout);
    }
    return 0;
}
