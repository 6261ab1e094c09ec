// cocket for C++17: the handles of cocket.h with owners, and failures as exceptions.
//
// Each object owns its handle, moves and is not copied; what cocket.h says about threads holds.
// A text that a function gives lives as long as the object that it was asked of.
#ifndef COCKET_HPP
#define COCKET_HPP

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cocket_decision.hpp"
#include "cocket_examination.hpp"
#include "cocket_judge.hpp"
#include "cocket_kubernetes.hpp"

namespace cocket {

/// Answers one request in JSON with an answer in canonical JSON, the same in every language.
inline std::string answer(std::string_view request) {
    return detail::written([&](cocket_buffer **out, cocket_error **error) {
        return cocket_answer(detail::bytes(request), out, error);
    });
}

/// A moment in RFC 3339, such as `2026-11-23T12:00:00Z`.
inline cocket_time time(std::string_view text) {
    cocket_time moment{0, 0};
    detail::check([&](cocket_error **error) {
        return cocket_time_parse(detail::text(text), &moment, error);
    });
    return moment;
}

/// How policies of other engines are taken.
struct ImportOptions {
    /// Take policies of which parts are not taken; `notes` names those.
    bool allow_partial = false;
    /// How closely Kyverno is followed: `strict` or `kyverno`.
    std::string dialect = "strict";
};

namespace detail {

/// Lent for one call.
inline cocket_import_options lend(const ImportOptions &options) {
    return {options.allow_partial, text(options.dialect)};
}

} // namespace detail

class Evidence;

/// Loaded policies.
class Policies {
public:
    /// Loads texts as one set: pairs of a name and a text; with judges that belong to it.
    static Policies load(const Pairs &texts, const ImportOptions &options = {},
                         std::vector<Judge> judges = {}) {
        std::vector<cocket_policy_text> lent;
        for (const auto &one : texts)
            lent.push_back({detail::text(one.first), detail::bytes(one.second)});
        cocket_policy_text none{};
        detail::LentJudges judging(std::move(judges));
        Policies loaded(detail::made<Owner>([&](cocket_policies **out, cocket_error **error) {
            return cocket_policies_load_with_judges(
                lent.empty() ? &none : lent.data(), lent.size(), detail::lend(options),
                judging.data(), judging.size(), out, error);
        }));
        judging.taken();
        return loaded;
    }
    /// Reads files, and every policy file in directories; with judges that belong to them.
    static Policies read(const std::vector<std::string> &paths, const ImportOptions &options = {},
                         std::vector<Judge> judges = {}) {
        std::vector<cocket_text> lent;
        for (const auto &path : paths) lent.push_back(detail::text(path));
        cocket_text none{};
        detail::LentJudges judging(std::move(judges));
        Policies loaded(detail::made<Owner>([&](cocket_policies **out, cocket_error **error) {
            return cocket_policies_read_with_judges(
                lent.empty() ? &none : lent.data(), lent.size(), detail::lend(options),
                judging.data(), judging.size(), out, error);
        }));
        judging.taken();
        return loaded;
    }
    /// The digest of everything loaded.
    std::string digest() const {
        cocket_digest digest;
        detail::check([&](cocket_error **error) {
            return cocket_policies_digest(handle_.get(), &digest, error);
        });
        return detail::string(digest);
    }
    /// Everything loaded as YAML in cocket's own form; what has no equivalent is a comment.
    std::string yaml() const {
        return detail::written([&](cocket_buffer **out, cocket_error **error) {
            return cocket_policies_yaml(handle_.get(), out, error);
        });
    }
    /// What loads and is probably not meant.
    std::vector<Fault> warnings(cocket_time now) const {
        auto found = detail::made<detail::ErrorOwner>([&](cocket_error **out, cocket_error **error) {
            return cocket_policies_warnings(handle_.get(), now, out, error);
        });
        return detail::faults(found.get());
    }
    /// Where what was made of other engines' policies is not just what they say.
    std::vector<Fault> notes() const {
        auto found = detail::made<detail::ErrorOwner>([&](cocket_error **out, cocket_error **error) {
            return cocket_policies_notes(handle_.get(), out, error);
        });
        return detail::faults(found.get());
    }
    /// Verifies everything in `evidence` for one authority, as an engine does, and tells each
    /// check. It decides on nothing: rules are not looked at.
    inline Examination examine(const Question &question, const Evidence &evidence,
                               cocket_time now) const;
    const cocket_policies *get() const noexcept { return handle_.get(); }

private:
    using Owner = detail::Owner<cocket_policies, cocket_policies_free>;
    explicit Policies(Owner handle) : handle_(std::move(handle)) {}
    Owner handle_;
};

/// The JSON schema (draft 2020-12) of one policy document, as canonical JSON.
inline std::string policy_schema() {
    return detail::written([](cocket_buffer **out, cocket_error **error) {
        return cocket_policy_schema(out, error);
    });
}

/// One scan report in numbers, for people: what the scanner says, beside what a rule counts, or
/// what holds where no rule says otherwise.
inline std::string scan_summary(std::string_view name, std::string_view report, cocket_time now,
                                const Policies *policies = nullptr,
                                const std::optional<std::string> &rule = std::nullopt) {
    return detail::written([&](cocket_buffer **out, cocket_error **error) {
        return cocket_scan_summary(detail::text(name), detail::bytes(report),
                                   policies ? policies->get() : nullptr, detail::maybe(rule), now,
                                   out, error);
    });
}

/// Everything at hand about images, unverified.
class Evidence {
public:
    Evidence() : Evidence(detail::made<Owner>(cocket_evidence_new)) {}
    /// Adds a manifest, an index or a configuration, and gives its digest.
    std::string add_blob(std::string_view media_type, std::string_view bytes,
                         const std::optional<std::string> &expected = std::nullopt) {
        cocket_digest digest;
        detail::check([&](cocket_error **error) {
            return cocket_evidence_add_blob(handle_.get(), detail::text(media_type),
                                            detail::bytes(bytes), detail::maybe(expected), &digest,
                                            error);
        });
        return detail::string(digest);
    }
    /// Adds something that is attached to the image `subject`.
    void attach(const std::optional<std::string> &subject, std::string_view media_type,
                std::string_view bytes,
                const Pairs &annotations = {}) {
        std::vector<cocket_pair> lent = detail::pairs(annotations);
        detail::check([&](cocket_error **error) {
            return cocket_evidence_attach(handle_.get(), detail::maybe(subject),
                                          detail::text(media_type), detail::bytes(bytes),
                                          lent.empty() ? nullptr : lent.data(), lent.size(),
                                          error);
        });
    }
    /// Adds a scan report that the caller vouches for.
    void vouch(const std::optional<std::string> &subject, std::string_view bytes) {
        detail::check([&](cocket_error **error) {
            return cocket_evidence_vouch(handle_.get(), detail::maybe(subject),
                                         detail::bytes(bytes), error);
        });
    }
    /// Reads scan reports that the caller vouches for.
    void vouch_files(std::string_view path) {
        detail::check([&](cocket_error **error) {
            return cocket_evidence_vouch_files(handle_.get(), detail::text(path), error);
        });
    }
    /// Records that something should have been read and was not.
    void add_gap(const std::optional<std::string> &subject, cocket_missing kind,
                 std::string_view what) {
        detail::check([&](cocket_error **error) {
            return cocket_evidence_add_gap(handle_.get(), detail::maybe(subject), kind,
                                           detail::text(what), error);
        });
    }
    /// Adds everything in `other`.
    void merge(const Evidence &other) {
        detail::check([&](cocket_error **error) {
            return cocket_evidence_merge(handle_.get(), other.get(), error);
        });
    }
    const cocket_evidence *get() const noexcept { return handle_.get(); }

private:
    friend class Source;
    using Owner = detail::Owner<cocket_evidence, cocket_evidence_free>;
    explicit Evidence(Owner handle) : handle_(std::move(handle)) {}
    Owner handle_;
};

inline Examination Policies::examine(const Question &question, const Evidence &evidence,
                                     cocket_time now) const {
    std::vector<cocket_pair> annotations = detail::pairs(question.annotations);
    cocket_question lent{};
    lent.size = sizeof lent;
    lent.authority = detail::text(question.authority);
    lent.policy = detail::maybe(question.policy);
    lent.image = detail::maybe(question.image);
    lent.digest = detail::maybe(question.digest);
    if (question.artifact) lent.artifact = detail::bytes(*question.artifact);
    lent.content = detail::maybe(question.content);
    lent.annotations = annotations.empty() ? nullptr : annotations.data();
    lent.annotations_len = annotations.size();
    lent.signed_identity = detail::maybe(question.signed_identity);
    lent.signed_hash = detail::maybe(question.signed_hash);
    return Examination(
        detail::made<Examination::Owner>([&](cocket_examination **out, cocket_error **error) {
            return cocket_examine(handle_.get(), &lent, evidence.get(), now, out, error);
        }));
}

/// OCI image layouts in a directory.
class Source {
public:
    /// An image that a layout names; the name may be empty.
    struct Image {
        std::string name, digest;
    };
    explicit Source(std::string_view path)
        : handle_(detail::made<Owner>([&](cocket_source **out, cocket_error **error) {
              return cocket_source_open(detail::text(path), out, error);
          })) {}
    /// The images, by name and digest.
    std::vector<Image> images() const {
        std::vector<Image> all;
        for (std::size_t i = 0; i < cocket_source_len(handle_.get()); ++i) {
            cocket_layout_image image;
            detail::check([&](cocket_error **error) {
                return cocket_source_image(handle_.get(), i, &image, error);
            });
            all.push_back({std::string(detail::view(image.name)), detail::string(image.digest)});
        }
        return all;
    }
    /// The digest that a reference stands for here.
    std::optional<std::string> resolve(std::string_view reference) const {
        cocket_digest digest;
        detail::check([&](cocket_error **error) {
            return cocket_source_resolve(handle_.get(), detail::text(reference), &digest, error);
        });
        if (digest.len == 0) return std::nullopt;
        return detail::string(digest);
    }
    /// Everything in the source about the image with this digest.
    Evidence collect(std::string_view digest) const {
        return Evidence(
            detail::made<Evidence::Owner>([&](cocket_evidence **out, cocket_error **error) {
                return cocket_source_collect(handle_.get(), detail::text(digest), out, error);
            }));
    }

private:
    using Owner = detail::Owner<cocket_source, cocket_source_free>;
    Owner handle_;
};

/// What was recorded before.
class History {
public:
    History() : handle_(detail::made<Owner>(cocket_history_new)) {}
    /// Records the digest that a tag, `host/path:tag`, stood for.
    void add_tag(std::string_view name, std::string_view digest) {
        detail::check([&](cocket_error **error) {
            return cocket_history_add_tag(handle_.get(), detail::text(name), detail::text(digest),
                                          error);
        });
    }
    /// Records when a vulnerability was first seen.
    void add_first_seen(std::string_view id, cocket_time at) {
        detail::check([&](cocket_error **error) {
            return cocket_history_add_first_seen(handle_.get(), detail::text(id), at, error);
        });
    }
    /// Records the time of the latest statement of a type that an authority made about a digest.
    void add_statement(std::string_view subject, std::string_view authority,
                       std::string_view predicate_type, cocket_time at) {
        detail::check([&](cocket_error **error) {
            return cocket_history_add_statement(handle_.get(), detail::text(subject),
                                                detail::text(authority),
                                                detail::text(predicate_type), at, error);
        });
    }
    const cocket_history *get() const noexcept { return handle_.get(); }

private:
    using Owner = detail::Owner<cocket_history, cocket_history_free>;
    Owner handle_;
};

/// Who signed.
struct Signer {
    std::string id, checked;
    cocket_time proven_at{0, 0};
};

/// A verifier of the program's own. `verify` gives who signed, or nothing where it is not signed
/// by this authority; an exception is a refusal. It is called from every thread that decides.
struct Verifier {
    std::string name, id;
    std::function<std::optional<Signer>(const cocket_signed_call &)> verify;
    /// Whether it is asked about attestations alone, and sees what they state; it never approves
    /// of an image then.
    bool attests = false;
};

/// The image that a decision is asked about.
struct ImageRequest {
    std::string image;
    std::optional<std::string> digest{}, parent{}, namespace_name{};
    std::optional<Pairs> namespace_labels{};
    bool admission = false;
    std::optional<std::string> kind{};
    std::optional<Pairs> owner_labels{};
};

/// Compiled policies.
class Engine {
public:
    explicit Engine(const Policies &policies, std::vector<Verifier> verifiers = {},
                    std::optional<std::size_t> listed_findings = std::nullopt,
                    const Engine *cache_of = nullptr) {
        std::vector<cocket_verifier> lent;
        std::vector<std::unique_ptr<Verifier>> owned;
        for (auto &one : verifiers) {
            owned.push_back(std::make_unique<Verifier>(std::move(one)));
            cocket_verifier verifier{};
            verifier.size = sizeof verifier;
            verifier.name = detail::text(owned.back()->name);
            verifier.id = detail::text(owned.back()->id);
            verifier.verify = verify;
            verifier.release = release;
            verifier.user_data = owned.back().get();
            verifier.attests = owned.back()->attests ? 1 : 0;
            lent.push_back(verifier);
        }
        cocket_engine_options options{};
        options.size = sizeof options;
        options.verifiers = lent.empty() ? nullptr : lent.data();
        options.verifiers_len = lent.size();
        options.listed_findings = listed_findings ? &*listed_findings : nullptr;
        options.cache_of = cache_of ? cache_of->get() : nullptr;
        handle_ = detail::made<Owner>([&](cocket_engine **out, cocket_error **error) {
            return cocket_engine_new(policies.get(), &options, out, error);
        });
        // The engine has them now, and gives them to `release`.
        for (auto &one : owned) one.release();
    }
    const cocket_engine *get() const noexcept { return handle_.get(); }
    /// What is kept of verifications; no decision depends on it.
    cocket_cache_statistics cache_statistics() const {
        cocket_cache_statistics now;
        detail::check([&](cocket_error **error) {
            return cocket_engine_cache_statistics(handle_.get(), &now, error);
        });
        return now;
    }
    /// Decides on one image; a denial is a decision, not an exception.
    Decision check(const ImageRequest &request, const Evidence &evidence, cocket_time now) const {
        return decide(request, evidence, nullptr, now);
    }
    Decision check(const ImageRequest &request, const Evidence &evidence, const History &history,
                   cocket_time now) const {
        return decide(request, evidence, history.get(), now);
    }

