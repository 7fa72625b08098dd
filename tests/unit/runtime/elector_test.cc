#include "runtime/elector.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>

#include "tests/unit/apply/fakes.h"

namespace serin::runtime {
namespace {

const char* const kOurs =
    R"({"kind":"Lease","metadata":{"name":"l","namespace":"s","uid":"u","resourceVersion":"5"},"spec":{"holderIdentity":"me",)"
    R"("leaseDurationSeconds":15,"acquireTime":"2026-01-02T03:04:05.000000Z",)"
    R"("renewTime":"2026-01-02T03:04:05.000000Z","leaseTransitions":0}})";

TEST(Elector, OpensTheFenceLeadsAndGivesTheLeaseAway) {
    serin::testing::ScriptedTransport transport;
    serin::testing::ManualClock clock;
    serin::testing::QuietLogger log;
    kube::Fence fence;
    transport.answer(404, R"({"kind":"Status","code":404,"reason":"NotFound"})");
    transport.answer(201, kOurs);
    kube::Election::Options options;
    options.space = "s";
    options.name = "l";
    options.identity = "me";
    std::mutex mutex;
    std::condition_variable wake;
    bool leads = false;
    bool lost = false;
    Elector elector(kube::Election(options, kube::RequestBuilder("test"), [] { return 0.5; }), fence,
                    transport, clock, log,
                    {[&] {
                         const std::lock_guard lock(mutex);
                         leads = true;
                         wake.notify_all();
                     },
                     [&] { lost = true; }});
    EXPECT_FALSE(fence.open(clock.sinceBoot()));
    elector.start();
    {
        std::unique_lock lock(mutex);
        wake.wait(lock, [&] { return leads; });
    }
    EXPECT_TRUE(fence.open(clock.sinceBoot()));
    EXPECT_FALSE(fence.open(clock.sinceBoot() + std::chrono::seconds(10)));
    elector.stop();
    EXPECT_FALSE(fence.open(clock.sinceBoot()));
    EXPECT_FALSE(lost);
    ASSERT_EQ(transport.requests.size(), 3u);
    EXPECT_EQ(transport.requests[2].method, "PUT");
    EXPECT_NE(transport.requests[2].body.find(R"("holderIdentity":"")"), std::string::npos);
}

}  // namespace
}  // namespace serin::runtime
