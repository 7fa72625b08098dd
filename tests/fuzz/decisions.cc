// The input is read as every short text that comes from outside: the annotation of a decision, a time, a
// duration, a resource version, base64.
#include "plan/decisions.h"

#include "base/base64.h"
#include "base/text.h"
#include "base/time.h"
#include "kube/resource_version.h"
#include "tests/fuzz/fuzz.h"

namespace serin::fuzz {
namespace {

void decision(const std::string& text) {
    const auto name = plan::parseDecision(text);
    if (!name) return;
    require(name->attempt >= 1 && name->step.value_or(0) >= 0, "attempts count from 1, steps from 0");
    const std::string canonical =
        cat(name->revision, '.', name->attempt, name->step ? cat('.', *name->step) : "");
    const auto again = plan::parseDecision(canonical);
    require(again && again->revision == name->revision && again->attempt == name->attempt &&
                again->step == name->step,
            "a decision reads back as itself");
}

void times(std::string_view text) {
    if (const auto time = parseTime(text)) {
        require(parseTime(formatMicroTime(*time)) == time, "a time reads back as itself");
    }
    if (const auto duration = parseDuration(text)) {
        const auto again = parseDuration(formatDuration(*duration));
        require(again && *again == *duration && duration->count() >= 0, "a duration reads back as itself");
    }
}

void versions(std::string_view text) {
    const size_t middle = text.size() / 2;
    const std::string_view a = text.substr(0, middle), b = text.substr(middle);
    const auto forth = kube::compareResourceVersions(a, b);
    const auto back = kube::compareResourceVersions(b, a);
    require(forth.has_value() == back.has_value(), "two versions can be compared both ways or not at all");
    require(!forth || ((*forth < 0) == (*back > 0) && (*forth == 0) == (*back == 0)),
            "and the order is the same");
}

}  // namespace

void one(std::string_view input) {
    decision(std::string(input));
    times(input);
    versions(input);
    const auto bytes = decodeBase64(input);
    require(!bytes || bytes->size() <= input.size(), "base64 makes nothing longer");
}

}  // namespace serin::fuzz
