#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "book_driver.h"

namespace serin::signals {
namespace {

using std::chrono::seconds;

class SavedBook : public testing::Test, public BookDriver {
  protected:
    // As if the process was killed and the next one read what was saved.
    void killAndRestore(size_t maxBytes = 24'000) {
        std::string text = book.save(maxBytes);
        EXPECT_LE(text.size(), maxBytes);
        book = CounterBook();
        auto restored = book.restore(text);
        ASSERT_TRUE(restored.ok()) << restored.error().message;
        EXPECT_EQ(book.save(maxBytes), text);
    }

    static std::string scores(int low, int all) {
        return cat("model_score_bucket{le=\"0.5\"} ", low, "\nmodel_score_bucket{le=\"+Inf\"} ", all,
                   "\nmodel_score_count ", all, "\n");
    }
};

TEST_F(SavedBook, CountsTheGapOnceAndExactly) {
    pod("a", processStart(-9) + requests(100, 10) + scores(30, 50)).round(0);
    pod("a", processStart(-9) + requests(110, 11) + scores(31, 60)).round(10);
    killAndRestore();
    auto stratum = pod("a", processStart(-9) + requests(160, 20) + scores(41, 85)).round(70);
    ASSERT_TRUE(stratum.has_value());
    EXPECT_EQ(stratum->from, at(10));
    EXPECT_EQ(counted(stratum), "59/9");
    EXPECT_EQ(counted(stratum, "score"), "25:10,15");
    EXPECT_TRUE(stratum->stable[0].counted);
    EXPECT_EQ(stratum->stable[0].exposure, seconds(60));
    // From here on by series again: a fallen one in a living process counts from 0.
    EXPECT_EQ(counted(pod("a", processStart(-9) + requests(161, 2)).round(80)), "3/2");
}

TEST_F(SavedBook, SeesARestartWithinTheGap) {
    pod("a", processStart(-9) + requests(100, 10)).round(0);
    killAndRestore();
    auto stratum = pod("a", processStart(30) + requests(400, 20)).round(60);
    EXPECT_EQ(counted(stratum), "420/20");
    EXPECT_EQ(stratum->stable[0].restarts, 1);
}

TEST_F(SavedBook, SeesARestartByFallenSumsWhereNoStartTimeIsExported) {
    pod("a", requests(100, 10)).round(0);
    killAndRestore();
    auto stratum = pod("a", requests(40, 2)).round(60);
    EXPECT_EQ(counted(stratum), "42/2");
    EXPECT_EQ(stratum->stable[0].restarts, 1);
}

TEST_F(SavedBook, CountsNothingWhenASeriesLeftALivingProcess) {
    pod("a", processStart(-9) + requests(100, 10)).round(0);
    killAndRestore();
    auto stratum = pod("a", processStart(-9) + "requests_total{code=\"200\"} 105\n").round(60);
    EXPECT_EQ(counted(stratum), "-");
    EXPECT_EQ(stratum->stable[0].restarts, 0);
}

TEST_F(SavedBook, SeesARestartByCreationTimesLaterThanTheLastReading) {
    auto page = [](int count, const char* created) {
        return cat("requests_total{code=\"200\"} ", count, "\nrequests_created{code=\"200\"} ", created,
                   "\n");
    };
    pod("a", page(10, "1763999000.5")).round(0);
    killAndRestore();
    auto stratum = pod("a", page(40, "1764000033.25")).round(60);
    EXPECT_EQ(counted(stratum), "40/0");
    EXPECT_EQ(stratum->stable[0].restarts, 1);
}

TEST_F(SavedBook, ComparesHistogramsAtTheEdgesTheyShare) {
    pod("a",
        "model_score_bucket{le=\"1\"} 3\nmodel_score_bucket{le=\"2\"} 5\nmodel_score_bucket{le=\"+Inf\"} 6\n")
        .round(0);
    killAndRestore();
    auto stratum = pod("a",
                       "model_score_bucket{le=\"2.0\"} 9\nmodel_score_bucket{le=\"3\"} 9\n"
                       "model_score_bucket{le=\"+Inf\"} 16\n")
                       .round(10);
    EXPECT_EQ(stratum->stable[0].counts.at("score").edges, std::vector<double>{2});
    EXPECT_EQ(counted(stratum, "score"), "10:4,6");
}

TEST_F(SavedBook, RemembersWarmUpReadinessAndWhatMayCountFromZero) {
    context.warmUp = seconds(10);
    context.attemptStartedAt = at(12);
    pod("a", requests(5, 0)).round(0);
    pod("a", requests(6, 0), false).round(10);
    killAndRestore();
    auto stratum = pod("a", requests(8, 0)).pod("b", processStart(15) + requests(4, 0)).round(40);
    EXPECT_TRUE(stratum->stable[0].warm);
    EXPECT_EQ(stratum->stable[0].notReady, seconds(0)) << "nobody watched";
    EXPECT_EQ(counted(stratum, "errors", 1), "4/0") << "it started after the book began";
}

TEST_F(SavedBook, LeavesTheCountersOutWhenTheyDoNotFitAndCountsNothingTwice) {
    context.attemptStartedAt = at(-50);
    pod("z", requests(1, 0)).round(0);
    auto page = processStart(5) + requests(1000, 10);
    EXPECT_EQ(counted(pod("a", page).round(10)), "1010/10");
    killAndRestore(150);
    EXPECT_THAT(book.save(), testing::HasSubstr("a;"));
    auto stratum = pod("a", page).round(70);
    ASSERT_TRUE(stratum.has_value());
    EXPECT_EQ(stratum->from, at(10));
    EXPECT_FALSE(stratum->stable[0].counted);
    EXPECT_EQ(counted(stratum), "-");
    EXPECT_EQ(stratum->stable[0].exposure, seconds(60));
    EXPECT_EQ(counted(pod("a", processStart(5) + requests(1001, 10)).round(80)), "1/0");
}

TEST_F(SavedBook, KeepsAtLeastTheTimeOfTheLastRound) {
    pod("a", requests(1, 0)).round(0);
    killAndRestore(40);
    auto stratum = pod("a", requests(9, 0)).round(10);
    ASSERT_TRUE(stratum.has_value());
    EXPECT_EQ(counted(stratum), "-");
}

TEST_F(SavedBook, HoldsAHundredPodsWithAHistogramOfTenBucketsInItsSpace) {
    std::string histogram;
    for (int i = 1; i <= 9; ++i) histogram += cat("model_score_bucket{le=\"0.", i, "\"} ", 100'000 * i, "\n");
    histogram += "model_score_bucket{le=\"+Inf\"} 1000000\nmodel_score_count 1000000\n";
    for (double when : {0.0, 10.0}) {
        for (int i = 0; i < 100; ++i) {
            pod(cat("0f2c7c1e-9f4e-4b5a-8d0c-0000000000", 10 + i),
                processStart(-5) + requests(5'000'000, 1234) + histogram);
        }
        round(when);
    }
    std::string text = book.save();
    EXPECT_THAT(text, testing::HasSubstr("5001234"));
    EXPECT_EQ(text.find('\n'), std::string::npos);
    EXPECT_LE(text.size(), 24'000U);
}

TEST_F(SavedBook, RestoresAnEmptyBook) {
    killAndRestore();
    EXPECT_FALSE(pod("a", requests(1, 0)).round(0).has_value());
}

TEST_F(SavedBook, RefusesTextThatIsNotItsOwn) {
    pod("a", processStart(-9) + requests(100, 10) + scores(30, 50)).round(0);
    const std::string text = book.save();
    for (const char* other :
         {"", "2;1;2", "1;x;-", "1;5;5|q;x", "1;5;5|p;a", "1;5;5|s;zz;", "1;-;-|p;a;-;1;-;-",
          "1;8888881660761000001;5", "1;5;5|p;a;-8888881660761000001;1;-;-"}) {
        EXPECT_FALSE(book.restore(other).ok()) << other;
        EXPECT_EQ(book.save(), "1;-;-") << "the book is empty then";
    }
    // Every cut and every flipped byte is either refused or read; nothing breaks.
    for (size_t i = 0; i < text.size(); ++i) {
        (void)book.restore(text.substr(0, i));
        for (char c : {';', '|', ',', ':', '-', '9', 'x', '\0'}) {
            std::string flipped = text;
            flipped[i] = c;
            if (book.restore(flipped)) {
                EXPECT_FALSE(book.save().empty());
            }
        }
    }
    EXPECT_TRUE(book.restore(text).ok());
}

}  // namespace
}  // namespace serin::signals
