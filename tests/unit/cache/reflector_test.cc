#include "cache/reflector.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>

namespace serin::cache {
namespace {

using namespace std::chrono_literals;

class ManualClock : public Clock {
  public:
    Timestamp wall() const override { return Timestamp{now.load()}; }
    Duration sinceBoot() const override { return now; }
    std::atomic<Duration> now{Duration{1'000'000}};
};

class QuietLog : public Logger {
  public:
    void log(LogLevel, std::string_view, const LogFields&) override {}
};

// Plays a script: each list takes the next answer, each watch the next stream; when a script is used up, it
// blocks until it is stopped.
class ScriptedTransport : public net::Transport {
  public:
    struct Stream {
        std::vector<std::string> chunks;
        Result<HttpResponse> end = HttpResponse{200, {}, ""};
    };

    Result<HttpResponse> send(const HttpRequest& request, std::stop_token stop) override {
        return take(lists, request, stop, Result<HttpResponse>(Error{ErrorCode::Stopped, "stopped"}));
    }
    Result<HttpResponse> stream(const HttpRequest& request,
                                const std::function<bool(std::string_view)>& onChunk,
                                std::stop_token stop) override {
        const Stream one = take(streams, request, stop, Stream{{}, Error{ErrorCode::Stopped, "stopped"}});
        for (const std::string& chunk : one.chunks) {
            if (onPiece) onPiece();
            if (!onChunk(chunk)) return HttpResponse{200, {}, ""};
        }
        return one.end;
    }
    // Waits until the scripts are used up and the reflector asks for more.
    void waitUntilIdle() {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(changed_.wait_for(lock, 20s, [this] { return idle_; }));
    }
    std::vector<std::string> targets() {
        const std::lock_guard lock(mutex_);
        return targets_;
    }

    std::deque<Result<HttpResponse>> lists;
    std::deque<Stream> streams;
    std::function<void()> onPiece;

  private:
    template <typename T>
    T take(std::deque<T>& script, const HttpRequest& request, std::stop_token stop, T stopped) {
        std::unique_lock lock(mutex_);
        targets_.push_back(request.target);
        if (!script.empty()) {
            T next = script.front();
            script.pop_front();
            return next;
        }
        idle_ = true;
        changed_.notify_all();
        changed_.wait(lock, stop, [] { return false; });
        return stopped;
    }

    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool idle_ = false;
    std::vector<std::string> targets_;
};

std::string item(const std::string& name, const std::string& version, const std::string& value) {
    return R"({"metadata":{"namespace":"ml","name":")" + name + R"(","uid":"u-)" + name +
           R"(","resourceVersion":")" + version + R"(","labels":{"owner":"x"}},"value":)" + value + "}";
}

HttpResponse page(const std::string& version, const std::string& items) {
    return {200, {}, R"({"metadata":{"resourceVersion":")" + version + R"("},"items":[)" + items + "]}"};
}

std::string frame(const std::string& type, const std::string& object) {
    return R"({"type":")" + type + R"(","object":)" + object + "}\n";
}

class ReflectorTest : public ::testing::Test {
  protected:
    Kind<int> kind() {
        Kind<int> out;
        out.decode = [](const kube::Object& object) -> Result<int> {
            const auto value = object.json().find("value");
            if (value == object.json().end() || !value->is_number_integer())
                return invalid("value is no number");
            return value->get<int>();
        };
        out.ownerKey = [](const kube::Object& object) {
            return kube::objectKey(object.space(), object.label("owner"));
        };
        out.notify = [this](const std::string& owner) { notified_.push_back(owner); };
        out.malformed = [this](const std::string& key, const std::string& owner, const Error& error) {
            malformed_.push_back(key + " of " + owner + ": " + error.message);
        };
        return out;
    }
    // Runs the reflector through its script.
    Snapshot<int> run(bool streamingLists = false) {
        kube::ListWatch::Options options;
        options.resource = kube::services();
        options.streamingLists = streamingLists;
        Reflector<int> reflector(
            options, kube::RequestBuilder("test"), [] { return 0.0; }, kind(), transport_, clock_, log_);
        EXPECT_FALSE(reflector.hasSynced());
        reflector.start();
        transport_.waitUntilIdle();
        EXPECT_TRUE(reflector.hasSynced());
        health_ = reflector.health();
        return reflector.snapshot();
    }

    QuietLog log_;
    ManualClock clock_;
    ScriptedTransport transport_;
    std::vector<std::string> notified_;
    std::vector<std::string> malformed_;
    ReflectorHealth health_;
};

TEST_F(ReflectorTest, ListsThenFollowsTheWatch) {
    transport_.lists = {page("10", item("a", "3", "1") + "," + item("b", "4", "2"))};
    const std::string events = frame("MODIFIED", item("a", "11", "5")) +
                               frame("DELETED", item("b", "12", "2")) + frame("ADDED", item("c", "13", "7"));
    transport_.streams = {{{events.substr(0, 50), events.substr(50)}}};
    const auto snapshot = run();
    EXPECT_EQ(snapshot.find("ml/a")->value, 5);
    EXPECT_EQ(snapshot.find("ml/b"), nullptr);
    EXPECT_EQ(snapshot.find("ml/c")->value, 7);
    EXPECT_EQ(snapshot.resourceVersion(), "13");
    EXPECT_EQ(notified_, (std::vector<std::string>{"ml/x", "ml/x", "ml/x", "ml/x"}));
    EXPECT_NE(transport_.targets().back().find("resourceVersion=13&"), std::string::npos);
    EXPECT_EQ(health_.lists, 1);
    EXPECT_EQ(health_.failures, 0);
}

