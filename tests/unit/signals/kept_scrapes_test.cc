#include <gtest/gtest.h>

#include "book_driver.h"

namespace serin::signals {
namespace {

// A book that is fed with scrapes that somebody else kept.
class KeptScrapes : public ::testing::Test {
  protected:
    // One round of one pod with its scrapes (second, page), the oldest first.
    std::optional<api::Stratum> look(double second,
                                     const std::vector<std::pair<double, std::string>>& scrapes) {
        Round round;
        round.at = BookDriver::at(second);
        round.selection = driver.selection;
        PodResult pod;
        pod.target.podUid = "a";
        pod.target.ready = true;
        for (const auto& [at, page] : scrapes) {
            auto reading = readPage(page, *driver.selection, false);
            EXPECT_TRUE(reading.ok());
            reading->at = BookDriver::at(at);
            pod.earlier.push_back(*reading);
        }
        pod.reading = pod.earlier.back();
        pod.earlier.pop_back();
        round.pods.push_back(std::move(pod));
        return driver.book.add(round, driver.context);
    }
    void withoutPods(double second) {
        Round none;
        none.at = BookDriver::at(second);
        none.selection = driver.selection;
        driver.book.add(none, driver.context);
    }
    static std::string counted(const std::optional<api::Stratum>& stratum) {
        return BookDriver::counted(stratum);
    }

