#include "runtime/pull_secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/text.h"

namespace serin::runtime {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Both in base64 by hand: {"auths":{"registry.example":{"username":"me","password":"secret"}}} and the same
// of other.example.
constexpr const char* kOurs =
    "eyJhdXRocyI6eyJyZWdpc3RyeS5leGFtcGxlIjp7InVzZXJuYW1lIjoibWUiLCJwYXNzd29yZCI6InNlY3JldCJ9fX0=";
constexpr const char* kOthers =
    "eyJhdXRocyI6eyJvdGhlci5leGFtcGxlIjp7InVzZXJuYW1lIjoibWUiLCJwYXNzd29yZCI6InNlY3JldCJ9fX0=";

HttpResponse secretOf(const std::string& config, const std::string& type = "kubernetes.io/dockerconfigjson") {
    return {200, {}, cat(R"({"type":")", type, R"(","data":{".dockerconfigjson":")", config, R"("}})")};
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

    std::map<std::string, Result<HttpResponse>> secrets;
    api::ModelSource source;
    std::vector<std::string> asked;
    Trouble trouble;
};

TEST_F(PullSecretsTest, TheFirstThatHasTheRegistryCountsAndNoneAfterItIsRead) {
    secrets = {{"other", secretOf(kOthers)}, {"ours", secretOf(kOurs)}, {"more", secretOf(kOurs)}};
    const PullSecrets found = read({"other", "ours", "more"});
    EXPECT_EQ(trouble.why, "");
    EXPECT_EQ(
        found.credentials,
        (sources::Credentials{{".dockerconfigjson",
                               R"({"auths":{"registry.example":{"username":"me","password":"secret"}}})"}}));
    EXPECT_THAT(asked, ElementsAre("other", "ours"));
}

TEST_F(PullSecretsTest, WithoutOneThatHasItTheRegistryIsAskedWithoutAndItIsSaidWhy) {
    secrets = {{"other", secretOf(kOthers)}};
    const PullSecrets found = read({"other"});
    EXPECT_EQ(trouble.why, "");
    EXPECT_THAT(found.credentials, IsEmpty());
    EXPECT_THAT(found.passedOver, AllOf(HasSubstr(R"(the Secret "other" in namespace "ml": )"),
                                        HasSubstr("no entry for registry.example, but for other.example"),
                                        Not(HasSubstr("secret\""))));
    EXPECT_THAT(read({}).passedOver, IsEmpty());
}

TEST_F(PullSecretsTest, OneThatIsNotThereOrIsOfAnotherTypeIsPassedOverAsTheKubeletDoes) {
    secrets = {
        {"gone", refusal(404, "NotFound")}, {"opaque", secretOf(kOurs, "Opaque")}, {"ours", secretOf(kOurs)}};
    EXPECT_FALSE(read({"gone", "opaque", "ours"}).credentials.empty());
    EXPECT_THAT(read({"gone"}).passedOver, HasSubstr("kubectl create secret docker-registry -n ml gone"));
    EXPECT_THAT(read({"opaque"}).passedOver, HasSubstr("is none of the type kubernetes.io/dockerconfigjson"));
    EXPECT_THAT(read({"opaque"}).credentials, IsEmpty());
}

TEST_F(PullSecretsTest, TheFirstThatMayNotBeReadIsToldWithTheCommands) {
    secrets = {{"hidden", refusal(403, "Forbidden")}, {"too", refusal(403, "Forbidden")}};
    const PullSecrets found = read({"hidden", "too"});
    EXPECT_EQ(trouble.why, "");
    EXPECT_THAT(found.ungranted,
                AllOf(HasSubstr("kubectl create role serin-reads-hidden -n ml --verb=get"),
                      HasSubstr("--serviceaccount=serin:serin"), Not(HasSubstr("serin-reads-too"))));
    EXPECT_THAT(found.passedOver, IsEmpty());
}

TEST_F(PullSecretsTest, AnApiServerThatDoesNotAnswerIsNoWordAboutTheSecrets) {
    secrets = {{"ours", Error{ErrorCode::Unavailable, "the wire"}}};
    const PullSecrets found = read({"ours"});
    EXPECT_TRUE(trouble.failed);
    EXPECT_THAT(found.passedOver, IsEmpty());
}

}  // namespace
}  // namespace serin::runtime