    /// Decides on everything that Kubernetes objects would run, and on the objects themselves.
    Review check_objects(const ObjectsRequest &request, const Evidence &evidence,
                         cocket_time now) const {
        return review(request, evidence, nullptr, now);
    }
    Review check_objects(const ObjectsRequest &request, const Evidence &evidence,
                         const History &history, cocket_time now) const {
        return review(request, evidence, history.get(), now);
    }
    /// What the objects of one text would run: the kinds that the policy set declares are
    /// workloads too.
    Objects objects(std::string_view name, std::string_view text) const {
        return Objects(detail::made<Objects::Owner>([&](cocket_objects **out, cocket_error **error) {
            return cocket_engine_objects(handle_.get(), detail::text(name), detail::bytes(text),
                                         out, error);
        }));
    }
    /// The images that the object of an `AdmissionReview` would run: what evidence is wanted about.
    std::vector<std::string> review_images(std::string_view review) const {
        return Objects(detail::made<Objects::Owner>([&](cocket_objects **out, cocket_error **error) {
                   return cocket_engine_review_images(handle_.get(), detail::bytes(review), out,
                                                      error);
               }))
            .images();
    }
    /// Decides on an `AdmissionReview`; a malformed one is denied, not an exception.
    Admission admit(std::string_view review, const AdmissionRequest &request,
                    const Evidence &evidence, cocket_time now) const {
        return admitted(review, request, evidence, nullptr, now);
    }
    Admission admit(std::string_view review, const AdmissionRequest &request,
                    const Evidence &evidence, const History &history, cocket_time now) const {
        return admitted(review, request, evidence, history.get(), now);
    }
    /// Answers a request in JSON that has no policies and no evidence of its own.
    std::string answer(std::string_view request, const Evidence &evidence) const {
        return detail::written([&](cocket_buffer **out, cocket_error **error) {
            return cocket_engine_answer(handle_.get(), evidence.get(), detail::bytes(request), out,
                                        error);
        });
    }

private:
    using Owner = detail::Owner<cocket_engine, cocket_engine_free>;

