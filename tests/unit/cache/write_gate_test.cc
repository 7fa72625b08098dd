#include "cache/write_gate.h"

#include <gtest/gtest.h>

namespace serin::cache {
namespace {

using namespace std::chrono_literals;

class WriteGateTest : public ::testing::Test {
  protected:
    bool open(const std::string& owner, Duration now = 0ms) {
        return gate_.caughtUp(
            owner, [this](const std::string& kind) { return stores_[kind]; }, now);
    }
    WriteGate gate_;
    std::map<std::string, std::string> stores_{{"Service", "10"}, {"ReplicaSet", "10"}};
};

TEST_F(WriteGateTest, WaitsForEachKindThatWasWritten) {
    EXPECT_TRUE(open("ml/a"));
    gate_.wrote("Service", "ml/a", "12", 0ms);
    gate_.wrote("ReplicaSet", "ml/a", "13", 0ms);
    EXPECT_FALSE(open("ml/a"));
    EXPECT_TRUE(open("ml/b"));
    stores_["Service"] = "12";
    EXPECT_FALSE(open("ml/a"));
    stores_["ReplicaSet"] = "20";  // a bookmark, or an event of another object
    EXPECT_TRUE(open("ml/a"));
    EXPECT_EQ(gate_.size(), 0U);
}

TEST_F(WriteGateTest, RemembersTheNewestWrite) {
    gate_.wrote("Service", "ml/a", "15", 0ms);
    gate_.wrote("Service", "ml/a", "12", 0ms);
    gate_.wrote("Service", "ml/a", "", 0ms);
    stores_["Service"] = "14";
    EXPECT_FALSE(open("ml/a"));
    stores_["Service"] = "15";
    EXPECT_TRUE(open("ml/a"));
}

TEST_F(WriteGateTest, IsClosedBeforeTheFirstList) {
    gate_.wrote("Lease", "ml/a", "1", 0ms);
    EXPECT_FALSE(open("ml/a"));
}

TEST_F(WriteGateTest, LosesPatienceAfterAMinute) {
    gate_.wrote("Service", "ml/a", "15", 5s);
    EXPECT_FALSE(open("ml/a", 64'999ms));
    EXPECT_TRUE(open("ml/a", 65s));
}

TEST_F(WriteGateTest, ForgetsWhatIsGone) {
    gate_.wrote("Service", "ml/a", "15", 0ms);
    gate_.forget("ml/a");
    EXPECT_TRUE(open("ml/a"));
}

}  // namespace
}  // namespace serin::cache
