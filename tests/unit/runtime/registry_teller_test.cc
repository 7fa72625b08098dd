#include "runtime/registry_teller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/source_uri.h"
#include "tests/unit/apply/fakes.h"

namespace serin::runtime {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Answers everything alike.
class OneAnswer final : public sources::Exchange {
  public:
    OneAnswer(std::vector<std::string>& asked, const Result<HttpResponse>& says)
        : asked_(asked), says_(says) {}
    Result<HttpResponse> send(const std::string& url, const HttpRequest& request, size_t) override {
        const auto opened = request.headers.find("authorization");
        asked_.push_back(url + (opened == request.headers.end() ? "" : " " + opened->second));
        return says_;
    }

  private:
    std::vector<std::string>& asked_;
    const Result<HttpResponse>& says_;
};

class RegistryTellerTest : public ::testing::Test {
  protected:
    RegistryTellerTest() {
        source.uri = "mlflow://fraud@champion";
        source.reference = *api::parseSource(source.uri);
        source.endpoint = "http://mlflow:5000";
        order.aliases = {{"champion", "14", {}}};
    }
    Telling tell(std::stop_token stop = {}) {
        const TellRegistry teller =
            registryTeller({transport, kube::RequestBuilder("test"), clock,
                            [this](const std::string& pem, const std::stop_token& stops) {
                                authorities = pem;
                                handed = stops;
                                return std::make_unique<OneAnswer>(asked, says);
                            },
                            [this] { return asked.size() < leadsFor; }});
        return teller("ml", source, order, std::move(stop));
    }
    static constexpr const char* kUrl = "http://mlflow:5000/api/2.0/mlflow/registered-models/alias";

    serin::testing::ScriptedTransport transport;
    serin::testing::ManualClock clock;
    api::ModelSource source;
    api::RegistryOrder order;
    Result<HttpResponse> says = HttpResponse{200, {}, "{}"};
    std::vector<std::string> asked;
    std::string authorities;
    std::stop_token handed;
    size_t leadsFor = 100;  // requests
};

TEST_F(RegistryTellerTest, AStopReachesTheRequestUnderWay) {
    std::stop_source stop;
    tell(stop.get_token());
    EXPECT_FALSE(handed.stop_requested());
    stop.request_stop();
    EXPECT_TRUE(handed.stop_requested());
}

TEST_F(RegistryTellerTest, TellsWithWhatTheSourceNames) {
    source.credentialsSecret = "mlflow";
    source.caConfigMap = "authorities";
    source.caKey = "ca.crt";
    transport.answer(200, R"({"data":{"MLFLOW_TRACKING_TOKEN":"YWJjCg=="}})");
    transport.answer(200, R"({"data":{"ca.crt":"-----BEGIN CERTIFICATE-----"}})");
    const Telling telling = tell();
    EXPECT_EQ(telling.problem, "");
    EXPECT_EQ(telling.next, Telling::Next::Nothing);
    EXPECT_THAT(asked, ElementsAre(std::string(kUrl) + " Bearer abc"));
    EXPECT_EQ(authorities, "-----BEGIN CERTIFICATE-----");
}

TEST_F(RegistryTellerTest, ASecretThatMayNotBeReadIsSaidWithTheCommandsAndTriedLater) {
    source.credentialsSecret = "mlflow";
    transport.answer(403, R"({"kind":"Status","status":"Failure","reason":"Forbidden","code":403,"message":)"
                          R"("User \"system:serviceaccount:serin:serin\" cannot get resource"})");
    const Telling telling = tell();
    EXPECT_EQ(telling.next, Telling::Next::Later);
    EXPECT_THAT(telling.problem, HasSubstr("kubectl create role serin-reads-mlflow -n ml"));
    EXPECT_THAT(asked, IsEmpty());
}

TEST_F(RegistryTellerTest, AnApiServerThatIsAwayIsNobodysMistake) {
    source.credentialsSecret = "mlflow";
    transport.fail(ErrorCode::Unavailable);
    EXPECT_EQ(tell().next, Telling::Next::Soon);
}

TEST_F(RegistryTellerTest, EachKindOfRefusalHasItsTime) {
    for (const auto& [status, next] : {std::pair{503, Telling::Next::Soon},
                                       {429, Telling::Next::Soon},
                                       {401, Telling::Next::Later},
                                       {403, Telling::Next::Later},
                                       {404, Telling::Next::Nothing},
                                       {400, Telling::Next::Nothing}}) {
        says = HttpResponse{
            status,
            {},
            status == 404 ? R"({"error_code":"RESOURCE_DOES_NOT_EXIST","message":"version 14 not found"})"
                          : R"({"error_code":"INVALID_PARAMETER_VALUE"})"};
        const Telling telling = tell();
        EXPECT_EQ(telling.next, next) << status;
        EXPECT_THAT(telling.problem, AllOf(HasSubstr(kUrl), HasSubstr(std::to_string(status))));
    }
    says = Error{ErrorCode::Unknown, "the connection broke"};
    EXPECT_EQ(tell().next, Telling::Next::Soon);
}

TEST_F(RegistryTellerTest, WhatIsNotMlflowsOwnWordIsToldAgain) {
    const std::string page = "<html>Not here</html>";
    for (const int status : {200, 302, 400, 404, 410, 501}) {
        says = HttpResponse{status, {{"location", "http://elsewhere/login"}}, page};
        EXPECT_EQ(tell().next, Telling::Next::Soon) << status;
    }
    says = HttpResponse{404, {}, R"({"error_code":"ENDPOINT_NOT_FOUND"})"};
    EXPECT_EQ(tell().next, Telling::Next::Soon);
}

TEST_F(RegistryTellerTest, ASecretThatLacksAKeyIsMendedByAPerson) {
    source.credentialsSecret = "mlflow";
    transport.answer(200, R"({"data":{"MLFLOW_TRACKING_USERNAME":"c2VyaW4="}})");
    const Telling telling = tell();
    EXPECT_EQ(telling.next, Telling::Next::Later);
    EXPECT_THAT(telling.problem, HasSubstr("no MLFLOW_TRACKING_PASSWORD"));
    EXPECT_THAT(asked, IsEmpty());
}

TEST_F(RegistryTellerTest, WhoLeadsNoLongerAsksNothingMore) {
    order.versions = {{"14", "stable", "Promoted", "first version"}};
    leadsFor = 2;
    EXPECT_EQ(tell().next, Telling::Next::Soon);
    EXPECT_EQ(asked.size(), 2u);
}

TEST_F(RegistryTellerTest, NoRequestIsBegunAfterAStop) {
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(tell(stop.get_token()).next, Telling::Next::Soon);
    EXPECT_THAT(asked, IsEmpty());
}

}  // namespace
}  // namespace serin::runtime
