#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/hourly_record.h"
#include "api/judgement.h"
#include "api/profile.h"
#include "api/samples.h"
#include "api/spec.h"

namespace serin::judge {

// What the version that serves saw and said, hour by hour, and which of those hours its present is compared
// with (analysis.reference.stable). Pure: time comes in as values. Not thread-safe.
//
// The hour under way counts by itself. It joins the record when it is over, and so when all of it has been
// compared: nothing is compared with itself. An hour that was seen for less than half of it, or that counted
// nothing, is left out. The record has one hour of each hour of the week. With `over` of a week or less that
// is the last one; with w weeks what was there is multiplied by 1 - 1/w for each week that passed and added
// to, so that the mean age of what counts is w weeks. Weighted counts are taken for as many values as their
// sum, which is less than what they are worth ((sum of weights)^2 / sum of squared weights): nothing is said
// sooner than it should be.
//
// An hour is compared with the first of these that has enough: the same hour of the week; the same hour of
// every day; the hours of every day up to one, two and three away. Farther ones are of another time of the
// day, and a day's rhythm is no drift. Enough is twice the least that could ever tell the metric's
// threshold, 6·(buckets - 1)/psi, so that as many values of the present suffice.
class OwnPast {
  public:
    // What an interval changed.
    struct Change {
        bool reference = false;  // the present is compared with something else from now on
        bool record = false;     // an hour that ended is in the record
    };

    OwnPast() = default;
    explicit OwnPast(api::HourlyRecord kept) : record_(std::move(kept)) {}

    // One interval of the version that serves by the order; one that is too long to say how the hour went
    // counts nothing. Precondition: analysis.recordOver is there. Inputs go on from version to version;
    // predictions begin anew with another one. An interval of before the hour under way means that the clock
    // was set back: what is no longer past goes.
    Change add(const api::Analysis& analysis, const api::JudgeOrder& order, const api::Stratum& stratum);

    // What the hour under way is compared with.
    api::Reference reference(const api::Analysis& analysis) const;

    // The hours that ended.
    const api::HourlyRecord& record() const { return record_; }

  private:
    // Of the hour under way, over the feature's buckets.
    struct Open {
        std::vector<uint64_t> buckets;
        double seconds = 0;
    };

    bool turnTo(api::Hour hour, std::chrono::hours over);
    bool endHour(std::chrono::hours over);
    bool reconcile(const api::Analysis& analysis, const std::string& serving);
    using Refused = std::map<std::string, std::string>;  // by metric: why it is not recorded

    // `apart`: those of which the pods count in buckets of their own.
    bool count(const api::Metric& metric, const std::vector<api::PodSample>& pods, double seconds,
               Refused& apart);
    bool keepBound(const api::Analysis& analysis, Refused apart);

    api::HourlyRecord record_;
    std::map<std::string, Open> open_;  // by metric
    Refused refused_;
    std::optional<api::Hour> hour_;  // the one under way; absent: nothing was added yet
};

}  // namespace serin::judge
