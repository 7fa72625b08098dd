#include "kube/lease.h"

#include <gtest/gtest.h>

namespace serin::kube {
namespace {

TEST(LeaseBody, ReadsBackAsTheLeaseThatWasWritten) {
    Lease lease;
    lease.space = "serin";
    lease.name = "serin-controller";
    lease.uid = "u-1";
    lease.resourceVersion = "17";
    lease.holder = "pod \"a\"\\_1";
    lease.duration = std::chrono::seconds(15);
    lease.acquireTime = "2026-01-02T03:04:05.000000Z";
    lease.renewTime = "2026-01-02T03:05:05.000000Z";
    lease.transitions = 3;
    const auto read = parseLease(leaseBody(lease));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, lease);
}

TEST(LeaseBody, OfALeaseThatIsToBeMadeNamesNeitherUidNorVersion) {
    Lease lease;
    lease.space = "serin";
    lease.name = "serin-controller";
    const std::string body = leaseBody(lease);
    EXPECT_EQ(body.find("uid"), std::string::npos) << body;
    EXPECT_EQ(body.find("resourceVersion"), std::string::npos) << body;
    EXPECT_TRUE(parseLease(body));
}

}  // namespace
}  // namespace serin::kube
