#include "kube/election.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "kube/fence.h"

namespace serin::kube {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

const Timestamp kWall{std::chrono::milliseconds{1'767'323'045'678}};

// A server that holds one Lease and checks versions as the API server does.
class LeaseServer {
  public:
    HttpResponse answer(const HttpRequest& request) {
        if (request.method == "GET") return lease ? HttpResponse{200, {}, text()} : HttpResponse{404, {}, ""};
        ++writes;
        const Lease sent = *parseLease(request.body);
        lastBody = Json::parse(request.body);
        if (request.method == "POST" && lease)
            return {409, {}, R"({"kind":"Status","reason":"AlreadyExists"})"};
        if (request.method == "PUT" && !lease) return {404, {}, ""};
        if (request.method == "PUT" && sent.resourceVersion != lease->resourceVersion) {
            return {409, {}, R"({"kind":"Status","reason":"Conflict"})"};
        }
        lease = sent;
        lease->resourceVersion = std::to_string(++version);
        return {request.method == "POST" ? 201 : 200, {}, text()};
    }
    std::string text() const { return leaseBody(*lease); }

    std::optional<Lease> lease;
    Json lastBody;
    int writes = 0;
    int version = 100;
};

Election::Options options(const std::string& identity) {
    return {"serin", "serin-controller", identity};
}

class ElectionTest : public ::testing::Test {
  protected:
    ElectionTest() : first_(make("first")), second_(make("second")) {}

    static Election make(const std::string& identity, double random = 0.0) {
        EXPECT_TRUE(Election::check(options(identity)).ok());
        return Election(options(identity), RequestBuilder("test"), [random] { return random; });
    }
    // Does what the machine wants until it waits.
    void run(Election& election) {
        for (int i = 0; i < 10; ++i) {
            const auto step = election.next(now_, kWall);
            if (!step.request) return;
            election.onAnswer(server_.answer(*step.request), now_);
        }
        FAIL() << "the election never waits";
    }
    void pass(Duration time, std::vector<Election*> who) {
        for (const Duration end = now_ + time; now_ < end; now_ += 100ms) {
            for (Election* election : who) run(*election);
        }
    }

