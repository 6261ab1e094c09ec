// The C++ interface: owners, exceptions, and verifiers whose exceptions are refusals.
//
// usage: interface-cpp LAYOUTS POLICIES REPORTS IMAGE
// The first three are folders of docs/examples/first-look, IMAGE is a signed one in it.
#include "cocket.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                   \
            std::exit(1);                                                                          \
        }                                                                                          \
    } while (0)

static const char POLICY[] = R"(
apiVersion: cocket.dev/v1alpha1
kind: ImagePolicy
metadata: {name: signed}
spec:
  authorities:
    device: {verifier: {name: acme}}
  rules:
    - id: signature
      signature: {anyOf: [device]}
)";

static void faults_are_exceptions_with_places() {
    try {
        cocket::Policies::load({{"p.yaml", "kind: ImagePolice"}});
        CHECK(!"thrown");
    } catch (const cocket::Failure &failure) {
        CHECK(failure.status() == COCKET_STATUS_POLICY);
        CHECK(failure.faults().at(0).file == "p.yaml" && failure.faults().at(0).line == 1);
        CHECK(std::string(failure.what()).find("p.yaml:1:") == 0);
    }
    try {
        cocket::Policies::load({});
        CHECK(!"thrown");
    } catch (const cocket::Failure &failure) {
        CHECK(failure.status() == COCKET_STATUS_POLICY);
    }
    try {
        cocket::Source("does/not/exist");
        CHECK(!"thrown");
    } catch (const cocket::Failure &failure) {
        CHECK(failure.status() == COCKET_STATUS_SOURCE);
        CHECK(failure.faults().at(0).kind == "source");
    }
}

// A verifier that counts how often its state is alive, to see it released once.
struct State {
    static std::atomic<int> alive;
    State() { ++alive; }
    State(const State &) { ++alive; }
    ~State() { --alive; }
};
std::atomic<int> State::alive{0};

using Verify = std::function<std::optional<cocket::Signer>(const cocket_signed_call &)>;

static cocket::Engine engine(Verify verify) {
    State state;
    auto counted = [verify, state](const cocket_signed_call &call) { return verify(call); };
    std::vector<cocket::Verifier> verifiers;
    verifiers.push_back({"acme", "acme-device/2", counted});
    return cocket::Engine(cocket::Policies::load({{"p.yaml", POLICY}}), std::move(verifiers));
}

static std::string codes(const cocket::Decision &decision) {
    std::string all;
    for (const auto &result : decision.results())
        for (const auto &reason : result.reasons) all += reason.code + ": " + reason.message + "\n";
    return all;
}

static void verifiers_decide_and_their_exceptions_refuse(const char *layouts, const char *image) {
    cocket::Source source(layouts);
    auto digest = source.resolve(image);
    CHECK(digest);
    cocket::Evidence evidence = source.collect(*digest);
    cocket::ImageRequest request{image};
    request.digest = digest;
    cocket_time now = cocket::time("2026-11-23T12:00:00Z");
    {
        std::atomic<int> asked{0};
        cocket::Engine yes = engine([&](const cocket_signed_call &call) {
            ++asked;
            CHECK(cocket::detail::view(call.subject) == *digest);
            CHECK(cocket::detail::view(call.authority) == "device");
            CHECK(call.signatures_len >= 1 && call.payload.len > 0);
            return cocket::Signer{"acme:1", "acme-check"};
        });
        CHECK(State::alive == 1);
        cocket::Decision decision = yes.check(request, evidence, now);
        CHECK(asked > 0);
        CHECK(decision.verdict() == COCKET_VERDICT_ALLOW);
        CHECK(decision.json().find("acme-device/2") != std::string::npos);

        std::vector<std::thread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&] {
                for (int j = 0; j < 4; ++j)
                    CHECK(yes.check(request, evidence, now).json() == decision.json());
            });
        for (auto &thread : threads) thread.join();
    }
    CHECK(State::alive == 0);
    auto denied = [&](Verify verify) {
        cocket::Decision decision = engine(std::move(verify)).check(request, evidence, now);
        CHECK(decision.verdict() == COCKET_VERDICT_DENY);
        return codes(decision) + decision.json();
    };
    std::string thrown = denied([](const cocket_signed_call &) -> std::optional<cocket::Signer> {
        throw std::runtime_error("at 0x1234");
    });
    CHECK(thrown.find("it threw an exception") != std::string::npos);
    CHECK(thrown.find("0x1234") == std::string::npos);
    denied([](const cocket_signed_call &) { return std::nullopt; });
    denied([](const cocket_signed_call &) { return cocket::Signer{"", "nothing"}; });
    // The evidence that a call uses cannot be added to, not even by its own verifier.
    bool busy = false;
    denied([&](const cocket_signed_call &) -> std::optional<cocket::Signer> {
        try {
            evidence.add_gap(std::nullopt, COCKET_MISSING_UNAVAILABLE, "late");
        } catch (const cocket::Failure &failure) {
            busy = failure.status() == COCKET_STATUS_BUSY;
        }
        return std::nullopt;
    });
    CHECK(busy && State::alive == 0);

    // Where no engine is made, the verifiers stay the caller's.
    try {
        std::vector<cocket::Verifier> other;
        State state;
        other.push_back({"another", "a/1", [state](const cocket_signed_call &) {
                             return std::optional<cocket::Signer>();
                         }});
        cocket::Engine(cocket::Policies::load({{"p.yaml", POLICY}}), std::move(other));
        CHECK(!"thrown");
    } catch (const cocket::Failure &failure) {
        CHECK(failure.status() == COCKET_STATUS_POLICY);
    }
    CHECK(State::alive == 0);
}

