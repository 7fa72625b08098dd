#include "runtime/work_queue.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/unit/apply/fakes.h"

namespace serin::runtime {
namespace {

class WorkQueueTest : public ::testing::Test {
  protected:
    serin::testing::ManualClock clock;
    WorkQueue queue{clock};
};

TEST_F(WorkQueueTest, HandsOutAKeyOnceHoweverOftenItWasAdded) {
    queue.add("a");
    queue.add("a");
    EXPECT_EQ(queue.depth(), 1u);
    EXPECT_EQ(queue.poll(), "a");
    EXPECT_EQ(queue.poll(), std::nullopt);
}

TEST_F(WorkQueueTest, NeverHandsOneKeyToTwoWorkers) {
    queue.add("a");
    ASSERT_EQ(queue.poll(), "a");
    queue.add("a");
    EXPECT_EQ(queue.poll(), std::nullopt);
    EXPECT_EQ(queue.depth(), 0u);
    queue.done("a");
    EXPECT_EQ(queue.poll(), "a");
    queue.done("a");
    EXPECT_EQ(queue.poll(), std::nullopt);
}

TEST_F(WorkQueueTest, TheEarliestTimeWins) {
    const Duration now = clock.boot;
    queue.addAt("a", now + std::chrono::seconds(10));
    queue.addAt("a", now + std::chrono::seconds(5));
    queue.addAt("a", now + std::chrono::seconds(20));
    EXPECT_EQ(queue.nextDue(), now + std::chrono::seconds(5));
    clock.pass(std::chrono::milliseconds(4999));
    EXPECT_EQ(queue.poll(), std::nullopt);
    clock.pass(std::chrono::milliseconds(1));
    EXPECT_EQ(queue.poll(), "a");
    queue.done("a");
    EXPECT_EQ(queue.nextDue(), std::nullopt);
}

TEST_F(WorkQueueTest, ADeadlineSetWhileWorkingIsKept) {
    queue.add("a");
    ASSERT_EQ(queue.poll(), "a");
    queue.addAt("a", clock.boot + std::chrono::seconds(3));
    queue.done("a");
    EXPECT_EQ(queue.poll(), std::nullopt);
    clock.pass(std::chrono::seconds(3));
    EXPECT_EQ(queue.poll(), "a");
}

TEST_F(WorkQueueTest, WaitsLongerAfterEachFailureUpToTheCap) {
    std::vector<Duration::rep> waits;
    for (int i = 0; i < 16; ++i) {
        queue.retry("a");
        const Duration wait = *queue.nextDue() - clock.boot;
        waits.push_back(wait.count());
        clock.pass(wait);
        ASSERT_EQ(queue.poll(), "a");
        queue.done("a");
    }
    EXPECT_EQ(waits[0], 5);
    EXPECT_EQ(waits[1], 10);
    EXPECT_EQ(waits[10], 5120);
    EXPECT_EQ(waits[13], 40'960);
    EXPECT_EQ(waits[14], 60'000);
    EXPECT_EQ(waits[15], 60'000);
    queue.forget("a");
    queue.retry("a");
    EXPECT_EQ(*queue.nextDue() - clock.boot, Duration(5));
}

TEST_F(WorkQueueTest, HonoursWhatTheServerAsksFor) {
    queue.retry("a", WorkQueue::kLongestRetry, std::chrono::seconds(7));
    EXPECT_EQ(*queue.nextDue() - clock.boot, Duration(std::chrono::seconds(7)));
}

TEST_F(WorkQueueTest, NewsDoesNotComeBeforeTheTimeThatTheServerAskedFor) {
    queue.add("a");
    ASSERT_EQ(queue.poll(), "a");
    queue.add("a");  // an event came while the request was made
    queue.retry("a", WorkQueue::kLongestRetry, std::chrono::seconds(2));
    queue.done("a");
    queue.add("a");
    clock.pass(std::chrono::milliseconds(1999));
    queue.add("a");
    EXPECT_EQ(queue.poll(), std::nullopt);
    EXPECT_EQ(queue.depth(), 0u);
    clock.pass(std::chrono::milliseconds(1));
    ASSERT_EQ(queue.poll(), "a");
    queue.forget("a");
    queue.add("a");
    queue.done("a");
    EXPECT_EQ(queue.poll(), "a");
}

TEST_F(WorkQueueTest, OneFailingKeyDoesNotHoldUpOthers) {
    for (int i = 0; i < 20; ++i) {
        queue.retry("bad");
        clock.pass(std::chrono::minutes(1));
        ASSERT_EQ(queue.poll(), "bad");
        queue.done("bad");
    }
    queue.retry("bad");
    queue.add("good");
    EXPECT_EQ(queue.poll(), "good");
}

TEST_F(WorkQueueTest, TakeReturnsNothingAfterAStop) {
    std::stop_source stop;
    std::optional<std::string> taken = "unset";
    std::thread worker([&] { taken = queue.take(stop.get_token()); });
    stop.request_stop();
    worker.join();
    EXPECT_EQ(taken, std::nullopt);
}

TEST_F(WorkQueueTest, TakeWakesWhenAKeyIsAdded) {
    std::stop_source stop;
    std::optional<std::string> taken;
    std::thread worker([&] { taken = queue.take(stop.get_token()); });
    queue.add("a");
    worker.join();
    EXPECT_EQ(taken, "a");
}

}  // namespace
}  // namespace serin::runtime
