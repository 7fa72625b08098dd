#include "judge/pod_deal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "rig.h"

namespace serin::judge {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

std::vector<api::PodSample> podsNamed(const std::vector<std::string>& names) {
    std::vector<api::PodSample> out;
    for (const std::string& name : names) out.push_back(pod(name, {{"errors", requests(100, 1)}}));
    return out;
}

std::set<std::string> namesOf(const std::vector<api::PodSample>& arm) {
    std::set<std::string> out;
    for (const api::PodSample& pod : arm) out.insert(pod.pod);
    return out;
}

api::Stratum stratumOf(const std::vector<std::string>& stable, const std::vector<std::string>& canary) {
    api::Stratum out;
    out.from = Timestamp(std::chrono::seconds(100));
    out.to = Timestamp(std::chrono::seconds(110));
    out.stable = podsNamed(stable);
    out.canary = podsNamed(canary);
    return out;
}

TEST(PodDeal, GivesEachPodToOneArmAndKeepsTheirSizes) {
    const api::Stratum recorded = stratumOf({"a", "b", "c", "d"}, {"e", "f"});
    const api::Stratum dealt = PodDeal(1).dealt(recorded);
    EXPECT_THAT(dealt.stable, SizeIs(4));
    EXPECT_THAT(dealt.canary, SizeIs(2));
    std::set<std::string> all = namesOf(dealt.stable);
    all.merge(namesOf(dealt.canary));
    EXPECT_THAT(all, ElementsAre("a", "b", "c", "d", "e", "f"));
    EXPECT_EQ(dealt.from, recorded.from);
    EXPECT_EQ(dealt.to, recorded.to);
    EXPECT_EQ(dealt.canary.front().counts.at("errors"), requests(100, 1));
}

TEST(PodDeal, DealsAlikeForASeedWhateverTheArmsWere) {
    const api::Stratum one = stratumOf({"a", "b", "c"}, {"d"});
    const api::Stratum other = stratumOf({"d", "c", "b"}, {"a"});
    for (uint64_t seed = 0; seed < 20; ++seed) {
        const PodDeal deal(seed);
        EXPECT_EQ(namesOf(deal.dealt(one).canary), namesOf(deal.dealt(other).canary));
        EXPECT_EQ(deal.fingerprint(one), deal.fingerprint(other));
    }
}

TEST(PodDeal, MakesEveryPodACanaryAboutAsOften) {
    const api::Stratum recorded = stratumOf({"a", "b", "c"}, {"d"});
    std::map<std::string, int> times;
    std::set<uint64_t> different;
    for (uint64_t split = 0; split < 400; ++split) {
        const PodDeal deal(nthSeed(1, split));
        ++times[deal.dealt(recorded).canary.at(0).pod];
        different.insert(deal.fingerprint(recorded));
    }
    for (const auto& [name, count] : times) {
        EXPECT_GE(count, 70) << name;
        EXPECT_LE(count, 130) << name;
    }
    EXPECT_THAT(times, SizeIs(4));
    EXPECT_THAT(different, SizeIs(4)) << "there are no more ways to deal four pods";
}

TEST(PodDeal, KeepsCanariesWhileAStepAddsPods) {
    const api::Stratum first = stratumOf({"a", "b", "c", "d"}, {"e"});
    const api::Stratum second = stratumOf({"a", "b", "c", "d"}, {"e", "f", "g"});
    for (uint64_t seed = 0; seed < 50; ++seed) {
        const PodDeal deal(seed);
        const auto before = namesOf(deal.dealt(first).canary);
        const auto after = namesOf(deal.dealt(second).canary);
        EXPECT_TRUE(std::includes(after.begin(), after.end(), before.begin(), before.end())) << seed;
    }
}

}  // namespace
}  // namespace serin::judge
