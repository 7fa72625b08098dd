#include "runtime/record_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/hourly_record.h"
#include "runtime/readings.h"
#include "tests/unit/apply/fakes.h"
#include "tests/unit/runtime/examiner_fixture.h"

namespace serin::runtime {
namespace {

using apply::RecordAnswer;
using apply::RecordEnding;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::AllOf;
using ::testing::HasSubstr;

const api::Hour kBegin{hours(494'000)};

// A ModelDeployment at rest whose one drift is compared with its past.
class RecordKeeperTest : public ::testing::Test {
  protected:
    RecordKeeperTest() {
        object.meta.name = "fraud";
        object.meta.ns = "ml";
        api::Metric amount;
        amount.name = amount.referenceFeature = "amount";
        amount.kind = api::MetricKind::HistogramDrift;
        amount.histogram = "model_amount";
        amount.inputs = true;
        analysis.metrics = {amount};
        analysis.interval = minutes(10);
        analysis.recordOver = hours(168);
        keeper.want(true);
    }
    static api::Stratum stratumAt(Timestamp from) {
        api::Stratum out;
        out.from = from;
        out.to = from + minutes(10);
        api::PodSample pod;
        pod.counted = pod.warm = true;
        api::Counts& counts = pod.counts["amount"];
        counts.edges = {1, 2};
        counts.buckets = {100, 100, 100};
        counts.total = 300;
        out.stable = {pod};
        return out;
    }
    // One hour, and the first interval of the next.
    void hour() {
        for (int i = 0; i < 7; ++i)
            keeper.add(analysis, order, stratumAt(Timestamp(begun) + i * minutes(10)));
        begun += hours(1);
    }
    static RecordAnswer done(const std::string& version, const std::string& text = "") {
        return {RecordEnding::Done, "", text, {"cm-1", version}};
    }
    static RecordAnswer ending(RecordEnding how, const std::string& why = "") { return {how, why, "", {}}; }
    size_t hoursIn(const std::string& text) {
        const auto record = api::decodeRecord(text);
        if (!record) return 0;
        return record->features.contains("amount") ? record->features.at("amount").hours.size() : 0;
    }
    std::string trouble() const { return keeper.reference(analysis).trouble; }

    api::ModelDeployment object;
    api::Analysis analysis;
    api::JudgeOrder order{api::JudgeMode::Record, "v1", "", 0, -1, std::nullopt};
    RecordKeeper keeper;
    api::Hour begun = kBegin;
    Duration now = hours(1);
};

TEST_F(RecordKeeperTest, IsReadOnceBeforeAnythingIsRecorded) {
    EXPECT_TRUE(keeper.readDue(now));
    hour();
    EXPECT_FALSE(keeper.take(now)) << "what is there already must not be written over";
    keeper.learn(ending(RecordEnding::Absent), object, now);
    EXPECT_FALSE(keeper.readDue(now + hours(100)));
    hour();
    EXPECT_TRUE(keeper.take(now));
}

TEST_F(RecordKeeperTest, WritesOnceAnHourAndThatHoursCounts) {
    keeper.learn(ending(RecordEnding::Absent), object, now);
    for (int i = 0; i < 6; ++i) keeper.add(analysis, order, stratumAt(Timestamp(begun) + i * minutes(10)));
    EXPECT_FALSE(keeper.take(now));
    hour();
    auto writing = keeper.take(now);
    ASSERT_TRUE(writing);
    EXPECT_FALSE(writing->known) << "it is created";
    EXPECT_EQ(hoursIn(writing->text), 1u);
    keeper.written(done("1"), now);
    EXPECT_FALSE(keeper.take(now + hours(100)));
    hour();
    writing = keeper.take(now);
    ASSERT_TRUE(writing);
    EXPECT_EQ(writing->known, (apply::RecordVersion{"cm-1", "1"}));
    EXPECT_EQ(hoursIn(writing->text), 2u);
}

TEST_F(RecordKeeperTest, GoesOnFromWhatWasKept) {
    keeper.learn(ending(RecordEnding::Absent), object, now);
    hour();
    const std::string kept = keeper.take(now)->text;
    RecordKeeper other;
    other.want(true);
    other.learn(done("5", kept), object, now);
    keeper = other;
    hour();
    const auto writing = keeper.take(now);
    ASSERT_TRUE(writing);
    EXPECT_EQ(hoursIn(writing->text), 2u);
    EXPECT_EQ(writing->known, (apply::RecordVersion{"cm-1", "5"}));
}

TEST_F(RecordKeeperTest, WhatCouldNotBeReadOrWrittenIsTriedAgainAfterAMinute) {
    keeper.learn(ending(RecordEnding::Failed, "it did not answer"), object, now);
    EXPECT_FALSE(keeper.readDue(now + std::chrono::seconds(59)));
    EXPECT_TRUE(keeper.readDue(now + minutes(1)));
    EXPECT_EQ(trouble(), "") << "nothing is known of it yet";
    keeper.learn(ending(RecordEnding::Absent), object, now);
    hour();
    EXPECT_FALSE(keeper.written(ending(RecordEnding::Failed, "it did not answer"), now));
    EXPECT_FALSE(keeper.take(now + std::chrono::seconds(59)));
    EXPECT_TRUE(keeper.take(now + minutes(1)));
}

TEST_F(RecordKeeperTest, OneThatSomebodyElseWroteIsReadAndCounts) {
    keeper.learn(ending(RecordEnding::Absent), object, now);
    hour();
    const std::string theirs = keeper.take(now)->text;
    keeper.written(done("1"), now);
    hour();
    EXPECT_TRUE(keeper.written(ending(RecordEnding::Moved), now));
    EXPECT_FALSE(keeper.take(now));
    EXPECT_TRUE(keeper.readDue(now)) << "at once";
    keeper.learn(done("9", theirs), object, now);
    hour();
    const auto writing = keeper.take(now);
    ASSERT_TRUE(writing);
    EXPECT_EQ(writing->known->resourceVersion, "9");
    EXPECT_EQ(hoursIn(writing->text), 2u) << "theirs, and the one since";
}

TEST_F(RecordKeeperTest, OneThatIsDeletedBeginsAnew) {
    keeper.learn(ending(RecordEnding::Absent), object, now);
    for (int i = 0; i < 30; ++i) hour();
    keeper.written(done("1"), now);
    EXPECT_TRUE(keeper.reference(analysis).profile);
    hour();
    EXPECT_TRUE(keeper.written(ending(RecordEnding::Absent), now));
    EXPECT_FALSE(keeper.reference(analysis).profile);
    hour();
    const auto writing = keeper.take(now);
    ASSERT_TRUE(writing);
    EXPECT_FALSE(writing->known) << "it is created";
    EXPECT_EQ(hoursIn(writing->text), 1u);
}

TEST_F(RecordKeeperTest, SomebodyElsesIsSaidAndLookedAtAgain) {
    keeper.learn(ending(RecordEnding::Refused, "it is not ours"), object, now);
    EXPECT_EQ(trouble(), "it is not ours");
    hour();
    EXPECT_FALSE(keeper.take(now));
    EXPECT_TRUE(keeper.readDue(now + minutes(1)));
    keeper.learn(ending(RecordEnding::Absent), object, now + minutes(1));
    EXPECT_EQ(trouble(), "");
}

TEST_F(RecordKeeperTest, AWriteThatIsRefusedIsSaidUntilOneIsNot) {
    keeper.learn(ending(RecordEnding::Absent), object, now);
    hour();
    EXPECT_TRUE(keeper.written(ending(RecordEnding::Refused, "upgrade the chart"), now));
    EXPECT_EQ(trouble(), "upgrade the chart");
    EXPECT_FALSE(keeper.written(ending(RecordEnding::Refused, "upgrade the chart"), now)) << "no news";
    EXPECT_TRUE(keeper.written(done("1"), now));
    EXPECT_EQ(trouble(), "");
}

TEST_F(RecordKeeperTest, OneThatCannotBeUsedIsNamedWithTheCommandThatEndsIt) {
    keeper.learn(done("1", "{}"), object, now);
    EXPECT_THAT(
        trouble(),
        AllOf(HasSubstr("the record in ConfigMap \"fraud-serin-record\" cannot be used: record.format"),
              HasSubstr("kubectl delete configmap -n ml fraud-serin-record")));
    hour();
    EXPECT_FALSE(keeper.take(now)) << "nothing of it is lost";
    EXPECT_TRUE(keeper.readDue(now + minutes(1)));
}

TEST_F(RecordKeeperTest, WithoutTheWishAllIsForgotten) {
    keeper.learn(ending(RecordEnding::Absent), object, now);
    hour();
    keeper.want(false);
    EXPECT_FALSE(keeper.take(now) || keeper.readDue(now));
    keeper.want(true);
    EXPECT_TRUE(keeper.readDue(now));
}

// The examiner of a ModelDeployment at rest, and what the controller does for its record.
class RecordedExaminerTest : public ExaminerTest {
  protected:
    RecordedExaminerTest() {
        object.meta.ns = "ml";
        api::Metric amount;
        amount.name = amount.referenceFeature = "amount";
        amount.kind = api::MetricKind::HistogramDrift;
        amount.histogram = "model_amount";
        object.spec.analysis.metrics.push_back(amount);
        object.spec.analysis.recordOver = hours(168);
        object.spec.analysis.interval = minutes(10);
        object.status.rollout.reset();
        plan.order = {api::JudgeMode::Record, "new", "", 0, -1, std::nullopt};
        plan.askModel.clear();
        access.read = [this](const api::ModelDeployment&, const std::stop_token&) {
            ++reads;
            return RecordAnswer{RecordEnding::Absent, "", "", {}};
        };
        access.write = [this](const api::ModelDeployment& about, const RecordKeeper::Writing& writing,
                              const std::stop_token&) {
            written.push_back(writing.text);
            EXPECT_EQ(about.meta.name, "fraud");
            return RecordAnswer{RecordEnding::Done, "", "", {"cm-1", std::to_string(written.size())}};
        };
    }
    // Ten minutes later every pod has seen sixty values more.
    void interval(Examiner& examiner) {
        ++intervals;
        const auto request = examiner.round(split);
        signals::Round round;
        round.at = kStart + intervals * minutes(10);
        round.selection = request->selection;
        for (const signals::Target& target : request->targets) {
            EXPECT_EQ(target.arm, signals::Arm::Stable);
            signals::PodResult pod;
            pod.target = target;
            pod.startedAt = pod.endedAt = round.at;
            const std::string count = std::to_string(60 * intervals);
            pod.reading = signals::readPage(
                "# TYPE model_amount histogram\nmodel_amount_bucket{le=\"1\"} "
                "0\nmodel_amount_bucket{le=\"2\"} " +
                    count + "\nmodel_amount_bucket{le=\"+Inf\"} " + count +
                    "\nmodel_amount_sum 1\nmodel_amount_count " + count +
                    "\nprocess_start_time_seconds 1000\n",
                *request->selection, false);
            round.pods.push_back(std::move(pod));
        }
        examiner.finish(round);
        keepRecord(examiner, object, access, clock, {});
        clock.pass(minutes(10));
    }

    RecordAccess access;
    serin::testing::ManualClock clock;
    int reads = 0;
    int intervals = 0;
    std::vector<std::string> written;
};

TEST_F(RecordedExaminerTest, AtRestTheServingPodsAreReadAndTheRecordIsWrittenOnceAnHour) {
    Examiner examiner(object);
    order(examiner, 0);
    EXPECT_TRUE(examiner.wanted());
    for (int i = 0; i < 6 * 5; ++i) interval(examiner);
    EXPECT_EQ(reads, 1);
    EXPECT_EQ(written.size(), 4u);
    const auto record = api::decodeRecord(written.back());
    ASSERT_TRUE(record.ok()) << record.error().message;
    EXPECT_EQ(record->features.at("amount").hours.size(), 4u);
    EXPECT_TRUE(examiner.judgement()->dataDrift->recording);
}

TEST_F(RecordedExaminerTest, AfterADayItsDataIsCompared) {
    Examiner examiner(object);
    order(examiner, 0);
    for (int i = 0; i < 6 * 26; ++i) interval(examiner);
    EXPECT_EQ(examiner.judgement()->dataDrift->state, api::DataState::Within);
    EXPECT_EQ(examiner.judgement()->metrics.size(), 0u);
}

TEST_F(RecordedExaminerTest, WithoutTheWishNothingIsReadOrWritten) {
    object.spec.analysis.recordOver.reset();
    object.spec.analysis.metrics.pop_back();
    Examiner examiner(object);
    order(examiner, 0);
    for (int i = 0; i < 12; ++i) interval(examiner);
    EXPECT_EQ(reads, 0);
    EXPECT_EQ(written.size(), 0u);
}

}  // namespace
}  // namespace serin::runtime
