// Kubernetes objects and admission reviews, for cocket.hpp, which includes this file.

#ifndef COCKET_KUBERNETES_HPP
#define COCKET_KUBERNETES_HPP

#include "cocket_decision.hpp"

namespace cocket {

/// Kubernetes objects that a decision is asked about: texts in YAML or JSON, by name.
struct ObjectsRequest {
    Pairs texts;
    std::optional<std::string> namespace_name{};
    std::optional<Pairs> namespace_labels{};
    bool object_namespaces = false, admission = false;
    /// The digests that references stand for.
    Pairs resolved{};
    /// The labels of the objects' owner, where they are known.
    std::optional<Pairs> owner_labels{};
};

/// The decisions on Kubernetes objects.
class Review {
public:
    /// The worst of all.
    cocket_verdict verdict() const noexcept { return cocket_review_verdict(handle_.get()); }
    /// The decisions, with their origins, in the order of the texts.
    std::vector<Decision> decisions() const {
        std::vector<Decision> all;
        for (std::size_t i = 0; i < cocket_review_len(handle_.get()); ++i)
            all.push_back(Decision(detail::made<Decision::Owner>(
                [&](cocket_decision **out, cocket_error **error) {
                    return cocket_review_decision(handle_.get(), i, out, error);
                })));
        return all;
    }
    /// Objects that carry no pods, and that no rule is about.
    std::vector<Place> unjudged() const {
        std::vector<Place> all;
        for (std::size_t i = 0; i < cocket_review_unjudged_len(handle_.get()); ++i) {
            cocket_passed_over one;
            detail::check([&](cocket_error **error) {
                return cocket_review_unjudged(handle_.get(), i, &one, error);
            });
            std::string object(detail::view(one.kind));
            object += "/" + std::string(detail::view(one.name));
            all.push_back({std::string(detail::view(one.file)), std::move(object), "", one.line});
        }
        return all;
    }
    /// The whole as canonical JSON.
    std::string json() const {
        return std::string(detail::view(cocket_review_answer(handle_.get())));
    }

private:
    friend class Engine;
    using Owner = detail::Owner<cocket_review, cocket_review_free>;
    explicit Review(Owner handle) : handle_(std::move(handle)) {}
    Owner handle_;
};

/// One image of a workload.
struct WorkloadImage {
    /// What uses it, such as `regular`; `declared` in a place that the policy set declares.
    std::string used_by;
    std::string container, path, image;
    std::uint32_t line = 0;
};

/// An object that carries pods; the namespace is its own claim.
struct Workload {
    std::string file, api_version, kind, name, namespace_name;
    std::uint32_t line = 0;
    std::vector<WorkloadImage> images;
};

/// An object that was passed over.
struct Unjudged {
    std::string file, kind, name;
    std::uint32_t line = 0;
    /// Whether something in it looks like a pod, so that passing over it would be wrong.
    bool carries_pods = false;
};

/// What Kubernetes objects would run.
class Objects {
public:
    /// Every image, each once, sorted.
    std::vector<std::string> images() const {
        std::vector<std::string> all;
        for (std::size_t i = 0; i < cocket_objects_images_len(handle_.get()); ++i) {
            cocket_text one{};
            detail::check([&](cocket_error **error) {
                return cocket_objects_image(handle_.get(), i, &one, error);
            });
            all.emplace_back(detail::view(one));
        }
        return all;
    }
    /// Objects that carry pods, in the order of the text.
    std::vector<Workload> workloads() const {
        std::vector<Workload> all;
        for (std::size_t i = 0; i < cocket_objects_workloads_len(handle_.get()); ++i) {
            cocket_workload one{};
            detail::check([&](cocket_error **error) {
                return cocket_objects_workload(handle_.get(), i, &one, error);
            });
            Workload workload{std::string(detail::view(one.file)),
                              std::string(detail::view(one.api_version)),
                              std::string(detail::view(one.object_kind)),
                              std::string(detail::view(one.name)),
                              std::string(detail::view(one.namespace_name)),
                              one.line,
                              {}};
            for (std::size_t j = 0; j < one.images; ++j) workload.images.push_back(image(i, j));
            all.push_back(std::move(workload));
        }
        return all;
    }
    /// Objects that were passed over.
    std::vector<Unjudged> unjudged() const {
        std::vector<Unjudged> all;
        for (std::size_t i = 0; i < cocket_objects_unjudged_len(handle_.get()); ++i) {
            cocket_unjudged one{};
            detail::check([&](cocket_error **error) {
                return cocket_objects_unjudged(handle_.get(), i, &one, error);
            });
            all.push_back({std::string(detail::view(one.file)),
                           std::string(detail::view(one.object_kind)),
                           std::string(detail::view(one.name)), one.line, one.carries_pods != 0});
        }
        return all;
    }
    /// The whole as canonical JSON.
    std::string json() const {
        return std::string(detail::view(cocket_objects_answer(handle_.get())));
    }

private:
    friend class Engine;
    using Owner = detail::Owner<cocket_objects, cocket_objects_free>;
    explicit Objects(Owner handle) : handle_(std::move(handle)) {}
    WorkloadImage image(std::size_t workload, std::size_t index) const {
        cocket_workload_image one{};
        detail::check([&](cocket_error **error) {
            return cocket_objects_workload_image(handle_.get(), workload, index, &one, error);
        });
        return {std::string(detail::view(one.used_by)), std::string(detail::view(one.container)),
                std::string(detail::view(one.path)), std::string(detail::view(one.image)),
                one.line};
    }
    Owner handle_;
};

/// What an admission review is decided with that does not stand in it.
struct AdmissionRequest {
    /// The labels of the request's namespace, where they are known.
    std::optional<Pairs> namespace_labels{};
    /// The digests that references stand for.
    Pairs resolved{};
    /// What earlier admissions proved.
    std::vector<std::string> covered{};
    /// Whether names by tag are completed with digests, as only a mutating webhook may answer.
    bool pin = false;
    /// The labels of the object's owner, where they are known.
    std::optional<Pairs> owner_labels{};
};

/// What came of an admission review.
class Admission {
public:
    /// The worst of all.
    cocket_verdict verdict() const noexcept { return cocket_admission_verdict(handle_.get()); }
    /// Whether the request goes on.
    bool allowed() const noexcept { return verdict() != COCKET_VERDICT_DENY; }
    /// The `AdmissionReview` to send back, in JSON.
    std::string response() const {
        return std::string(detail::view(cocket_admission_response(handle_.get())));
    }
    /// On the images, in the order of the pod's fields, and on the object where a rule is about it.
    std::vector<Decision> decisions() const {
        std::vector<Decision> all;
        for (std::size_t i = 0; i < cocket_admission_len(handle_.get()); ++i)
            all.push_back(Decision(detail::made<Decision::Owner>(
                [&](cocket_decision **out, cocket_error **error) {
                    return cocket_admission_decision(handle_.get(), i, out, error);
                })));
        return all;
    }
    /// Reasons that belong to no decision.
    std::vector<Reason> reasons() const {
        std::vector<Reason> all;
        for (std::size_t i = 0; i < cocket_admission_reasons_len(handle_.get()); ++i)
            all.push_back(detail::reason([&](cocket_reason *out, cocket_error **error) {
                return cocket_admission_reason(handle_.get(), i, out, error);
            }));
        return all;
    }
    /// What it proves for later: hand it back as `covered`.
    std::vector<std::string> coverage() const {
        std::vector<std::string> all;
        for (std::size_t i = 0; i < cocket_admission_coverage_len(handle_.get()); ++i) {
            cocket_digest one{};
            detail::check([&](cocket_error **error) {
                return cocket_admission_coverage(handle_.get(), i, &one, error);
            });
            all.push_back(detail::string(one));
        }
        return all;
    }
    /// The whole as canonical JSON.
    std::string json() const {
        return std::string(detail::view(cocket_admission_answer(handle_.get())));
    }

private:
    friend class Engine;
    using Owner = detail::Owner<cocket_admission, cocket_admission_free>;
    explicit Admission(Owner handle) : handle_(std::move(handle)) {}
    Owner handle_;
};

} // namespace cocket

#endif
