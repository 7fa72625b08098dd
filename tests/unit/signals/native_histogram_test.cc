#include "signals/native_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

namespace serin::signals {
namespace {

using Numbers = std::vector<double>;

// The bucket of a positive number by its definition: the first whose upper edge is not below it.
int64_t bucketOf(double value, int schema) {
    const double width = std::exp2(-schema);
    auto index = static_cast<int64_t>(std::ceil(std::log2(value) / width)) - 2;
    while (std::exp2(static_cast<double>(index) * width) < value) ++index;
    return index;
}

// What a client makes of these observations.
NativeHistogram observed(const Numbers& numbers, int schema, double zeroThreshold = 0x1p-128) {
    std::map<int64_t, double> positive, negative;
    NativeHistogram out;
    out.schema = schema;
    out.zeroThreshold = zeroThreshold;
    for (const double number : numbers) {
        if (std::abs(number) <= zeroThreshold) {
            ++out.zeroCount;
        } else {
            ++(number > 0 ? positive : negative)[bucketOf(std::abs(number), schema)];
        }
    }
    for (const auto& [index, count] : positive) out.positive.push_back({index, count});
    for (const auto& [index, count] : negative) out.negative.push_back({index, count});
    return out;
}

double directly(const Numbers& numbers, double edge) {
    // Buckets below zero are the mirror of those above it, and so without their upper edge.
    return static_cast<double>(std::ranges::count_if(
        numbers, [&](double number) { return edge < 0 ? number < edge : number <= edge; }));
}

Numbers edgesOf(const std::vector<AtEdge>& counts) {
    Numbers out;
    for (const AtEdge& at : counts) out.push_back(at.edge);
    return out;
}

void expectDirectCounts(const Numbers& numbers, const NativeHistogram& histogram, const EdgeGrid& grid) {
    for (const AtEdge& at : countsAt(histogram, grid)) {
        EXPECT_EQ(at.upTo, directly(numbers, at.edge))
            << "schema " << histogram.schema << ", edge " << at.edge;
    }
}

size_t all(const EdgeGrid& grid) {
    return static_cast<size_t>(grid.highest - grid.lowest + 1) * (grid.bothSigns ? 2 : 1);
}

TEST(NativeHistogram, OfAnySchemaHasTheCountsThatTheObservationsHaveAtTheGridsEdges) {
    std::mt19937_64 random(7);
    std::lognormal_distribution<double> times(-2, 2.5);
    std::normal_distribution<double> margins(0, 300);
    for (int round = 0; round < 20; ++round) {
        Numbers latencies{0, 0.25, 1, 2, 64, 500, 1e-6, 0.3};
        Numbers values{0, 1, -1, 0.5, -4096, 4096, 1e9, -1e9, 1e-5};
        for (int i = 0; i < 300; ++i) {
            latencies.push_back(times(random));
            values.push_back(margins(random));
        }
        for (int schema = lowestSchema; schema <= highestSchema; ++schema) {
            expectDirectCounts(latencies, observed(latencies, schema), latencyGrid(1));
            expectDirectCounts(values, observed(values, schema), valueGrid());
        }
    }
}

TEST(NativeHistogram, HasTheSameEdgesInEverySchemaThatIsAsFineAsTheGrid) {
    const Numbers numbers{0.001, 0.3, 7};
    const Numbers edges = edgesOf(countsAt(observed(numbers, 1), latencyGrid(1)));
    EXPECT_EQ(edges.size(), 35u);
    EXPECT_EQ(edges.front(), 0x1p-10);
    EXPECT_EQ(edges.back(), 128);
    EXPECT_TRUE(std::ranges::is_sorted(edges));
    for (int schema = 1; schema <= highestSchema; ++schema) {
        EXPECT_EQ(edgesOf(countsAt(observed(numbers, schema), latencyGrid(1))), edges);
    }
    const Numbers values = edgesOf(countsAt(observed(numbers, 0), valueGrid()));
    EXPECT_EQ(values.size(), all(valueGrid()));
    EXPECT_EQ(values.front(), -0x1p20);
    EXPECT_TRUE(std::ranges::is_sorted(values));
}

TEST(NativeHistogram, WithoutObservationsHasAllEdgesAtZero) {
    NativeHistogram nothing;
    nothing.schema = 3;
    const auto counts = countsAt(nothing, latencyGrid(1));
    EXPECT_EQ(counts.size(), all(latencyGrid(1)));
    EXPECT_TRUE(std::ranges::all_of(counts, [](const AtEdge& at) { return at.upTo == 0; }));
}

TEST(NativeHistogram, OfACoarserSchemaHasSomeOfTheEdgesAndNoOther) {
    const Numbers numbers{0.1, 1, 3};
    const Numbers fine = edgesOf(countsAt(observed(numbers, 4), latencyGrid(1)));
    const std::set<double> known(fine.begin(), fine.end());
    EXPECT_EQ(edgesOf(countsAt(observed(numbers, 0), latencyGrid(1))).size(), 18u);
    EXPECT_EQ(edgesOf(countsAt(observed(numbers, -2), latencyGrid(1))), (Numbers{0x1p-8, 0x1p-4, 1, 16}));
    EXPECT_EQ(edgesOf(countsAt(observed(numbers, -4), latencyGrid(1))), Numbers{1});
    for (int schema = lowestSchema; schema <= 0; ++schema) {
        for (const double edge : edgesOf(countsAt(observed(numbers, schema), latencyGrid(1)))) {
            EXPECT_TRUE(known.contains(edge)) << edge;
        }
    }
}

TEST(NativeHistogram, LacksTheEdgesWithinItsZeroBucket) {
    const Numbers numbers{0.001, 0.1, 3};
    const NativeHistogram wide = observed(numbers, 2, 0.125);
    const auto counts = countsAt(wide, latencyGrid(1));
    EXPECT_EQ(counts.front().edge, 0.125);
    EXPECT_EQ(counts.front().upTo, 2);
    EXPECT_EQ(wide.all(), 3);
}

TEST(EdgeGrid, OfTimesIsTheSameTimesInEveryUnit) {
    for (const double unit : {1e-3, 1e-6}) {
        const EdgeGrid grid = latencyGrid(unit);
        EXPECT_EQ(all(grid), all(latencyGrid(1)));
        EXPECT_EQ(grid.edge(grid.lowest), 1 / unit == 1000 ? 1 : 1024);
        EXPECT_NEAR(grid.edge(grid.highest) * unit, 128, 7);
    }
}

TEST(EdgeGrid, HasPowersOfTwoExactlyAndOfTheirRootsTheNearestNumbers) {
    const EdgeGrid grid{1, -20, 20, false};
    EXPECT_EQ(grid.edge(0), 1);
    EXPECT_EQ(grid.edge(-4), 0.25);
    EXPECT_EQ(grid.edge(1), std::sqrt(2));
    EXPECT_EQ(grid.edge(-1), std::sqrt(2) / 2);
    EXPECT_EQ(grid.edge(-3), std::sqrt(2) / 4);
    EXPECT_EQ(grid.edge(3), std::sqrt(2) * 2);
}

}  // namespace
}  // namespace serin::signals
