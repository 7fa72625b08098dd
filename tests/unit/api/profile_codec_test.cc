#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/profile.h"

namespace serin::api {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string withFeature(const std::string& members) {
    return R"({"format": "serin-profile/1", "features": {"score": {)" + members + "}}}";
}

// What is wrong with a feature "score" of these members.
std::string fault(const std::string& members) {
    const auto profile = decodeProfile(withFeature(members));
    return profile ? "nothing" : profile.error().message;
}

TEST(Profile, TheDocumentedFormIsRead) {
    const auto profile = decodeProfile(R"json({"format": "serin-profile/1",
        "made": {"by": "serin-profile", "from": "train.csv", "rows": 12345},
        "features": {"score": {"edges": [0.1, 0.5], "counts": [1, 2, 3], "missing": 4},
                     "class": {"classes": {"b": 5, "a": 10, "(other)": 1}, "missing": 2}}})json");
    ASSERT_TRUE(profile.ok()) << profile.error().message;
    const Counts& score = profile->features.at("score");
    EXPECT_THAT(score.edges, ElementsAre(0.1, 0.5));
    EXPECT_THAT(score.buckets, ElementsAre(1, 2, 3));
    EXPECT_EQ(score.total, 6);
    const Counts& classes = profile->features.at("class");
    EXPECT_THAT(classes.classes, ElementsAre("(missing)", "(other)", "a", "b"));
    EXPECT_THAT(classes.buckets, ElementsAre(2, 1, 10, 5));
    EXPECT_EQ(classes.total, 18);
}

TEST(Profile, AnotherTextIsAnotherProfile) {
    const std::string a = withFeature(R"("edges": [1, 2], "counts": [1, 2, 3])");
    const std::string b = withFeature(R"("edges": [1, 2], "counts": [1, 2, 4])");
    EXPECT_EQ(decodeProfile(a)->digest, decodeProfile(a)->digest);
    EXPECT_NE(decodeProfile(a)->digest, decodeProfile(b)->digest);
}

TEST(Profile, WhatIsNoProfileIsRefusedWithTheWayOut) {
    const auto why = [](const std::string& text) { return decodeProfile(text).error().message; };
    EXPECT_THAT(why("{"), AllOf(HasSubstr("is no JSON"), HasSubstr("serin-profile")));
    EXPECT_THAT(why("[]"), HasSubstr("profile.format: is missing"));
    EXPECT_THAT(why(R"({"format": "serin-profile/2"})"),
                AllOf(HasSubstr("profile.format: is another"), HasSubstr("\"serin-profile/1\"")));
    EXPECT_THAT(why(R"({"format": "serin-profile/1"})"), HasSubstr("profile.features: is no object"));
    EXPECT_THAT(why(R"({"format": "serin-profile/1", "features": {}})"), HasSubstr("1 to 200 features"));
    EXPECT_THAT(why(std::string(600'000, ' ')), HasSubstr("has 600000 bytes"));
}

TEST(Profile, AHistogramThatIsWrongIsNamedWithTheWayOut) {
    EXPECT_THAT(fault(""), HasSubstr("features.score: states neither edges and counts nor classes"));
    EXPECT_THAT(fault(R"("edges": [1, 2], "counts": [1, 1, 1], "classes": {"a": 1})"),
                HasSubstr("features.score: states edges and classes"));
    EXPECT_THAT(fault(R"("edges": 3, "counts": [1, 1])"), HasSubstr("features.score.edges: is 3"));
    EXPECT_THAT(fault(R"("edges": [1], "counts": [1, 1])"),
                HasSubstr("features.score.edges: has 1 entries; state 2 to 100"));
    EXPECT_THAT(fault(R"("edges": [2, 2], "counts": [1, 1, 1])"), HasSubstr("does not ascend"));
    EXPECT_THAT(fault(R"("edges": [1, "+Inf"], "counts": [1, 1, 1])"),
                HasSubstr("features.score.edges[1]: is no finite number"));
    EXPECT_THAT(fault(R"("edges": [1, 2])"), HasSubstr("features.score.counts: is missing"));
    EXPECT_THAT(fault(R"("edges": [1, 2], "counts": [1, 1])"),
                HasSubstr("features.score.counts: has 2 entries beside 2 edges"));
    EXPECT_THAT(fault(R"("edges": [1, 2], "counts": [1, -1, 1])"),
                HasSubstr("features.score.counts[1]: is -1; state a whole number"));
    EXPECT_THAT(fault(R"("edges": [1, 2], "counts": [1, 0.5, 1])"), HasSubstr("counts[1]: is 0.5"));
    EXPECT_THAT(fault(R"("edges": [1, 2], "counts": [1, null, 1])"), HasSubstr("counts[1]: is no count"));
    EXPECT_THAT(fault(R"("edges": [1, 2], "counts": [0, 0, 0])"), HasSubstr("counts nothing"));
    EXPECT_THAT(fault(R"("edges": [1, 2], "counts": [1, 1, 1], "missing": "x")"),
                HasSubstr("features.score.missing: is \"x\""));
}

TEST(Profile, ClassesThatAreWrongAreNamedWithTheWayOut) {
    EXPECT_THAT(fault(R"("classes": ["a"])"), HasSubstr("features.score.classes: is no object"));
    EXPECT_THAT(fault(R"("classes": {"a": 1})"), HasSubstr("fewer than two classes"));
    EXPECT_THAT(fault(R"("classes": {"a": 1, "b": -2})"), HasSubstr("features.score.classes.b: is -2"));
    EXPECT_THAT(fault(R"("classes": {"a": 1, "": 2})"), HasSubstr("name has 0 bytes"));
    EXPECT_THAT(fault(R"json("classes": {"a": 1, "(missing)": 2})json"), HasSubstr("beside classes"));
    std::string many;
    for (int i = 0; i < 99; ++i) many += (i == 0 ? "\"" : ", \"") + std::to_string(i) + "\": 1";
    EXPECT_THAT(fault("\"classes\": {" + many + "}"), HasSubstr("has 99 classes"));
    EXPECT_EQ(fault(R"("classes": {"a": 1}, "missing": 3)"), "nothing");
}

TEST(Profile, OfManyMistakesTheFirstAreNamed) {
    EXPECT_THAT(
        fault(R"("edges": [1, 2], "counts": [-1, -2, -3, -4, -5])"),
        AllOf(HasSubstr("counts[2]: is -3"), testing::Not(HasSubstr("is -4")), HasSubstr("and 4 more")));
}

}  // namespace
}  // namespace serin::api