    Review review(const ObjectsRequest &request, const Evidence &evidence,
                  const cocket_history *history, cocket_time now) const {
        std::vector<cocket_policy_text> texts;
        for (const auto &one : request.texts)
            texts.push_back({detail::text(one.first), detail::bytes(one.second)});
        detail::Labels labels(request.namespace_labels), owner(request.owner_labels);
        std::vector<cocket_pair> resolved = detail::pairs(request.resolved);
        cocket_objects_request lent{};
        lent.size = sizeof lent;
        lent.texts = texts.empty() ? nullptr : texts.data();
        lent.texts_len = texts.size();
        lent.namespace_name = detail::maybe(request.namespace_name);
        lent.namespace_labels = labels.data();
        lent.namespace_labels_len = labels.size();
        lent.owner_labels = owner.data();
        lent.owner_labels_len = owner.size();
        lent.object_namespaces = request.object_namespaces ? 1 : 0;
        lent.admission = request.admission ? 1 : 0;
        lent.resolved = resolved.empty() ? nullptr : resolved.data();
        lent.resolved_len = resolved.size();
        return Review(detail::made<Review::Owner>([&](cocket_review **out, cocket_error **error) {
            return cocket_engine_check_objects(handle_.get(), &lent, evidence.get(), history, now,
                                               out, error);
        }));
    }
    Admission admitted(std::string_view review, const AdmissionRequest &request,
                       const Evidence &evidence, const cocket_history *history,
                       cocket_time now) const {
        detail::Labels labels(request.namespace_labels), owner(request.owner_labels);
        std::vector<cocket_pair> resolved = detail::pairs(request.resolved);
        std::vector<cocket_text> covered;
        for (const auto &proof : request.covered) covered.push_back(detail::text(proof));
        cocket_admission_options lent{};
        lent.size = sizeof lent;
        lent.namespace_labels = labels.data();
        lent.namespace_labels_len = labels.size();
        lent.owner_labels = owner.data();
        lent.owner_labels_len = owner.size();
        lent.resolved = resolved.empty() ? nullptr : resolved.data();
        lent.resolved_len = resolved.size();
        lent.covered = covered.empty() ? nullptr : covered.data();
        lent.covered_len = covered.size();
        lent.pin = request.pin ? 1 : 0;
        return Admission(
            detail::made<Admission::Owner>([&](cocket_admission **out, cocket_error **error) {
                return cocket_engine_admit(handle_.get(), detail::bytes(review), &lent,
                                           evidence.get(), history, now, out, error);
            }));
    }

