// Judges of Kubernetes objects in C++: what they answer counts, their exceptions deny, and they are
// freed with the last handle that asks them.
#include "cocket.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                   \
            std::exit(1);                                                                          \
        }                                                                                          \
    } while (0)

static const char DECLARATION[] = R"({"name":"pods","id":"acme-pods/1","rules":["host-network"]})";

struct State {
    static std::atomic<int> alive;
    State() { ++alive; }
    State(const State &) { ++alive; }
    ~State() { --alive; }
};
std::atomic<int> State::alive{0};

using Ask = std::function<std::string(std::string_view)>;

static cocket::Policies policies(const Ask &ask, const std::string &declaration = DECLARATION) {
    State state;
    std::vector<cocket::Judge> judges;
    judges.push_back({declaration, [ask, state](std::string_view about) { return ask(about); }});
    return cocket::Policies::load({}, {}, std::move(judges));
}

static std::string judged(const cocket::Engine &engine, const char *host_network) {
    cocket::ObjectsRequest request;
    request.texts.emplace_back("pod.json",
                               std::string(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":)"
                                           R"("web"},"spec":{"hostNetwork":)") +
                                   host_network +
                                   R"(,"containers":[{"name":"a","image":"nginx:1"}]}})");
    cocket_time now = cocket::time("2026-11-23T12:00:00Z");
    cocket::Review review = engine.check_objects(request, cocket::Evidence(), cocket::History(), now);
    return review.json();
}

static bool denied(const std::string &answer) {
    static const std::string end = R"("verdict":"deny"})";
    return answer.size() > end.size() &&
           answer.compare(answer.size() - end.size(), end.size(), end) == 0;
}

static void what_a_judge_answers_counts() {
    std::atomic<int> asked{0};
    Ask ask = [&](std::string_view about) {
        ++asked;
        bool has = about.find(R"("hostNetwork":true)") != std::string_view::npos;
        return std::string(R"({"results":[{"rule":"host-network","outcome":")") +
               (has ? "fail" : "pass") + R"(","message":"about the host's network"}]})";
    };
    {
        cocket::Engine engine = [&] {
            cocket::Policies loaded = policies(ask);
            return cocket::Engine(loaded);
        }();
        CHECK(State::alive == 1);
        const std::string bad = judged(engine, "true"), good = judged(engine, "false");
        CHECK(denied(bad) && bad.find("foreign.failed") != std::string::npos);
        CHECK(!denied(good) && good.find("about the host's network") != std::string::npos);
        std::vector<std::thread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&] {
                for (int j = 0; j < 4; ++j) CHECK(judged(engine, "true") == bad);
            });
        for (auto &thread : threads) thread.join();
        CHECK(asked == 34);
    }
    CHECK(State::alive == 0);
}

static void what_a_judge_throws_denies() {
    cocket::Engine engine(policies([](std::string_view) -> std::string {
        throw std::runtime_error("at 0x1234");
    }));
    std::string answer = judged(engine, "false");
    CHECK(denied(answer) && answer.find("it threw an exception") != std::string::npos);
    CHECK(answer.find("0x1234") == std::string::npos);
    cocket::Engine silent(policies([](std::string_view) { return std::string(); }));
    CHECK(denied(judged(silent, "false")));
}

static void a_wrong_declaration_is_refused_and_its_judge_freed() {
    try {
        policies([](std::string_view) { return std::string(); }, R"({"name":"pods","rules":[]})");
        CHECK(!"thrown");
    } catch (const cocket::Failure &failure) {
        CHECK(failure.status() == COCKET_STATUS_INVALID_ARGUMENT);
    }
    CHECK(State::alive == 0);
    std::vector<cocket::Judge> judges;
    judges.push_back({DECLARATION, [](std::string_view) { return std::string(); }});
    CHECK(!cocket::Policies::read({}, {}, std::move(judges)).digest().empty());
}

int main() {
    what_a_judge_answers_counts();
    what_a_judge_throws_denies();
    a_wrong_declaration_is_refused_and_its_judge_freed();
    CHECK(State::alive == 0);
    std::puts("ok");
}
