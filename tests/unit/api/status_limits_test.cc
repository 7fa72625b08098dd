#include "api/status_limits.h"

#include <gtest/gtest.h>

#include <numeric>

#include "api/codec.h"
#include "api/label_counts.h"
#include "base/shorten.h"

namespace serin::api {
namespace {

const std::string kRevision = "9fw4d0c1ze";
const std::string kVersion(63, 'v');
const Timestamp kAt{std::chrono::hours(24 * 365 * 56)};

std::string longSentence() {
    std::string sentence;
    for (int i = 0; i < 2500; ++i) sentence += "é";
    return sentence;
}

RolloutStatus largestRollout() {
    RolloutStatus rollout;
    rollout.revision = kRevision;
    rollout.steps.assign(21, {{50, std::chrono::seconds(86'399), false}, 1'000'000});
    rollout.scaledAt = rollout.stepStartedAt = rollout.routedAt = rollout.extendedAt =
        rollout.inconclusiveAt = kAt;
    rollout.end = Phase::RolledBack;
    rollout.reason = longSentence();
    rollout.next = "kubectl annotate --overwrite -n " + std::string(63, 's') + " md " + std::string(52, 'n') +
                   " serin.dev/approve=9fw4d0c1ze.100.20";
    return rollout;
}

MetricVerdict largestMetric() {
    MetricVerdict metric;
    metric.name = std::string(63, 'm');
    metric.verdict = Verdict::Inconclusive;
    metric.stable = metric.canary = metric.ratioLow = metric.ratioHigh = metric.evidence = -1.23456e-100;
    metric.slowerThan = 1.23456e-100;
    metric.samples = metric.samplesNeeded = metric.secondsNeeded = 1'000'000'000'000;
    metric.message = longSentence();
    for (const char* name :
         {"different", "hellinger", "jensenShannon", "kolmogorovSmirnov", "totalVariation", "wasserstein"}) {
        metric.effects[name] = -1.23456e-100;
    }
    for (size_t k = 0; k < kMostBlamed; ++k) {
        metric.labels.push_back({std::string(kLongestLabelText, 'l'), std::string(kLongestLabelText, '"'),
                                 1'000'000'000'000, 1'000'000'000'000});
    }
    return metric;
}

// Every list is as long as it may be, and every text longer than it may.
Status largest(size_t metrics) {
    const std::string sentence = longSentence();
    Status status;
    status.observedGeneration = 1'000'000'000;
    status.phase = "Step 20/21: Waiting for approval";
    status.message = sentence;
    status.selector = "serin.dev/model-deployment=" + std::string(52, 'n');
    for (const char* type : {"Accepted", "Available", "MetricsReachable", "Paused", "Ready", "Reconciling",
                             "SourceReady", "Stalled"}) {
        status.conditions.push_back(
            {type, "Unknown", "ProgressDeadlineExceeded", sentence, kAt, 1'000'000'000});
    }
    status.source =
        SourceStatus{std::string(1024, 'u'),
                     {std::string(kLongestId, 'i'), sentence, {sentence, sentence, sentence, sentence}, 1, 1},
                     kRevision,
                     std::string(kLongestLineage, 'r'),
                     kAt};
    status.report = ReportStatus{std::string(300, 't'), sentence, kAt};
    const LoadStatus load{uint64_t{1} << 62, uint64_t{1} << 62, kAt};
    const VersionStatus version{kRevision, kVersion, "", 100, 50, 1'000'000, 1'000'000, load};
    status.stable = status.canary = status.previous = version;
    status.previous->load.reset();  // it loads nothing any more
    status.rollout = largestRollout();
    std::vector<int> approved(20);
    std::iota(approved.begin(), approved.end(), 0);
    for (int i = 0; i < 50; ++i) {
        status.attempts.push_back({kRevision, 1000 + i, approved, true, true, "Superseded"});
        status.quarantined.push_back({kRevision, sentence, kAt});
        status.history.push_back({kRevision, kVersion, "", "Superseded", sentence, kAt});
    }
    status.analysis = AnalysisStatus{"Inconclusive", sentence, kAt, {}, std::string(kLongestState, 's')};
    status.analysis->metrics.assign(metrics, largestMetric());
    return status;
}

ModelDeployment named() {
    ModelDeployment object;
    object.meta.name = std::string(52, 'n');
    object.meta.ns = std::string(63, 's');
    object.meta.uid = std::string(36, 'u');
    object.meta.resourceVersion = std::string(20, '9');
    return object;
}

TEST(StatusLimits, TheLargestStatusIsBelow64Kilobytes) {
    for (const size_t metrics : {10U, 20U}) {
        Status status = largest(metrics);
        ASSERT_GT(statusBody(named(), status).size(), 200'000U);
        limit(status);
        const size_t size = statusBody(named(), status).size();
        RecordProperty("bytes with " + std::to_string(metrics) + " metrics", std::to_string(size));
        EXPECT_LT(size, 64'000U) << metrics << " metrics";
        EXPECT_EQ(status.quarantined.size(), 50U);
        EXPECT_EQ(status.attempts.size(), 50U);
        EXPECT_GE(status.history.size(), metrics == 10 ? 10U : 2U);
        EXPECT_EQ(status.analysis->state.size(), kLongestState);
    }
}

TEST(StatusLimits, TheNewestReasonsStayWhereThereIsNoRoomForAll) {
    Status status = largest(10);
    status.quarantined.clear();
    status.attempts.clear();
    status.analysis->state.resize(20'000);
    limit(status);
    EXPECT_EQ(status.history.size(), 50U);
    EXPECT_GT(status.history.front().reason.size(), kLongestDetail - 4);
    EXPECT_LT(status.history.back().reason.size(), 61U);
    EXPECT_GT(status.conditions[0].message.size(), kLongestMessage - 4);
}

TEST(StatusLimits, EffectSizesStayWhereThereIsRoomAndGoBeforeTheHistory) {
    Status status = largest(10);
    status.quarantined.clear();
    status.attempts.clear();
    status.history.resize(2);
    status.analysis->state.resize(1000);
    limit(status);
    EXPECT_EQ(status.analysis->metrics.back().effects.size(), 6U);
    status = largest(20);
    limit(status);
    EXPECT_TRUE(status.analysis->metrics.back().effects.empty());
    EXPECT_GT(status.history.size(), 1U);
}

TEST(StatusLimits, LabelsStayWhereThereIsRoomAndGoFirst) {
    Status status = largest(10);
    status.quarantined.clear();
    status.attempts.clear();
    status.history.resize(2);
    status.analysis->state.resize(1000);
    limit(status);
    EXPECT_EQ(status.analysis->metrics.back().labels.size(), kMostBlamed);
    status = largest(10);
    limit(status);
    EXPECT_TRUE(status.analysis->metrics.front().labels.empty());
}

TEST(StatusLimits, WhoLivesKeepsItsApprovals) {
    Status status = largest(10);
    status.attempts.back().outcome.clear();
    limit(status);
    EXPECT_EQ(status.attempts.back().approved.size(), 20U);
    EXPECT_TRUE(status.attempts.front().approved.empty());
}

TEST(StatusLimits, AStatusThatFitsStaysAsItIs) {
    Status status = largest(10);
    limit(status);
    Status again = status;
    limit(again);
    EXPECT_EQ(again, status);
    Status small;
    small.message = "version 13 serves, 4 of 4 pods ready";
    small.history = {{kRevision, "13", "", "Promoted", "safe", kAt}};
    const Status before = small;
    limit(small);
    EXPECT_EQ(small, before);
}

TEST(Shortened, CutsBetweenCharactersAndSaysSo) {
    EXPECT_EQ(shortened("abc", 3), "abc");
    EXPECT_EQ(shortened("abcdefgh", 6), "abc…");
    EXPECT_EQ(shortened("ab\xC3\xA9"
                        "efgh",
                        6),
              "ab…");
    EXPECT_LE(shortened(std::string(100, '\xA9'), 10).size(), 10U);
}

}  // namespace
}  // namespace serin::api
