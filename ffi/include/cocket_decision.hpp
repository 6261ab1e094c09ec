// Decisions, for cocket.hpp, which includes this file.

#ifndef COCKET_DECISION_HPP
#define COCKET_DECISION_HPP

#include "cocket_detail.hpp"

namespace cocket {

/// Where something was found.
struct Place {
    std::string file, object, field;
    std::uint32_t line = 0;
};

/// One finding in one package.
struct Finding {
    std::string severity, id, package, installed, fixed, link, because;
};

/// A piece of evidence that was looked at.
struct EvidenceRecord {
    std::string digest, subject, kind, bound_by, authority, signer, verifier, refused;
    cocket_time proven_at{0, 0};
    std::vector<std::string> checks;
    std::string predicate_type;
    cocket_time stated_at{0, 0};
};

/// An exception that named a failing rule.
struct ExceptionUse {
    std::string name, rule, reason, approved_by, ticket;
    cocket_time expires{0, 0};
    cocket_effect effect = COCKET_EFFECT_NOT_ENOUGH;
};

/// A policy that took part, or that was kept out.
struct PolicyUse {
    std::string name, version, excluded_by, digest;
    cocket_mode mode = COCKET_MODE_ENFORCE;
    cocket_outcome outcome = COCKET_OUTCOME_FAIL;
};

/// Why a rule came out as it did.
struct Reason {
    std::string code, message, found, expected, platform, remedy;
    bool retryable = false;
    /// The digests of the evidence that a rule's reason comes from.
    std::vector<std::string> evidence{};
};

namespace detail {

/// A reason without the evidence that it comes from, of which `evidence` is told how many.
template <typename Call> Reason reason(Call call, std::size_t *evidence = nullptr) {
    cocket_reason one{};
    check([&](cocket_error **error) { return call(&one, error); });
    if (evidence != nullptr) *evidence = one.evidence;
    return {std::string(view(one.code)),     std::string(view(one.message)),
            std::string(view(one.found)),    std::string(view(one.expected)),
            std::string(view(one.platform)), std::string(view(one.remedy)),
            one.retryable != 0,              {}};
}

} // namespace detail

/// How one rule of one policy came out.
struct Result {
    std::string policy, rule, message, severity;
    cocket_outcome outcome = COCKET_OUTCOME_FAIL;
    cocket_mode mode = COCKET_MODE_ENFORCE;
    std::vector<Reason> reasons;
    std::vector<std::string> controls;
    cocket_counts counts{};
    /// Findings that count, worst first, those set apart, and how many more there are of each.
    std::vector<Finding> counted, set_apart;
    std::uint64_t more_counted = 0, more_set_apart = 0;
};

/// What a reason's code means.
struct Explanation {
    std::string title, remedy;
    bool passes = false;
};
inline Explanation explain(std::string_view code) {
    cocket_explanation one;
    detail::check(
        [&](cocket_error **error) { return cocket_explain(detail::text(code), &one, error); });
    return {std::string(detail::view(one.title)), std::string(detail::view(one.remedy)),
            one.passes != 0};
}

/// What was decided about one image, and why.
class Decision {
public:
    /// From its canonical JSON, as it was written in any language.
    static Decision read(std::string_view json) {
        return Decision(detail::made<Owner>([&](cocket_decision **out, cocket_error **error) {
            return cocket_decision_read(detail::bytes(json), out, error);
        }));
    }
    cocket_verdict verdict() const noexcept { return cocket_decision_verdict(handle_.get()); }
    /// Canonical JSON.
    std::string json() const {
        return detail::written([&](cocket_buffer **out, cocket_error **error) {
            return cocket_decision_json(handle_.get(), out, error);
        });
    }
    /// A report: `table`, `json`, `yaml`, `junit`, `sarif`, `github` or `markdown`.
    std::string report(std::string_view format) const {
        const cocket_decision *one = handle_.get();
        return detail::written([&](cocket_buffer **out, cocket_error **error) {
            return cocket_report(&one, 1, detail::text(format), out, error);
        });
    }
    cocket_summary summary() const {
        cocket_summary summary;
        detail::check([&](cocket_error **error) {
            return cocket_decision_summary(handle_.get(), &summary, error);
        });
        return summary;
    }
    /// The rules, by policy and id.
    std::vector<Result> results() const {
        std::vector<Result> all;
        for (std::size_t i = 0; i < summary().results; ++i) {
            cocket_rule_result one;
            detail::check([&](cocket_error **error) {
                return cocket_decision_result(handle_.get(), i, &one, error);
            });
            Result result;
            result.policy = detail::view(one.policy);
            result.rule = detail::view(one.rule);
            result.message = detail::view(one.message);
            result.severity = detail::view(one.severity);
            result.outcome = one.outcome;
            result.mode = one.mode;
            result.counts = one.counts;
            result.counted = findings(i, COCKET_FINDING_LIST_COUNTED, one.counted.len);
            result.set_apart = findings(i, COCKET_FINDING_LIST_SET_APART, one.set_apart.len);
            result.more_counted = one.counted.more;
            result.more_set_apart = one.set_apart.more;
            for (std::size_t j = 0; j < one.controls; ++j)
                result.controls.push_back(text([&](cocket_text *out, cocket_error **error) {
                    return cocket_decision_control(handle_.get(), i, j, out, error);
                }));
            for (std::size_t j = 0; j < one.reasons; ++j) result.reasons.push_back(reason(i, j));
            all.push_back(std::move(result));
        }
        return all;
    }
    /// Reasons that belong to no rule.
    std::vector<Reason> general() const {
        std::vector<Reason> all;
        for (std::size_t i = 0; i < summary().general; ++i)
            all.push_back(detail::reason([&](cocket_reason *out, cocket_error **error) {
                return cocket_decision_general(handle_.get(), i, out, error);
            }));
        return all;
    }
    /// The policies, by name.
    std::vector<PolicyUse> policies() const {
        std::vector<PolicyUse> all;
        for (std::size_t i = 0; i < summary().policies; ++i) {
            auto one = part<cocket_policy_use>([&](cocket_policy_use *out, cocket_error **error) {
                return cocket_decision_policy(handle_.get(), i, out, error);
            });
            all.push_back({std::string(detail::view(one.name)),
                           std::string(detail::view(one.version)),
                           std::string(detail::view(one.excluded_by)), detail::string(one.digest),
                           one.mode, one.outcome});
        }
        return all;
    }
    /// The evidence that was looked at, by digest.
    std::vector<EvidenceRecord> evidence() const {
        std::vector<EvidenceRecord> all;
        for (std::size_t i = 0; i < summary().evidence; ++i) {
            auto one =
                part<cocket_evidence_record>([&](cocket_evidence_record *out, cocket_error **error) {
                    return cocket_decision_evidence(handle_.get(), i, out, error);
                });
            EvidenceRecord record{detail::string(one.digest),
                                  detail::string(one.subject),
                                  std::string(detail::view(one.kind)),
                                  std::string(detail::view(one.bound_by)),
                                  std::string(detail::view(one.authority)),
                                  std::string(detail::view(one.signer)),
                                  std::string(detail::view(one.verifier)),
                                  std::string(detail::view(one.refused)),
                                  one.proven_at,
                                  {},
                                  std::string(detail::view(one.predicate_type)),
                                  one.stated_at};
            for (std::size_t j = 0; j < one.checks; ++j)
                record.checks.push_back(text([&](cocket_text *out, cocket_error **error) {
                    return cocket_decision_evidence_check(handle_.get(), i, j, out, error);
                }));
            all.push_back(std::move(record));
        }
        return all;
    }
    /// Exceptions that named a failing rule, by name.
    std::vector<ExceptionUse> exceptions() const {
        std::vector<ExceptionUse> all;
        for (std::size_t i = 0; i < summary().exceptions; ++i) {
            auto one =
                part<cocket_exception_use>([&](cocket_exception_use *out, cocket_error **error) {
                    return cocket_decision_exception(handle_.get(), i, out, error);
                });
            all.push_back({std::string(detail::view(one.name)), std::string(detail::view(one.rule)),
                           std::string(detail::view(one.reason)),
                           std::string(detail::view(one.approved_by)),
                           std::string(detail::view(one.ticket)), one.expires, one.effect});
        }
        return all;
    }
    /// The manifests of an index that were judged: digest and platform.
    std::vector<std::pair<std::string, std::string>> platforms() const {
        std::vector<std::pair<std::string, std::string>> all;
        for (std::size_t i = 0; i < summary().platforms; ++i) {
            auto one =
                part<cocket_judged_platform>([&](cocket_judged_platform *out, cocket_error **error) {
                    return cocket_decision_platform(handle_.get(), i, out, error);
                });
            all.push_back({detail::string(one.digest), std::string(detail::view(one.platform))});
        }
        return all;
    }
    /// Where the image or object was found; all empty where it was named by itself.
    Place origin() const {
        auto one = part<cocket_origin>([&](cocket_origin *out, cocket_error **error) {
            return cocket_decision_origin(handle_.get(), out, error);
        });
        return {std::string(detail::view(one.file)), std::string(detail::view(one.object)),
                std::string(detail::view(one.field)), one.line};
    }
    const cocket_decision *get() const noexcept { return handle_.get(); }

private:
    friend class Admission;
    friend class Engine;
    friend class Review;
    using Owner = detail::Owner<cocket_decision, cocket_decision_free>;
    explicit Decision(Owner handle) : handle_(std::move(handle)) {}
    Reason reason(std::size_t result, std::size_t index) const {
        std::size_t evidence = 0;
        Reason made = detail::reason(
            [&](cocket_reason *out, cocket_error **error) {
                return cocket_decision_reason(handle_.get(), result, index, out, error);
            },
            &evidence);
        for (std::size_t i = 0; i < evidence; ++i) {
            auto digest = part<cocket_digest>([&](cocket_digest *out, cocket_error **error) {
                return cocket_decision_reason_evidence(handle_.get(), result, index, i, out, error);
            });
            made.evidence.push_back(detail::string(digest));
        }
        return made;
    }
    template <typename T, typename Call> static T part(Call call) {
        T one;
        detail::check([&](cocket_error **error) { return call(&one, error); });
        return one;
    }
    template <typename Call> static std::string text(Call call) {
        return std::string(detail::view(part<cocket_text>(call)));
    }
    std::vector<Finding> findings(std::size_t result, std::int32_t list, std::size_t len) const {
        std::vector<Finding> all;
        for (std::size_t i = 0; i < len; ++i) {
            auto one = part<cocket_finding>([&](cocket_finding *out, cocket_error **error) {
                return cocket_decision_finding(handle_.get(), result, list, i, out, error);
            });
            all.push_back(
                {std::string(detail::view(one.severity)), std::string(detail::view(one.id)),
                 std::string(detail::view(one.package)), std::string(detail::view(one.installed)),
                 std::string(detail::view(one.fixed)), std::string(detail::view(one.link)),
                 std::string(detail::view(one.because))});
        }
        return all;
    }
    Owner handle_;
};

} // namespace cocket

#endif
