// What MLflow is told of its versions, by its REST API 2.0.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "sources/registry.h"
#include "tests/unit/sources/fake_server.h"

namespace serin::sources {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FakeServer;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using testing::sourceOf;

constexpr const char* kEndpoint = "http://mlflow:5000/prefix";
const std::string kTag = "POST http://mlflow:5000/prefix/api/2.0/mlflow/model-versions/set-tag";
const std::string kAlias = "POST http://mlflow:5000/prefix/api/2.0/mlflow/registered-models/alias";
const std::string kAliasNow =
    "GET http://mlflow:5000/prefix/api/2.0/mlflow/registered-models/alias?name=fraud&alias=champion";

class MlflowRegistryTest : public ::testing::Test {
  protected:
    MlflowRegistryTest() {
        server.set(kTag, "{}");
        server.set(kAlias, "{}");
        order.deployment = "ml/fraud";
        order.evidence = "kubectl get -n ml md fraud -o yaml";
    }
    Result<void> tell(const std::string& uri = "mlflow://fraud@champion") {
        return tellRegistry(sourceOf(uri, kEndpoint), order, credentials, server);
    }
    void expectError(ErrorCode code, const std::string& words) {
        const Result<void> told = tell();
        ASSERT_FALSE(told);
        EXPECT_EQ(told.error().code, code) << told.error().message;
        EXPECT_THAT(told.error().message, HasSubstr(words));
    }
    void pointsTo(const std::string& version) {
        server.set(kAliasNow, cat(R"({"model_version": {"name": "fraud", "version": ")", version, R"("}})"));
    }
    std::vector<std::string> asked() const {
        std::vector<std::string> out;
        for (const auto& one : server.asked) out.push_back(one.what);
        return out;
    }
    // "KEY=VALUE" of the tags of a version.
    std::vector<std::string> tags(const std::string& version) const {
        std::vector<std::string> out;
        for (const auto& one : server.asked) {
            if (one.what != kTag) continue;
            const json body = json::parse(one.body);
            EXPECT_EQ(body["name"], "fraud");
            if (body["version"] == version) {
                out.push_back(cat(body["key"].get<std::string>(), "=", body["value"].get<std::string>()));
            }
        }
        return out;
    }

