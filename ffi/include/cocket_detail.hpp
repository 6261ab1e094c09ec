// What the classes of cocket.hpp are made with: owners of handles, texts both ways, and failures as
// exceptions. Include cocket.hpp.
#ifndef COCKET_DETAIL_HPP
#define COCKET_DETAIL_HPP

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cocket.h"

namespace cocket {

/// One fault of a failure.
struct Fault {
    std::string kind, message, file, path, help;
    std::uint32_t line = 0, column = 0;
};

/// A call that failed.
class Failure : public std::runtime_error {
public:
    Failure(cocket_status status, const std::string &message, std::vector<Fault> faults)
        : std::runtime_error(message), status_(status), faults_(std::move(faults)) {}
    /// The status.
    cocket_status status() const noexcept { return status_; }
    /// What is wrong, and where.
    const std::vector<Fault> &faults() const noexcept { return faults_; }

private:
    cocket_status status_;
    std::vector<Fault> faults_;
};

/// Names and values, or names and texts.
using Pairs = std::vector<std::pair<std::string, std::string>>;

namespace detail {

inline cocket_text text(std::string_view view) {
    // An empty view may have no address, and a text without one is no text at all.
    return {view.data() == nullptr ? "" : view.data(), view.size()};
}
inline cocket_text maybe(const std::optional<std::string> &maybe) {
    return maybe ? text(std::string_view(*maybe)) : cocket_text{nullptr, 0};
}
inline cocket_bytes bytes(std::string_view view) {
    cocket_text lent = text(view);
    return {reinterpret_cast<const std::uint8_t *>(lent.data), lent.len};
}
inline std::string_view view(cocket_text text) {
    return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.len);
}
inline std::string_view view(cocket_bytes bytes) {
    return bytes.data == nullptr
               ? std::string_view()
               : std::string_view(reinterpret_cast<const char *>(bytes.data), bytes.len);
}
inline std::string string(const cocket_digest &digest) {
    return std::string(digest.text, digest.len);
}

/// Lent for as long as `from` lives.
inline std::vector<cocket_pair> pairs(const Pairs &from) {
    std::vector<cocket_pair> lent;
    for (const auto &one : from) lent.push_back({text(one.first), text(one.second)});
    return lent;
}

/// Labels as they are lent: none that are known is another thing than none.
class Labels {
public:
    explicit Labels(const std::optional<Pairs> &from) : known_(from.has_value()) {
        if (from) lent_ = pairs(*from);
    }
    const cocket_pair *data() const noexcept {
        if (!known_) return nullptr;
        return lent_.empty() ? &none_ : lent_.data();
    }
    std::size_t size() const noexcept { return lent_.size(); }

private:
    bool known_;
    std::vector<cocket_pair> lent_;
    cocket_pair none_{};
};

template <typename T, cocket_status (*Free)(T **)> struct Free_ {
    void operator()(T *handle) const noexcept { Free(&handle); }
};
template <typename T, cocket_status (*Free)(T **)> using Owner = std::unique_ptr<T, Free_<T, Free>>;

using ErrorOwner = Owner<cocket_error, cocket_error_free>;

inline std::vector<Fault> faults(const cocket_error *error) {
    std::vector<Fault> all;
    for (std::size_t i = 0; i < cocket_error_len(error); ++i) {
        cocket_fault one;
        if (cocket_error_fault(error, i, &one) != COCKET_STATUS_OK) break;
        all.push_back({std::string(view(one.kind)), std::string(view(one.message)),
                       std::string(view(one.file)), std::string(view(one.path)),
                       std::string(view(one.help)), one.line, one.column});
    }
    return all;
}

/// Runs `call` with a place for an error, and throws where it fails.
template <typename Call> void check(Call call) {
    cocket_error *raw = nullptr;
    cocket_status status = call(&raw);
    ErrorOwner error(raw);
    if (status == COCKET_STATUS_OK) return;
    std::string message(view(cocket_error_message(error.get())));
    throw Failure(status, message.empty() ? "cocket failed" : message, faults(error.get()));
}

/// Runs `call` with places for a result and an error.
template <typename O, typename Call> O made(Call call) {
    typename O::pointer raw = nullptr;
    check([&](cocket_error **error) { return call(&raw, error); });
    return O(raw);
}

using BufferOwner = Owner<cocket_buffer, cocket_buffer_free>;

template <typename Call> std::string written(Call call) {
    BufferOwner buffer = made<BufferOwner>(call);
    return std::string(view(cocket_buffer_bytes(buffer.get())));
}

} // namespace detail

} // namespace cocket

#endif
