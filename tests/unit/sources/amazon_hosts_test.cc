#include "sources/amazon_hosts.h"

#include <gtest/gtest.h>

namespace serin::sources {
namespace {

TEST(AmazonHosts, AreInTheDomainOfTheRegionsPartition) {
    EXPECT_EQ(amazonUrl("s3", "eu-central-1"), "https://s3.eu-central-1.amazonaws.com");
    EXPECT_EQ(amazonUrl("sts", "us-gov-west-1"), "https://sts.us-gov-west-1.amazonaws.com");
    EXPECT_EQ(amazonUrl("sts", "cn-north-1"), "https://sts.cn-north-1.amazonaws.com.cn");
    EXPECT_EQ(amazonUrl("s3", "eusc-de-east-1"), "https://s3.eusc-de-east-1.amazonaws.eu");
}

TEST(AmazonHosts, NameTheirRegion) {
    EXPECT_EQ(regionIn("https://s3.eu-central-1.amazonaws.com"), "eu-central-1");
    EXPECT_EQ(regionIn("https://sts.cn-north-1.amazonaws.com.cn/"), "cn-north-1");
    for (const char* other :
         {"", "http://minio.ml.svc:9000", "https://s3.amazonaws.com",
          "https://s3.eu-central-1.amazonaws.com.cn", "https://s3.eu-central-1.amazonaws.com.evil.example",
          "https://s3.a.b.amazonaws.com", "https://sts.amazonaws.com"}) {
        EXPECT_EQ(regionIn(other), "") << other;
    }
}

}  // namespace
}  // namespace serin::sources
