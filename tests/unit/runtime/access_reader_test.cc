#include "runtime/access_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/status_limits.h"
#include "tests/unit/apply/fakes.h"

namespace serin::runtime {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr const char* kPem = "-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n";

const api::AccessSource kBoth{"reader", api::ConfigMapKey{"internal-ca", "ca.crt"}, "p.example.com"};
const api::AccessSource kSecret{"reader", std::nullopt, ""};
const api::AccessSource kAuthority{"", api::ConfigMapKey{"internal-ca", "ca.crt"}, ""};

Result<HttpResponse> object(const std::string& data) {
    return HttpResponse{200, {}, R"({"kind":"Secret","data":{)" + data + "}}"};
}
Result<HttpResponse> status(int code, const std::string& reason, const std::string& message = "no") {
    return HttpResponse{code,
                        {},
                        R"({"kind":"Status","status":"Failure","message":")" + message + R"(","reason":")" +
                            reason + R"(","code":)" + std::to_string(code) + "}"};
}
AccessReading ofSecret(const Result<HttpResponse>& answer) {
    return accessIn(answer, std::nullopt, "ml", kSecret);
}
AccessReading ofAuthority(const Result<HttpResponse>& answer) {
    return accessIn(std::nullopt, answer, "ml", kAuthority);
}

TEST(AccessReader, AsksForTheSecretAndTheConfigMapByName) {
    serin::testing::ScriptedTransport transport;
    transport.answer(200, R"({"data":{"token":"YWJj"}})");
    transport.answer(200, R"({"data":{"ca.crt":")" + std::string(kPem) + "\"}}");
    const AccessReading reading = accessReader(transport, kube::RequestBuilder("test"))("ml", kBoth, {});
    EXPECT_THAT(transport.lines(), ElementsAre("GET /api/v1/namespaces/ml/secrets/reader",
                                               "GET /api/v1/namespaces/ml/configmaps/internal-ca"));
    ASSERT_TRUE(reading.good()) << reading.trouble.why;
    EXPECT_EQ(reading.access.authorization, "Bearer abc");
    EXPECT_THAT(reading.access.authorities, EndsWith("-----END CERTIFICATE-----\n"));
    EXPECT_EQ(reading.access.serverName, "p.example.com");
}

TEST(AccessReader, AsksForNoConfigMapWhereTheSecretIsOfNoUse) {
    serin::testing::ScriptedTransport transport;
    const auto read = accessReader(transport, kube::RequestBuilder("test"));
    transport.fail(ErrorCode::Unavailable);
    EXPECT_TRUE(read("ml", kBoth, {}).trouble.failed);
    EXPECT_EQ(transport.requests.size(), 1u);
    transport.answer(403, R"({"kind":"Status","message":"no","reason":"Forbidden","code":403})");
    EXPECT_THAT(read("ml", kBoth, {}).trouble.why, HasSubstr("the Secret may not be read"));
    EXPECT_EQ(transport.requests.size(), 2u);
}

TEST(AccessReader, AsksForNothingThatIsNotNamed) {
    serin::testing::ScriptedTransport transport;
    transport.answer(200, R"({"data":{"token":"YWJj"}})");
    const auto read = accessReader(transport, kube::RequestBuilder("test"));
    EXPECT_EQ(read("ml", kSecret, {}).access.authorities, "");
    transport.answer(200, R"({"data":{"ca.crt":")" + std::string(kPem) + "\"}}");
    EXPECT_EQ(read("ml", kAuthority, {}).access.authorization, "");
    EXPECT_EQ(transport.requests.size(), 2u);
}

TEST(AccessReader, ASecretThatIsNotThereIsNamedWithTheCommandThatMakesIt) {
    const AccessReading reading = ofSecret(status(404, "NotFound"));
    EXPECT_EQ(
        reading.trouble.why,
        "there is no Secret \"reader\" in namespace \"ml\"; create it: kubectl create secret generic -n ml "
        "reader --from-file=token=FILE, or --from-literal=username=NAME --from-file=password=FILE");
    EXPECT_FALSE(reading.trouble.failed);
}

TEST(AccessReader, ARefusalHasTheTwoCommandsThatGrantTheRight) {
    const AccessReading reading = ofSecret(status(
        403, "Forbidden",
        R"(secrets \"reader\" is forbidden: User \"system:serviceaccount:serin:serin-operator\" cannot get )"
        R"(resource \"secrets\" in API group \"\" in the namespace \"ml\")"));
    EXPECT_EQ(
        reading.trouble.why,
        "the Secret may not be read; grant it: kubectl create role "
        "serin-reads-reader -n ml --verb=get --resource=secrets --resource-name=reader && kubectl create "
        "rolebinding serin-reads-reader -n ml --role=serin-reads-reader "
        "--serviceaccount=serin:serin-operator");
    EXPECT_FALSE(reading.trouble.failed) << "a right that was taken away counts at once";
}

