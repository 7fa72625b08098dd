#include "runtime/source_resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/keyed_object.h"
#include "runtime/store_access.h"
#include "tests/unit/runtime/store_fakes.h"

namespace serin::runtime {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class NoExchange final : public sources::Exchange {
  public:
    explicit NoExchange(std::vector<std::string>& urls) : urls_(urls) {}
    Result<HttpResponse> send(const std::string& url, const HttpRequest&, size_t) override {
        urls_.push_back(url);
        return HttpResponse{200, {}, "{}"};
    }

  private:
    std::vector<std::string>& urls_;
};

// Asks one URL, then says what it was told to say.
class FakeStore final : public testing::MeaningStore {
  public:
    FakeStore(sources::Exchange& exchange, Result<sources::Resolution> says)
        : exchange_(exchange), says_(std::move(says)) {}
    Result<sources::Resolution> resolve(const api::ModelSource& source, Timestamp) override {
        const auto answer = exchange_.send(source.uri, {}, 10);
        if (!answer) return answer.error();
        return says_;
    }
    // As long as it says that very model.
    Result<bool> stillMeans(const api::ModelSource&, const api::ResolvedModel& known, Timestamp) override {
        if (!says_) return says_.error();
        return says_->model.id == known.id;
    }

  private:
    sources::Exchange& exchange_;
    Result<sources::Resolution> says_;
};

class SourceResolverTest : public ::testing::Test {
  protected:
    SourceResolverTest() {
        source.uri = "mlflow://fraud@champion";
        source.reference.store = api::StoreKind::Mlflow;
    }
    SourceAnswer resolve(std::stop_token stop = {}) {
        const ResolveSource resolver = sourceResolver(
            {transport, kube::RequestBuilder("test"), clock,
             [this](const std::string& pem, const std::stop_token& stops) {
                 authorities = pem;
                 handed = stops;
                 return std::make_unique<NoExchange>(urls);
             },
             [this](api::StoreKind, const sources::Credentials& given, sources::Exchange& exchange,
                    const auto&) -> Result<std::unique_ptr<sources::Store>> {
                 credentials = given;
                 clock.pass(takes);
                 return std::unique_ptr<sources::Store>(std::make_unique<FakeStore>(exchange, says));
             }});
        return resolver("ml", source, known, std::move(stop));
    }
    void refuse(int code, const std::string& reason, const std::string& message) {
        testing::refuse(transport, code, reason, message);
    }

