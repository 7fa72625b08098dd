#include "signals/refusal.h"

#include <gtest/gtest.h>

namespace serin::signals {
namespace {

TEST(Refusal, IsOfTheAccessWith401And403Alone) {
    EXPECT_TRUE(isRefusal({codeOf(401, ErrorCode::Invalid), ""}));
    EXPECT_TRUE(isRefusal({codeOf(403, ErrorCode::Invalid), ""}));
    for (const int status : {200, 400, 404, 407, 500, 503}) {
        EXPECT_EQ(codeOf(status, ErrorCode::Unavailable), ErrorCode::Unavailable) << status;
    }
    EXPECT_FALSE(isRefusal({ErrorCode::Unavailable, ""}));
}

TEST(WithoutSecrets, LeavesNoneWhereverItStandsAndWhereverItIsCut) {
    const net::Access access{"Basic cmVhZGVyOnMzY3JldA==", "", "", {"cmVhZGVyOnMzY3JldA==", "open sesame"}};
    EXPECT_EQ(withoutSecrets("open sesameopen sesame no Basic cmVhZGVyOnMzY3JldA== here", access),
              "[secret][secret] no Basic [secret] here");
    EXPECT_EQ(withoutSecrets("no Basic cmVhZGVyOnMz…", access), "no Basic [secret]…");
    EXPECT_EQ(withoutSecrets("open sesopen sesame", access), "[secret][secret]");
    EXPECT_EQ(withoutSecrets("nothing of it", access), "nothing of it");
    EXPECT_EQ(withoutSecrets("any words have these", {"", "", "", {"", "a"}}), "any words have these");
}

TEST(WithoutSecrets, LeavesNoneInTheLabelsOfAPage) {
    const net::Access access{"Bearer open sesame", "", "", {"open sesame"}};
    PodReading reading;
    SourceReading& source = reading.sources.emplace_back();
    source.series.push_back({7, 7, Slot::Bad, 0, 12, 0, false});
    source.labels.columns = {{"status", {"500", "open sesame"}}, {"open sesame", {"and open ses…"}}};
    const PodReading told = withoutSecrets(reading, access);
    EXPECT_EQ(told.sources[0].labels.columns[0].values, (std::vector<std::string>{"500", "[secret]"}));
    EXPECT_EQ(told.sources[0].labels.columns[1].label, "[secret]");
    EXPECT_EQ(told.sources[0].labels.columns[1].values[0], "and [secret]…");
    EXPECT_EQ(told.sources[0].series[0].value, 12);
}

}  // namespace
}  // namespace serin::signals
