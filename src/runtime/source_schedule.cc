#include "runtime/source_schedule.h"

#include <algorithm>

#include "api/source_refresh.h"

namespace serin::runtime {
namespace {

// Of an interval, that chance takes off or adds.
constexpr double kSpread = 0.1;

Duration times(Duration interval, double factor) {
    return Duration(static_cast<Duration::rep>(static_cast<double>(interval.count()) * factor));
}

// A failure after a long quiet is still one of the same series: intervals can be long.
kube::Backoff::Options waits() {
    kube::Backoff::Options out;
    out.base = SourceSchedule::kFirstRetry;
    out.cap = SourceSchedule::kLongestRetry;
    out.quiet = std::chrono::hours(24);
    return out;
}

}  // namespace

std::optional<SourceQuestion> questionOf(const api::ModelDeployment& object) {
    if (!object.spec.source || !object.spec.problems.empty()) return std::nullopt;
    return SourceQuestion{*object.spec.source, object.spec.written, api::refreshAsked(object.meta)};
}

bool isOpen(const SourceQuestion& question, const api::Status& status) {
    if (!status.source || status.source->written != question.written ||
        status.source->refresh != question.refresh) {
        return true;
    }
    // The look of another replica failed before it ended: nobody waits an interval for the next one.
    return std::ranges::any_of(status.conditions, [](const api::Condition& condition) {
        return condition.type == "SourceReady" && condition.status != "True";
    });
}

SourceSchedule::SourceSchedule(kube::Random random) : random_(random), backoff_(waits(), std::move(random)) {}

bool SourceSchedule::want(const SourceQuestion& question, bool open, Duration now) {
    if (question_ == question) return false;
    const bool first = !question_;
    question_ = question;
    backoff_.reset();
    const auto& follow = question.source.follow;
    due_.reset();
    if (open || (follow && !first)) {
        due_ = now;
    } else if (follow) {
        due_ = now + times(*follow, random_());
    }
    if (hinted_) due_ = due_ ? std::min(*due_, *hinted_) : *hinted_;
    return true;
}

void SourceSchedule::hint(Duration now) {
    if (!question_ || hinted_) return;
    hinted_ = lastHinted_ = lastHinted_ ? std::max(now, *lastHinted_ + kBetweenHints) : now;
    due_ = due_ ? std::min(*due_, *hinted_) : *hinted_;
}

void SourceSchedule::ended(bool good, Duration now) {
    due_.reset();
    if (!good) {
        due_ = now + backoff_.next(now);
    } else {
        backoff_.reset();
        if (const auto& follow = question_->source.follow) {
            due_ = now + times(*follow, 1 - kSpread + 2 * kSpread * random_());
        }
    }
    if (hinted_) due_ = due_ ? std::min(*due_, *hinted_) : *hinted_;
}

}  // namespace serin::runtime
