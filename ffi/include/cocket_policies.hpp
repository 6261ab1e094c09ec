// Policies, for cocket.hpp, which includes this file.
#ifndef COCKET_POLICIES_HPP
#define COCKET_POLICIES_HPP

#include "cocket_evidence.hpp"
#include "cocket_examination.hpp"
#include "cocket_judge.hpp"

namespace cocket {

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

} // namespace cocket

#endif
