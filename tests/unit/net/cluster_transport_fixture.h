#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "net/cluster_transport.h"
#include "tests/unit/net/fakes.h"
#include "tests/unit/net/loopback_server.h"

namespace serin::net::testing {

// A file that is gone at the end of the test.
class TemporaryFile {
  public:
    explicit TemporaryFile(const std::string& text = "")
        : path_(::testing::TempDir() + "serin-net-" + std::to_string(::getpid()) + "-" +
                std::to_string(++count_)) {
        store(text);
    }
    ~TemporaryFile() { remove(); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    const std::string& path() const { return path_; }
    void store(const std::string& text) const { std::ofstream(path_, std::ios::trunc) << text; }
    void remove() const { std::remove(path_.c_str()); }

  private:
    static inline int count_ = 0;
    std::string path_;
};

// The head of an answer that comes in chunks.
inline constexpr const char* kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

inline std::string chunk(const std::string& bytes) {
    char size[16];
    std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
    return size + bytes + "\r\n";
}

// A client of loopback servers.
class ClusterTransportFixture : public ::testing::Test {
  protected:
    std::unique_ptr<Transport> connect(const LoopbackServer& server) {
        kube::ClusterConfig config;
        config.server = server.url();
        return connect(config);
    }
    std::unique_ptr<Transport> connect(const kube::ClusterConfig& config) {
        auto made = makeClusterTransport(config, clock_, log_);
        EXPECT_TRUE(made.ok()) << made.error().message;
        return std::move(made).value();
    }
    kube::ClusterConfig secure(const LoopbackServer& server, const TestCertificate& own) {
        kube::ClusterConfig config;
        config.server = server.url("https");
        config.ca.text = own.certificate;
        return config;
    }

    ManualClock clock_;
    MemoryLog log_;
};

inline HttpRequest request(const std::string& method, const std::string& target,
                           const std::string& body = "") {
    HttpRequest out;
    out.method = method;
    out.target = target;
    out.body = body;
    out.timeout = std::chrono::seconds(20);
    return out;
}

}  // namespace serin::net::testing