TEST_F(ReflectorTest, KeepsAMalformedObjectOutAndDisturbsNothingElse) {
    transport_.lists = {page("10", item("bad", "3", "\"x\"") + "," + item("good", "4", "2"))};
    transport_.streams = {
        {{frame("MODIFIED", item("good", "11", "null")), frame("ADDED", item("new", "12", "1")),
          frame("MODIFIED", item("bad", "13", "8"))}}};
    const auto snapshot = run();
    EXPECT_EQ(snapshot.size(), 2U);
    EXPECT_EQ(snapshot.find("ml/new")->value, 1);
    EXPECT_EQ(snapshot.find("ml/bad")->value, 8) << "once it is mended it comes in";
    EXPECT_EQ(snapshot.find("ml/good"), nullptr) << "what became malformed is taken out";
    EXPECT_EQ(malformed_, (std::vector<std::string>{"ml/bad of ml/x: value is no number",
                                                    "ml/good of ml/x: value is no number"}));
    EXPECT_EQ(snapshot.resourceVersion(), "13");
}

TEST_F(ReflectorTest, ListsAnewWhenTheWatchIsTooOld) {
    transport_.lists = {page("10", item("a", "3", "1")), page("20", item("c", "15", "3"))};
    transport_.streams = {{{frame("ERROR", R"({"kind":"Status","code":410,"reason":"Expired"})") +
                            frame("ADDED", item("never", "11", "1"))}}};
    const auto snapshot = run();
    EXPECT_EQ(snapshot.size(), 1U);
    EXPECT_EQ(snapshot.find("ml/c")->value, 3);
    EXPECT_EQ(health_.lists, 2);
    EXPECT_EQ(health_.failures, 1);
}

TEST_F(ReflectorTest, ResumesAfterABreakInsideAFrame) {
    transport_.lists = {page("10", "")};
    const std::string half = frame("ADDED", item("b", "12", "1")).substr(0, 30);
    transport_.streams = {{{frame("ADDED", item("a", "11", "1")) + half}}};
    run();
    EXPECT_NE(transport_.targets().back().find("resourceVersion=11&"), std::string::npos);
    EXPECT_EQ(health_.failures, 1);
    EXPECT_EQ(health_.lastFailure, "watch: the stream ended inside a frame");
}

TEST_F(ReflectorTest, ResumesFromABookmark) {
    transport_.lists = {page("10", item("a", "3", "1"))};
    transport_.streams = {{{frame("BOOKMARK", R"({"metadata":{"resourceVersion":"99"}})")}}};
    const auto snapshot = run();
    EXPECT_EQ(snapshot.resourceVersion(), "99");
    EXPECT_NE(transport_.targets().back().find("resourceVersion=99&"), std::string::npos);
    EXPECT_EQ(notified_.size(), 1U) << "a bookmark wakes nobody";
}

std::string endOfList(const std::string& version) {
    return frame("BOOKMARK", R"({"metadata":{"resourceVersion":")" + version +
                                 R"(","annotations":{"k8s.io/initial-events-end":"true"}}})");
}

TEST_F(ReflectorTest, TakesAStreamingListAtItsBookmarkAndFollowsTheSameStream) {
    transport_.streams = {{{frame("ADDED", item("a", "3", "1")) + frame("ADDED", item("b", "4", "2")),
                            frame("MODIFIED", item("b", "5", "6")) + frame("DELETED", item("a", "6", "1")),
                            endOfList("10"), frame("ADDED", item("c", "11", "7"))}}};
    const auto snapshot = run(true);
    EXPECT_EQ(snapshot.size(), 2U);
    EXPECT_EQ(snapshot.find("ml/b")->value, 6);
    EXPECT_EQ(snapshot.find("ml/c")->value, 7);
    EXPECT_EQ(notified_, (std::vector<std::string>{"ml/x", "ml/x"})) << "the list at once, then the event";
    EXPECT_EQ(transport_.targets().size(), 2U);
    EXPECT_NE(transport_.targets().back().find("resourceVersion=11&"), std::string::npos);
}

TEST_F(ReflectorTest, ListsInPagesWhereStreamingIsRefusedInTheMiddle) {
    transport_.streams = {{{frame("ADDED", item("dropped", "3", "1")),
                            frame("ERROR", R"({"kind":"Status","code":500,"reason":"InternalError"})")}}};
    transport_.lists = {page("10", item("a", "3", "1"))};
    const auto snapshot = run(true);
    EXPECT_EQ(snapshot.size(), 1U);
    EXPECT_NE(snapshot.find("ml/a"), nullptr);
    EXPECT_EQ(health_.failures, 0);
}

TEST_F(ReflectorTest, ListsInPagesWhenNoBookmarkComes) {
    // A tick of silence is a piece without bytes; the clock says how long it was.
    transport_.streams = {{{frame("ADDED", item("dropped", "3", "1")), ""}}};
    transport_.onPiece = [this] { clock_.now = clock_.now.load() + 10s; };
    transport_.lists = {page("10", item("a", "3", "1"))};
    const auto snapshot = run(true);
    EXPECT_EQ(snapshot.size(), 1U);
    EXPECT_EQ(health_.failures, 1);
    EXPECT_EQ(health_.lastFailure.substr(0, 46), "streaming list: its bookmark did not come with");
}

}  // namespace
}  // namespace serin::cache
