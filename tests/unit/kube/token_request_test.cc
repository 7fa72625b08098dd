#include "kube/token_request.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace serin::kube {
namespace {

using Json = nlohmann::json;

const RequestBuilder kRequests("serin-operator/test");

TEST(TokenRequest, AsksForATokenOfTenMinutesForOneAudience) {
    const HttpRequest request = tokenRequest(kRequests, "ml", "models", "sts.amazonaws.com");
    EXPECT_EQ(request.method, "POST");
    EXPECT_TRUE(request.target.starts_with("/api/v1/namespaces/ml/serviceaccounts/models/token?"))
        << request.target;
    EXPECT_EQ(Json::parse(request.body), Json::parse(R"({"apiVersion":"authentication.k8s.io/v1",
        "kind":"TokenRequest","spec":{"audiences":["sts.amazonaws.com"],"expirationSeconds":600}})"));
}

TEST(TokenRequest, TellsTheToken) {
    const auto token = issuedToken(R"({"kind":"TokenRequest","spec":{},
        "status":{"token":"aaa.bbb.ccc","expirationTimestamp":"2026-01-01T00:10:00Z"}})");
    ASSERT_TRUE(token);
    EXPECT_EQ(*token, "aaa.bbb.ccc");
}

TEST(TokenRequest, OfAnotherAnswerNothingIsToldOrRepeated) {
    for (const char* text :
         {"", "[]", R"({"kind":"TokenRequest"})", R"({"kind":"TokenRequest","status":{"token":7}})",
          R"({"kind":"TokenRequest","status":"secret"})", R"({"kind":"TokenRequest","status":{"token":""}})",
          R"({"kind":"TokenRequest","status":{"token":"secret\nline"}})",
          R"({"kind":"TokenReview","status":{"token":"secret"}})", R"({"status":{"token":"secret"}})"}) {
        const auto token = issuedToken(text);
        ASSERT_FALSE(token) << text;
        EXPECT_EQ(token.error().code, ErrorCode::Invalid);
        EXPECT_EQ(token.error().message.find("secret"), std::string::npos);
    }
}

}  // namespace
}  // namespace serin::kube
