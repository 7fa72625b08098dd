#include "signals/query_answer.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace serin::signals {
namespace {

constexpr Timestamp kOldest{std::chrono::seconds(1'764'000'000)};

std::string answer(const std::string& type, const std::string& result, const std::string& more = "") {
    return cat(R"({"status":"success","data":{"resultType":")", type, R"(","result":)", result, "}", more,
               "}");
}
std::string vectorOf(const std::string& series, const std::string& more = "") {
    return answer("vector", cat("[", series, "]"), more);
}
std::string one(const std::string& value) {
    return vectorOf(cat(R"({"metric":{},"value":[1764000010,")", value, "\"]}"));
}

double number(const std::string& body) {
    const auto read = decodeNumber(200, body, kOldest);
    EXPECT_TRUE(read) << read.error().message;
    return read ? *read : -1;
}
std::string refusal(const std::string& body, int status = 200) {
    const auto read = decodeNumber(status, body, kOldest);
    return read ? "read" : read.error().message;
}

TEST(QueryAnswer, IsTheNumberOfAScalarOrOfTheOnlySeries) {
    EXPECT_EQ(number(one("18.25")), 18.25);
    EXPECT_EQ(number(one("-1e-3")), -0.001);
    EXPECT_EQ(number(vectorOf(R"({"metric":{"__name__":"a","b":"c"},"value":[1764000010.5,"0"]})")), 0);
    EXPECT_EQ(number(answer("scalar", R"([1764000010.123,"42"])")), 42);
    EXPECT_EQ(number(answer("scalar", R"([1764000010,"7"])", R"(,"infos":["by the way"])")), 7);
}

TEST(QueryAnswer, OfNoSeriesSaysWhatToLookFor) {
    EXPECT_EQ(refusal(vectorOf("")),
              "it answered with no series; is it asked for what exists, and are there two scrapes or more in "
              "each range?");
}

TEST(QueryAnswer, OfSeveralSeriesSaysHowManyAndNamesOne) {
    const std::string a = R"({"metric":{"pod":"a","__name__":"up"},"value":[1764000010,"1"]})";
    const std::string b = R"({"metric":{"pod":"b","__name__":"up"},"value":[1764000010,"1"]})";
    EXPECT_EQ(refusal(vectorOf(cat(a, ",", b))),
              "it answered with 2 series, such as {__name__=\"up\",pod=\"a\"}; aggregate them, such as with "
              "sum()");
    const std::string hostile =
        cat(R"({"metric":{"a":"\u001b[2J)", std::string(900, 'x'), R"("},"value":[1764000010,"1"]})");
    const std::string words = refusal(vectorOf(cat(hostile, ",", b)));
    EXPECT_LT(words.size(), 250u);
    EXPECT_EQ(words.find('\x1b'), std::string::npos);
}

TEST(QueryAnswer, ThatIsNoFiniteNumberIsNone) {
    EXPECT_EQ(refusal(one("NaN")), "it answered NaN, as 0/0 is: was nothing counted in the range?");
    EXPECT_EQ(refusal(one("+Inf")),
              "it answered +Inf, as a division by 0 is: was nothing counted in the range?");
    EXPECT_EQ(refusal(answer("scalar", R"([1764000010,"-Inf"])")),
              "it answered -Inf, as a division by 0 is: was nothing counted in the range?");
    EXPECT_EQ(refusal(one("x")),
              "its answer cannot be read: a sample has the value \"x\", which is no number");
}

TEST(QueryAnswer, OfAnotherTypeIsRefused) {
    EXPECT_EQ(
        refusal(answer("matrix", R"([{"metric":{},"values":[[1764000010,"1"]]}])")),
        "it answered with a range (a matrix) instead of a number; put a function around it, such as rate()");
    EXPECT_EQ(refusal(answer("string", R"([1764000010,"12"])")),
              "it answered with a \"string\" instead of a number");
    EXPECT_EQ(refusal(vectorOf(R"({"metric":{},"histogram":[1764000010,{"count":"3"}]})")),
              "it answered with a native histogram instead of a number; take one of it, such as with "
              "histogram_quantile()");
    for (const char* pair :
         {"[]", "[1764000010]", R"(["1"])", R"([1764000010,"one"])", R"([[1764000010,"1"]])"}) {
        EXPECT_EQ(refusal(answer("scalar", pair)), "it answered with a scalar that is none") << pair;
    }
}

TEST(QueryAnswer, OfAnEarlierMomentIsRefused) {
    EXPECT_EQ(number(vectorOf(R"({"metric":{},"value":[1764000000,"1"]})")), 1);
    EXPECT_EQ(refusal(vectorOf(R"({"metric":{},"value":[1763999999.9,"1"]})")),
              "it answered for a moment before the interval; does a cache stand between, or a clock lag?");
}

TEST(QueryAnswer, ThatIsARefusalIsToldInPrometheusOwnWords) {
    EXPECT_EQ(
        refusal(R"({"status":"error","errorType":"bad_data","error":"1:5: parse error: unclosed"})", 400),
        "HTTP 400, 1:5: parse error: unclosed (bad_data)");
    EXPECT_EQ(refusal("<html>", 404), "HTTP 404; is its API at that path?");
    EXPECT_EQ(refusal("<html>"), "its answer cannot be read: it is not JSON, or its end is missing");
}

// A sum of which a part is missing is another number. A remark says nothing of the kind.
TEST(QueryAnswer, WithAWarningIsRefusedAndWithARemarkIsNot) {
    const std::string series = R"({"metric":{},"value":[1764000010,"1"]})";
    EXPECT_EQ(refusal(vectorOf(series, R"(,"warnings":["store 2 is away"])")),
              "its answer may be incomplete: store 2 is away");
    EXPECT_EQ(refusal(vectorOf(series, R"(,"warnings":["PromQL info: metric might not be a counter"])")),
              "read");
}

TEST(QueryAnswer, ThatIsCutOffIsRefused) {
    for (const std::string& whole : {one("1"), answer("scalar", R"([1764000010,"1"])")}) {
        for (size_t length = 0; length < whole.size(); ++length) {
            EXPECT_NE(refusal(whole.substr(0, length)), "read") << length;
        }
    }
}

}  // namespace
}  // namespace serin::signals
