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
#include "cocket_evidence.hpp"
#include "cocket_kubernetes.hpp"
#include "cocket_policies.hpp"

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
