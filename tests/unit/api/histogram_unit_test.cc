#include "api/histogram_unit.h"

#include <gtest/gtest.h>

namespace serin::api {
namespace {

TEST(LatencyUnit, IsWhatTheNameEndsWith) {
    EXPECT_EQ(secondsPerUnit("request_duration_seconds{unit=\"x_ms\"}"), 1);
    EXPECT_EQ(secondsPerUnit("request_duration_milliseconds"), 1e-3);
    EXPECT_EQ(secondsPerUnit("latency_ms{a=\"b\"}"), 1e-3);
    EXPECT_EQ(secondsPerUnit("request_duration_us"), 1e-6);
    EXPECT_EQ(secondsPerUnit("latency"), 1);
}

}  // namespace
}  // namespace serin::api
