#include "load.h"

#include <signal.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <mutex>
#include <sstream>
#include <thread>
#include <utility>
#include <vector>

#include "http.h"

namespace testserver {
namespace {

using Clock = std::chrono::steady_clock;

// Totals since the start. Thread-safe.
class Totals {
public:
    void answered(int code, const std::string& version) {
        const std::lock_guard lock(mutex_);
        ++(code < 400 ? ok_ : code >= 500 ? errors_ : other_);
        ++versions_[version];
    }
    void failed(const std::string& why) {
        const std::lock_guard lock(mutex_);
        ++failed_;
        ++failures_[why];
        if (moments_.size() < kMostMoments) moments_[secondsSinceEpoch()] = why;
    }
    void retried() {
        const std::lock_guard lock(mutex_);
        ++retried_;
    }
    std::string json() const {
        const std::lock_guard lock(mutex_);
        std::ostringstream out;
        out << "{\"ok\": " << ok_ << ", \"errors\": " << errors_ << ", \"other\": " << other_
            << ", \"failed\": " << failed_ << ", \"retried\": " << retried_ << ", \"versions\": " << object(versions_)
            << ", \"failures\": " << object(failures_) << ", \"moments\": {";
        const char* comma = "";
        for (const auto& [at, why] : moments_) out << std::exchange(comma, ", ") << '"' << at << "\": \"" << why << '"';
        out << "}}";
        return out.str();
    }

private:
    static std::string object(const std::map<std::string, uint64_t>& counts) {
        std::string text;
        for (const auto& [name, count] : counts) {
            text += (text.empty() ? "\"" : ", \"") + name + "\": " + std::to_string(count);
        }
        return "{" + text + "}";
    }

    static std::string secondsSinceEpoch() {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        return std::to_string(std::chrono::duration<double>(now).count());
    }

    static constexpr size_t kMostMoments = 50;
    mutable std::mutex mutex_;
    uint64_t ok_ = 0, errors_ = 0, other_ = 0, failed_ = 0, retried_ = 0;
    std::map<std::string, uint64_t> versions_;  // by header X-Version
    std::map<std::string, uint64_t> failures_;  // by cause
    std::map<std::string, std::string> moments_;  // the first ones, with their causes
};

struct Target {
    std::string address;
    int port = 80;
    std::string request;
    int perConnection = 1;
    std::chrono::milliseconds timeout{5000};
};

// One client: sends requests one after the other, on the same connection as long as it may.
class Client {
public:
    Client(const Target& target, Totals& totals) : target_(target), totals_(totals) {}

    void request() {
        bool kept = connection_ != nullptr;
        if (!kept && !connect()) return;
        for (;;) {
            Message answer;
            const bool written = connection_->write(target_.request);
            const auto read = written ? connection_->read(answer, target_.timeout) : Connection::Read::Closed;
            if (read == Connection::Read::Message) return finish(answer);
            const std::string why = read == Connection::Read::Closed ? "closed before an answer" : std::strerror(errno);
            connection_.reset();
            if (!kept || read != Connection::Read::Closed) return totals_.failed(why);
            kept = false;
            totals_.retried();
            if (!connect()) return;
        }
    }

private:
    bool connect() {
        const int fd = connectTo(target_.address, target_.port, target_.timeout);
        if (fd < 0) {
            totals_.failed(std::string("connect: ") + std::strerror(errno));
            return false;
        }
        connection_ = std::make_unique<Connection>(fd);
        used_ = 0;
        return true;
    }
    void finish(const Message& answer) {
        totals_.answered(std::atoi(answer.start.c_str() + std::strlen("HTTP/1.1 ")), answer.header("x-version"));
        if (++used_ >= target_.perConnection || answer.wantsClose()) connection_.reset();
    }

    const Target& target_;
    Totals& totals_;
    std::unique_ptr<Connection> connection_;
    int used_ = 0;
};

std::string option(const std::map<std::string, std::string>& options, const std::string& name,
                   const std::string& fallback) {
    const auto found = options.find(name);
    return found == options.end() ? fallback : found->second;
}

Target targetOf(const std::map<std::string, std::string>& options) {
    const std::string to = option(options, "to", "127.0.0.1:8080");
    const std::string body =
        R"({"inputs": [{"name": "x", "shape": [1, 2], "datatype": "FP64", "data": [0.5, 0.25]}]})";
    Target target;
    target.address = to.substr(0, to.find(':'));
    target.port = std::atoi(to.c_str() + to.find(':') + 1);
    target.perConnection = std::atoi(option(options, "requests_per_connection", "1").c_str());
    target.timeout = std::chrono::milliseconds(std::atoi(option(options, "timeout_ms", "5000").c_str()));
    target.request = "POST /v2/models/" + option(options, "model", "model") + "/infer HTTP/1.1\r\nHost: " + to +
                     "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
                     (target.perConnection == 1 ? "Connection: close\r\n" : "") + "\r\n" + body;
    return target;
}

}  // namespace

int load(const std::map<std::string, std::string>& options) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    const Target target = targetOf(options);
    const double rate = std::strtod(option(options, "rate", "10").c_str(), nullptr);
    const auto start = Clock::now();
    Totals totals;
    std::atomic<uint64_t> next{0};
    std::atomic<bool> stopping{false};
    std::vector<std::thread> workers;
    for (int i = std::atoi(option(options, "workers", "16").c_str()); i > 0; --i) {
        workers.emplace_back([&] {
            Client client(target, totals);
            while (!stopping) {
                const std::chrono::duration<double> due(static_cast<double>(next++) / rate);
                std::this_thread::sleep_until(start + std::chrono::duration_cast<Clock::duration>(due));
                if (!stopping) client.request();
            }
        });
    }
    Server server(std::atoi(option(options, "stats_port", "8081").c_str()),
                  [&](const auto&, const auto&, const auto&) { return Answer{200, totals.json() + "\n", {}}; });
    std::thread statistics([&] { server.run(std::chrono::seconds(1)); });

    const timespec limit{std::atoi(option(options, "seconds", "0").c_str()), 0};
    int which = 0;
    if (limit.tv_sec > 0) {
        sigtimedwait(&signals, nullptr, &limit);
    } else {
        sigwait(&signals, &which);
    }
    stopping = true;
    for (std::thread& worker : workers) worker.join();
    server.stop();
    statistics.join();
    std::printf("%s\n", totals.json().c_str());
    return 0;
}

}  // namespace testserver
