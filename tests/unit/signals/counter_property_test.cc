#include <gtest/gtest.h>

#include <map>
#include <random>

#include "book_driver.h"

namespace serin::signals {
namespace {

// A pod that counts requests by code, dies, loses scrapes, and is watched by a controller that dies too.
// `truth` is what an observer of every scrape knows: of each process, what rose between its first number that
// counts and its last one scraped.
class World : public BookDriver {
  public:
    struct Odds {
        bool exportsStart = false;
        unsigned podDies = 0;  // percent a round
        unsigned controllerDies = 0;
    };
    World(unsigned seed, Odds odds) : random_(seed), odds_(odds) {}

    void run(int rounds) {
        context.attemptStartedAt = at(-1'000'000);
        for (int i = 0; i < rounds; ++i) {
            live();
            scrape(i * 10.0);
            if (chance(15)) persist();
            if (chance(odds_.controllerDies)) killController();
        }
        scrape(rounds * 10.0, true);
    }

    int64_t counted = 0, countedBad = 0;
    int64_t truth = 0, truthBad = 0;

  private:
    bool chance(unsigned percent) { return random_() % 100 < percent; }

    void live() {
        if (chance(odds_.podDies)) {  // what was not scraped is lost
            series_.clear();
            scraped_.clear();
            started_ = now_ + 3;
        }
        for (unsigned i = random_() % 4; i > 0; --i) {
            std::string code = std::to_string((1 + random_() % 5) * 100 + random_() % 3);
            series_[code] += static_cast<int64_t>(random_() % 50);
        }
    }

    void scrape(double now, bool surely = false) {
        now_ = now;
        if (now > 0 && !surely && chance(20)) {
            lost("a");
        } else {
            std::string page = odds_.exportsStart ? processStart(started_) : std::string();
            for (const auto& [code, count] : series_)
                page += cat("requests_total{code=\"", code, "\"} ", count, "\n");
            pod("a", page);
            for (const auto& [code, count] : series_) {
                int64_t rise = baseline_ ? count - scraped_[code] : 0;
                truth += rise;
                if (code[0] == '5') truthBad += rise;
                scraped_[code] = count;
            }
            baseline_ = true;
        }
        auto stratum = round(now);
        if (!stratum) return;
        auto counts = stratum->stable[0].counts.find("errors");
        if (counts == stratum->stable[0].counts.end()) return;
        counted += static_cast<int64_t>(counts->second.total);
        countedBad += static_cast<int64_t>(counts->second.bad);
    }

    // What was counted and what it was counted from are saved together.
    void persist() {
        saved_ = book.save();
        savedCounted_ = counted;
        savedBad_ = countedBad;
    }

    void killController() {
        if (saved_.empty()) return;
        ASSERT_TRUE(book.restore(saved_).ok());
        counted = savedCounted_;
        countedBad = savedBad_;
    }

    std::mt19937 random_;
    Odds odds_;
    double now_ = 0;
    double started_ = -500;
    std::map<std::string, int64_t> series_, scraped_;
    bool baseline_ = false;
    std::string saved_;
    int64_t savedCounted_ = 0, savedBad_ = 0;
};

TEST(Counting, NeverCountsMoreThanHappenedWhateverDiesAndWhenever) {
    int64_t all = 0;
    for (unsigned seed = 0; seed < 300; ++seed) {
        World world(seed, {.exportsStart = seed % 2 == 0, .podDies = 8, .controllerDies = 10});
        world.run(120);
        EXPECT_LE(world.counted, world.truth) << seed;
        EXPECT_LE(world.countedBad, world.truthBad) << seed;
        all += world.counted;
    }
    EXPECT_GT(all, 300 * 1000);
}

TEST(Counting, IsExactWhenStartTimesAreExportedAndTheControllerLives) {
    for (unsigned seed = 0; seed < 300; ++seed) {
        World world(seed, {.exportsStart = true, .podDies = 8, .controllerDies = 0});
        world.run(120);
        EXPECT_EQ(world.counted, world.truth) << seed;
        EXPECT_EQ(world.countedBad, world.truthBad) << seed;
    }
}

TEST(Counting, IsExactAcrossDeathsOfTheControllerWhileThePodLives) {
    for (unsigned seed = 0; seed < 300; ++seed) {
        World world(seed, {.exportsStart = seed % 2 == 0, .podDies = 0, .controllerDies = 10});
        world.run(120);
        EXPECT_EQ(world.counted, world.truth) << seed;
    }
}

}  // namespace
}  // namespace serin::signals
