// Evidence, and what was recorded before, for cocket.hpp, which includes this file.
#ifndef COCKET_EVIDENCE_HPP
#define COCKET_EVIDENCE_HPP

#include "cocket_detail.hpp"

namespace cocket {

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

} // namespace cocket

#endif