    serin::testing::ScriptedTransport transport;
    serin::testing::ManualClock clock;
    api::ModelSource source;
    Result<sources::Resolution> says = sources::Resolution{{"mlflow:fraud/13", "13", {}, 5, 9}, {}};
    std::optional<api::ResolvedModel> known;
    std::vector<std::string> urls;
    Duration takes{0};  // the requests before the last one
    std::string authorities;
    std::stop_token handed;
    sources::Credentials credentials;
};

TEST_F(SourceResolverTest, AStopReachesTheRequestUnderWay) {
    std::stop_source stop;
    resolve(stop.get_token());
    EXPECT_FALSE(handed.stop_requested());
    stop.request_stop();
    EXPECT_TRUE(handed.stop_requested());
}

TEST_F(SourceResolverTest, ALookThatTakesTooLongEndsAsAStoreThatIsUnavailable) {
    takes = std::chrono::seconds(119);
    EXPECT_TRUE(resolve().model);
    takes = std::chrono::seconds(120);
    const SourceAnswer answer = resolve();
    EXPECT_EQ(answer.reason, "StoreUnavailable");
    EXPECT_THAT(answer.message, HasSubstr("within 2m"));
}

TEST_F(SourceResolverTest, ReadsNothingThatTheSourceDoesNotName) {
    const SourceAnswer answer = resolve();
    ASSERT_TRUE(answer.model) << answer.message;
    EXPECT_EQ(answer.model->id, "mlflow:fraud/13");
    EXPECT_THAT(transport.requests, IsEmpty());
    EXPECT_THAT(credentials, IsEmpty());
    EXPECT_EQ(authorities, "");
    EXPECT_THAT(urls, ElementsAre("mlflow://fraud@champion"));
}

TEST_F(SourceResolverTest, ReadsTheSecretAndTheConfigMapByName) {
    source.credentialsSecret = "mlflow";
    source.caConfigMap = "authorities";
    source.caKey = "ca.crt";
    transport.answer(200, R"({"data":{"MLFLOW_TRACKING_TOKEN":"YWJjCg==","OTHER":""}})");
    transport.answer(200, R"({"data":{"ca.crt":"-----BEGIN CERTIFICATE-----"}})");
    ASSERT_TRUE(resolve().model);
    EXPECT_THAT(transport.lines(), ElementsAre("GET /api/v1/namespaces/ml/secrets/mlflow",
                                               "GET /api/v1/namespaces/ml/configmaps/authorities"));
    EXPECT_EQ(credentials, (sources::Credentials{{"MLFLOW_TRACKING_TOKEN", "abc"}, {"OTHER", ""}}));
    EXPECT_EQ(authorities, "-----BEGIN CERTIFICATE-----");
}

TEST_F(SourceResolverTest, ARefusalHasTheCommandsThatGrantTheRight) {
    source.credentialsSecret = "mlflow";
    refuse(403, "Forbidden", R"(User \"system:serviceaccount:serin:serin\" cannot get resource)");
    const SourceAnswer answer = resolve();
    EXPECT_EQ(answer.reason, "CredentialsForbidden");
    EXPECT_THAT(answer.message, AllOf(HasSubstr("kubectl create role serin-reads-mlflow -n ml --verb=get"),
                                      HasSubstr("--serviceaccount=serin:serin")));
    EXPECT_THAT(urls, IsEmpty());
}

TEST_F(SourceResolverTest, WhatIsMissingIsSaidWithTheWayOut) {
    source.credentialsSecret = "mlflow";
    refuse(404, "NotFound", "no");
    EXPECT_THAT(resolve().message, HasSubstr("create it: kubectl create secret generic -n ml mlflow"));
    source.credentialsSecret.clear();
    source.caConfigMap = "authorities";
    source.caKey = "ca.crt";
    transport.answer(200, R"({"data":{"root.pem":"x"}})");
    EXPECT_THAT(resolve().message, AllOf(HasSubstr("has no key \"ca.crt\" but root.pem"),
                                         HasSubstr("model.source.ca.configMap.key")));
}

TEST_F(SourceResolverTest, AnApiServerThatDoesNotAnswerIsNobodysMistake) {
    source.credentialsSecret = "mlflow";
    transport.fail(ErrorCode::Unavailable);
    EXPECT_EQ(resolve().reason, "StoreUnavailable");
}

TEST_F(SourceResolverTest, EachKindOfErrorHasItsReason) {
    for (const auto& [code, reason] : {std::pair{ErrorCode::Unavailable, "StoreUnavailable"},
                                       {ErrorCode::Unknown, "StoreUnavailable"},
                                       {ErrorCode::TooMany, "StoreUnavailable"},
                                       {ErrorCode::Forbidden, "StoreForbidden"},
                                       {ErrorCode::Unauthorized, "StoreForbidden"},
                                       {ErrorCode::NotFound, "NotFound"},
                                       {ErrorCode::Invalid, "Invalid"}}) {
        says = Error{code, "GET … answered that"};
        const SourceAnswer answer = resolve();
        EXPECT_FALSE(answer.model);
        EXPECT_EQ(answer.reason, reason);
        EXPECT_EQ(answer.message, "GET … answered that");
    }
}

TEST_F(SourceResolverTest, AnIdThatCannotBeRecordedWholeIsNone) {
    for (const size_t size : {size_t{0}, size_t{257}}) {
        says = sources::Resolution{{std::string(size, 'i'), "13", {}, 5, 9}, {}};
        EXPECT_EQ(resolve().reason, "Invalid") << size;
    }
    says = sources::Resolution{{std::string(256, 'i'), std::string(100, 'v'), {}, 5, 9}, {}};
    ASSERT_TRUE(resolve().model);
    EXPECT_LE(resolve().model->version.size(), 63u);
}

TEST_F(SourceResolverTest, NoRequestIsBegunAfterAStop) {
    std::stop_source stop;
    stop.request_stop();
    EXPECT_FALSE(resolve(stop.get_token()).model);
    EXPECT_THAT(urls, IsEmpty());
}

TEST(StoreCredentials, NeverRepeatAValue) {
    for (const char* value : {"c2VjcmV0\\nline", "c2VjcmV0Cmxpbm9l"}) {
        const auto read = storeCredentials({{{"HF_TOKEN", value}}, {}}, "the Secret");
        ASSERT_FALSE(read.ok());
        EXPECT_THAT(read.error().message, AllOf(HasSubstr("HF_TOKEN"), Not(HasSubstr("secret"))));
    }
    EXPECT_FALSE(storeCredentials({}, "the Secret").ok());
}

TEST(StoreCredentials, OfJsonMayGoOverSeveralLines) {
    const auto read =
        storeCredentials({{{"GOOGLE_APPLICATION_CREDENTIALS_JSON", "ewp9Cg=="}}, {}}, "the Secret");
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->at("GOOGLE_APPLICATION_CREDENTIALS_JSON"), "{\n}");
}

TEST_F(SourceResolverTest, WhatIsKnownAndStillMeantIsNotReadAnew) {
    known = resolve().model;
    ASSERT_TRUE(known);
    const size_t before = urls.size();
    const SourceAnswer same = resolve();
    ASSERT_TRUE(same.model);
    EXPECT_EQ(same.model->id, known->id);
    EXPECT_EQ(urls.size(), before);
    says = sources::Resolution{{"mlflow:fraud/14 sha256:x", "14", {}, 5, 9}, {}};
    const SourceAnswer moved = resolve();
    ASSERT_TRUE(moved.model);
    EXPECT_EQ(moved.model->id, "mlflow:fraud/14 sha256:x");
    EXPECT_EQ(urls.size(), before + 1);
}

