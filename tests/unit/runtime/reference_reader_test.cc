#include "runtime/reference_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/apply/fakes.h"

namespace serin::runtime {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const api::ConfigMapKey kSource{"training", "profile.json"};
constexpr const char* kProfile =
    R"({\"format\":\"serin-profile/1\",\"features\":{\"a\":{\"edges\":[1,2],\"counts\":[1,2,3]}}})";

ReferenceReading readingOf(int status, const std::string& body) {
    return referenceIn(HttpResponse{status, {}, body}, "ml", kSource);
}
std::string configMap(const std::string& data) {
    return R"({"kind":"ConfigMap","metadata":{"name":"training"},"data":{)" + data + "}}";
}
std::string status(int code, const std::string& reason) {
    return R"({"kind":"Status","status":"Failure","message":"no","reason":")" + reason + R"(","code":)" +
           std::to_string(code) + "}";
}

TEST(ReferenceReader, AsksForTheOneConfigMapByName) {
    serin::testing::ScriptedTransport transport;
    transport.answer(200, configMap("\"profile.json\":\"" + std::string(kProfile) + "\""));
    const ReferenceReading reading =
        referenceReader(transport, kube::RequestBuilder("test"))("ml", kSource, {});
    EXPECT_THAT(transport.lines(), ElementsAre("GET /api/v1/namespaces/ml/configmaps/training"));
    ASSERT_TRUE(reading.reference.profile.has_value()) << reading.reference.trouble;
    EXPECT_THAT(reading.reference.profile->features.at("a").buckets, ElementsAre(1, 2, 3));
    EXPECT_FALSE(reading.failed);
}

TEST(ReferenceReader, AConfigMapThatIsNotThereIsNamedWithTheCommandThatMakesIt) {
    const ReferenceReading reading = readingOf(404, status(404, "NotFound"));
    EXPECT_THAT(reading.reference.trouble,
                AllOf(HasSubstr("there is no ConfigMap \"training\" in namespace \"ml\""),
                      HasSubstr("kubectl create configmap -n ml training --from-file=profile.json=")));
    EXPECT_FALSE(reading.failed);
}

TEST(ReferenceReader, AKeyThatIsNotThereIsNamedBesideThoseThatAre) {
    EXPECT_THAT(readingOf(200, configMap(R"("other.json":"{}")")).reference.trouble,
                AllOf(HasSubstr("has no key \"profile.json\" but other.json"), HasSubstr("configMap.key")));
    EXPECT_THAT(readingOf(200, R"({"kind":"ConfigMap"})").reference.trouble, HasSubstr("but no key"));
}

TEST(ReferenceReader, AProfileThatIsWrongIsNamedWithWhatIsWrong) {
    const ReferenceReading reading = readingOf(200, configMap(R"("profile.json":"{}")"));
    EXPECT_THAT(reading.reference.trouble,
                AllOf(HasSubstr("key \"profile.json\", cannot be used: profile.format: is missing")));
    EXPECT_FALSE(reading.failed);
}

TEST(ReferenceReader, ARefusalNamesTheRightThatIsMissing) {
    const ReferenceReading reading = readingOf(403, status(403, "Forbidden"));
    EXPECT_THAT(reading.reference.trouble, HasSubstr("upgrade the chart"));
    EXPECT_FALSE(reading.failed);
}

TEST(ReferenceReader, WhatTheServerDidNotSayIsNoAnswer) {
    EXPECT_TRUE(readingOf(503, status(503, "ServiceUnavailable")).failed);
    EXPECT_TRUE(readingOf(200, "{").failed);
    const ReferenceReading broken = referenceIn(Error{ErrorCode::Unavailable, "refused"}, "ml", kSource);
    EXPECT_TRUE(broken.failed);
    EXPECT_THAT(broken.reference.trouble, HasSubstr("could not be read"));
}

}  // namespace
}  // namespace serin::runtime
