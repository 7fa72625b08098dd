// The input is an answer of the API server: status, headers, an empty line, the body.
#include <charconv>

#include "base/text.h"
#include "kube/lease.h"
#include "kube/reviews.h"
#include "kube/status.h"
#include "tests/fuzz/fuzz.h"

namespace serin::fuzz {
namespace {

HttpResponse answerOf(std::string_view input) {
    HttpResponse answer;
    bool first = true;
    while (!input.empty()) {
        const size_t end = std::min(input.find('\n'), input.size());
        const std::string_view line = input.substr(0, end);
        input.remove_prefix(std::min(end + 1, input.size()));
        if (line.empty()) break;
        if (first) {
            std::from_chars(line.data(), line.data() + line.size(), answer.status);
        } else if (const size_t colon = line.find(':'); colon != std::string_view::npos) {
            answer.headers[std::string(line.substr(0, colon))] = line.substr(colon + 1);
        }
        first = false;
    }
    answer.body = input;
    return answer;
}

void lease(const std::string& body) {
    const auto known = kube::parseLease(body);
    if (!known) return;
    const auto again = kube::parseLease(kube::leaseBody(*known));
    require(again.ok(), "a lease that was read can be written");
    const auto third = kube::parseLease(kube::leaseBody(*again));
    require(third && *third == *again, "and reads back as itself");
}

void reviews(const std::string& body) {
    const auto user = kube::reviewedUser(body);
    require(!user || !*user || !(*user)->name.empty(), "a token that is good is somebody's");
    const auto allowed = kube::reviewedAccess(body);
    require(!user || !allowed, "one answer is not both reviews");
}

}  // namespace

void one(std::string_view input) {
    const HttpResponse answer = answerOf(input);
    const kube::ApiStatus status = kube::parseStatus(answer);
    require(status.code == answer.status, "what came is what counts");
    require(!status.reason.empty(), "a refusal has a reason");
    if (status.retryAfter) {
        require(status.retryAfter->count() >= 0 && *status.retryAfter <= std::chrono::minutes(1),
                "nobody makes us wait longer than a minute");
    }
    require(!kube::toError("asking", status).message.empty(), "an error has a message");
    kube::parseStatusBody(answer.body);
    lease(answer.body);
    reviews(answer.body);
}

}  // namespace serin::fuzz
