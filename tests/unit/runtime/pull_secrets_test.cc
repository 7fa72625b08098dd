#include "runtime/pull_secrets.h"
#include "base/base64.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/text.h"
#include "sources/docker_config.h"
#include "sources/hmac.h"

namespace serin::runtime {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// As a Secret has a Docker configuration: one entry, in base64.
std::string config(const std::string& name, const std::string& user = "me", const std::string& more = "") {
    return encodeBase64(
        cat(R"({"auths":{")", name, R"(":{"username":")", user, R"(","password":"secret")", more, "}}}"));
}
const std::string kOurs = config("registry.example");
const std::string kOthers = config("other.example");

HttpResponse secretOf(const std::string& data, const std::string& type = "kubernetes.io/dockerconfigjson") {
    return {200, {}, cat(R"({"type":")", type, R"(","data":{".dockerconfigjson":")", data, R"("}})")};
}
HttpResponse refusal(int code, const std::string& reason) {
    return {code,
            {},
            cat(R"({"kind":"Status","reason":")", reason, R"(","code":)", code,
                R"(,"message":"User \"system:serviceaccount:serin:serin\" cannot get"})")};
}

class PullSecretsTest : public ::testing::Test {
  protected:
    PullSecretsTest() {
        source.reference.store = api::StoreKind::Oci;
        source.reference.place = "registry.example/ml/fraud";
    }
    PullSecrets read(const std::vector<std::string>& names) {
        source.pullSecrets = names;
        PullSecrets out;
        trouble = readPullSecrets(
            [this](const std::string& name) {
                asked.push_back(name);
                return secrets.at(name);
            },
            "ml", source, out);
        return out;
    }

    static std::string userFor(const PullSecrets& found, const std::string& place) {
        const auto identity = sources::registryIdentity(found.credentials, place);
        return identity ? identity->username : identity.error().message;
    }

    std::map<std::string, Result<HttpResponse>> secrets;
    api::ModelSource source;
    std::vector<std::string> asked;
    Trouble trouble;
};

TEST_F(PullSecretsTest, TheEntryThatSaysMostCountsWhicheverSecretHasIt) {
    secrets = {{"other", secretOf(kOthers)},
               {"ours", secretOf(kOurs)},
               {"any", secretOf(config("*.example/ml/fraud", "any"))},
               {"team", secretOf(config("registry.example/ml", "team"))},
               {"again", secretOf(config("https://registry.example/ml/", "later"))}};
    const PullSecrets found = read({"other", "ours", "any", "team", "again"});
    EXPECT_EQ(trouble.why, "");
    EXPECT_EQ(userFor(found, "registry.example/ml/fraud"), "team");
    EXPECT_THAT(asked, ElementsAre("other", "ours", "any", "team", "again"));
    EXPECT_THAT(found.unused.passedOver, IsEmpty());
    EXPECT_EQ(userFor(read({"ours", "other"}), "registry.example/ml/fraud"), "me");
}

TEST_F(PullSecretsTest, NothingButTheEntryThatCountsIsHandedOn) {
    secrets = {{"ours", secretOf(kOurs)}};
    EXPECT_EQ(read({"ours"}).credentials,
              (sources::Credentials{{".dockerconfigjson",
                                     R"({"auths":{"registry.example/ml/fraud":{"auth":"bWU6c2VjcmV0"}}})"}}));
}

TEST_F(PullSecretsTest, AnEndpointOfAnotherHostIsNotShownWhatIsForTheRegistry) {
    source.endpoint = "http://mirror.internal:5000";
    secrets = {{"ours", secretOf(kOurs)}, {"mirror", secretOf(config("mirror.internal:5000", "mirror"))}};
    const PullSecrets none = read({"ours"});
    EXPECT_THAT(none.credentials, IsEmpty());
    EXPECT_THAT(none.unused.passedOver,
                HasSubstr("no entry for mirror.internal:5000, but for registry.example"));
    EXPECT_EQ(userFor(read({"ours", "mirror"}), "registry.example/ml/fraud"), "mirror");
    source.endpoint = "http://Registry.example";
    EXPECT_EQ(userFor(read({"ours"}), "registry.example/ml/fraud"), "me");
}

TEST_F(PullSecretsTest, AUserAndAPasswordCountBeforeATokenThatTheKubeletDoesNotKnow) {
    const std::string token = R"(,"identitytoken":"eyJ.refresh")";
    secrets = {{"both", secretOf(config("registry.example", "me", token))},
               {"token",
                secretOf(encodeBase64(R"({"auths":{"registry.example":{"identitytoken":"eyJ.refresh"}}})"))}};
    const auto tokenIn = [](const PullSecrets& found) {
        return sources::registryIdentity(found.credentials, "registry.example/ml/fraud")->identityToken;
    };
    EXPECT_EQ(tokenIn(read({"both"})), "");
    EXPECT_EQ(tokenIn(read({"token"})), "eyJ.refresh");
}

TEST_F(PullSecretsTest, WithoutOneThatHasItTheRegistryIsAskedWithoutAndItIsSaidWhy) {
    secrets = {{"other", secretOf(kOthers)}};
    const PullSecrets found = read({"other"});
    EXPECT_EQ(trouble.why, "");
    EXPECT_THAT(found.credentials, IsEmpty());
    EXPECT_THAT(
        found.unused.passedOver,
        AllOf(HasSubstr(R"(the Secret "other" in namespace "ml": )"),
              HasSubstr("no entry for registry.example, but for other.example"), Not(HasSubstr("secret\""))));
    EXPECT_THAT(read({}).unused.passedOver, IsEmpty());
}

TEST_F(PullSecretsTest, OneThatIsNotThereOrIsOfAnotherTypeIsPassedOverAsTheKubeletDoes) {
    secrets = {
        {"gone", refusal(404, "NotFound")}, {"opaque", secretOf(kOurs, "Opaque")}, {"ours", secretOf(kOurs)}};
    const PullSecrets found = read({"gone", "opaque", "ours"});
    EXPECT_FALSE(found.credentials.empty());
    EXPECT_THAT(found.unused.passedOver, IsEmpty());
    EXPECT_THAT(read({"gone"}).unused.passedOver,
                HasSubstr("kubectl create secret docker-registry -n ml gone"));
    EXPECT_THAT(read({"opaque"}).unused.passedOver,
                HasSubstr("is none of the type kubernetes.io/dockerconfigjson"));
    EXPECT_THAT(read({"opaque"}).credentials, IsEmpty());
}

TEST_F(PullSecretsTest, TheFirstThatMayNotBeReadIsToldWithTheCommands) {
    secrets = {{"hidden", refusal(403, "Forbidden")}, {"too", refusal(403, "Forbidden")}};
    const PullSecrets found = read({"hidden", "too"});
    EXPECT_EQ(trouble.why, "");
    EXPECT_THAT(found.unused.ungranted,
                AllOf(HasSubstr("kubectl create role serin-reads-hidden -n ml --verb=get"),
                      HasSubstr("--serviceaccount=serin:serin"), Not(HasSubstr("serin-reads-too"))));
    EXPECT_THAT(found.unused.passedOver, IsEmpty());
}

TEST_F(PullSecretsTest, AnApiServerThatDoesNotAnswerIsNoWordAboutTheSecrets) {
    secrets = {{"ours", Error{ErrorCode::Unavailable, "the wire"}}};
    const PullSecrets found = read({"ours"});
    EXPECT_TRUE(trouble.failed);
    EXPECT_THAT(found.unused.passedOver, IsEmpty());
}

}  // namespace
}  // namespace serin::runtime
