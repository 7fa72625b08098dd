// What the guarantees for queries rest on, without chance: over all courses of looks, as long as a look is
// bad at most as often as good whatever came before it, the evidence of harm has a mean of at most 1, and the
// other way round that of safety; and the chance that either is ever passed is computed exactly.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>

#include "judge/rate_evidence.h"
#include "rig.h"

namespace serin::judge {
namespace {

constexpr int kLooks = 10;
constexpr double kRounding = 1e-12;

RateEvidence after(const RateEvidence& before, bool bad) {
    RateEvidence out = before;
    RateTick tick;
    tick.inStep = true;
    tick.canary.push_back({1, bad ? 1U : 0U, true, kNoGroup});
    out.add(queryMetric(), tick);
    return out;
}

// The chance of a bad look, given whether the one before it was bad.
using Chance = std::function<double(bool badBefore)>;

// The mean of e^value over all courses of looks. A step begins in the middle.
double meanOf(const std::function<double(const RateEvidence&)>& value, const Chance& chance,
              int left = kLooks, bool badBefore = false, const RateEvidence& known = {}) {
    if (left == 0) return std::exp(value(known));
    RateEvidence before = known;
    if (left == kLooks || left == kLooks / 2) before.startStep();
    const double p = chance(badBefore);
    double mean = 0;
    if (p > 0) mean += p * meanOf(value, chance, left - 1, true, after(before, true));
    if (p < 1) mean += (1 - p) * meanOf(value, chance, left - 1, false, after(before, false));
    return mean;
}

double harmOf(const RateEvidence& known) {
    return known.evidence(queryMetric());
}
double safetyOf(const RateEvidence& known) {
    return known.safe.evidence(queryMetric());
}
Chance always(double p) {
    return [p](bool) { return p; };
}

TEST(QueryEvidence, HasAMeanOfExactlyOneWhereHalfOfTheLooksAreBad) {
    EXPECT_NEAR(meanOf(harmOf, always(.5)), 1, kRounding);
    EXPECT_NEAR(meanOf(safetyOf, always(.5)), 1, kRounding);
}

TEST(QueryEvidence, OfHarmHasAMeanOfAtMostOneWhereFewerAreBad) {
    for (const double p : {0.0, .1, .3, .49}) EXPECT_LE(meanOf(harmOf, always(p)), 1 + kRounding) << p;
    EXPECT_GT(meanOf(harmOf, always(.6)), 1);
}

TEST(QueryEvidence, OfSafetyHasAMeanOfAtMostOneWhereMoreAreBad) {
    for (const double p : {.51, .7, .9, 1.0}) EXPECT_LE(meanOf(safetyOf, always(p)), 1 + kRounding) << p;
    EXPECT_GT(meanOf(safetyOf, always(.4)), 1);
}

// Bad looks may come in rows, as long as after a bad one the next is not bad more often than not.
TEST(QueryEvidence, AllowsLooksToDependOnThoseBefore) {
    EXPECT_LE(meanOf(harmOf, [](bool bad) { return bad ? .5 : .05; }), 1 + kRounding);
    EXPECT_GT(meanOf(harmOf, [](bool bad) { return bad ? .95 : .05; }), 1) << "a range over many intervals";
    EXPECT_LE(meanOf(safetyOf, [](bool bad) { return bad ? .95 : .5; }), 1 + kRounding);
}

// The chance that the evidence of harm ever passes `threshold` within so many looks more, half of which are
// bad: over all courses of them, for when the bad ones came matters.
double everHarm(double threshold, int looks, const RateEvidence& known) {
    if (harmOf(known) >= std::log(threshold)) return 1;
    if (looks == 0) return 0;
    const double good = everHarm(threshold, looks - 1, after(known, false));
    return (good + everHarm(threshold, looks - 1, after(known, true))) / 2;
}

// The same of safety, which depends on how many were bad alone.
double everSafe(double threshold, int looks) {
    std::map<int, std::pair<double, RateEvidence>> byBad{{0, {1, {}}}};
    byBad[0].second.startStep();
    double passed = 0;
    for (int look = 0; look < looks; ++look) {
        std::map<int, std::pair<double, RateEvidence>> next;
        for (const auto& [bad, known] : byBad) {
            for (const bool worse : {false, true}) {
                RateEvidence evidence = after(known.second, worse);
                const double chance = known.first / 2;
                if (safetyOf(evidence) >= std::log(threshold)) {
                    passed += chance;
                    continue;
                }
                auto& place = next[bad + (worse ? 1 : 0)];
                place.first += chance;
                place.second = std::move(evidence);
            }
        }
        byBad = std::move(next);
    }
    return passed;
}

TEST(QueryEvidence, PassesItsThresholdsWithinTheChancesThatWerePromised) {
    RateEvidence known;
    known.startStep();
    for (const double threshold : {3.0, 6.0}) {
        const double harm = everHarm(threshold, 14, known);
        EXPECT_LE(harm, 1 / threshold);
        EXPECT_GT(harm, .2 / threshold) << "or it is far from sharp";
    }
    const double safe = everSafe(20, 180);
    EXPECT_LE(safe, .05);
    EXPECT_GT(safe, .02);
}

}  // namespace
}  // namespace serin::judge