// A number that means nothing is a failure, also where a signer was named.
static std::int32_t says_77(void *user_data, const cocket_signed_call *,
                            cocket_verification *verification) noexcept {
    ++*static_cast<int *>(user_data);
    cocket_text bad{"\xff", 1}, id = cocket::detail::text("acme:1");
    CHECK(cocket_verification_signer(verification, bad, id, {0, 0}, nullptr) ==
          COCKET_STATUS_INVALID_UTF8);
    CHECK(cocket_verification_signer(verification, id, id, {0, 0}, nullptr) == COCKET_STATUS_OK);
    return 77;
}

static void an_unknown_answer_of_a_verifier_is_a_refusal(const char *layouts, const char *image) {
    cocket::Source source(layouts);
    auto digest = source.resolve(image);
    cocket::Evidence evidence = source.collect(*digest);
    cocket::Policies policies = cocket::Policies::load({{"p.yaml", POLICY}});
    int asked = 0;
    cocket_verifier verifier{};
    verifier.size = sizeof verifier;
    verifier.name = cocket::detail::text("acme");
    verifier.id = cocket::detail::text("acme-device/2");
    verifier.user_data = &asked;
    cocket_engine_options options{};
    options.size = sizeof options;
    options.verifiers = &verifier;
    options.verifiers_len = 1;
    cocket_engine *engine = nullptr;
    CHECK(cocket_engine_new(policies.get(), &options, &engine, nullptr) ==
          COCKET_STATUS_INVALID_ARGUMENT);
    verifier.verify = says_77;
    CHECK(cocket_engine_new(policies.get(), &options, &engine, nullptr) == COCKET_STATUS_OK);
    cocket_image_request request{};
    request.size = sizeof request;
    request.image = cocket::detail::text(image);
    request.digest = cocket::detail::maybe(digest);
    cocket_decision *decision = nullptr;
    cocket_time now = cocket::time("2026-11-23T12:00:00Z");
    CHECK(cocket_engine_check(engine, &request, evidence.get(), nullptr, now, &decision, nullptr) ==
          COCKET_STATUS_OK);
    CHECK(asked > 0 && cocket_decision_verdict(decision) == COCKET_VERDICT_DENY);
    cocket_decision_free(&decision);
    cocket_engine_free(&engine);
}

static void the_first_look_comes_out_as_its_page_says(char **argv) {
    cocket::Source source(argv[1]);
    cocket::Policies policies = cocket::Policies::read({argv[2]});
    cocket_time now = cocket::time("2026-11-23T12:00:00Z");
    CHECK(policies.digest().size() == 71 && !policies.warnings(now).empty());
    CHECK(policies.yaml().find("apiVersion: cocket.dev/") == 0);
    CHECK(cocket::scan_summary("a.json", "{}", now).find("a.json: ") == 0);
    CHECK(cocket::answer(R"({"op":"schema"})") ==
          R"({"answer":"schema","schema":)" + cocket::policy_schema() + "}");
    cocket::Engine engine(policies, {}, 5);
    std::size_t allowed = 0, denied = 0;
    for (const auto &image : source.images()) {
        cocket::Evidence evidence = source.collect(image.digest);
        evidence.vouch_files(argv[3]);
        cocket::ImageRequest request{image.name};
        request.digest = image.digest;
        request.namespace_name = "production-a";
        cocket::Decision decision = engine.check(request, evidence, cocket::History(), now);
        CHECK(!decision.report("markdown").empty());
        CHECK(cocket::detail::view(decision.summary().image) == image.name);
        (decision.verdict() == COCKET_VERDICT_ALLOW ? allowed : denied) += 1;
    }
    CHECK(allowed == 1 && denied == 4);
}

