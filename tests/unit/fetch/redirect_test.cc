#include "fetch/redirect.h"

#include <gtest/gtest.h>

namespace serin::fetch {
namespace {

const sources::Download kFrom{"https://hub.example/a", {{"authorization", "Bearer x"}, {"x-special", "y"}}};

TEST(Redirect, HeadersGoAlongToTheSameOriginHoweverItIsWritten) {
    for (const char* target :
         {"https://hub.example/b", "https://hub.example:443/b", "https://HUB.example/b"}) {
        const auto to = followed(kFrom, target);
        ASSERT_TRUE(to.ok()) << target;
        EXPECT_EQ(to->url, target);
        EXPECT_EQ(to->headers, kFrom.headers);
    }
}

TEST(Redirect, HeadersStayBehindWhereSchemeHostOrPortChange) {
    for (const char* target : {"https://cdn.example/b", "https://hub.example:8443/b",
                               "https://hub.example.evil/b", "https://hub.example@evil.example/b"}) {
        const auto to = followed(kFrom, target);
        ASSERT_TRUE(to.ok()) << target;
        EXPECT_TRUE(to->headers.empty()) << target;
    }
    const auto up = followed({"http://hub.example/a", kFrom.headers}, "https://hub.example/a");
    ASSERT_TRUE(up.ok());
    EXPECT_TRUE(up->headers.empty());
}

TEST(Redirect, FromHttpsToHttpAndToNowhereIsRefusedWithoutSecrets) {
    for (const char* target :
         {"http://hub.example/b?signature=hush", "file:///etc/passwd", "", "ftp://x/y"}) {
        const auto to = followed(kFrom, target);
        ASSERT_FALSE(to.ok()) << target;
        EXPECT_EQ(to.error().message.find("hush"), std::string::npos);
    }
}

TEST(Redirect, OriginsHaveTheirPorts) {
    EXPECT_EQ(originOf("http://A.example/x"), "http://a.example:80");
    EXPECT_EQ(originOf("https://[::1]/x"), "https://[::1]:443");
    EXPECT_EQ(originOf("https://[::1]:5000"), "https://[::1]:5000");
    EXPECT_EQ(originOf("https://user:pass@a.example?x"), "https://a.example:443");
    EXPECT_EQ(originOf("s3://bucket/x"), "");
    EXPECT_EQ(originOf("https:///x"), "");
}

TEST(Redirect, MessagesShowNeitherUserNorQuery) {
    EXPECT_EQ(withoutUserAndQuery("https://user:pass@a.example/x?sig=hush#part"), "https://a.example/x");
    EXPECT_EQ(withoutUserAndQuery("not a url"), "a URL");
}

}  // namespace
}  // namespace serin::fetch
