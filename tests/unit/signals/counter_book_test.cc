#include "signals/counter_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "book_driver.h"

namespace serin::signals {
namespace {

using std::chrono::seconds;

class Book : public testing::Test, public BookDriver {};

TEST_F(Book, CountsWhatRoseSinceTheLastRound) {
    EXPECT_FALSE(pod("a", requests(100, 3)).round(0).has_value());
    auto stratum = pod("a", requests(150, 5)).round(10);
    ASSERT_TRUE(stratum.has_value());
    EXPECT_EQ(stratum->from, at(0));
    EXPECT_EQ(stratum->to, at(10));
    EXPECT_EQ(counted(stratum), "52/2");
    EXPECT_TRUE(stratum->stable[0].counted);
    EXPECT_EQ(stratum->stable[0].name, "pod-a");
    EXPECT_EQ(stratum->stable[0].exposure, seconds(10));
    EXPECT_EQ(stratum->stable[0].restarts, 0);
    EXPECT_EQ(counted(pod("a", requests(150, 5)).round(20)), "0/0");
}

TEST_F(Book, CountsANewSeriesFromZeroInAPodReadBefore) {
    pod("a", "requests_total{code=\"200\"} 100\n").round(0);
    EXPECT_EQ(counted(pod("a", requests(110, 4)).round(10)), "14/4");
}

TEST_F(Book, CountsFromZeroWhenTheFirstSeriesOfAReadPodAppears) {
    pod("a", "# TYPE requests_total counter\n").round(0);
    EXPECT_EQ(counted(pod("a", requests(7, 0)).round(10)), "7/0");
    pod("b", "other 1\n").round(20);
    EXPECT_EQ(counted(pod("b", requests(5, 1)).round(30)), "6/1");
}

TEST_F(Book, KeepsASeriesThatLeavesThePageForItsReturn) {
    pod("a", requests(100, 50)).round(0);
    EXPECT_EQ(counted(pod("a", "requests_total{code=\"200\"} 110\n").round(10)), "10/0");
    EXPECT_EQ(counted(pod("a", requests(120, 51)).round(20)), "11/1");
}

TEST_F(Book, CountsAFallenCounterFromZeroAndARestartOncePerProcess) {
    pod("a", requests(100, 50)).round(0);
    auto stratum = pod("a", requests(7, 2)).round(10);
    EXPECT_EQ(counted(stratum), "9/2");
    EXPECT_EQ(stratum->stable[0].restarts, 1);
}

TEST_F(Book, CountsEverythingFromZeroWhenTheProcessStartMoved) {
    pod("a", processStart(-500) + requests(10, 1)).round(0);
    auto stratum = pod("a", processStart(5) + requests(30, 4)).round(10);
    EXPECT_EQ(counted(stratum), "34/4");
    EXPECT_EQ(stratum->stable[0].restarts, 1);
}

TEST_F(Book, TakesAStartTimeThatMovesWithTheKernelsClockForTheSameProcess) {
    pod("a", processStart(-500) + requests(10, 1)).round(0);
    auto stratum = pod("a", processStart(-499) + requests(30, 4)).round(10);
    EXPECT_EQ(counted(stratum), "23/3");
    EXPECT_EQ(stratum->stable[0].restarts, 0);
    stratum = pod("a", processStart(-510) + requests(31, 4)).round(20);
    EXPECT_EQ(counted(stratum), "1/0");
}

TEST_F(Book, SeesAResetSeriesInALivingProcessWithoutCallingItARestart) {
    pod("a", processStart(-500) + requests(10, 9)).round(0);
    auto stratum = pod("a", processStart(-500) + requests(12, 1)).round(10);
    EXPECT_EQ(counted(stratum), "3/1");
    EXPECT_EQ(stratum->stable[0].restarts, 0);
}

TEST_F(Book, CountsFromZeroWhenASeriesWasCreatedAnew) {
    auto page = [](int count, const char* created) {
        return cat("requests_total{code=\"200\"} ", count, "\nrequests_created{code=\"200\"} ", created,
                   "\n");
    };
    pod("a", page(10, "1763999000.5")).round(0);
    auto stratum = pod("a", page(40, "1764000003.25")).round(10);
    EXPECT_EQ(counted(stratum), "40/0");
    EXPECT_EQ(stratum->stable[0].restarts, 1);
    EXPECT_EQ(counted(pod("a", page(45, "1764000003.25")).round(20)), "5/0");
}

TEST_F(Book, OnlySetsABaselineForAPodSeenForTheFirstTime) {
    context.attemptStartedAt = at(5);
    pod("a", requests(1, 0)).round(0);
    auto stratum = pod("a", requests(2, 0)).pod("b", processStart(-100) + requests(500, 9)).round(10);
    EXPECT_EQ(counted(stratum, "errors", 1), "-");
    EXPECT_FALSE(stratum->stable[1].counted);
    EXPECT_EQ(stratum->stable[1].exposure, seconds(0));
    stratum = pod("a", requests(2, 0)).pod("b", processStart(-100) + requests(510, 9)).round(20);
    EXPECT_EQ(counted(stratum, "errors", 1), "10/0");
}

TEST_F(Book, CountsAPodFromZeroWhoseProcessStartedInThisAttempt) {
    context.attemptStartedAt = at(5);
    pod("a", requests(1, 0)).round(0);
    auto stratum = pod("b", processStart(7) + requests(20, 5)).pod("c", requests(9, 0)).round(10);
    EXPECT_EQ(counted(stratum, "errors", 0), "25/5");
    EXPECT_TRUE(stratum->stable[0].counted);
    EXPECT_EQ(counted(stratum, "errors", 1), "-") << "a process of unknown age";
}

TEST_F(Book, DoesNotCountFromZeroWhatAForgottenForerunnerMayHaveCounted) {
    context.attemptStartedAt = at(-100);
    EXPECT_FALSE(pod("a", requests(1, 0)).round(0).has_value());
    EXPECT_EQ(counted(pod("b", processStart(-50) + requests(20, 5)).round(10)), "-");
}

TEST_F(Book, CountsALostScrapeOnlyOfAPodReadBeforeAndSpansTheGap) {
    pod("a", requests(10, 0)).lost("b").round(0);
    auto stratum = lost("a").lost("b").round(10);
    EXPECT_EQ(stratum->stable[0].lostScrapes, 1);
    EXPECT_EQ(stratum->stable[1].lostScrapes, 0);
    EXPECT_FALSE(stratum->stable[0].counted);
    EXPECT_EQ(stratum->troubles, std::vector<std::string>{"10.0.0.1:8082 and 1 more: connection refused"});
    stratum = pod("a", requests(30, 1)).lost("b").round(20);
    EXPECT_EQ(counted(stratum), "21/1");
    EXPECT_EQ(stratum->stable[0].lostScrapes, 0);
    EXPECT_EQ(stratum->stable[0].exposure, seconds(10));
}

TEST_F(Book, ForgetsNothingOfAPodThatVanishesForAWhile) {
    context.attemptStartedAt = at(1);
    pod("a", requests(1, 0)).round(0);
    EXPECT_EQ(counted(pod("b", processStart(5) + requests(20, 5)).round(10)), "25/5");
    EXPECT_TRUE(round(20)->stable.empty());
    auto stratum = pod("b", processStart(5) + requests(21, 5)).round(30);
    EXPECT_EQ(counted(stratum), "1/0");
    EXPECT_EQ(stratum->stable[0].exposure, seconds(0)) << "it was not watched in between";
    EXPECT_EQ(counted(pod("b", processStart(5) + requests(22, 5)).round(40)), "1/0");
}

TEST_F(Book, ReckonsNotReadyTimeFromItsFirstReadinessOn) {
    pod("a", requests(0, 0), false).round(0);
    auto stratum = pod("a", requests(0, 0), false).round(10);
    EXPECT_EQ(stratum->stable[0].exposure, seconds(0));
    EXPECT_EQ(stratum->stable[0].notReady, seconds(0)) << "starting up is no evidence";
    book.noteReadiness("a", true, at(14));
    stratum = pod("a", requests(0, 0)).round(20);
    EXPECT_EQ(stratum->stable[0].exposure, seconds(6));
    EXPECT_EQ(stratum->stable[0].notReady, seconds(0));
    book.noteReadiness("a", false, at(23));
    book.noteReadiness("a", true, at(25));
    book.noteReadiness("a", false, at(29));
    stratum = pod("a", requests(0, 0), false).round(30);
    EXPECT_EQ(stratum->stable[0].notReady, seconds(3));
    stratum = pod("a", requests(0, 0)).round(40);
    EXPECT_EQ(stratum->stable[0].notReady, seconds(10)) << "by the rounds alone";
    EXPECT_EQ(pod("a", requests(0, 0)).round(50)->stable[0].notReady, seconds(0));
}

TEST_F(Book, CallsAPodWarmWhenItsWarmUpEndedBeforeTheInterval) {
    context.warmUp = seconds(15);
    pod("a", requests(0, 0)).round(0);
    EXPECT_FALSE(pod("a", requests(5, 0)).round(10)->stable[0].warm);  // first request seen at 10
    EXPECT_FALSE(pod("a", requests(6, 0)).round(20)->stable[0].warm);
    EXPECT_FALSE(pod("a", requests(7, 0)).round(30)->stable[0].warm);
    EXPECT_TRUE(pod("a", requests(8, 0)).round(40)->stable[0].warm);
}

TEST_F(Book, KnowsForHowLongAPodHasServed) {
    pod("a", requests(0, 0)).round(0);
    EXPECT_EQ(pod("a", requests(5, 0)).round(10)->stable[0].serving, seconds(0));
    EXPECT_EQ(pod("a", requests(6, 0)).round(20)->stable[0].serving, seconds(0));
    EXPECT_EQ(pod("a", requests(6, 0)).round(30)->stable[0].serving, seconds(10));
}

TEST_F(Book, CountsHistogramsPerBucketAndNotCumulatively) {
    auto page = [](int a, int b, int c, int count) {
        return cat("model_score_bucket{le=\"0.1\"} ", a, "\nmodel_score_bucket{le=\"0.5\"} ", b,
                   "\nmodel_score_bucket{le=\"+Inf\"} ", c, "\nmodel_score_count ", count, "\n");
    };
    pod("a", page(10, 20, 30, 30)).round(0);
    auto stratum = pod("a", page(15, 27, 38, 41)).round(10);
    EXPECT_EQ(stratum->stable[0].counts.at("score").edges, (std::vector<double>{0.1, 0.5}));
    EXPECT_EQ(counted(stratum, "score"), "11:5,2,1") << "three observations were NaN";
    EXPECT_EQ(counted(stratum, "errors"), "-");
    // Buckets read in the middle of an update: cumulative counts never fall.
    EXPECT_EQ(counted(pod("a", page(20, 30, 45, 48)).round(20), "score"), "7:5,0,2");
}

TEST_F(Book, SaysThatTheSumOfAHistogramIsNaN) {
    // As Python's client writes it after an observation of NaN, which it counts nowhere else.
    auto page = [](int all, const char* sum) {
        return cat("model_score_bucket{le=\"0.5\"} ", all, "\nmodel_score_bucket{le=\"+Inf\"} ", all,
                   "\nmodel_score_count ", all, "\nmodel_score_sum ", sum, "\n");
    };
    pod("a", page(10, "3.5")).round(0);
    EXPECT_FALSE(pod("a", page(12, "4.5")).round(10)->stable[0].counts.at("score").sumIsNaN);
    EXPECT_TRUE(pod("a", page(13, "NaN")).round(20)->stable[0].counts.at("score").sumIsNaN);
    EXPECT_TRUE(pod("a", page(13, "NaN")).round(30)->stable[0].counts.at("score").sumIsNaN);
}

TEST_F(Book, ResetsAllBucketsOfAHistogramTogether) {
    pod("a", "model_score_bucket{le=\"1\"} 3\nmodel_score_bucket{le=\"+Inf\"} 100\n").round(0);
    auto stratum = pod("a", "model_score_bucket{le=\"1\"} 5\nmodel_score_bucket{le=\"+Inf\"} 20\n").round(10);
    EXPECT_EQ(counted(stratum, "score"), "20:5,15");
    EXPECT_EQ(stratum->stable[0].restarts, 1);
}

TEST_F(Book, KeepsOnlyEdgesThatAllHistogramsOfAPodShare) {
    const char* zero =
        "model_score_bucket{m=\"x\",le=\"1\"} 0\nmodel_score_bucket{m=\"x\",le=\"2\"} 0\n"
        "model_score_bucket{m=\"x\",le=\"+Inf\"} 0\n";
    pod("a", zero).round(0);
    auto stratum = pod("a",
                       "model_score_bucket{m=\"x\",le=\"1.0\"} 1\nmodel_score_bucket{m=\"x\",le=\"2\"} 2\n"
                       "model_score_bucket{m=\"x\",le=\"+Inf\"} 4\n"
                       "model_score_bucket{m=\"y\",le=\"2.0\"} 10\nmodel_score_bucket{m=\"y\",le=\"3\"} 11\n"
                       "model_score_bucket{m=\"y\",le=\"+Inf\"} 12\n")
                       .round(10);
    EXPECT_EQ(stratum->stable[0].counts.at("score").edges, std::vector<double>{2});
    EXPECT_EQ(counted(stratum, "score"), "16:12,4");
}

TEST_F(Book, NeverReportsMoreFailuresThanRequests) {
    pod("a", "requests_total{code=\"500\"} 1\n").round(0);
    EXPECT_EQ(counted(pod("a", "requests_total{code=\"500\"} 3\n").round(10)), "2/2");
}

TEST_F(Book, CountsRoundsInWhichEveryReadyCanaryPodWasSilent) {
    auto ask = [&](double when, std::optional<api::ModelAnswer> a, std::optional<api::ModelAnswer> b,
                   bool bReady) {
        Round round;
        round.at = at(when);
        round.selection = selection;
        for (const auto& [uid, answer, ready] : {std::tuple("a", a, true), std::tuple("b", b, bReady)}) {
            PodResult result;
            result.target.podUid = uid;
            result.target.arm = Arm::Canary;
            result.target.ready = ready;
            result.model = answer;
            round.pods.push_back(result);
        }
        auto stratum = book.add(round, context);
        return stratum ? stratum->canarySilentRounds : -1;
    };
    using enum api::ModelAnswer;
    EXPECT_EQ(ask(0, Silent, Silent, true), -1);
    EXPECT_EQ(ask(10, Silent, Silent, true), 2);
    EXPECT_EQ(ask(20, Silent, Ready, false), 3) << "only ready pods are asked about";
    EXPECT_EQ(ask(30, Silent, NotReady, true), 0);
    EXPECT_EQ(ask(40, Silent, CannotConnect, true), 0);
    EXPECT_EQ(ask(50, Silent, Silent, true), 1);
    EXPECT_EQ(ask(60, std::nullopt, std::nullopt, true), 0);
}

TEST_F(Book, TellsHowFarTheScrapesOfARoundLayApart) {
    Round first;
    first.at = at(0);
    first.selection = selection;
    book.add(first, context);
    Round round = first;
    round.at = at(10);
    round.pods.resize(3);
    for (size_t i = 0; i < 3; ++i) {
        round.pods[i].target.podUid = std::string(1, static_cast<char>('a' + i));
        round.pods[i].startedAt = at(10) + Duration(static_cast<int64_t>((i * 2 % 3) * 150));
        round.pods[i].reading = readPage("", *selection, false);
    }
    EXPECT_EQ(book.add(round, context)->spread, Duration(300));
}

TEST_F(Book, GoesOnWhenTheClockIsSetBack) {
    pod("a", requests(10, 0)).round(100);
    EXPECT_FALSE(pod("a", requests(15, 0)).round(40).has_value());
    auto stratum = pod("a", requests(17, 0)).round(50);
    ASSERT_TRUE(stratum.has_value());
    EXPECT_EQ(stratum->from, at(40));
    EXPECT_EQ(counted(stratum), "7/0");
}

TEST_F(Book, SetsABaselineForAMetricThatIsAskedForAnew) {
    auto both = selection;
    Selection errorsOnly{{both->sources[0]}, {both->metrics[0]}};
    selection = std::make_shared<const Selection>(errorsOnly);
    context.attemptStartedAt = at(-100);
    round(-10);
    // Even of a process that started in this attempt: what it did before belongs to earlier intervals.
    std::string page = processStart(-5) + requests(10, 0) + "model_score_bucket{le=\"+Inf\"} 500\n";
    pod("a", page).round(0);
    selection = both;
    auto stratum = pod("a", page).round(10);
    EXPECT_EQ(counted(stratum), "0/0");
    EXPECT_EQ(counted(stratum, "score"), "-");
    EXPECT_EQ(counted(pod("a", requests(10, 0) + "model_score_bucket{le=\"+Inf\"} 503\n").round(20), "score"),
              "3:3");
}

TEST_F(Book, CountsTheEventsThatAreNotGoodAsBad) {
    api::Metric metric;
    metric.name = "errors";
    metric.kind = api::MetricKind::Share;
    metric.share = {"offers_total", "", "orders_total"};
    auto compiled = compileSelection({}, {metric});
    ASSERT_TRUE(compiled.ok());
    selection = std::make_shared<const Selection>(*compiled);
    pod("a", "offers_total 100\norders_total 60\n").round(0);
    EXPECT_EQ(counted(pod("a", "offers_total 150\norders_total 95\n").round(10)), "50/15");
    EXPECT_EQ(counted(pod("a", "offers_total 150\norders_total 97\n").round(20)), "2/0")
        << "orders of earlier offers; more good ones than offers leave nothing bad";
}

TEST_F(Book, TellsSumAndCountOfAMean) {
    api::Metric metric;
    metric.name = "value";
    metric.kind = api::MetricKind::Mean;
    metric.mean = {"value_sum", "value_count", false};
    auto compiled = compileSelection({}, {metric});
    ASSERT_TRUE(compiled.ok());
    selection = std::make_shared<const Selection>(*compiled);
    pod("a", "value_sum 10.5\nvalue_count 4\n").round(0);
    const auto stratum = pod("a", "value_sum 13.75\nvalue_count 6\n").round(10);
    ASSERT_TRUE(stratum);
    const api::Counts counts = stratum->stable[0].counts.at("value");
    EXPECT_EQ(counts.total, 2U);
    EXPECT_EQ(counts.sum, 3.25);
}

class ClassBook : public Book {
  protected:
    ClassBook() {
        api::Metric metric;
        metric.name = "class";
        metric.kind = api::MetricKind::HistogramDrift;
        metric.histogram = "predictions_total";
        metric.byLabel = "class";
        auto compiled = compileSelection({}, {metric});
        EXPECT_TRUE(compiled.ok());
        selection = std::make_shared<const Selection>(*compiled);
    }
    static std::string page(int ham, int spam, int other = -1) {
        std::string text =
            cat("predictions_total{class=\"ham\",zone=\"a\"} ", ham, "\npredictions_total{class=\"spam\"} ",
                spam, "\npredictions_total{class=\"ham\",zone=\"b\"} 5\n");
        return other < 0 ? text : cat(text, "predictions_total{class=\"other\"} ", other, "\n");
    }
    static std::string events(const std::optional<api::Stratum>& stratum) {
        const api::Counts& counts = stratum->stable[0].counts.at("class");
        std::string out = cat(counts.total, ":");
        for (size_t i = 0; i < counts.classes.size(); ++i)
            out += cat(" ", counts.classes[i], "=", counts.buckets[i]);
        return out;
    }
};

TEST_F(ClassBook, CountsTheEventsOfEachClass) {
    pod("a", page(10, 20)).round(0);
    EXPECT_EQ(events(pod("a", page(17, 22)).round(10)), "9: ham=7 spam=2");
    EXPECT_EQ(events(pod("a", page(17, 22, 3)).round(20)), "3: ham=0 other=3 spam=0")
        << "a new class counts from 0";
}

TEST_F(ClassBook, GoesOnFromWhatWasSaved) {
    pod("a", page(10, 20)).round(0);
    const std::string saved = book.save();
    book = CounterBook();
    ASSERT_TRUE(book.restore(saved).ok());
    EXPECT_EQ(events(pod("a", page(17, 22, 3)).round(10)), "12: ham=7 other=3 spam=2");
}

TEST_F(ClassBook, RefusesALabelWithMoreValuesThanClassesCanBe) {
    std::string text;
    for (int i = 0; i <= 100; ++i) text += cat("predictions_total{class=\"user-", i, "\"} 1\n");
    const auto reading = readPage(text, *selection, false);
    ASSERT_FALSE(reading.ok());
    EXPECT_EQ(reading.error().message, "more than 100 values of the label class of predictions_total");
}

}  // namespace
}  // namespace serin::signals