static std::string quoted(const std::string &text) {
    std::string made = "\"";
    for (char letter : text) letter == '\n' ? made += "\\n" : made += letter;
    return made + "\"";
}

static void objects_are_judged_with_their_places(char **argv) {
    cocket::Source source(argv[1]);
    cocket::Engine engine(cocket::Policies::read({argv[2]}));
    cocket::Evidence evidence = source.collect(*source.resolve(argv[4]));
    std::string pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n"
                      "    - {name: a, image: " + std::string(argv[4]) + "}\n---\n"
                      "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n";
    cocket::ObjectsRequest request;
    request.texts.emplace_back("pod.yaml", pod);
    request.namespace_name = "production-a";
    request.namespace_labels.emplace().emplace_back("team", "shop");
    request.resolved.emplace_back(argv[4], *source.resolve(argv[4]));
    cocket_time now = cocket::time("2026-11-23T12:00:00Z");
    cocket::Review review = engine.check_objects(request, evidence, cocket::History(), now);
    CHECK(review.verdict() == COCKET_VERDICT_DENY && review.decisions().size() == 1);
    CHECK(review.unjudged().at(0).object == "Secret/s" && review.unjudged().at(0).line == 8);
    const std::vector<cocket::Decision> decisions = review.decisions();
    const cocket::Decision &decision = decisions.at(0);
    CHECK(decision.origin().file == "pod.yaml" && decision.origin().line == 6);
    CHECK(decision.origin().object == "Pod/web");
    CHECK(decision.origin().field == "spec.containers[0].image");
    CHECK(decision.report("github").find("file=pod.yaml,line=6") != std::string::npos);
    std::string all = decision.report("json");
    std::string one = all.substr(14, all.rfind("],\"verdict\"") - 14);
    CHECK(cocket::Decision::read(one).report("github") == decision.report("github"));
    CHECK(cocket::detail::view(decision.summary().namespace_name) == "production-a");
    std::string digest = *source.resolve(argv[4]);
    std::string json = R"({"op":"check","now":"2026-11-23T12:00:00Z","context":{"namespace":"production-a",)"
                       R"("namespaceLabels":{"team":"shop"},"resolved":{)" +
                       quoted(argv[4]) + ":" + quoted(digest) + R"(},"objects":[{"name":"pod.yaml","text":)" +
                       quoted(pod) + "}]}}";
    CHECK(engine.answer(json, evidence) == review.json());
    CHECK(engine.answer("{", evidence).find(R"({"answer":"error")") == 0);
    try {
        cocket::ObjectsRequest broken;
        broken.texts.emplace_back("no.yaml", "kind: [\n");
        engine.check_objects(broken, evidence, now);
        CHECK(!"thrown");
    } catch (const cocket::Failure &failure) {
        CHECK(failure.status() == COCKET_STATUS_INVALID_ARGUMENT);
        CHECK(failure.faults().at(0).kind == "object" && failure.faults().at(0).file == "no.yaml");
        CHECK(failure.faults().at(0).line > 0);
    }
}

