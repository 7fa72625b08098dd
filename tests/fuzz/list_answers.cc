// The input is a series of answers to one reflector's lists and watches, a line each: "<status> <body>".
// Whatever the API server says, the machine goes on, waits a bounded time, and never lists faster than its
// backoff.
#include <charconv>

#include "base/text.h"
#include "kube/list_watch.h"
#include "tests/fuzz/fuzz.h"

namespace serin::fuzz {
namespace {

constexpr Duration kLongestPause = std::chrono::minutes(2);

HttpResponse answerOf(std::string_view line) {
    HttpResponse answer;
    const auto parsed = std::from_chars(line.data(), line.data() + line.size(), answer.status);
    line.remove_prefix(static_cast<size_t>(parsed.ptr - line.data()));
    answer.body = trim(line);
    return answer;
}

}  // namespace

void one(std::string_view input) {
    kube::ListWatch::Options options;
    options.resource = kube::replicaSets();
    kube::ListWatch machine(options, kube::RequestBuilder("fuzz"), [] { return 0.5; });
    Duration now{0};
    for (const std::string& line : split(input, '\n')) {
        auto action = machine.next(now);
        if (const auto* pause = std::get_if<kube::ListWatch::Wait>(&action)) {
            require(pause->until > now && pause->until - now <= kLongestPause,
                    "no pause is longer than two minutes");
            now = pause->until;
            action = machine.next(now);
        }
        require(!std::holds_alternative<kube::ListWatch::Wait>(action), "after a pause comes a request");
        const HttpResponse answer = answerOf(line);
        if (std::holds_alternative<kube::ListWatch::List>(action)) {
            machine.onListAnswer(answer, now);
            continue;
        }
        machine.onWatchOpened(now);
        const auto event = kube::parseWatchEvent(answer.body);
        if (event) machine.onWatchEvent(*event, now);
        now += Duration(answer.body.size());
        machine.onWatchEnd(event ? Result<HttpResponse>(answer) : Result<HttpResponse>(event.error()), now);
        require(!machine.resourceVersion().empty(), "who has listed knows where the store stands");
    }
}

}  // namespace serin::fuzz