    LeaseServer server_;
    Duration now_{5'000'000};
    Election first_;
    Election second_;
};

TEST_F(ElectionTest, CreatesTheLeaseWithTimesOfSixDigits) {
    run(first_);
    EXPECT_TRUE(first_.leading(now_));
    EXPECT_EQ(server_.lastBody["spec"]["renewTime"], "2026-01-02T03:04:05.678000Z");
    EXPECT_EQ(server_.lastBody["spec"]["acquireTime"], "2026-01-02T03:04:05.678000Z");
    EXPECT_EQ(server_.lastBody["spec"]["leaseDurationSeconds"], 15);
    EXPECT_EQ(server_.lastBody["spec"]["leaseTransitions"], 0);
    EXPECT_EQ(first_.fenceUntil(), now_ + 10s);
}

TEST_F(ElectionTest, RenewsEveryTwoSecondsWithOneWrite) {
    run(first_);
    pass(60s, {&first_});
    EXPECT_TRUE(first_.leading(now_));
    EXPECT_EQ(server_.writes, 1 + 29);
    EXPECT_EQ(server_.lease->transitions, 0);
}

TEST_F(ElectionTest, FencesFromTheTimeOfSendingNotOfTheAnswer) {
    auto get = first_.next(now_, kWall);
    first_.onAnswer(server_.answer(*get.request), now_);
    const Duration sent = now_;
    auto write = first_.next(now_, kWall);
    now_ += 9s;
    first_.onAnswer(server_.answer(*write.request), now_);
    EXPECT_EQ(first_.fenceUntil(), sent + 10s);
    EXPECT_TRUE(first_.leading(now_));
    EXPECT_FALSE(first_.leading(sent + 10s));
    EXPECT_TRUE(first_.lost(sent + 10s));
}

TEST_F(ElectionTest, IsNoLeaderWhenTheAnswerComesAfterItsOwnFence) {
    first_.onAnswer(server_.answer(*first_.next(now_, kWall).request), now_);
    const auto write = first_.next(now_, kWall);
    now_ += 10s;
    first_.onAnswer(server_.answer(*write.request), now_);
    EXPECT_FALSE(first_.leading(now_));
    EXPECT_FALSE(first_.lost(now_)) << "it never led";
    run(first_);
    EXPECT_TRUE(first_.leading(now_)) << "the Lease has its name: it takes it at once";
    EXPECT_EQ(server_.lease->transitions, 0);
}

TEST_F(ElectionTest, WaitsUntilTheLeaseHasNotChangedForItsDurationByItsOwnClock) {
    run(first_);
    now_ += 1s;
    run(second_);
    const Duration seen = now_;
    EXPECT_EQ(second_.holder(), "first");
    pass(15s - 100ms, {&second_});
    EXPECT_FALSE(second_.leading(now_));
    pass(3s, {&second_});
    EXPECT_TRUE(second_.leading(now_));
    EXPECT_EQ(server_.lease->holder, "second");
    EXPECT_EQ(server_.lease->transitions, 1);
    EXPECT_GE(second_.fenceUntil() - 10s, seen + 15s);
    EXPECT_LT(first_.fenceUntil(), second_.fenceUntil() - 10s) << "never two at a time";
}

TEST_F(ElectionTest, TakesADeadLeadersLeaseWithinItsDurationAndOneRetryPeriod) {
    for (const double random : {0.0, 0.3, 0.7, 0.999}) {
        for (Duration life{0}; life < 2s; life += 100ms) {
            server_ = LeaseServer{};
            Election leader = make("first", random);
            Election other = make("second", random);
            run(leader);
            pass(20s, {&other, &leader});
            pass(life, {&leader, &other});
            const Duration renewed = leader.fenceUntil() - options("first").renewDeadline;
            while (!other.leading(now_)) pass(100ms, {&other});
            EXPECT_LE(now_ - renewed, 17'200ms) << "random " << random << ", died after " << life.count();
            EXPECT_GE(now_ - renewed, 15'000ms);
        }
    }
}

TEST_F(ElectionTest, NeverTakesALeaseThatIsRenewed) {
    pass(120s, {&first_, &second_});
    EXPECT_TRUE(first_.leading(now_));
    EXPECT_FALSE(second_.leading(now_));
    EXPECT_EQ(server_.lease->transitions, 0);
}

TEST_F(ElectionTest, LosesWhenItCannotRenewAndAsksNoMore) {
    run(first_);
    const Duration fence = first_.fenceUntil();
    while (now_ < fence) {
        const auto step = first_.next(now_, kWall);
        if (step.request) {
            EXPECT_LE(step.request->timeout, 5s);
            first_.onAnswer(Error{ErrorCode::Unknown, "timed out"}, now_);
        }
        now_ += 100ms;
    }
    EXPECT_TRUE(first_.lost(now_));
    EXPECT_EQ(first_.lastFailure(), "lease: timed out");
    EXPECT_FALSE(first_.next(now_, kWall).request.has_value());
}

TEST_F(ElectionTest, LooksThenRenewsAfterALostAnswer) {
    run(first_);
    now_ += 2s;
    server_.answer(*first_.next(now_, kWall).request);  // accepted, but the answer is lost
    first_.onAnswer(Error{ErrorCode::Unknown, "timed out"}, now_);
    EXPECT_EQ(first_.fenceUntil(), now_ + 8s) << "what is unknown extends nothing";
    now_ += 2s;
    run(first_);
    EXPECT_EQ(first_.fenceUntil(), now_ + 10s);
}

TEST_F(ElectionTest, LooksAtOnceAfterAConflictAndYieldsToAnotherHolder) {
    run(first_);
    server_.lease->holder = "second";
    server_.lease->resourceVersion = "999";
    now_ += 2s;
    run(first_);
    EXPECT_FALSE(first_.leading(now_));
    EXPECT_TRUE(first_.lost(now_));
    EXPECT_EQ(first_.lastFailure(), "lease: taken by 'second'");
}

TEST_F(ElectionTest, GivesTheLeaseAwayAtShutdown) {
    run(first_);
    run(second_);
    const auto release = first_.release(now_, kWall);
    ASSERT_TRUE(release.has_value());
    EXPECT_FALSE(first_.leading(now_));
    EXPECT_FALSE(first_.lost(now_));
    EXPECT_EQ(server_.answer(*release).status, 200);
    EXPECT_EQ(server_.lastBody["spec"]["holderIdentity"], "");
    EXPECT_EQ(server_.lastBody["spec"]["leaseDurationSeconds"], 1);
    pass(3s, {&first_, &second_});
    EXPECT_TRUE(second_.leading(now_));
    EXPECT_EQ(server_.lease->transitions, 1);
    EXPECT_FALSE(second_.release(now_ + 10s, kWall).has_value())
        << "after the fence it is no longer ours to give";
}

TEST_F(ElectionTest, RestsAfterRefusalsWithoutLeading) {
    const auto get = first_.next(now_, kWall);
    first_.onAnswer(HttpResponse{403, {}, ""}, now_);
    const auto step = first_.next(now_, kWall);
    EXPECT_FALSE(step.request.has_value());
    EXPECT_EQ(step.wakeAt, now_ + 2s);
    EXPECT_EQ(first_.lastFailure(), "lease: 403 Forbidden");
}

TEST(ElectionOptions, MustLeaveTimeBetweenTheLimits) {
    Election::Options bad = options("me");
    bad.renewDeadline = 15s;
    EXPECT_FALSE(Election::check(bad).ok());
    bad = options("me");
    bad.retryPeriod = 9s;
    EXPECT_FALSE(Election::check(bad).ok());
    bad = options("me");
    bad.leaseDuration = 15'500ms;
    EXPECT_FALSE(Election::check(bad).ok());
    EXPECT_FALSE(Election::check(options("")).ok());
}

TEST(Lease, ReadsWhatIsMissingAsEmpty) {
    const auto lease =
        parseLease(R"({"kind":"Lease","metadata":{"name":"l"},"spec":{"holderIdentity":null}})");
    ASSERT_TRUE(lease.ok());
    EXPECT_EQ(lease->holder, "");
    EXPECT_FALSE(parseLease(R"({"kind":"Status"})").ok());
    EXPECT_FALSE(parseLease("").ok());
}

TEST(Fence, IsClosedUntilSetAndAfterItsTime) {
    Fence fence;
    EXPECT_FALSE(fence.open(0ms));
    fence.setUntil(10s);
    EXPECT_TRUE(fence.open(9'999ms));
    EXPECT_FALSE(fence.open(10s));
    fence.close();
    EXPECT_FALSE(fence.open(1ms));
}

}  // namespace
}  // namespace serin::kube