// Everything that a decision's JSON tells is there typed as well.
static void a_decision_tells_its_parts(char **argv) {
    cocket::Source source(argv[1]);
    cocket::Engine engine(cocket::Policies::read({argv[2]}), {}, 1);
    cocket_time now = cocket::time("2026-11-23T12:00:00Z");
    std::size_t findings = 0, more = 0, signers = 0, exceptions = 0, controls = 0, counted = 0,
                reasoned = 0;
    for (const auto &image : source.images()) {
        cocket::Evidence evidence = source.collect(image.digest);
        evidence.vouch_files(argv[3]);
        cocket::ImageRequest request{image.name};
        request.digest = image.digest;
        cocket::Decision decision = engine.check(request, evidence, now);
        std::string json = decision.json();
        cocket::Decision again = cocket::Decision::read(json);
        for (const char *format : {"table", "sarif", "junit", "markdown"})
            CHECK(again.report(format) == decision.report(format));
        auto told = [&](const std::string &text) {
            CHECK(!text.empty() && json.find(text) != std::string::npos);
        };
        CHECK(decision.origin().file.empty() && decision.policies().size() == 1);
        told(decision.policies().at(0).name);
        told(decision.policies().at(0).version);
        told(decision.policies().at(0).digest);
        for (const auto &result : decision.results()) {
            for (const auto &reason : result.reasons)
                if (!reason.found.empty()) told(reason.code);
            for (const auto &reason : result.reasons)
                for (const auto &digest : reason.evidence) told(digest), ++reasoned;
            for (const auto &control : result.controls) told(control), ++controls;
            for (const auto &list : {result.counted, result.set_apart})
                for (const auto &finding : list)
                    told(finding.id), told(finding.package), told(finding.severity), ++findings;
            more += result.more_counted + result.more_set_apart;
            counted += result.counts.row;
            if (result.rule == "vulnerabilities") CHECK(result.severity == "high");
        }
        for (const auto &record : decision.evidence()) {
            told(record.digest);
            told(record.kind);
            if (!record.signer.empty()) told(record.signer), told(record.checks.at(0)), ++signers;
        }
        for (const auto &one : decision.exceptions())
            told(one.name), told(one.rule), told(one.ticket), exceptions += one.expires.seconds > 0;
        CHECK(decision.platforms().empty());
    }
    CHECK(findings > 0 && more > 0 && signers > 0 && exceptions > 0 && controls > 0 && counted > 0);
    CHECK(reasoned > 0);
}

static void what_would_run_is_listed_first(char **argv) {
    const char *policy = R"(
apiVersion: cocket.dev/v1alpha1
kind: PolicySet
metadata: {name: acme}
spec: {workloads: [{apiVersion: acme.example/v1, kind: Server, images: [/spec/image]}]}
---
apiVersion: cocket.dev/v1alpha1
kind: ImagePolicy
metadata: {name: production}
spec: {rules: [{id: approved, registry: {allow: ['registry.acme.example/**']}}]}
)";
    cocket::Engine engine(cocket::Policies::load({{"p.yaml", policy}}));
    cocket::Objects objects = engine.objects(
        "o.yaml", "apiVersion: acme.example/v1\nkind: Server\nmetadata: {name: a, namespace: b}\n"
                  "spec: {image: 'nginx:1'}\n---\napiVersion: v1\nkind: Secret\n"
                  "metadata: {name: s}\n---\napiVersion: acme.example/v2\nkind: Server\n"
                  "metadata: {name: c}\nspec: {containers: [{name: a, image: 'x:1'}]}\n");
    CHECK(objects.images() == std::vector<std::string>{"nginx:1"});
    std::vector<cocket::Workload> workloads = objects.workloads();
    CHECK(workloads.size() == 1 && workloads.at(0).kind == "Server" && workloads.at(0).line == 1);
    CHECK(workloads.at(0).namespace_name == "b");
    CHECK(workloads.at(0).images.at(0).used_by == "declared");
    CHECK(workloads.at(0).images.at(0).path == "spec.image");
    std::vector<cocket::Unjudged> unjudged = objects.unjudged();
    CHECK(unjudged.size() == 2 && !unjudged.at(0).carries_pods && unjudged.at(1).carries_pods);
    CHECK(objects.json().find(R"({"answer":"objects","images":["nginx:1"])") == 0);
    try {
        engine.objects("o.yaml", "kind: [");
        CHECK(!"thrown");
    } catch (const cocket::Failure &failure) {
        CHECK(failure.status() == COCKET_STATUS_INVALID_ARGUMENT);
        CHECK(failure.faults().at(0).kind == "object" && failure.faults().at(0).file == "o.yaml");
    }

    std::string review =
        R"({"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"7",)"
        R"("operation":"CREATE","kind":{"group":"acme.example","version":"v1","kind":"Server"},)"
        R"("object":{"apiVersion":"acme.example/v1","kind":"Server","metadata":{"name":"a"},)"
        R"("spec":{"image":")" + std::string(argv[4]) + R"("}}}})";
    CHECK(engine.review_images(review) == std::vector<std::string>{argv[4]});
    CHECK(engine.review_images("{").empty());
    cocket::Source source(argv[1]);
    cocket::AdmissionRequest request;
    request.resolved.emplace_back(argv[4], *source.resolve(argv[4]));
    request.pin = true;
    cocket_time now = cocket::time("2026-11-23T12:00:00Z");
    cocket::Admission admission =
        engine.admit(review, request, source.collect(*source.resolve(argv[4])), now);
    CHECK(admission.allowed() && admission.verdict() == COCKET_VERDICT_ALLOW);
    CHECK(admission.decisions().size() == 1);
    CHECK(admission.response().find(R"("allowed":true)") != std::string::npos);
    CHECK(admission.reasons().at(0).code == "admission.pinned");
    CHECK(admission.coverage().size() == 1);
    CHECK(admission.json().find(admission.coverage().at(0)) != std::string::npos);
    request.covered = admission.coverage();
    cocket::Admission denied = engine.admit("{", request, cocket::Evidence(), cocket::History(), now);
    CHECK(!denied.allowed() && denied.decisions().empty());
    CHECK(denied.reasons().at(0).code == "admission.malformed");
    try {
        request.covered = {"no digest"};
        engine.admit(review, request, cocket::Evidence(), now);
        CHECK(!"thrown");
    } catch (const cocket::Failure &failure) {
        CHECK(failure.status() == COCKET_STATUS_INVALID_ARGUMENT);
    }
}

