// Examinations, for cocket.hpp, which includes this file.

#ifndef COCKET_EXAMINATION_HPP
#define COCKET_EXAMINATION_HPP

#include "cocket_detail.hpp"

namespace cocket {

/// What is asked about one image or file: an image with its digest, or a file, by its content or
/// by its digest alone.
struct Question {
    std::string authority;
    /// The policy that has the authority, where several have one of its name.
    std::optional<std::string> policy{};
    std::optional<std::string> image{}, digest{}, artifact{};
    /// A predicate type, one of cosign's names for one, or `any`; without it an approval.
    std::optional<std::string> content{};
    Pairs annotations{};
    /// As in a policy: a name, or the JSON of an object.
    std::optional<std::string> signed_identity{};
    /// The hash that was signed, where only one kind counts: `sha256`, `sha384` or `sha512`.
    std::optional<std::string> signed_hash{};
};

/// One check of a document.
struct Check {
    std::string check, found;
    bool passed = false;
};

/// One document, and what was checked of it: the failed check is the last.
struct ExaminedDocument {
    std::string digest, form, claimed_type, signer;
    cocket_time proven_at{0, 0};
    bool verified = false;
    std::vector<Check> checks;
};

/// Each check of everything that hangs beside one image or file.
class Examination {
public:
    /// Whether a document is verified and says what was asked.
    bool verified() const noexcept { return cocket_examination_verified(handle_.get()) != 0; }
    /// The heads, among them why nothing is verified; their texts live as long as this object.
    cocket_examination_heads summary() const {
        cocket_examination_heads heads{};
        detail::check([&](cocket_error **error) {
            return cocket_examination_summary(handle_.get(), &heads, error);
        });
        return heads;
    }
    /// The documents, by digest.
    std::vector<ExaminedDocument> documents() const {
        std::vector<ExaminedDocument> all;
        for (std::size_t i = 0; i < summary().documents; ++i) {
            cocket_examined_document one{};
            detail::check([&](cocket_error **error) {
                return cocket_examination_document(handle_.get(), i, &one, error);
            });
            ExaminedDocument document{detail::string(one.digest),
                                      std::string(detail::view(one.form)),
                                      std::string(detail::view(one.claimed_type)),
                                      std::string(detail::view(one.signer)),
                                      one.proven_at,
                                      one.verified != 0,
                                      {}};
            for (std::size_t j = 0; j < one.checks; ++j) document.checks.push_back(check(i, j));
            all.push_back(std::move(document));
        }
        return all;
    }
    /// What was not asked for, where a reader might think that it was.
    std::vector<std::string> not_asked() const {
        return texts(summary().not_asked, cocket_examination_not_asked);
    }
    /// What should have been read and was not.
    std::vector<std::string> gaps() const { return texts(summary().gaps, cocket_examination_gap); }
    /// The whole as canonical JSON.
    std::string json() const {
        return std::string(detail::view(cocket_examination_answer(handle_.get())));
    }

private:
    friend class Policies;
    using Owner = detail::Owner<cocket_examination, cocket_examination_free>;
    explicit Examination(Owner handle) : handle_(std::move(handle)) {}
    Check check(std::size_t document, std::size_t index) const {
        cocket_check one{};
        detail::check([&](cocket_error **error) {
            return cocket_examination_check(handle_.get(), document, index, &one, error);
        });
        return {std::string(detail::view(one.check)), std::string(detail::view(one.found)),
                one.passed != 0};
    }
    template <typename Call> std::vector<std::string> texts(std::size_t len, Call call) const {
        std::vector<std::string> all;
        for (std::size_t i = 0; i < len; ++i) {
            cocket_text one{};
            detail::check(
                [&](cocket_error **error) { return call(handle_.get(), i, &one, error); });
            all.emplace_back(detail::view(one));
        }
        return all;
    }
    Owner handle_;
};

} // namespace cocket

#endif
