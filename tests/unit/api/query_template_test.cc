#include "api/query_template.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace serin::api {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const QueryWords kWords{"8d3k1v0xqz", "5tq0c2m7ha", "ml", "fraud", seconds(90)};
const std::string kKnown = "{{revision}}, {{stable}}, {{namespace}}, {{name}}, {{interval}}";

TEST(QueryTemplate, IsFilledInWordByWord) {
    EXPECT_EQ(filledQuery("sum(rate(a{v=\"{{revision}}\",w!=\"{{stable}}\"}[{{interval}}]))", kWords),
              "sum(rate(a{v=\"8d3k1v0xqz\",w!=\"5tq0c2m7ha\"}[1m30s]))");
    EXPECT_EQ(filledQuery("a{namespace=\"{{namespace}}\",pod=~\"{{name}}-{{revision}}-.+\"}", kWords),
              "a{namespace=\"ml\",pod=~\"fraud-8d3k1v0xqz-.+\"}");
    EXPECT_EQ(filledQuery("{{ name }}{{\tinterval}}", kWords), "fraud1m30s");
}

TEST(QueryTemplate, MayHaveNoWordsAndBracesOfPromQLsOwn) {
    for (const char* query : {"", "1", "sum(a{b=\"c\"})", "a{b=~\"x{2,3}\"} offset 5m", "a{b=\"}}\"}"}) {
        EXPECT_EQ(queryTemplateFault(query), "") << query;
        EXPECT_EQ(filledQuery(query, kWords), query);
    }
}

TEST(QueryTemplate, SaysWhetherItComparesWithTheOtherVersion) {
    EXPECT_TRUE(asksForStable("a{v=\"{{revision}}\"} / a{v=\"{{ stable }}\"}"));
    EXPECT_FALSE(asksForStable("a{v=\"{{revision}}\",w=\"stable\"}"));
    EXPECT_FALSE(asksForStable("{{stable"));
}

TEST(QueryTemplate, WritesDurationsAsPromQLDoes) {
    QueryWords words = kWords;
    const auto interval = [&](Duration length) {
        words.interval = length;
        return filledQuery("{{interval}}", words);
    };
    EXPECT_EQ(interval(seconds(10)), "10s");
    EXPECT_EQ(interval(seconds(3600)), "1h");
    EXPECT_EQ(interval(seconds(3600 + 120 + 3)), "1h2m3s");
    EXPECT_EQ(interval(milliseconds(1500)), "1s500ms");
}

TEST(QueryTemplate, DoesNotFillInWhatWasFilledIn) {
    QueryWords words = kWords;
    words.revision = "{{name}}";
    EXPECT_EQ(filledQuery("{{revision}}", words), "{{name}}");
}

TEST(QueryTemplate, WithAnUnknownWordIsRefusedWithTheKnownOnes) {
    EXPECT_EQ(queryTemplateFault("a{v=\"{{revision}}\",x=\"{{version}}\"}"),
              cat("has {{version}}, which means nothing; state one of ", kKnown));
    EXPECT_EQ(queryTemplateFault("{{}}"), cat("has {{}}, which means nothing; state one of ", kKnown));
    EXPECT_NE(queryTemplateFault("a{{revision}}b{{REVISION}}"), "");
    EXPECT_NE(queryTemplateFault("{{{revision}}}"), "");
}

TEST(QueryTemplate, ThatIsNotClosedIsRefused) {
    EXPECT_EQ(queryTemplateFault("sum(a{v=\"{{revision\"})"),
              cat("has {{ without }} after it, at \"{{revision\"})\"; state one of ", kKnown));
    EXPECT_NE(queryTemplateFault("a{{"), "");
    EXPECT_NE(queryTemplateFault("{{name}}{{revision}"), "");
}

TEST(QueryTemplate, StaysAsItIsWhereItCannotBeFilledIn) {
    for (const char* query : {"a{{ version }}b", "a{{", "a{{revision}"}) {
        EXPECT_EQ(filledQuery(query, kWords), query);
    }
}

}  // namespace
}  // namespace serin::api
