// Judges of Kubernetes objects of the program's own, for cocket.hpp, which includes this file.
#ifndef COCKET_JUDGE_HPP
#define COCKET_JUDGE_HPP

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cocket_detail.hpp"

namespace cocket {

/// Judges whole Kubernetes objects, beside the policies. `judge` takes a case and gives the answer,
/// both as JSON, in the forms that `cocket_judge_function` and `cocket_judgement_answer` tell; an
/// exception is an error of each of its rules, which denies. It is called from every thread that
/// decides.
struct Judge {
    /// A JSON object, as `cocket_judge` tells: `name`, `id`, `rules` and more.
    std::string declaration;
    std::function<std::string(std::string_view)> judge;
};

namespace detail {

/// Judges lent for one call that makes policies; those take them over where it succeeds.
class LentJudges {
public:
    explicit LentJudges(std::vector<Judge> judges) {
        for (auto &one : judges) {
            owned_.push_back(std::make_unique<Judge>(std::move(one)));
            cocket_judge judge{};
            judge.size = sizeof judge;
            judge.declaration = bytes(owned_.back()->declaration);
            judge.judge = ask;
            judge.release = release;
            judge.user_data = owned_.back().get();
            lent_.push_back(judge);
        }
    }
    const cocket_judge *data() const noexcept { return lent_.empty() ? nullptr : lent_.data(); }
    std::size_t size() const noexcept { return lent_.size(); }
    void taken() noexcept {
        for (auto &one : owned_) one.release();
    }

private:
    // No exception may leave a function that the library calls. What it says stays out of the
    // decision, whose bytes are the same everywhere.
    static std::int32_t ask(void *user_data, cocket_text object_case,
                            cocket_judgement *judgement) noexcept {
        try {
            std::string answer = static_cast<Judge *>(user_data)->judge(view(object_case));
            cocket_status told = cocket_judgement_answer(judgement, bytes(answer), nullptr);
            return told == COCKET_STATUS_OK ? COCKET_JUDGED_YES : COCKET_JUDGED_FAILED;
        } catch (...) {
            cocket_judgement_failure(judgement, text("it threw an exception"), nullptr);
            return COCKET_JUDGED_FAILED;
        }
    }
    static void release(void *user_data) noexcept { delete static_cast<Judge *>(user_data); }

    std::vector<std::unique_ptr<Judge>> owned_;
    std::vector<cocket_judge> lent_;
};

} // namespace detail

} // namespace cocket

#endif