    BookDriver driver;
};

TEST_F(KeptScrapes, CountACounterThatFellAndRoseAgain) {
    look(0, {{-5, requests(100, 0)}});
    const auto stratum = look(80, {{5, requests(110, 1)}, {15, requests(3, 0)}, {75, requests(150, 2)}});
    EXPECT_EQ(counted(stratum), "163/3");  // 10+1, then 3, then 147+2 of which 2 are bad
    EXPECT_EQ(stratum->stable[0].restarts, 1);
}

TEST_F(KeptScrapes, CountARestartThatOnlyTheStartTimeTells) {
    look(0, {{-5, BookDriver::processStart(-100) + requests(10, 0)}});
    const auto stratum = look(80, {{5, BookDriver::processStart(-100) + requests(12, 0)},
                                   {15, BookDriver::processStart(8) + requests(20, 0)},
                                   {25, BookDriver::processStart(18) + requests(30, 1)}});
    EXPECT_EQ(counted(stratum), "53/1");
    EXPECT_EQ(stratum->stable[0].restarts, 2);
}

TEST_F(KeptScrapes, CountOnce) {
    look(0, {{-15, requests(90, 0)}, {-5, requests(100, 0)}});
    EXPECT_EQ(counted(look(80, {{-5, requests(100, 0)}, {35, requests(130, 0)}, {75, requests(150, 0)}})),
              "50/0");
    EXPECT_EQ(counted(look(160, {{75, requests(150, 0)}, {155, requests(151, 0)}})), "1/0");
}

TEST_F(KeptScrapes, ThatAreNoNewsCountNothingAndLoseNothing) {
    look(0, {{-5, requests(100, 2)}});
    EXPECT_EQ(counted(look(2, {{-5, requests(100, 2)}})), "0/0");
    // Another replica of Prometheus, one scrape behind: its older number is no reset.
    EXPECT_EQ(counted(look(4, {{-8, requests(95, 1)}})), "0/0");
    // And one whose clock is a little ahead.
    EXPECT_EQ(counted(look(6, {{-4.6, requests(99, 2)}})), "0/0");
    EXPECT_EQ(counted(look(80, {{75, requests(110, 3)}})), "11/1");
}

TEST_F(KeptScrapes, OfAPodSeenFirstOnlySetABaseline) {
    withoutPods(0);
    EXPECT_EQ(counted(look(80, {{25, requests(1000, 0)}, {75, requests(1500, 0)}})), "-");
    EXPECT_EQ(counted(look(160, {{155, requests(1501, 0)}})), "1/0");
}

TEST_F(KeptScrapes, OfAPodThatStartedInTheAttemptAllCount) {
    driver.context.attemptStartedAt = BookDriver::at(-10);
    withoutPods(0);
    const std::string start = BookDriver::processStart(20);
    EXPECT_EQ(counted(look(80, {{25, start + requests(5, 1)}, {75, start + requests(50, 2)}})), "52/2");
}

TEST_F(KeptScrapes, GoOnAfterARestartOfTheController) {
    look(0, {{-5, requests(100, 0)}});
    look(80, {{75, requests(150, 0)}});
    const std::string saved = driver.book.save();
    driver.book = CounterBook();
    ASSERT_TRUE(driver.book.restore(saved).ok());
    EXPECT_EQ(counted(look(160, {{65, requests(140, 0)}, {75, requests(150, 0)}, {155, requests(170, 1)}})),
              "21/1");
}

api::Counts histogram(uint64_t total, std::vector<double> edges, std::vector<uint64_t> buckets) {
    api::Counts counts;
    counts.total = total;
    counts.edges = std::move(edges);
    counts.buckets = std::move(buckets);
    return counts;
}

TEST(CountsTogether, AddUpAtTheEdgesThatBothHave) {
    const api::Counts a = histogram(10, {1, 2, 4}, {1, 2, 3, 4});
    const api::Counts b = histogram(7, {2, 3, 4}, {4, 1, 1, 1});
    const api::Counts both = together(a, b);
    EXPECT_EQ(both, histogram(17, {2, 4}, {7, 5, 5}));
    EXPECT_EQ(together(b, a), both);
    EXPECT_EQ(together(a, a), histogram(20, {1, 2, 4}, {2, 4, 6, 8}));
    EXPECT_EQ(together(a, api::Counts{}), a);
    EXPECT_EQ(together(api::Counts{}, a), a);
    EXPECT_EQ(together(histogram(3, {1}, {1, 2}), histogram(3, {2}, {1, 2})), histogram(6, {}, {6}));
}

TEST(CountsTogether, AddUpWhatHasNoEdges) {
    api::Counts a;
    a.total = 5;
    a.bad = 1;
    a.sum = 2.5;
    api::Counts b = a;
    b.bad = 3;
    const api::Counts both = together(a, b);
    EXPECT_EQ(both.total, 10U);
    EXPECT_EQ(both.bad, 4U);
    EXPECT_EQ(both.sum, 5);
}

TEST(CountsTogether, AddUpEveryClassThatEitherHas) {
    api::Counts a = histogram(3, {}, {1, 2});
    a.classes = {"ham", "spam"};
    api::Counts b = histogram(9, {}, {4, 5});
    b.classes = {"other", "spam"};
    const api::Counts both = together(a, b);
    EXPECT_EQ(both.classes, (std::vector<std::string>{"ham", "other", "spam"}));
    EXPECT_EQ(both.buckets, (std::vector<uint64_t>{1, 4, 7}));
    EXPECT_EQ(together(a, api::Counts{}), a);
}

TEST(RoundSpread, IsWhatGoesBeyondTheSpreadThatIsMeant) {
    BookDriver driver;
    const auto spread = [&](double second, double firstAt, double lastAt) {
        Round round;
        round.at = BookDriver::at(second);
        round.selection = driver.selection;
        round.allowedSpread = std::chrono::seconds(10);
        for (const double at : {firstAt, lastAt}) {
            PodResult pod;
            pod.target.podUid = std::to_string(at);
            pod.startedAt = BookDriver::at(at);
            pod.reading = PodReading{};
            pod.reading->sources.resize(2);
            round.pods.push_back(std::move(pod));
        }
        PodResult lost;
        lost.target.podUid = "lost";
        lost.startedAt = BookDriver::at(second + 1000);
        round.pods.push_back(std::move(lost));
        const auto stratum = driver.book.add(round, driver.context);
        return stratum ? stratum->spread : Duration{-1};
    };
    spread(0, -9, -1);
    EXPECT_EQ(spread(80, 71, 79), Duration{0});
    EXPECT_EQ(spread(160, 137, 159), std::chrono::seconds(12));
}

}  // namespace
}  // namespace serin::signals