    FakeServer server;
    Credentials credentials;
    api::RegistryOrder order;
};

TEST_F(MlflowRegistryTest, AVersionGetsFiveTags) {
    order.versions = {{"13", "rolled-back", "RolledBack", "canary errs 4.1 % against 0.5 %"}};
    ASSERT_TRUE(tell());
    EXPECT_THAT(tags("13"),
                ElementsAre("serin.outcome=RolledBack", "serin.reason=canary errs 4.1 % against 0.5 %",
                            "serin.evidence=kubectl get -n ml md fraud -o yaml", "serin.deployment=ml/fraud",
                            "serin.stage=rolled-back"));
    EXPECT_THAT(server.asked[0].headers, Contains(Pair("content-type", "application/json")));
}

TEST_F(MlflowRegistryTest, AVersionThatIsNamedByItsNumberIsToldLikewise) {
    order.versions = {{"3", "stable", "Promoted", "first version"}};
    ASSERT_TRUE(tell("mlflow://fraud/3"));
    EXPECT_THAT(tags("3"), Contains("serin.stage=stable"));
}

TEST_F(MlflowRegistryTest, AReasonIsOneLineOfBoundedLength) {
    order.versions = {{"13", "withdrawn", "Aborted", "one\ntwo\x1b[31m" + std::string(10'000, 'x') + "\xff"}};
    ASSERT_TRUE(tell());
    const std::string reason = tags("13")[1];
    EXPECT_THAT(reason, HasSubstr("=one two?[31mxxx"));
    EXPECT_LE(reason.size(), std::string("serin.reason=").size() + 500);
}

TEST_F(MlflowRegistryTest, AnAliasIsPointedToItsVersion) {
    order.aliases = {{"champion", "14", {}}};
    ASSERT_TRUE(tell());
    EXPECT_THAT(asked(), ElementsAre(kAlias));
    EXPECT_EQ(json::parse(server.asked[0].body),
              (json{{"name", "fraud"}, {"alias", "champion"}, {"version", "14"}}));
}

TEST_F(MlflowRegistryTest, AnAliasIsPutBackOnlyFromWhereItMay) {
    order.aliases = {{"champion", "13", {"14", "15"}}};
    pointsTo("15");
    ASSERT_TRUE(tell());
    EXPECT_THAT(asked(), ElementsAre(kAliasNow, kAlias));
    server.asked.clear();
    pointsTo("16");  // a person was quicker
    ASSERT_TRUE(tell());
    EXPECT_THAT(asked(), ElementsAre(kAliasNow));
}

TEST_F(MlflowRegistryTest, AnAliasThatIsGoneIsNotPutBack) {
    order.aliases = {{"champion", "13", {"14"}}};
    server.set(kAliasNow, HttpResponse{400, {}, R"({"error_code": "INVALID_PARAMETER_VALUE",
                   "message": "Registered model alias champion not found."})"});
    ASSERT_TRUE(tell());
    EXPECT_THAT(asked(), ElementsAre(kAliasNow));
}

TEST_F(MlflowRegistryTest, AnAliasOfWhichAProxyAnswersIsPutBackLater) {
    order.aliases = {{"champion", "13", {"14"}}};
    server.set(kAliasNow, HttpResponse{404, {}, "<html>default backend</html>"});
    expectError(ErrorCode::Unavailable, "answered 404");
    server.set(kAliasNow, "<html>Sign in</html>");
    expectError(ErrorCode::Unavailable, "not the JSON that was asked for");
    server.set(kAliasNow, "{}");
    expectError(ErrorCode::Unavailable, "names no version");
}

TEST_F(MlflowRegistryTest, AVersionThatIsGoneKeepsNobodyElseFromBeingTold) {
    order.versions = {{"13", "superseded", "Promoted", "no"}, {"14", "stable", "Promoted", "yes"}};
    order.aliases = {{"champion", "14", {}}};
    server.set(kTag, HttpResponse{404, {}, R"({"error_code": "RESOURCE_DOES_NOT_EXIST",
                   "message": "Model Version (name=fraud, version=13) not found"})"});
    server.then(kTag, HttpResponse{200, {}, "{}"});
    expectError(ErrorCode::NotFound,
                "set-tag answered 404: Model Version (name=fraud, version=13) not found");
    EXPECT_EQ(tags("13").size(), 1u);
    EXPECT_EQ(tags("14").size(), 5u);
    EXPECT_THAT(asked(), Contains(kAlias));
}

TEST_F(MlflowRegistryTest, WhatBefallsAllEndsIt) {
    order.versions = {{"13", "superseded", "Promoted", "no"}, {"14", "stable", "Promoted", "yes"}};
    server.set(kTag, HttpResponse{503, {}, ""});
    expectError(ErrorCode::Unavailable, "answered 503");
    EXPECT_EQ(server.asked.size(), 1u);
    server.set(kTag, HttpResponse{403, {}, R"({"message": "Permission denied"})"});
    expectError(ErrorCode::Forbidden, "answered 403: Permission denied");
    EXPECT_EQ(server.asked.size(), 2u);
    server.failure = Error{ErrorCode::Unknown, "the connection broke"};
    expectError(ErrorCode::Unavailable, "did not answer: the connection broke");
}

TEST_F(MlflowRegistryTest, WhatIsWrittenFollowsNoRedirect) {
    order.aliases = {{"champion", "14", {}}};
    server.set(kAlias, HttpResponse{302, {{"location", "http://elsewhere/login"}}, ""});
    expectError(ErrorCode::Unavailable, "answered 302");
    EXPECT_EQ(server.asked.size(), 1u);
}

TEST_F(MlflowRegistryTest, APageOfAProxyIsNoAnswerOfMlflow) {
    order.aliases = {{"champion", "14", {}}};
    server.set(kAlias, "<html>Sign in</html>");
    expectError(ErrorCode::Unavailable, "not the JSON that was asked for");
    server.set(kAlias, HttpResponse{404, {}, "<html>default backend</html>"});
    expectError(ErrorCode::Unavailable, "answered 404");
}

TEST_F(MlflowRegistryTest, CredentialsOpenItAndAreNeverRepeated) {
    credentials = {{"MLFLOW_TRACKING_USERNAME", "serin"}, {"MLFLOW_TRACKING_PASSWORD", "hunter22"}};
    order.aliases = {{"champion", "14", {}}};
    server.set(kAlias, HttpResponse{403, {}, R"({"message": "no rights for hunter22"})"});
    const Result<void> told = tell();
    ASSERT_FALSE(told);
    EXPECT_THAT(told.error().message, AllOf(HasSubstr("no rights for"), Not(HasSubstr("hunter22"))));
    EXPECT_THAT(server.asked[0].headers, Contains(Pair("authorization", "Basic c2VyaW46aHVudGVyMjI=")));
}

TEST_F(MlflowRegistryTest, NobodyElseIsTold) {
    order.aliases = {{"champion", "14", {}}};
    EXPECT_FALSE(tell("hf://ml/fraud"));
    EXPECT_FALSE(tell("runs:/1f/model"));
    EXPECT_THAT(server.asked, IsEmpty());
}

}  // namespace
}  // namespace serin::sources
