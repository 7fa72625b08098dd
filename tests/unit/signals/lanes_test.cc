#include "signals/lanes.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>

namespace serin::signals {
namespace {

using Turn = ThreadPool::Turn;

TEST(Lanes, LetOtherServersPassOneThatHangs) {
    std::promise<void> release;
    const auto released = release.get_future().share();
    std::latch hanging(2);
    std::atomic<int> waited = 0;
    Lanes lanes(4, 2);
    for (int i = 0; i < 10; ++i) {
        lanes.submit("slow", [&](Turn turn) {
            if (turn == Turn::Dropped) return;
            if (waited++ < 2) hanging.count_down();
            released.wait();
        });
    }
    hanging.wait();
    std::promise<void> done;
    lanes.submit("quick", [&](Turn) { done.set_value(); });
    done.get_future().wait();
    EXPECT_EQ(waited, 2);
    release.set_value();
}

TEST(Lanes, RunEverythingInItsOrder) {
    std::vector<int> seen;
    std::latch all(20);
    Lanes lanes(8, 1);
    for (int i = 0; i < 20; ++i) {
        lanes.submit("one", [&, i](Turn) {
            seen.push_back(i);
            all.count_down();
        });
    }
    all.wait();
    EXPECT_TRUE(std::ranges::is_sorted(seen));
}

TEST(Lanes, TellWhatWaitsThatItWillNotBeRun) {
    std::atomic<int> run = 0, dropped = 0;
    std::promise<void> begun, release;
    {
        Lanes lanes(1, 1);
        const auto count = [&](Turn turn) { ++(turn == Turn::Run ? run : dropped); };
        lanes.submit("a", [&](Turn turn) {
            count(turn);
            begun.set_value();
            release.get_future().wait();
        });
        begun.get_future().wait();
        lanes.submit("a", count);
        lanes.submit("b", [&](Turn turn) {
            count(turn);
            release.set_value();  // the pool drops what waits before it waits for what runs
        });
    }
    EXPECT_EQ(run, 1);
    EXPECT_EQ(dropped, 2);
}

TEST(Lanes, WithoutThreadsRunAtOnce) {
    Lanes lanes(0, 1);
    int runs = 0;
    for (int i = 0; i < 3; ++i) lanes.submit("a", [&](Turn) { ++runs; });
    EXPECT_EQ(runs, 3);
}

}  // namespace
}  // namespace serin::signals
