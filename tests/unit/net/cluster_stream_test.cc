#include "tests/unit/net/cluster_transport_fixture.h"

#include <condition_variable>
#include <mutex>
#include <vector>

namespace serin::net {
namespace {

using testing::answering;
using testing::chunk;
using testing::Connection;
using testing::kChunked;
using testing::LoopbackServer;
using testing::request;
using namespace std::chrono_literals;
using ClusterStream = testing::ClusterTransportFixture;

TEST_F(ClusterStream, StreamsBytesAsTheyCome) {
    // The server sends the next byte only after the client has seen the one before: nothing may be held back.
    std::mutex mutex;
    std::condition_variable seen;
    size_t count = 0;
    const std::string text = "{\"type\":\"ADDED\"}\n";
    LoopbackServer server([&](Connection& connection) {
        connection.readRequest();
        connection.write(kChunked);
        for (size_t at = 0; at < text.size(); ++at) {
            connection.write(chunk(text.substr(at, 1)));
            std::unique_lock lock(mutex);
            if (!seen.wait_for(lock, 10s, [&] { return count > at; })) return;
        }
        connection.write("0\r\n\r\n");
    });
    std::string received;
    const auto end = connect(server)->stream(request("GET", "/watch"),
                                             [&](std::string_view bytes) {
                                                 const std::lock_guard lock(mutex);
                                                 received += bytes;
                                                 count += bytes.size();
                                                 seen.notify_all();
                                                 return true;
                                             },
                                             {});
    ASSERT_TRUE(end.ok()) << end.error().message;
    EXPECT_EQ(end->status, 200);
    EXPECT_EQ(received, text);
}

TEST_F(ClusterStream, ReportsAStreamThatBreaksInTheMiddle) {
    LoopbackServer server([](Connection& connection) {
        connection.readRequest();
        connection.write(kChunked + chunk("first"));
    });
    std::string received;
    const auto end = connect(server)->stream(
        request("GET", "/watch"), [&](std::string_view bytes) { return received += bytes, true; }, {});
    ASSERT_FALSE(end.ok());
    EXPECT_EQ(end.error().code, ErrorCode::Unknown);
    EXPECT_EQ(received, "first");
}

TEST_F(ClusterStream, EndsAStreamAfterSilence) {
    LoopbackServer server([](Connection& connection) {
        connection.readRequest();
        connection.write(kChunked + chunk("first"));
        connection.waitForClose();
    });
    HttpRequest watch = request("GET", "/watch");
    watch.timeout = 500ms;
    const auto end = connect(server)->stream(watch, [](std::string_view) { return true; }, {});
    ASSERT_FALSE(end.ok());
    EXPECT_EQ(end.error().code, ErrorCode::Unknown);
    EXPECT_EQ(end.error().message, "timed out reading the answer");
}

TEST_F(ClusterStream, EndsAStreamWhenTheReaderHasEnough) {
    LoopbackServer server([](Connection& connection) {
        connection.readRequest();
        connection.write(kChunked + chunk("first"));
        connection.waitForClose();
    });
    const auto end =
        connect(server)->stream(request("GET", "/watch"), [](std::string_view) { return false; }, {});
    ASSERT_TRUE(end.ok()) << end.error().message;
    EXPECT_EQ(end->status, 200);
}

TEST_F(ClusterStream, CollectsTheBodyOfAStreamThatWasRefused) {
    LoopbackServer server(
        answering([](const std::string&, Connection& connection) { connection.respond(410, "gone"); }));
    const auto end = connect(server)->stream(request("GET", "/watch"),
                                             [](std::string_view) {
                                                 ADD_FAILURE() << "a refusal is no stream";
                                                 return true;
                                             },
                                             {});
    ASSERT_TRUE(end.ok()) << end.error().message;
    EXPECT_EQ(end->status, 410);
    EXPECT_EQ(end->body, "gone");
}

TEST_F(ClusterStream, StopsAStreamAtOnce) {
    LoopbackServer server([](Connection& connection) {
        connection.readRequest();
        connection.write(kChunked + chunk("first"));
        connection.waitForClose();  // returns only because the client closes
    });
    std::stop_source stop;
    const auto end = connect(server)->stream(
        request("GET", "/watch"),
        [&](std::string_view) {
            stop.request_stop();
            return true;
        },
        stop.get_token());
    ASSERT_FALSE(end.ok());
    EXPECT_EQ(end.error().code, ErrorCode::Stopped);
}

TEST_F(ClusterStream, TellsItsReaderOfSilence) {
    LoopbackServer server([](Connection& connection) {
        connection.readRequest();
        connection.write(kChunked + chunk("first"));
        connection.waitForClose();
    });
    HttpRequest watch = request("GET", "/watch");
    watch.tick = 5ms;
    std::vector<std::string> pieces;
    const auto end = connect(server)->stream(watch,
                                             [&](std::string_view bytes) {
                                                 pieces.emplace_back(bytes);
                                                 return pieces.size() < 4;
                                             },
                                             {});
    ASSERT_TRUE(end.ok()) << end.error().message;
    EXPECT_EQ(pieces, (std::vector<std::string>{"first", "", "", ""}));
}

}  // namespace
}  // namespace serin::net
