#include "judge/own_past.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rig.h"

namespace serin::judge {
namespace {

using api::Hour;
using std::chrono::hours;
using std::chrono::minutes;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Hour kBegin{hours(494'000)};

// A version that serves, recorded every ten minutes.
class OwnPastTest : public testing::Test {
  protected:
    OwnPastTest() {
        api::Metric score = driftMetric(std::nullopt);
        score.referenceFeature = "score";
        score.inputs = true;
        analysis = analysisOf({errorMetric(), score});
        analysis.interval = minutes(10);
        analysis.recordOver = hours(24 * 7);
    }
    static api::Metric classMetric() {
        api::Metric metric = driftMetric(std::nullopt);
        metric.name = metric.referenceFeature = "class";
        metric.histogram = "predictions_total";
        metric.byLabel = "class";
        metric.inputs = true;
        return metric;
    }
    OwnPast::Change tick(const std::map<std::string, api::Counts>& counts, Duration length = minutes(10)) {
        api::Stratum stratum;
        stratum.from = now;
        stratum.to = now += length;
        stratum.stable = {pod("s", counts)};
        return past.add(analysis, order, stratum);
    }
    // So many of the hour's six intervals, from its beginning.
    void hour(const std::map<std::string, api::Counts>& counts, int intervals = 6) {
        for (int i = 0; i < intervals; ++i) tick(counts);
        now = Timestamp(std::chrono::floor<hours>(now - minutes(1))) + hours(1);
    }
    void hoursOf(int count, const std::map<std::string, api::Counts>& counts) {
        for (int i = 0; i < count; ++i) hour(counts);
    }
    static std::map<std::string, api::Counts> scored(const std::vector<uint64_t>& buckets) {
        return {{"score", histogram({1, 2}, buckets)}};
    }
    api::Past told() const { return past.reference(analysis).past.value(); }
    // Buckets of what the present is compared with; empty without any.
    std::vector<uint64_t> compared(const std::string& metric = "score") const {
        const api::Reference reference = past.reference(analysis);
        if (!reference.profile || !reference.profile->features.contains(metric)) return {};
        return reference.profile->features.at(metric).buckets;
    }
    const api::FeatureRecord& recorded() const { return past.record().features.at("score"); }

    api::Analysis analysis;
    api::JudgeOrder order{api::JudgeMode::Record, "v1", "", 0, -1, std::nullopt};
    OwnPast past;
    Timestamp now{kBegin};
};

TEST_F(OwnPastTest, IsYoungForADayAndSaysSinceWhenAndFromWhen) {
    hoursOf(24, scored({100, 100, 100}));
    tick(scored({1, 1, 1}), Duration{1});
    EXPECT_THAT(told().young, IsEmpty()) << "the twenty-fifth hour is under way";
    past = {};
    now = Timestamp(kBegin);
    hoursOf(23, scored({100, 100, 100}));
    tick(scored({1, 1, 1}));
    EXPECT_EQ(
        told().young.at("score"),
        "score of the version that serves is recorded since 2026-05-10T08:00:00Z and compared with its own "
        "past from 2026-05-11T08:00:00Z on");
    EXPECT_THAT(compared(), IsEmpty());
}

TEST_F(OwnPastTest, AfterADayAnHourIsComparedWithTheSameOneOfTheDayBefore) {
    for (uint64_t i = 1; i <= 24; ++i) hour(scored({100 * i, 100, 100}));
    tick(scored({7, 7, 7}));
    EXPECT_THAT(compared(), ElementsAre(600, 600, 600));
    EXPECT_EQ(told().hours.at("score"), "the same hour of the day in the last 7 days");
}

TEST_F(OwnPastTest, AfterAWeekAnHourIsComparedWithTheSameOneOfTheWeek) {
    for (uint64_t i = 0; i < 168; ++i) hour(scored({100 + i, 100, 100}));
    tick(scored({7, 7, 7}));
    EXPECT_THAT(compared(), ElementsAre(600, 600, 600));
    EXPECT_EQ(told().hours.at("score"), "the same hour of the week in the last 7 days");
    hour(scored({7, 7, 7}), 5);
    tick(scored({7, 7, 7}));
    EXPECT_THAT(compared(), ElementsAre(606, 600, 600)) << "of the next hour";
}

// Three buckets at 0.25: 6·2/0.25 = 48 values.
TEST_F(OwnPastTest, TheReferenceIsThereExactlyWhenItHasTwiceTheLeastThatTheThresholdNeeds) {
    for (const double psi : {0.1, 0.25, 1.0}) {
        for (const size_t buckets : {3UL, 5UL, 10UL}) {
            const auto least = static_cast<uint64_t>(std::ceil(6 * static_cast<double>(buckets - 1) / psi));
            for (const uint64_t total : {least - 1, least, least + 1}) {
                api::HourlyRecord record;
                std::vector<double> edges;
                for (size_t i = 1; i < buckets; ++i) edges.push_back(static_cast<double>(i));
                std::vector<uint64_t> counts(buckets, 0);
                counts[0] = total;
                analysis.metrics[1].referencePsi = psi;
                now = Timestamp(kBegin);
                past = OwnPast();
                tick({});
                record = past.record();
                record.features.at("score").edges = edges;
                record.features.at("score").since = kBegin - hours(48);
                record.features.at("score").hours[kBegin - hours(24)] = counts;
                past = OwnPast(record);
                now = Timestamp(kBegin);
                tick({});
                EXPECT_EQ(compared().empty(), total < least) << psi << ' ' << buckets << ' ' << total;
            }
        }
    }
}

TEST_F(OwnPastTest, WithTooFewInTheHourThoseBesideItCountAndNoneFartherThanThree) {
    hoursOf(24, scored({1, 1, 1}));  // 18 an hour of the 48 that are needed
    tick({});
    EXPECT_THAT(compared(), ElementsAre(18, 18, 18));
    EXPECT_EQ(told().hours.at("score"), "the same time of the day, up to 1 hour away, in the last 7 days");
    past = {};
    now = Timestamp(kBegin);
    hoursOf(24, {{"score", histogram({1, 2}, {1, 0, 0})}});
    tick({});
    EXPECT_THAT(compared(), IsEmpty()) << "seven hours have 42";
    EXPECT_THAT(told().young, IsEmpty());
}

TEST_F(OwnPastTest, TheHourUnderWayIsNoPartOfWhatItIsComparedWith) {
    hoursOf(168, scored({100, 100, 100}));
    tick(scored({0, 0, 5000}));
    const api::Reference before = past.reference(analysis);
    tick(scored({0, 0, 5000}));
    EXPECT_EQ(past.reference(analysis), before);
    EXPECT_THAT(compared(), ElementsAre(600, 600, 600));
}

TEST_F(OwnPastTest, SaysWhenAnHourEndedAndWhatIsComparedIsAnother) {
    EXPECT_TRUE(tick(scored({1, 1, 1})).reference);
    const OwnPast::Change within = tick(scored({1, 1, 1}));
    EXPECT_FALSE(within.reference || within.record);
    hour(scored({1, 1, 1}), 4);
    const OwnPast::Change next = tick(scored({1, 1, 1}));
    EXPECT_TRUE(next.reference && next.record);
}

TEST_F(OwnPastTest, AnHourThatWasSeenForLessThanHalfOfItIsLeftOut) {
    hour(scored({1, 1, 1}), 2);
    hour(scored({1, 1, 1}), 3);
    tick({});
    EXPECT_THAT(recorded().hours, ElementsAre(testing::Key(kBegin + hours(1))));
}

TEST_F(OwnPastTest, AnHourWithoutValuesTakesNobodysPlace) {
    hoursOf(168, scored({100, 100, 100}));
    hour({});
    tick({});
    EXPECT_FALSE(recorded().hours.contains(kBegin + hours(168)));
}

TEST_F(OwnPastTest, OfAWeekTheLastOneCountsAndOfFourEachThreeQuartersOfTheOneAfter) {
    hoursOf(168, scored({100, 100, 100}));
    hour(scored({200, 100, 100}));
    tick({});
    EXPECT_THAT(recorded().hours.at(kBegin + hours(168)), ElementsAre(1200, 600, 600));
    EXPECT_FALSE(recorded().hours.contains(kBegin)) << "one of each hour of the week";

    past = {};
    now = Timestamp(kBegin);
    analysis.recordOver = hours(24 * 28);
    hoursOf(168, scored({100, 100, 100}));
    hoursOf(168, scored({200, 100, 100}));
    tick({});
    EXPECT_THAT(recorded().hours.at(kBegin + hours(168)), ElementsAre(1200 + 450, 600 + 450, 600 + 450));
    EXPECT_EQ(recorded().hours.size(), 168u);
}

TEST_F(OwnPastTest, AWeekThatIsMissingFadesTheOneBeforeTwice) {
    analysis.recordOver = hours(24 * 28);
    hour(scored({160, 100, 100}));
    now = Timestamp(kBegin + hours(336));
    hour(scored({100, 100, 100}));
    tick({});
    EXPECT_THAT(recorded().hours.at(kBegin + hours(336)), ElementsAre(600 + 540, 600 + 338, 600 + 338));
}

TEST_F(OwnPastTest, OfLessThanAWeekOnlyDaysAreCompared) {
    analysis.recordOver = hours(24 * 2);
    hoursOf(24, scored({100, 100, 100}));
    hoursOf(24, scored({200, 100, 100}));
    hoursOf(24, scored({300, 100, 100}));
    tick({});
    EXPECT_THAT(compared(), ElementsAre(3000, 1200, 1200));
    EXPECT_EQ(recorded().hours.size(), 48u);
    EXPECT_EQ(told().hours.at("score"), "the same hour of the day in the last 2 days");
}

TEST_F(OwnPastTest, WhatIsFurtherBackThanItGoesIsForgotten) {
    hoursOf(30, scored({100, 100, 100}));
    now += hours(24 * 8);
    tick(scored({1, 1, 1}));
    EXPECT_THAT(recorded().hours, IsEmpty());
    EXPECT_THAT(compared(), IsEmpty());
    EXPECT_THAT(told().young, IsEmpty()) << "it is old, and has too little";
}

TEST_F(OwnPastTest, WhatComesInGoesOnWithAnotherVersionAndWhatIsSaidBeginsAnew) {
    api::Metric said = analysis.metrics[1];
    said.name = said.referenceFeature = "said";
    said.inputs = false;
    analysis.metrics.push_back(said);
    const api::Counts counts = histogram({1, 2}, {100, 100, 100});
    hoursOf(30, {{"score", counts}, {"said", counts}});
    tick({{"score", counts}, {"said", counts}});
    EXPECT_THAT(compared("said"), ElementsAre(600, 600, 600));
    order = {api::JudgeMode::Soak, "v1", "v2", 2, 0, std::nullopt};
    api::Stratum stratum;
    stratum.from = now;
    stratum.to = now += minutes(10);
    stratum.canary = {pod("c", {{"score", counts}, {"said", counts}})};
    EXPECT_TRUE(past.add(analysis, order, stratum).reference);
    EXPECT_THAT(compared("score"), ElementsAre(600, 600, 600));
    EXPECT_THAT(compared("said"), IsEmpty());
    EXPECT_THAT(told().young.at("said"), HasSubstr("since 2026-05-11T14:00:00Z"));
}

TEST_F(OwnPastTest, AMetricThatIsCountedOtherwiseBeginsAnewAndOneThatIsGoneIsForgotten) {
    hoursOf(30, scored({100, 100, 100}));
    analysis.metrics[1].histogram = "another";
    EXPECT_TRUE(tick(scored({1, 1, 1})).reference);
    EXPECT_THAT(recorded().hours, IsEmpty());
    analysis.metrics.pop_back();
    EXPECT_TRUE(tick({}).reference);
    EXPECT_THAT(past.record().features, IsEmpty());
}

TEST_F(OwnPastTest, AClockThatIsSetBackTakesWithItWhatIsNoLongerPast) {
    hoursOf(30, scored({100, 100, 100}));
    now = Timestamp(kBegin + hours(26));
    tick(scored({1, 1, 1}));
    EXPECT_EQ(recorded().hours.size(), 26u);
    EXPECT_THAT(compared(), ElementsAre(600, 600, 600));
    now = Timestamp(kBegin - hours(2));
    tick(scored({1, 1, 1}));
    EXPECT_THAT(recorded().hours, IsEmpty());
    EXPECT_EQ(recorded().since, kBegin - hours(2));
}

TEST_F(OwnPastTest, OtherEdgesLeaveThoseThatAllHave) {
    hoursOf(30, {{"score", histogram({1, 2, 3}, {100, 50, 50, 100})}});
    tick({});
    EXPECT_FALSE(tick({{"score", histogram({1, 3, 4}, {1, 2, 3, 4})}}).reference);
    EXPECT_THAT(recorded().edges, ElementsAre(1, 3));
    EXPECT_THAT(compared(), ElementsAre(600, 600, 600));
}

TEST_F(OwnPastTest, EdgesThatShareFewerThanTwoBeginAnew) {
    hoursOf(30, scored({100, 100, 100}));
    tick(scored({1, 1, 1}));
    EXPECT_TRUE(tick({{"score", histogram({2, 5}, {1, 1, 1})}}).reference);
    EXPECT_THAT(recorded().edges, ElementsAre(2, 5));
    EXPECT_THAT(recorded().hours, IsEmpty());
    EXPECT_THAT(told().young.at("score"), HasSubstr("since 2026-05-11T14:00:00Z"));
}

TEST_F(OwnPastTest, PodsThatShareFewerThanTwoEdgesAreToldAndTheRecordStays) {
    hoursOf(30, scored({100, 100, 100}));
    tick(scored({1, 1, 1}));
    const api::FeatureRecord before = recorded();
    const auto mixed = [&] {
        api::Stratum stratum;
        stratum.from = now;
        stratum.to = now += minutes(5);
        stratum.stable = {pod("s", {{"score", histogram({1, 2}, {1, 1, 1})}}),
                          pod("t", {{"score", histogram({7, 8}, {1, 1, 1})}})};
        return past.add(analysis, order, stratum).reference;
    };
    EXPECT_TRUE(mixed());
    EXPECT_FALSE(mixed()) << "the same is told";
    EXPECT_EQ(
        told().refused.at("score"),
        "score is not recorded: the histograms of the version's pods share fewer than two edges; let all "
        "pods have the same ones");
    EXPECT_EQ(recorded(), before);
    EXPECT_THAT(compared(), IsEmpty());
    EXPECT_TRUE(tick(scored({1, 1, 1})).reference);
    EXPECT_THAT(compared(), ElementsAre(600, 600, 600));
}

TEST_F(OwnPastTest, ClassesComeAndThoseThatNoHourHasAnyMoreGo) {
    analysis.metrics[1] = classMetric();
    hour({{"class", predicted({{"b", 100}})}});
    hoursOf(24, {{"class", predicted({{"a", 100}, {"c", 50}})}});
    tick({});
    const api::FeatureRecord& record = past.record().features.at("class");
    EXPECT_THAT(record.classes, ElementsAre("a", "b", "c"));
    EXPECT_THAT(record.hours.at(kBegin), ElementsAre(0, 600, 0));
    now = Timestamp(kBegin + hours(24 * 7 + 1));
    tick({});
    EXPECT_THAT(record.classes, ElementsAre("a", "c"));
}

TEST_F(OwnPastTest, AClassAloneIsComparedBesideOthersOfWhichThereAreNone) {
    analysis.metrics[1] = classMetric();
    hoursOf(25, {{"class", predicted({{"a", 100}})}});
    tick({});
    const api::Counts counts = past.reference(analysis).profile->features.at("class");
    EXPECT_THAT(counts.classes, ElementsAre("(other)", "a"));
    EXPECT_THAT(counts.buckets, ElementsAre(0, 600));
}

TEST_F(OwnPastTest, WhatWouldPassItsBoundIsNotRecordedAndSaysSo) {
    api::Metric wide = analysis.metrics[1];
    wide.name = wide.referenceFeature = "wide";
    analysis.metrics.push_back(wide);
    std::vector<double> edges;
    for (int i = 0; i < 297; ++i) edges.push_back(i);
    const std::vector<uint64_t> some(edges.size() + 1, 1);
    const std::map<std::string, api::Counts> counts{{"score", histogram({1, 2}, {100, 100, 100})},
                                                    {"wide", histogram(edges, some)}};
    hoursOf(30, counts);
    tick({});
    EXPECT_EQ(
        told().refused.at("wide"),
        "wide is not recorded: with its buckets the record would have more than 300; let it have fewer edges "
        "or classes, or remove reference from a metric");
    EXPECT_THAT(compared(), ElementsAre(600, 600, 600));
    EXPECT_THAT(past.record().features.at("wide").hours, IsEmpty());
    analysis.metrics.erase(analysis.metrics.begin() + 1);
    EXPECT_TRUE(tick(counts).reference);
    EXPECT_THAT(told().refused, IsEmpty());
    EXPECT_THAT(told().young.at("wide"), HasSubstr("recorded since"));
}

TEST_F(OwnPastTest, WhatHasTooManyClassesIsRefusedInTheSameWordsHourAfterHour) {
    analysis.metrics[1] = classMetric();
    std::map<std::string, uint64_t> classes;
    for (int i = 0; i < 301; ++i) classes[std::to_string(i)] = 1;
    hour({{"class", predicted(classes)}});
    tick({{"class", predicted(classes)}});
    const std::string why = told().refused.at("class");
    classes["one more"] = 1;
    tick({{"class", predicted(classes)}});
    EXPECT_EQ(told().refused.at("class"), why);
    now = Timestamp(std::chrono::floor<hours>(now)) + hours(1);
    tick({{"class", predicted({{"0", 1}})}});
    EXPECT_EQ(told().refused.at("class"), why);
}

TEST_F(OwnPastTest, TheLargestRecordThatItMakesCanBeReadAgain) {
    analysis.metrics.pop_back();
    std::map<std::string, api::Counts> counts;
    for (int i = 0; i < 20; ++i) {
        api::Metric metric = driftMetric(std::nullopt);
        metric.name = metric.referenceFeature = std::string(61, 'm') + std::to_string(10 + i);
        analysis.metrics.push_back(metric);
        std::vector<double> edges;
        for (int edge = 0; edge < 14; ++edge) edges.push_back(0.1234567890123456 + edge);
        counts[metric.name] = histogram(edges, std::vector<uint64_t>(15, 50'000'000));
    }
    hoursOf(169, counts);
    tick({});
    const std::string text = api::encodeRecord(past.record());
    const auto read = api::decodeRecord(text);
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(*read, past.record());
    EXPECT_GT(text.size(), 300'000u) << "or this test shows nothing";
}

TEST_F(OwnPastTest, IntervalsThatAreTooLongAndColdPodsCountNothing) {
    hour(scored({1, 1, 1}));
    tick(scored({500, 500, 500}), minutes(51));
    api::Stratum cold;
    cold.from = now;
    cold.to = now += minutes(9);
    cold.stable = {pod("s", scored({500, 500, 500}))};
    cold.stable[0].warm = false;
    past.add(analysis, order, cold);
    hour(scored({1, 1, 1}));
    tick({});
    for (const auto& [hour, counts] : recorded().hours) EXPECT_THAT(counts, ElementsAre(6, 6, 6));
}

TEST_F(OwnPastTest, ARestartLosesTheHourUnderWayAndNothingElse) {
    hoursOf(30, scored({100, 100, 100}));
    tick(scored({9, 9, 9}));
    const api::Reference before = past.reference(analysis);
    const auto kept = api::decodeRecord(api::encodeRecord(past.record()));
    ASSERT_TRUE(kept.ok()) << kept.error().message;
    past = OwnPast(*kept);
    tick(scored({9, 9, 9}));
    EXPECT_EQ(past.reference(analysis), before);
    hour(scored({9, 9, 9}), 4);
    tick({});
    EXPECT_THAT(recorded().hours.at(kBegin + hours(30)), ElementsAre(45, 45, 45));
}

}  // namespace
}  // namespace serin::judge
