#include "kube/status.h"

#include <gtest/gtest.h>

namespace serin::kube {
namespace {

HttpResponse answer(int status, std::string body, std::map<std::string, std::string> headers = {}) {
    return {status, std::move(headers), std::move(body)};
}

TEST(ApiStatus, ReadsReasonCausesAndRetry) {
    const ApiStatus status = parseStatus(answer(409, R"({"kind":"Status","code":409,"reason":"Conflict",
        "message":"Apply failed","details":{"retryAfterSeconds":3,
        "causes":[{"reason":"FieldManagerConflict","field":".spec.replicas","message":"conflict with hpa"}]}})"));
    EXPECT_EQ(status.code, 409);
    EXPECT_TRUE(status.is("Conflict"));
    EXPECT_TRUE(status.hasCause("FieldManagerConflict"));
    EXPECT_FALSE(status.hasCause("NamespaceTerminating"));
    EXPECT_EQ(status.retryAfter, std::chrono::seconds(3));
    const Error error = toError("apply Service ml/fraud", status);
    EXPECT_EQ(error.code, ErrorCode::Conflict);
    EXPECT_EQ(error.message,
              "apply Service ml/fraud: 409 Conflict: Apply failed (.spec.replicas: conflict with hpa)");
}

TEST(ApiStatus, SaysEachCauseOnce) {
    const ApiStatus status = parseStatus(answer(422, R"({"kind":"Status","reason":"Invalid",
        "message":"x is invalid: spec.replicas: Invalid value: -1",
        "details":{"causes":[{"field":"spec.replicas","message":"Invalid value: -1"}]}})"));
    EXPECT_EQ(toError("create", status).message,
              "create: 422 Invalid: x is invalid: spec.replicas: Invalid value: -1");
}

TEST(ApiStatus, ReadsAnswersThatAreNoStatus) {
    const ApiStatus html = parseStatus(answer(503, "<html>no backend</html>\n", {{"retry-after", "7"}}));
    EXPECT_EQ(html.reason, "ServiceUnavailable");
    EXPECT_EQ(html.message, "<html>no backend</html>");
    EXPECT_EQ(html.retryAfter, std::chrono::seconds(7));
    EXPECT_TRUE(html.transient());
    EXPECT_EQ(parseStatus(answer(500, "")).reason, "InternalError");
    EXPECT_EQ(toError("get", parseStatus(answer(404, ""))).message, "get: 404 NotFound");
}

TEST(ApiStatus, CapsWaitsAtAMinute) {
    EXPECT_EQ(parseStatus(answer(429, "", {{"retry-after", "9999"}})).retryAfter, std::chrono::seconds(60));
    EXPECT_EQ(parseStatus(answer(429, "", {{"retry-after", "Wed, 21 Oct 2026 07:28:00 GMT"}})).retryAfter,
              std::nullopt);
    EXPECT_EQ(parseStatus(answer(429, "", {{"retry-after", "-3"}})).retryAfter, std::chrono::seconds(0));
}

TEST(ApiStatus, KnowsExpiredHistoryByReasonAndCode) {
    EXPECT_TRUE(
        parseStatusBody(R"({"kind":"Status","code":410,"reason":"Expired","message":"too old"})").expired());
    EXPECT_TRUE(parseStatusBody(R"({"kind":"Status","code":410,"reason":"Gone"})").expired());
    EXPECT_TRUE(parseStatusBody(R"({"kind":"Status","code":410})").expired());
    EXPECT_FALSE(parseStatusBody(R"({"kind":"Status","code":500,"reason":"InternalError"})").expired());
    EXPECT_EQ(parseStatusBody("[]").message, "an ERROR event without a Status");
}

TEST(ApiStatus, MapsToErrorCodes) {
    const auto code = [](int status) { return toError("x", parseStatus(answer(status, ""))).code; };
    EXPECT_EQ(code(400), ErrorCode::Invalid);
    EXPECT_EQ(code(401), ErrorCode::Unauthorized);
    EXPECT_EQ(code(403), ErrorCode::Forbidden);
    EXPECT_EQ(code(404), ErrorCode::NotFound);
    EXPECT_EQ(code(409), ErrorCode::Conflict);
    EXPECT_EQ(code(410), ErrorCode::Expired);
    EXPECT_EQ(code(422), ErrorCode::Invalid);
    EXPECT_EQ(code(429), ErrorCode::TooMany);
    EXPECT_EQ(code(500), ErrorCode::Unknown);
    EXPECT_EQ(code(503), ErrorCode::Unavailable);
    EXPECT_EQ(code(504), ErrorCode::Unknown);
}

TEST(ApiStatus, SurvivesOddTypes) {
    const ApiStatus status = parseStatusBody(
        R"({"kind":"Status","code":"410","reason":7,"message":null,"details":{"causes":[1,{"reason":2}],"retryAfterSeconds":"x"}})");
    EXPECT_EQ(status.code, 0);
    EXPECT_EQ(status.causes.size(), 1U);
}

TEST(ExpectSuccess, PassesGoodAnswersAndNamesTheRest) {
    EXPECT_TRUE(expectSuccess("x", answer(201, "{}")).ok());
    EXPECT_EQ(expectSuccess("x", answer(302, "")).ok(), false);
    const auto broken = expectSuccess("scale", Result<HttpResponse>(Error{ErrorCode::Unknown, "timed out"}));
    ASSERT_FALSE(broken.ok());
    EXPECT_EQ(broken.error().code, ErrorCode::Unknown);
    EXPECT_EQ(broken.error().message, "scale: timed out");
}

}  // namespace
}  // namespace serin::kube
