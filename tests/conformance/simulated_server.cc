#include "simulated_server.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "fake/api_server.h"

namespace serin::conformance {
namespace {

constexpr Duration kStep{1'000};

struct ManualClock final : Clock {
    Timestamp wall() const override { return Timestamp{Duration{1'767'323'045'000}} + now; }
    Duration sinceBoot() const override { return now; }
    Duration now{0};
};

class SimulatedServer;

class SimulatedStream final : public Stream {
  public:
    SimulatedStream(SimulatedServer& server, std::variant<HttpResponse, std::unique_ptr<fake::Watch>> opened);
    std::string pull() override;
    const Result<HttpResponse>* end() const override { return end_ ? &*end_ : nullptr; }

  private:
    SimulatedServer& server_;
    std::unique_ptr<fake::Watch> watch_;
    std::optional<Result<HttpResponse>> end_;
};

class SimulatedServer final : public Server {
  public:
    explicit SimulatedServer(std::shared_ptr<const fake::Schemas> schemas)
        : server_(clock_, std::move(schemas), {.firstRevision = 100'000}) {}

    Result<HttpResponse> send(const HttpRequest& request) override { return server_.handle(request); }
    std::unique_ptr<Stream> watch(const HttpRequest& request) override {
        return std::make_unique<SimulatedStream>(*this, server_.openWatch(request));
    }
    Result<void> compact() override {
        server_.compact();
        return {};
    }
    void settle() override { pass(kStep); }
    const Clock& clock() const override { return clock_; }
    const char* name() const override { return "simulated"; }

    void pass(Duration time) {
        clock_.now += time;
        server_.collectGarbage();
    }

  private:
    ManualClock clock_;
    fake::ApiServer server_;
};

SimulatedStream::SimulatedStream(SimulatedServer& server,
                                 std::variant<HttpResponse, std::unique_ptr<fake::Watch>> opened)
    : server_(server) {
    if (auto* refusal = std::get_if<HttpResponse>(&opened)) {
        end_ = std::move(*refusal);
    } else {
        watch_ = std::move(std::get<std::unique_ptr<fake::Watch>>(opened));
    }
}

std::string SimulatedStream::pull() {
    if (end_) return "";
    std::string bytes = watch_->pull();
    if (bytes.empty() && !watch_->ended()) {
        const Duration due = watch_->nextDue() - server_.clock().sinceBoot();
        server_.pass(std::clamp(due, Duration{0}, kStep));
        bytes = watch_->pull();
    }
    if (watch_->ended()) end_ = HttpResponse{200, {{"content-type", "application/json"}}, ""};
    return bytes;
}

}  // namespace

Result<std::unique_ptr<Server>> makeSimulatedServer(const std::string& checkout) {
    auto schemas = fake::loadSchemasOf(checkout);
    if (!schemas) return schemas.error();
    return std::unique_ptr<Server>(std::make_unique<SimulatedServer>(std::move(*schemas)));
}

}  // namespace serin::conformance
