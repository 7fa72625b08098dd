#include "api/hourly_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"

namespace serin::api {
namespace {

using std::chrono::hours;
using testing::HasSubstr;
using testing::IsEmpty;

const Hour kHour{hours(494'024)};  // 2026-05-11T08:00:00Z

HourlyRecord both() {
    HourlyRecord out;
    FeatureRecord& amount = out.features["amount"];
    amount.about = "abc";
    amount.since = kHour;
    amount.edges = {0.1, 25, 60};
    amount.hours[kHour] = {1, 2, 3, 4};
    amount.hours[kHour + hours(1)] = {0, 0, 0, 1};
    FeatureRecord& country = out.features["country"];
    country.about = "def";
    country.since = kHour - hours(5);
    country.classes = {"DE", "FR"};
    country.hours[kHour] = {7, 8};
    return out;
}

std::string withFeature(const std::string& members) {
    return R"({"format":"serin-record/1","features":{"a":{"about":"x","since":"2026-05-11T08:00:00Z",)" +
           members + "}}}";
}
std::string fault(const std::string& text) {
    const auto record = decodeRecord(text);
    return record ? "nothing" : record.error().message;
}
std::string withHours(const std::string& members) {
    return withFeature(R"("edges":[1,2],"hours":{)" + members + "}");
}

TEST(HourlyRecord, ComesBackAsItWasWritten) {
    const auto read = decodeRecord(encodeRecord(both()));
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(*read, both());
}

TEST(HourlyRecord, IsWrittenForPeopleToo) {
    HourlyRecord record = both();
    record.features.erase("country");
    EXPECT_EQ(encodeRecord(record), R"({"features":{"amount":{"about":"abc","edges":[0.1,25.0,60.0],"hours":)"
                                    R"({"2026-05-11T08:00:00Z":[1,2,3,4],"2026-05-11T09:00:00Z":[0,0,0,1]},)"
                                    R"("since":"2026-05-11T08:00:00Z"}},"format":"serin-record/1"})");
}

TEST(HourlyRecord, AFeatureWithoutAnHourIsLeftOut) {
    HourlyRecord record = both();
    record.features["amount"].hours.clear();
    record.features.erase("country");
    EXPECT_THAT(decodeRecord(encodeRecord(record))->features, IsEmpty());
}

TEST(HourlyRecord, AFeatureWhoseClassesAreNoTextIsLeftOutAndTheOthersComeBack) {
    HourlyRecord record = both();
    record.features["country"].classes = {"\xfe", "\xff"};
    const auto read = decodeRecord(encodeRecord(record));
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(read->features.size(), 1u);
    EXPECT_TRUE(read->features.contains("amount"));
}

TEST(HourlyRecord, WhatIsNoRecordIsRefused) {
    EXPECT_EQ(fault(""), "is no JSON");
    EXPECT_THAT(fault("{}"), HasSubstr("record.format is not \"serin-record/1\""));
    EXPECT_THAT(fault(R"({"format":"serin-record/1"})"), HasSubstr("record.features is no object"));
    EXPECT_THAT(fault(std::string(700'000, ' ')), HasSubstr("700000 bytes, more than 655360"));
}

TEST(HourlyRecord, WhatIsWrongInAFeatureIsNamed) {
    EXPECT_EQ(fault(withHours(R"("2026-05-11T08:00:00Z":[1,2,3])")), "nothing");
    EXPECT_THAT(fault(withHours(R"("2026-05-11T08:30:00Z":[1,2,3])")), HasSubstr("is no hour such as"));
    EXPECT_THAT(fault(withHours(R"("monday":[1,2,3])")), HasSubstr("features.a.hours.monday: is no hour"));
    EXPECT_THAT(fault(withHours(R"("2026-05-11T08:00:00Z":[1,2])")),
                HasSubstr("has 2 counts beside 3 buckets"));
    EXPECT_THAT(fault(withHours(R"("2026-05-11T08:00:00Z":[0,0,0])")), HasSubstr("counts 0 values"));
    EXPECT_THAT(fault(withHours(R"("2026-05-11T08:00:00Z":[1,2,-3])")),
                HasSubstr("hours.2026-05-11T08:00:00Z[2]"));
    EXPECT_THAT(fault(withHours(R"("2026-05-11T08:00:00Z":[1000000,1,1])")),
                HasSubstr("counts 1000002 values, not 1 to 1000000"));
    EXPECT_THAT(fault(withHours(R"("2026-05-11T08:00:00Z":[1,2,3],"2026-05-18T08:00:00Z":[1,2,3])")),
                HasSubstr("is an hour of the week that is there twice"));
    EXPECT_THAT(fault(withHours("")), HasSubstr("is no object of counts by hour"));
    EXPECT_THAT(fault(withFeature(R"("edges":[1],"hours":{"2026-05-11T08:00:00Z":[1,2]})")),
                HasSubstr("has fewer than two edges"));
    EXPECT_THAT(fault(withFeature(R"("edges":[2,1],"hours":{"2026-05-11T08:00:00Z":[1,2,3]})")),
                HasSubstr("does not ascend"));
    EXPECT_THAT(fault(withFeature(R"("classes":["b","a"],"hours":{"2026-05-11T08:00:00Z":[1,2]})")),
                HasSubstr("does not ascend"));
    EXPECT_THAT(fault(withFeature(R"("hours":{"2026-05-11T08:00:00Z":[1,2]})")),
                HasSubstr("states both edges and classes, or neither"));
}

TEST(HourlyRecord, MoreBucketsThanItsBoundAreRefused) {
    HourlyRecord record;
    for (const char* name : {"a", "b"}) {
        FeatureRecord& feature = record.features[name];
        feature.since = kHour;
        for (int i = 0; i < 150; ++i) feature.edges.push_back(i);
        feature.hours[kHour] = std::vector<uint64_t>(151, 1);
    }
    EXPECT_THAT(fault(encodeRecord(record)), HasSubstr("has 302 buckets, more than 300"));
}

}  // namespace
}  // namespace serin::api