static void one_authority_is_examined(char **argv) {
    cocket::Source source(argv[1]);
    cocket::Policies policies = cocket::Policies::read({argv[2]});
    cocket::Evidence evidence = source.collect(*source.resolve(argv[4]));
    cocket_time now = cocket::time("2026-11-23T12:00:00Z");
    cocket::Question question;
    question.authority = "release";
    question.image = argv[4];
    question.digest = *source.resolve(argv[4]);
    cocket::Examination found = policies.examine(question, evidence, now);
    CHECK(found.verified() && found.documents().size() == 1);
    CHECK(found.documents().at(0).verified && !found.documents().at(0).signer.empty());
    CHECK(found.documents().at(0).checks.at(0).check == "document");
    CHECK(found.summary().cause_check.data == nullptr && found.gaps().empty());
    CHECK(found.not_asked().empty());
    CHECK(found.json().find(R"({"answer":"examined")") == 0);

    question.signed_identity = "sameDigest";
    CHECK(policies.examine(question, evidence, now).not_asked().size() == 1);
    question.signed_identity = R"({"remap":{"from":"a.example/b","to":"c.example/d"}})";
    CHECK(!policies.examine(question, evidence, now).verified());
    question.signed_identity = std::nullopt;
    question.signed_hash = "sha512";
    cocket::Examination other = policies.examine(question, evidence, now);
    CHECK(!other.verified() && cocket::detail::view(other.summary().cause_check) == "signature");
    auto refused = [&](const cocket::Question &wrong, const char *path) {
        try {
            policies.examine(wrong, evidence, now);
            CHECK(!"thrown");
        } catch (const cocket::Failure &failure) {
            CHECK(failure.status() == COCKET_STATUS_INVALID_ARGUMENT);
            CHECK(failure.faults().at(0).path == path);
        }
    };
    question.signed_hash = "md5";
    refused(question, "/verify/signedHash");
    question.signed_hash = std::nullopt;
    question.signed_identity = "{";
    refused(question, "question.signed_identity");
    question.signed_identity = R"({"remap":{"from":"a.example/b","from":"c.example/d","to":"e"}})";
    refused(question, "/verify/signedIdentity/remap/from");
    question.signed_identity = std::nullopt;
    question.authority = "nobody";
    refused(question, "/verify/authority");
    cocket::Question file;
    file.authority = "release";
    file.artifact = "a file";
    CHECK(!policies.examine(file, evidence, now).verified());
}

static cocket::Evidence stated(const std::string &payload) {
    cocket::Evidence evidence;
    std::string envelope = R"({"payloadType":"application/vnd.in-toto+json","payload":")" + payload +
                           R"(","signatures":[{"sig":"AA=="}]})";
    evidence.attach("sha256:" + std::string(64, '7'), "application/vnd.dsse.envelope.v1+json",
                    envelope, {});
    return evidence;
}

