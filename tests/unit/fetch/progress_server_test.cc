// The page that tells how far a model is loaded, as it is had over a socket.
#include "fetch/progress_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <atomic>

namespace serin::fetch {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

Descriptor connected(int port) {
    Descriptor out(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(port));
    EXPECT_EQ(::connect(out.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return out;
}
void sendTo(const Descriptor& connection, const std::string& bytes) {
    EXPECT_EQ(::send(connection.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
}
std::string answerOn(const Descriptor& connection) {
    std::string out;
    std::array<char, 1024> buffer;
    ssize_t count = 0;
    while ((count = ::recv(connection.get(), buffer.data(), buffer.size(), 0)) > 0) {
        out.append(buffer.data(), static_cast<size_t>(count));
    }
    return out;
}
std::string answerTo(int port, const std::string& request) {
    const Descriptor connection = connected(port);
    sendTo(connection, request);
    ::shutdown(connection.get(), SHUT_WR);
    return answerOn(connection);
}

// Each look at it is so much later than the one before.
class StepClock : public Clock {
  public:
    explicit StepClock(Duration step) : step_(step) {}
    Timestamp wall() const override { return {}; }
    Duration sinceBoot() const override {
        now_ = now_.load() + step_;
        ++looks;
        looks.notify_all();
        return now_;
    }
    mutable std::atomic<int> looks{0};

  private:
    const Duration step_;
    mutable std::atomic<Duration> now_{Duration(0)};
};

TEST(ProgressServer, AnswersWithThePageOfThatMoment) {
    std::atomic<int> asked{0};
    const auto server = ProgressServer::start(0, [&] { return "page " + std::to_string(++asked); });
    ASSERT_TRUE(server.ok()) << server.error().message;
    const std::string get = "GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n";
    EXPECT_THAT(answerTo((*server)->port(), get),
                AllOf(StartsWith("HTTP/1.1 200 "), EndsWith("\r\n\r\npage 1")));
    EXPECT_THAT(answerTo((*server)->port(), get), EndsWith("page 2"));
}

TEST(ProgressServer, RefusesWhatItIsNotFor) {
    const auto server = ProgressServer::start(0, [] { return "page"; });
    ASSERT_TRUE(server.ok());
    EXPECT_THAT(answerTo((*server)->port(), "POST / HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 405 "));
    EXPECT_THAT(answerTo((*server)->port(), "what\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
    EXPECT_THAT(answerTo((*server)->port(), "GET / HTTP/1.1\r\n"), StartsWith("HTTP/1.1 400 "));
}

TEST(ProgressServer, AHeadThatTricklesInIsNotWaitedForLongerThanTheWhole) {
    const StepClock clock(Duration(700));
    const auto server = ProgressServer::start(
        0, [] { return "page"; }, clock);
    ASSERT_TRUE(server.ok());
    const Descriptor connection = connected((*server)->port());
    sendTo(connection, "G");
    EXPECT_THAT(answerOn(connection), StartsWith("HTTP/1.1 400 "));
    EXPECT_LE(clock.looks, 4);
}

TEST(ProgressServer, ItsEndDoesNotWaitForWhoHasNotAskedYet) {
    const StepClock clock(Duration(0));
    auto server = ProgressServer::start(
        0, [] { return "page"; }, clock);
    ASSERT_TRUE(server.ok());
    const Descriptor connection = connected((*server)->port());
    sendTo(connection, "GET / HTTP/1.1\r\n");
    clock.looks.wait(0);
    server->reset();
    EXPECT_THAT(answerOn(connection), StartsWith("HTTP/1.1 400 "));
}

TEST(ProgressServer, APortThatIsTakenIsTold) {
    const auto server = ProgressServer::start(0, [] { return ""; });
    ASSERT_TRUE(server.ok());
    const auto second = ProgressServer::start((*server)->port(), [] { return ""; });
    ASSERT_FALSE(second.ok());
    EXPECT_THAT(second.error().message, HasSubstr("cannot listen on port"));
}

}  // namespace
}  // namespace serin::fetch