TEST_F(SourceResolverTest, ARegistryThatLetsEverybodyInNeedsNoPullSecretThatMayBeRead) {
    source.pullSecrets = {"pull"};
    refuse(403, "Forbidden", R"(User \"system:serviceaccount:serin:serin\" cannot get resource)");
    const SourceAnswer answer = resolve();
    ASSERT_TRUE(answer.model) << answer.message;
    EXPECT_THAT(credentials, IsEmpty());
    EXPECT_THAT(transport.lines(), ElementsAre("GET /api/v1/namespaces/ml/secrets/pull"));
}

TEST_F(SourceResolverTest, OneThatDoesNotGetsTheCommandsThatGrantThePullSecret) {
    source.pullSecrets = {"pull"};
    says = Error{ErrorCode::Forbidden, "GET … answered 401"};
    refuse(403, "Forbidden", R"(User \"system:serviceaccount:serin:serin\" cannot get resource)");
    const SourceAnswer answer = resolve();
    EXPECT_EQ(answer.reason, "CredentialsForbidden");
    EXPECT_THAT(answer.message,
                AllOf(HasSubstr("grant it: kubectl create role serin-reads-pull -n ml --verb=get"),
                      HasSubstr("--serviceaccount=serin:serin")));
    says = Error{ErrorCode::NotFound, "GET … answered 404"};
    refuse(403, "Forbidden", "no");
    const SourceAnswer hidden = resolve();
    EXPECT_EQ(hidden.reason, "NotFound");
    EXPECT_THAT(hidden.message, AllOf(HasSubstr("answered 404; if it is private: "),
                                      HasSubstr("kubectl create role serin-reads-pull -n ml")));
    says = Error{ErrorCode::Forbidden, "GET … answered 401"};
    refuse(404, "NotFound", "no");
    const SourceAnswer without = resolve();
    EXPECT_EQ(without.reason, "StoreForbidden");
    EXPECT_THAT(without.message, HasSubstr("imagePullSecrets do not open it: there is no Secret \"pull\""));
}

TEST_F(SourceResolverTest, ARegistryThatRefusesOnePullSecretIsQuotedBesideTheCommandsForAnother) {
    source.reference.place = "registry.example/ml/fraud";
    source.pullSecrets = {"hidden", "pull"};
    says = Error{ErrorCode::Forbidden, "GET … answered 403: no such user"};
    refuse(403, "Forbidden", "no");
    // {"auths":{"registry.example":{"username":"me","password":"secret"}}}
    transport.answer(200, R"({"type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":
        "eyJhdXRocyI6eyJyZWdpc3RyeS5leGFtcGxlIjp7InVzZXJuYW1lIjoibWUiLCJwYXNzd29yZCI6InNlY3JldCJ9fX0="}})");
    const SourceAnswer answer = resolve();
    EXPECT_EQ(answer.reason, "StoreForbidden");
    EXPECT_THAT(answer.message,
                AllOf(HasSubstr("answered 403: no such user; besides, the Secret may not be read"),
                      HasSubstr("kubectl create role serin-reads-hidden")));
}

TEST_F(SourceResolverTest, StatedCredentialsCountAloneAndPullSecretsAreNotRead) {
    source.credentialsSecret = "own";
    source.pullSecrets = {"pull"};
    transport.answer(200, R"({"data":{"OCI_TOKEN":"YWJj"}})");
    ASSERT_TRUE(resolve().model);
    EXPECT_THAT(transport.lines(), ElementsAre("GET /api/v1/namespaces/ml/secrets/own"));
}

TEST_F(SourceResolverTest, AnImageVolumeIsAskedForByTheDigestThatItsRegistryTells) {
    source.uri = "oci://registry.example/ml/fraud:13";
    source.reference = {api::StoreKind::Oci, "registry.example/ml/fraud", "", "", "", "13", false, false};
    source.imageVolume = true;
    transport.answer(201, R"({"kind":"ReplicaSet","spec":{"template":{"spec":{"containers":[]}}}})");
    says = sources::Resolution{{"image:registry.example/ml/fraud@sha256:d", "13", {}, 5, 9}, {}};
    const SourceAnswer dropped = resolve();
    EXPECT_EQ(dropped.reason, "ImageVolumesUnsupported");
    EXPECT_FALSE(dropped.model);
    EXPECT_THAT(transport.requests.at(0).body,
                HasSubstr(R"("reference":"registry.example/ml/fraud@sha256:d")"));
    urls.clear();
    transport.answer(201, R"({"kind":"ReplicaSet","spec":{"template":{"spec":{"volumes":[
        {"name":"model","image":{"reference":"registry.example/ml/fraud:13"}}]}}}})");
    EXPECT_TRUE(resolve().model);
    EXPECT_THAT(urls, ElementsAre("oci://registry.example/ml/fraud:13"));
}

TEST(StoreCredentials, ADockerConfigurationMayHaveLines) {
    const auto read = storeCredentials({{{".dockerconfigjson", "ewogfQo="}}, {}}, "the Secret");
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->at(".dockerconfigjson"), "{\n }");
}

}  // namespace
}  // namespace serin::runtime
