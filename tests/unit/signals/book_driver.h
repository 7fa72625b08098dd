#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "signals/counter_book.h"

namespace serin::signals {

// Drives a book with literal pages. Times are seconds after an arbitrary origin.
class BookDriver {
  public:
    static Timestamp at(double seconds) {
        return Timestamp(std::chrono::seconds(1'764'000'000)) +
               Duration(static_cast<int64_t>(seconds * 1000));
    }
    static std::string processStart(double seconds) {
        return cat("process_start_time_seconds ", static_cast<int64_t>(1'764'000'000 + seconds), "\n");
    }

    BookDriver() {
        api::Runtime runtime;
        runtime.errors = {{"requests_total"}, {"requests_total{code=~\"5..\"}"}};
        std::vector<api::Metric> metrics(2);
        metrics[0].name = "errors";
        metrics[1].name = "score";
        metrics[1].kind = api::MetricKind::HistogramDrift;
        metrics[1].histogram = "model_score";
        auto compiled = compileSelection(runtime, metrics);
        EXPECT_TRUE(compiled.ok());
        selection = std::make_shared<const Selection>(*compiled);
    }

    BookDriver& pod(const std::string& uid, const std::string& page, bool ready = true,
                    Arm arm = Arm::Stable) {
        PodResult& result = add(uid, ready, arm);
        result.reading = readPage(page, *selection, false);
        EXPECT_TRUE(result.reading.ok()) << result.reading.error().message;
        return *this;
    }

    BookDriver& lost(const std::string& uid, bool ready = true, Arm arm = Arm::Stable) {
        add(uid, ready, arm).reading = Error{ErrorCode::Unavailable, "connection refused"};
        return *this;
    }

    // Ends the round whose pods were named before.
    std::optional<api::Stratum> round(double seconds) {
        Round round;
        round.at = at(seconds);
        round.selection = selection;
        round.pods = std::exchange(results_, {});
        for (PodResult& result : round.pods) result.startedAt = round.at;
        return book.add(round, context);
    }

    // The counts of a metric of the first stable pod, as "total/bad" or "total:bucket,…"; "-" where absent.
    static std::string counted(const std::optional<api::Stratum>& stratum,
                               const std::string& metric = "errors", size_t pod = 0) {
        if (!stratum || pod >= stratum->stable.size()) return "no pod";
        const auto& counts = stratum->stable[pod].counts;
        auto found = counts.find(metric);
        if (found == counts.end()) return "-";
        if (metric == "errors") return cat(found->second.total, "/", found->second.bad);
        std::vector<std::string> buckets;
        for (uint64_t bucket : found->second.buckets) buckets.push_back(std::to_string(bucket));
        return cat(found->second.total, ":", join(buckets, ","));
    }

    CounterBook book;
    CounterBook::Context context;
    std::shared_ptr<const Selection> selection;

  private:
    PodResult& add(const std::string& uid, bool ready, Arm arm) {
        PodResult result;
        result.target.podUid = uid;
        result.target.podName = cat("pod-", uid);
        result.target.address = cat("10.0.0.", results_.size() + 1);
        result.target.metricsPort = 8082;
        result.target.arm = arm;
        result.target.ready = ready;
        results_.push_back(std::move(result));
        return results_.back();
    }

    std::vector<PodResult> results_;
};

inline std::string requests(int good, int bad) {
    return cat("requests_total{code=\"200\"} ", good, "\nrequests_total{code=\"500\"} ", bad, "\n");
}

}  // namespace serin::signals
