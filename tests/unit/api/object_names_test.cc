#include "api/object_names.h"

#include <gtest/gtest.h>

#include <string>

namespace serin::api {
namespace {

TEST(ObjectName, IsASubdomain) {
    for (const char* good : {"a", "prometheus-reader", "a.b-c.0", "0"})
        EXPECT_TRUE(isObjectName(good)) << good;
    for (const char* bad : {"", "A", "-a", "a-", "a..b", ".a", "a.", "a.-b", "a_b", "a/b", "a b", "ä"}) {
        EXPECT_FALSE(isObjectName(bad)) << bad;
    }
    EXPECT_TRUE(isObjectName(std::string(253, 'a')));
    EXPECT_FALSE(isObjectName(std::string(254, 'a')));
}

TEST(DataKey, IsAFileNameWithinItsFolder) {
    for (const char* good : {"ca.crt", "A_b-c", ".hidden", "0"}) EXPECT_TRUE(isDataKey(good)) << good;
    for (const char* bad : {"", ".", "..", "..a", "a/b", "a b", "ü"}) EXPECT_FALSE(isDataKey(bad)) << bad;
    EXPECT_TRUE(isDataKey(std::string(253, 'a')));
    EXPECT_FALSE(isDataKey(std::string(254, 'a')));
}

TEST(HostName, IsANameOrAnAddress) {
    for (const char* good : {"Prometheus.Example.com", "localhost", "10.0.0.1"}) {
        EXPECT_TRUE(isHostName(good)) << good;
    }
    for (const char* bad : {"", "*.example.com", "a:9090", "https://a", "fd00::1", "a_b"}) {
        EXPECT_FALSE(isHostName(bad)) << bad;
    }
}

}  // namespace
}  // namespace serin::api
