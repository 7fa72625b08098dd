#include "real_server.h"

#include <condition_variable>
#include <iostream>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "kube/kubeconfig.h"
#include "net/cluster_transport.h"
#include "net/command.h"
#include "net/surroundings.h"

namespace serin::conformance {
namespace {

constexpr std::chrono::milliseconds kLittle{25};

// What the server remarks beside its answers is part of the answers here, and wanted.
class Silence final : public Logger {
  public:
    void log(LogLevel level, std::string_view message, const LogFields&) override {
        if (level == LogLevel::Error) std::cerr << message << '\n';
    }
};

class RealStream final : public Stream {
  public:
    RealStream(net::Transport& transport, HttpRequest request)
        : thread_([this, &transport, asked = std::move(request)](const std::stop_token& stop) {
              Result<HttpResponse> end = transport.stream(
                  asked, [this](std::string_view bytes) { return take(bytes); }, stop);
              const std::lock_guard lock(mutex_);
              answer_ = std::move(end);
              news_.notify_all();
          }) {}

    std::string pull() override {
        std::unique_lock lock(mutex_);
        news_.wait_for(lock, kLittle, [this] { return !bytes_.empty() || answer_; });
        if (bytes_.empty() && answer_) over_ = true;
        return std::exchange(bytes_, {});
    }
    const Result<HttpResponse>* end() const override { return over_ ? &*answer_ : nullptr; }

  private:
    bool take(std::string_view bytes) {
        const std::lock_guard lock(mutex_);
        bytes_ += bytes;
        news_.notify_all();
        return true;
    }

    std::mutex mutex_;
    std::condition_variable news_;
    std::string bytes_;
    std::optional<Result<HttpResponse>> answer_;
    bool over_ = false;  // of the reading side alone
    std::jthread thread_;
};

class RealServer final : public Server {
  public:
    explicit RealServer(std::string compactCommand) : compactCommand_(std::move(compactCommand)) {}

    Result<void> connect(const kube::ClusterConfig& config) {
        auto made = net::makeClusterTransport(config, systemClock(), log_);
        if (!made) return made.error();
        transport_ = std::move(*made);
        return {};
    }
    Result<HttpResponse> send(const HttpRequest& request) override { return transport_->send(request); }
    std::unique_ptr<Stream> watch(const HttpRequest& request) override {
        return std::make_unique<RealStream>(*transport_, request);
    }
    Result<void> compact() override {
        const auto done = net::runCommand({compactCommand_, {}, {}}, {}, {});
        if (!done) return done.error();
        if (done->status == 0) return {};
        return Error{ErrorCode::Unavailable,
                     cat(compactCommand_, " ended with ", done->status, ": ", done->errors)};
    }
    void settle() override { std::this_thread::sleep_for(kLittle); }
    const Clock& clock() const override { return systemClock(); }
    const char* name() const override { return "real"; }

  private:
    std::string compactCommand_;
    Silence log_;
    std::unique_ptr<net::Transport> transport_;
};

}  // namespace

Result<std::unique_ptr<Server>> makeRealServer(const std::string& kubeconfig,
                                               const std::string& compactCommand) {
    const auto config =
        kube::loadClusterConfig({.kubeconfig = kubeconfig, .context = ""}, net::processSurroundings());
    if (!config) return config.error();
    auto server = std::make_unique<RealServer>(compactCommand);
    if (const auto connected = server->connect(*config); !connected) return connected.error();
    return std::unique_ptr<Server>(std::move(server));
}

}  // namespace serin::conformance
