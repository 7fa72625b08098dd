// A source whose store knows the pods' service account: by a token of it, and no Secret.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/source_resolver.h"
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
    Result<HttpResponse> send(const std::string&, const HttpRequest&, size_t) override {
        return HttpResponse{200, {}, "{}"};
    }
};

// Takes the identity's token twice, as a store does that asks twice.
class FakeStore final : public testing::MeaningStore {
  public:
    explicit FakeStore(std::vector<std::string> tokens) : tokens_(std::move(tokens)) {}
    Result<sources::Resolution> resolve(const api::ModelSource&, Timestamp) override {
        return sources::Resolution{
            {tokens_[0] == tokens_[1] ? "s3:models/" + tokens_[0] : "", "13", {}, 5, 9}, {}};
    }

  private:
    std::vector<std::string> tokens_;
};

class StoreIdentityTest : public ::testing::Test {
  protected:
    StoreIdentityTest() {
        source.uri = "s3://models/fraud";
        source.reference.store = api::StoreKind::S3;
        source.identity.emplace();
        source.identity->serviceAccount = "models";
        source.identity->audience = "sts.amazonaws.com";
        source.identity->role = "arn:aws:iam::123456789012:role/models";
    }
    SourceAnswer resolve() {
        const ResolveSource resolver =
            sourceResolver({transport, kube::RequestBuilder("test"), clock,
                            [this](const std::string& pem, const std::stop_token&) {
                                authorities = pem;
                                return std::make_unique<NoExchange>();
                            },
                            [this](api::StoreKind, const sources::Credentials& credentials,
                                   sources::Exchange&, const std::optional<sources::CloudIdentity>& identity)
                                -> Result<std::unique_ptr<sources::Store>> {
                                EXPECT_TRUE(credentials.empty());
                                if (!identity) return invalid("nobody asks");
                                EXPECT_EQ(identity->who, *source.identity);
                                return std::unique_ptr<sources::Store>(std::make_unique<FakeStore>(
                                    std::vector{identity->token().value(), identity->token().value()}));
                            }});
        return resolver("ml", source, std::nullopt, {});
    }
    void issue(const std::string& token) {
        transport.answer(201, R"({"kind":"TokenRequest","status":{"token":")" + token + R"("}})");
    }
    void refuse(int code, const std::string& reason, const std::string& message) {
        testing::refuse(transport, code, reason, message);
    }

    serin::testing::ScriptedTransport transport;
    serin::testing::ManualClock clock;
    api::ModelSource source;
    std::string authorities;
};

TEST_F(StoreIdentityTest, ATokenOfTheServiceAccountIsMadeForEachLookAndForNoMore) {
    issue("first");
    issue("second");
    ASSERT_TRUE(resolve().model);
    EXPECT_THAT(
        transport.lines(),
        ElementsAre("POST /api/v1/namespaces/ml/serviceaccounts/models/token?fieldManager=serin-controller"));
    EXPECT_THAT(transport.requests[0].body, HasSubstr(R"("audiences":["sts.amazonaws.com"])"));
    const SourceAnswer second = resolve();
    ASSERT_TRUE(second.model);
    EXPECT_EQ(second.model->id, "s3:models/second");
    EXPECT_EQ(transport.requests.size(), 2U);
}

TEST_F(StoreIdentityTest, TheAuthoritiesAreReadBesideIt) {
    source.caConfigMap = "authorities";
    source.caKey = "ca.crt";
    issue("a");
    transport.answer(200, R"({"data":{"ca.crt":"-----BEGIN CERTIFICATE-----"}})");
    ASSERT_TRUE(resolve().model);
    EXPECT_EQ(authorities, "-----BEGIN CERTIFICATE-----");
}

TEST_F(StoreIdentityTest, ARefusalHasTheCommandsThatGrantTheRight) {
    refuse(
        403, "Forbidden",
        R"(serviceaccounts \"models\" is forbidden: User \"system:serviceaccount:serin:serin\" cannot create)");
    const SourceAnswer answer = resolve();
    EXPECT_EQ(answer.reason, "CredentialsForbidden");
    EXPECT_EQ(
        answer.message,
        "no token of the ServiceAccount may be made; grant it: kubectl create role serin-acts-as-models "
        "-n ml --verb=create --resource=serviceaccounts/token --resource-name=models && kubectl create "
        "rolebinding serin-acts-as-models -n ml --role=serin-acts-as-models "
        "--serviceaccount=serin:serin");
}

TEST_F(StoreIdentityTest, NothingIsAskedOrPrintedOfAServiceAccountThatCannotBe) {
    for (const char* name : {"", "x; touch /tmp/here #", "a/b", "a b"}) {
        source.identity->serviceAccount = name;
        const SourceAnswer answer = resolve();
        EXPECT_EQ(answer.reason, "CredentialsForbidden");
        EXPECT_EQ(answer.message,
                  "the name of the pods' service account cannot be one; state "
                  "template.spec.serviceAccountName");
    }
    EXPECT_THAT(transport.requests, IsEmpty());
}

TEST_F(StoreIdentityTest, AServiceAccountThatIsNotThereIsSaidWithTheWayOut) {
    refuse(404, "NotFound", R"(serviceaccounts \"models\" not found)");
    const SourceAnswer answer = resolve();
    EXPECT_EQ(answer.reason, "CredentialsForbidden");
    EXPECT_EQ(answer.message,
              "there is no ServiceAccount \"models\" in namespace \"ml\"; create it: kubectl create "
              "serviceaccount -n ml models, or name another one as template.spec.serviceAccountName");
}

TEST_F(StoreIdentityTest, AnApiServerThatDoesNotAnswerIsNobodysMistake) {
    transport.fail(ErrorCode::Unavailable);
    const SourceAnswer answer = resolve();
    EXPECT_EQ(answer.reason, "StoreUnavailable");
    EXPECT_THAT(answer.message, HasSubstr("no token of the ServiceAccount \"models\" in namespace \"ml\""));
}

TEST_F(StoreIdentityTest, NothingOfATokenIsRepeated) {
    issue("secret and more");
    const SourceAnswer answer = resolve();
    EXPECT_EQ(answer.reason, "StoreUnavailable");
    EXPECT_THAT(answer.message,
                AllOf(HasSubstr("the answer is no TokenRequest with a token"), Not(HasSubstr("secret"))));
}

}  // namespace
}  // namespace serin::runtime