static void a_verifier_of_attestations_sees_what_is_stated_and_never_approves() {
    const char *policy = R"(
apiVersion: cocket.dev/v1alpha1
kind: ImagePolicy
metadata: {name: production}
spec:
  authorities: {farm: {verifier: {name: acme-farm}}}
  rules:
    - id: checked
      attestation: {type: "https://acme.example/check/v1", anyOf: [farm], scope: index}
    - {id: signed, mode: audit, signature: {anyOf: [farm], scope: index}}
)";
    std::atomic<int> asked{0};
    std::vector<cocket::Verifier> verifiers;
    verifiers.push_back({"acme-farm", "acme-farm/1",
                         [&](const cocket_signed_call &call) -> std::optional<cocket::Signer> {
                             ++asked;
                             CHECK(cocket::detail::view(call.predicate_type) ==
                                   "https://acme.example/check/v1");
                             CHECK(call.material == COCKET_SIGNED_MATERIAL_ENVELOPE);
                             if (cocket::detail::view(call.predicate) != R"({"build":7})")
                                 return std::nullopt;
                             return cocket::Signer{"acme", "farm"};
                         },
                         true});
    cocket::Engine engine(cocket::Policies::load({{"p.yaml", policy}}), std::move(verifiers));
    cocket::ImageRequest request{"registry.acme.example/app"};
    request.digest = "sha256:" + std::string(64, '7');
    cocket_time now = cocket::time("2026-11-23T12:00:00Z");
    // Statements of that type about builds 7 and 8, and an approval.
    cocket::Evidence built = stated(
        "eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjEiLCJzdWJqZWN0IjpbeyJkaWdlc3Qi"
        "Onsic2hhMjU2IjoiNzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3"
        "Nzc3Nzc3Nzc3Nzc3NyJ9fV0sInByZWRpY2F0ZVR5cGUiOiJodHRwczovL2FjbWUuZXhhbXBsZS9jaGVjay92"
        "MSIsInByZWRpY2F0ZSI6eyJidWlsZCI6N319");
    cocket::Evidence other = stated(
        "eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjEiLCJzdWJqZWN0IjpbeyJkaWdlc3Qi"
        "Onsic2hhMjU2IjoiNzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3"
        "Nzc3Nzc3Nzc3Nzc3NyJ9fV0sInByZWRpY2F0ZVR5cGUiOiJodHRwczovL2FjbWUuZXhhbXBsZS9jaGVjay92"
        "MSIsInByZWRpY2F0ZSI6eyJidWlsZCI6OH19");
    cocket::Evidence approval = stated(
        "eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjEiLCJzdWJqZWN0IjpbeyJkaWdlc3Qi"
        "Onsic2hhMjU2IjoiNzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3"
        "Nzc3Nzc3Nzc3Nzc3NyJ9fV0sInByZWRpY2F0ZVR5cGUiOiJodHRwczovL3NpZ3N0b3JlLmRldi9jb3NpZ24v"
        "c2lnbi92MSIsInByZWRpY2F0ZSI6e319");
    CHECK(engine.check(request, built, now).verdict() == COCKET_VERDICT_ALLOW);
    CHECK(engine.check(request, other, now).verdict() == COCKET_VERDICT_DENY);
    CHECK(asked == 2);
    cocket::Decision refused = engine.check(request, approval, now);
    CHECK(asked == 2 && refused.verdict() == COCKET_VERDICT_DENY);
    CHECK(refused.json().find("the authority `farm` attests, and approves of nothing") !=
          std::string::npos);

    // Neither yes nor no.
    cocket_verifier verifier{};
    verifier.size = sizeof verifier;
    verifier.name = verifier.id = cocket::detail::text("acme-farm");
    verifier.verify = says_77;
    verifier.attests = 2;
    cocket_engine_options options{};
    options.size = sizeof options;
    options.verifiers = &verifier;
    options.verifiers_len = 1;
    cocket_engine *none = nullptr;
    cocket::Policies policies = cocket::Policies::load({{"p.yaml", policy}});
    CHECK(cocket_engine_new(policies.get(), &options, &none, nullptr) ==
          COCKET_STATUS_INVALID_ARGUMENT);
}

int main(int argc, char **argv) {
    CHECK(argc == 5);
    CHECK(cocket::answer(R"({"op":"version"})").find(R"({"answer":"version")") == 0);
    faults_are_exceptions_with_places();
    verifiers_decide_and_their_exceptions_refuse(argv[1], argv[4]);
    an_unknown_answer_of_a_verifier_is_a_refusal(argv[1], argv[4]);
    a_verifier_of_attestations_sees_what_is_stated_and_never_approves();
    the_first_look_comes_out_as_its_page_says(argv);
    objects_are_judged_with_their_places(argv);
    a_decision_tells_its_parts(argv);
    what_would_run_is_listed_first(argv);
    one_authority_is_examined(argv);
    std::puts("ok");
}