TEST(AccessReader, TheTwoCommandsFitIntoTheMessageOfAMetric) {
    const AccessReading reading =
        accessIn(status(403, "Forbidden", R"(User \"system:serviceaccount:serin:serin\" cannot get it)"),
                 std::nullopt, "ml-fraud", {"metrics-reader", std::nullopt, ""});
    const std::string message = "value: " + reading.trouble.why;
    EXPECT_LE(message.size(), api::kLongestDetail) << message;
    EXPECT_THAT(message, EndsWith("--serviceaccount=serin:serin"));
}

TEST(AccessReader, AnAccountThatTheRefusalDoesNotNameIsAPlaceholder) {
    for (const char* user :
         {R"(User \"alice\")", R"(User \"system:serviceaccount:a:b; rm -rf x\")",
          R"(User \"system:serviceaccount:a)", R"(User \"system:serviceaccount:a:b:c\")"}) {
        EXPECT_THAT(ofSecret(status(403, "Forbidden", std::string(user) + " cannot get it")).trouble.why,
                    EndsWith("--serviceaccount=NAMESPACE_OF_SERIN:SERVICE_ACCOUNT_OF_SERIN"))
            << user;
    }
}

TEST(AccessReader, ASecretWithOtherKeysIsNamedWithThem) {
    EXPECT_EQ(
        ofSecret(object(R"("passwd":"czNjcmV0")")).trouble.why,
        "the Secret \"reader\" in namespace \"ml\" has passwd; put there the key token, or username and "
        "password");
}

TEST(AccessReader, AnAuthorityThatIsNotThereIsNamedWithTheWayOut) {
    EXPECT_THAT(ofAuthority(status(404, "NotFound")).trouble.why,
                AllOf(HasSubstr("there is no ConfigMap \"internal-ca\" in namespace \"ml\""),
                      EndsWith("kubectl create configmap -n ml internal-ca --from-file=ca.crt=FILE")));
    EXPECT_THAT(ofAuthority(object(R"("root.pem":"x")")).trouble.why,
                HasSubstr("has no key \"ca.crt\" but root.pem; state tls.ca.configMap.key"));
    EXPECT_THAT(ofAuthority(object(R"("ca.crt":"-----BEGIN PRIVATE KEY-----")")).trouble.why,
                HasSubstr("the key \"ca.crt\" of the ConfigMap \"internal-ca\" in namespace \"ml\" has no "
                          "certificate in PEM"));
    EXPECT_THAT(ofAuthority(status(403, "Forbidden")).trouble.why, HasSubstr("upgrade the chart"));
}

TEST(AccessReader, OneThatLacksAPartIsNone) {
    const AccessReading reading = accessIn(object(R"("token":"YWJj")"), status(404, "NotFound"), "ml", kBoth);
    EXPECT_FALSE(reading.good());
    EXPECT_EQ(reading.access, net::Access{});
}

TEST(AccessReader, WhatTheServerDidNotSayIsNoAnswer) {
    EXPECT_TRUE(ofSecret(status(503, "ServiceUnavailable")).trouble.failed);
    EXPECT_TRUE(ofSecret(HttpResponse{200, {}, "{"}).trouble.failed);
    EXPECT_TRUE(ofAuthority(Error{ErrorCode::Unavailable, "refused"}).trouble.failed);
    EXPECT_THAT(ofAuthority(Error{ErrorCode::Unavailable, "refused"}).trouble.why,
                HasSubstr("could not be read: GET: refused"));
}

TEST(AccessReader, NothingThatAnAnswerHasIsRepeatedButKeys) {
    const Result<HttpResponse> answers[] = {object(R"("s":"czNjcmV0")"), object(R"("token":"czNjcmV0IHg=")"),
                                            object(R"("token":"s3cret!")"), object(R"("token":{"s3cret":1})"),
                                            HttpResponse{200, {}, R"({"data":{"token":"s3cret)"}};
    for (const Result<HttpResponse>& answer : answers) {
        const std::string why = ofSecret(answer).trouble.why;
        EXPECT_NE(why, "");
        for (const char* secret : {"s3cret", "czNjcmV0"}) {
            EXPECT_EQ(why.find(secret), std::string::npos) << why;
        }
    }
}

}  // namespace
}  // namespace serin::runtime
