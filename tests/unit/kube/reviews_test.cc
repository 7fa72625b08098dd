#include "kube/reviews.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace serin::kube {
namespace {

using Json = nlohmann::json;

const RequestBuilder kRequests("serin-operator/test");

std::string tokenAnswer(const std::string& status) {
    return R"({"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","status":)" + status + "}";
}

std::string accessAnswer(const std::string& status) {
    return R"({"apiVersion":"authorization.k8s.io/v1","kind":"SubjectAccessReview","status":)" + status + "}";
}

TEST(TokenReview, AsksWhoseTokenThatIs) {
    const HttpRequest request = tokenReview(kRequests, "secret");
    EXPECT_EQ(request.method, "POST");
    EXPECT_TRUE(request.target.starts_with("/apis/authentication.k8s.io/v1/tokenreviews?")) << request.target;
    EXPECT_LE(request.timeout, std::chrono::seconds(3)) << "a scraper waits for it";
    EXPECT_EQ(Json::parse(request.body), Json::parse(R"({"apiVersion":"authentication.k8s.io/v1",
        "kind":"TokenReview","spec":{"token":"secret"}})"));
}

TEST(TokenReview, TellsTheUser) {
    const auto user = reviewedUser(tokenAnswer(R"({"authenticated":true,"user":{
        "username":"system:serviceaccount:ml:reader","uid":"u-1","groups":["g","h"],
        "extra":{"authentication.kubernetes.io/pod-name":["p"]}},"audiences":["a"]})"));
    ASSERT_TRUE(user && *user);
    const User wanted{"system:serviceaccount:ml:reader",
                      "u-1",
                      {"g", "h"},
                      {{"authentication.kubernetes.io/pod-name", {"p"}}}};
    EXPECT_EQ(**user, wanted);
}

TEST(TokenReview, HasNoUserWhenTheTokenIsNoGood) {
    for (const char* status : {R"({"user":{},"error":"invalid bearer token"})",
                               R"({"authenticated":false,"user":{"username":"x"}})",
                               R"({"authenticated":"true","user":{"username":"x"}})", "{}"}) {
        const auto user = reviewedUser(tokenAnswer(status));
        ASSERT_TRUE(user) << user.error().message;
        EXPECT_FALSE(*user) << status;
    }
}

TEST(TokenReview, FailsWhenTheAnswerIsAnotherOrNamesNobody) {
    for (const std::string& text :
         {std::string("<html>"), std::string("{}"), accessAnswer(R"({"authenticated":true})"),
          tokenAnswer(R"({"authenticated":true})"), tokenAnswer(R"({"authenticated":true,"user":{}})"),
          tokenAnswer(R"({"authenticated":true,"user":{"username":"x","groups":"system:masters"}})")}) {
        EXPECT_FALSE(reviewedUser(text)) << text;
    }
}

TEST(AccessReview, AsksForThePathWithAllThatIsKnownOfTheUser) {
    const HttpRequest request =
        accessReview(kRequests, {"jane", "u-1", {"g"}, {{"k", {"v"}}}}, "get", "/metrics");
    EXPECT_EQ(request.method, "POST");
    EXPECT_TRUE(request.target.starts_with("/apis/authorization.k8s.io/v1/subjectaccessreviews?"));
    EXPECT_EQ(Json::parse(request.body), Json::parse(R"({"apiVersion":"authorization.k8s.io/v1",
        "kind":"SubjectAccessReview","spec":{"user":"jane","uid":"u-1","groups":["g"],"extra":{"k":["v"]},
        "nonResourceAttributes":{"path":"/metrics","verb":"get"}}})"));
}

TEST(AccessReview, AllowsOnlyWhatIsSaidToBeAllowed) {
    const auto says = [](const char* status) {
        const auto allowed = reviewedAccess(accessAnswer(status));
        return allowed && *allowed;
    };
    EXPECT_TRUE(says(R"({"allowed":true,"reason":"RBAC: allowed by …"})"));
    EXPECT_FALSE(says(R"({"allowed":false})"));
    EXPECT_FALSE(says(R"({"allowed":true,"denied":true})"));
    EXPECT_FALSE(says(R"({"allowed":1})"));
    EXPECT_FALSE(says("{}"));
    EXPECT_FALSE(reviewedAccess("{}")) << "no such answer";
    EXPECT_FALSE(reviewedAccess(tokenAnswer(R"({"allowed":true})")));
}

}  // namespace
}  // namespace serin::kube