    Decision decide(const ImageRequest &request, const Evidence &evidence,
                    const cocket_history *history, cocket_time now) const {
        detail::Labels labels(request.namespace_labels), owner(request.owner_labels);
        cocket_image_request lent{};
        lent.size = sizeof lent;
        lent.image = detail::text(request.image);
        lent.digest = detail::maybe(request.digest);
        lent.parent = detail::maybe(request.parent);
        lent.namespace_name = detail::maybe(request.namespace_name);
        lent.namespace_labels = labels.data();
        lent.namespace_labels_len = labels.size();
        lent.owner_labels = owner.data();
        lent.owner_labels_len = owner.size();
        lent.admission = request.admission ? 1 : 0;
        lent.kind = detail::maybe(request.kind);
        return Decision(
            detail::made<Decision::Owner>([&](cocket_decision **out, cocket_error **error) {
                return cocket_engine_check(handle_.get(), &lent, evidence.get(), history, now, out,
                                           error);
            }));
    }
    // No exception may leave a function that the library calls. What it says stays out of the
    // decision, whose bytes are the same everywhere.
    static std::int32_t verify(void *user_data, const cocket_signed_call *call,
                               cocket_verification *verification) noexcept {
        try {
            auto signer = static_cast<Verifier *>(user_data)->verify(*call);
            if (!signer) return COCKET_SIGNED_NO;
            cocket_status told = cocket_verification_signer(
                verification, detail::text(signer->id), detail::text(signer->checked),
                signer->proven_at, nullptr);
            return told == COCKET_STATUS_OK ? COCKET_SIGNED_YES : COCKET_SIGNED_FAILED;
        } catch (...) {
            cocket_verification_failure(verification, detail::text("it threw an exception"),
                                        nullptr);
            return COCKET_SIGNED_FAILED;
        }
    }
    static void release(void *user_data) noexcept { delete static_cast<Verifier *>(user_data); }

    Owner handle_;
};

} // namespace cocket

#endif
