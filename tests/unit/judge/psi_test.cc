#include "judge/psi.h"

#include <gtest/gtest.h>

#include "judge/histogram.h"

namespace serin::judge {
namespace {

TEST(PopulationStability, IsThatOfTheReference) {
    EXPECT_NEAR(populationStability({100, 200, 300, 250, 150}, {90, 180, 320, 260, 150}), .004817833418,
                1e-8);
    EXPECT_NEAR(populationStability({50, 30, 15, 5}, {20, 30, 30, 20}), .558185346157, 1e-8);
}

// The reference's gate for a threshold of 0.1 with ten buckets, at 95 %.
TEST(PopulationStability, GatesAreThoseOfTheReference) {
    struct Case {
        uint64_t reference, current;
        double gate;
    };
    for (const Case& c :
         {Case{10000, 1000, .147}, {10000, 300, .202}, {1000, 1000, .170}, {10000, 10000, .117}}) {
        const StabilityScale scale(c.reference, c.current, 10);
        EXPECT_FALSE(scale.speaksAbove(c.gate - 5e-4, .1, .05));
        EXPECT_TRUE(scale.speaksAbove(c.gate + 5e-4, .1, .05));
    }
}

TEST(PopulationStability, AsksForEnoughObservations) {
    EXPECT_FALSE(StabilityScale(1'000'000'000, 269, 10).enough(.1));
    EXPECT_TRUE(StabilityScale(1'000'000'000, 271, 10).enough(.1));
}

TEST(Histogram, BucketsBetweenSharedEdgesKeepEveryObservation) {
    const Histogram fine{{1, 2, 3, 4}, {10, 20, 30, 40, 50}};
    const Histogram coarse{{2, 4, 8}, {1, 2, 3, 4}};
    const Histogram both = merged(fine, coarse);
    EXPECT_EQ(both.edges, (std::vector<double>{2, 4}));
    EXPECT_EQ(both.buckets, (std::vector<uint64_t>{31, 72, 57}));
    EXPECT_EQ(both.total(), fine.total() + coarse.total());
}

TEST(Histogram, WithoutSharedEdgesOneBucketIsLeft) {
    const Histogram both = merged({{1}, {3, 4}}, {{2}, {5, 6}});
    EXPECT_TRUE(both.edges.empty());
    EXPECT_EQ(both.buckets, (std::vector<uint64_t>{18}));
}

}  // namespace
}  // namespace serin::judge
