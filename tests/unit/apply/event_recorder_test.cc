#include "apply/event_recorder.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "fakes.h"

namespace serin::apply {
namespace {

kube::EventInput happened(const std::string& reason) {
    kube::EventInput input;
    input.regarding = {"serin.dev/v1alpha1", "ModelDeployment", "ml", "fraud", "uid-fraud", "7"};
    input.reason = reason;
    input.action = reason;
    input.note = "a note";
    return input;
}

class EventRecorderTest : public ::testing::Test {
  protected:
    EventRecorderTest() {
        transport.onSend = [this] {
            const std::lock_guard lock(mutex);
            ++sent;
            wake.notify_all();
        };
    }
    void waitFor(int count) {
        std::unique_lock lock(mutex);
        wake.wait(lock, [&] { return sent >= count; });
    }
    EventRecorder make(size_t limit = 1000) {
        kube::EventSeries::Options options;
        options.reportingInstance = "serin-0";
        return EventRecorder(
            kube::EventSeries(options, kube::RequestBuilder("test")), transport, [] { return true; }, clock,
            log, limit);
    }

    serin::testing::ScriptedTransport transport;
    serin::testing::ManualClock clock;
    serin::testing::QuietLogger log;
    std::mutex mutex;
    std::condition_variable wake;
    int sent = 0;
};

TEST_F(EventRecorderTest, MakesASeriesOfWhatIsRepeated) {
    {
        EventRecorder recorder = make();
        recorder.record(happened("RolledBack"));
        recorder.record(happened("RolledBack"));
        recorder.record(happened("Promoted"));
        recorder.start();
        waitFor(3);
    }
    ASSERT_EQ(transport.requests.size(), 3u);
    EXPECT_EQ(transport.requests[0].method, "POST");
    EXPECT_EQ(transport.requests[1].method, "PATCH");
    EXPECT_EQ(transport.requests[2].method, "POST");
    EXPECT_NE(transport.requests[0].body.find("\"RolledBack\""), std::string::npos);
    EXPECT_NE(transport.requests[0].target.find("/apis/events.k8s.io/v1/namespaces/ml/events"),
              std::string::npos);
}

TEST_F(EventRecorderTest, DropsTheNewestWhenTooManyWait) {
    {
        EventRecorder recorder = make(2);
        recorder.record(happened("A"));
        recorder.record(happened("B"));
        recorder.record(happened("C"));
        EXPECT_EQ(recorder.dropped(), 1u);
        recorder.start();
        waitFor(2);
    }
    EXPECT_EQ(transport.requests.size(), 2u);
}

}  // namespace
}  // namespace serin::apply
