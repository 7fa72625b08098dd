#include "net/cluster_transport.h"

#include <atomic>
#include <utility>

#include "base/text.h"
#include "net/http_client.h"
#include "net/tls.h"
#include "net/token_source.h"

namespace serin::net {
namespace {

constexpr size_t kLargestAnswer = size_t{256} << 20;
constexpr size_t kLargestRefusal = size_t{1} << 20;
// cpprestsdk's own limit, behind those of each exchange.
constexpr Duration kLastResort = std::chrono::seconds(90);
// A stream's status and headers come at once; only its events may be far apart.
constexpr Duration kStreamOpening = std::chrono::seconds(40);

// The name for SNI and the certificate: cpprestsdk takes the Host header where there is one. It would look
// for an IPv6 address with its brackets.
std::string hostHeader(const kube::ClusterConfig& config) {
    if (!config.tlsServerName.empty()) return config.tlsServerName;
    const size_t open = config.server.find("://[");
    const size_t close = config.server.find(']');
    if (open == std::string::npos || close == std::string::npos) return "";
    return config.server.substr(open + 4, close - open - 4);
}

class ClusterTransport : public Transport {
  public:
    ClusterTransport(const kube::ClusterConfig& config, const Clock& clock, Logger& log)
        : config_(config), tls_(std::make_shared<Tls>(config, log)), tokens_(config, clock) {}

    Result<void> open() {
        if (config_.server.starts_with("https://")) {
            if (const auto usable = tls_->check(); !usable) return usable;
        }
        if (const auto token = tokens_.token(); !token) return token.error();
        Result<std::unique_ptr<HttpClient>> pool = client(kLastResort);
        if (!pool) return pool.error();
        pool_ = std::move(pool).value();
        return {};
    }

    Result<HttpResponse> send(const HttpRequest& request, std::stop_token stop) override {
        const HttpClient::Limits limits{request.timeout, request.timeout, request.timeout, kLargestAnswer};
        return exchange(*pool_, request, limits, nullptr, std::move(stop));
    }

    Result<HttpResponse> stream(const HttpRequest& request,
                                const std::function<bool(std::string_view)>& onChunk,
                                std::stop_token stop) override {
        Result<std::unique_ptr<HttpClient>> fresh = client(request.timeout + kLastResort);
        if (!fresh) return fresh.error();
        const HttpClient::Limits limits{std::min(request.timeout, kStreamOpening), Duration{0},
                                        request.timeout, kLargestRefusal};
        return exchange(**fresh, request, limits, onChunk, std::move(stop));
    }

  private:
    Result<std::unique_ptr<HttpClient>> client(Duration silence) const {
        HttpClient::Options options;
        options.url = config_.server;
        options.hostHeader = hostHeader(config_);
        options.silence = silence;
        options.verifyServer = !config_.insecureSkipTlsVerify;
        options.prepareTls = [tls = tls_](ssl_ctx_st* context) { tls->prepare(context); };
        return HttpClient::make(std::move(options));
    }

    Result<HttpResponse> exchange(HttpClient& client, const HttpRequest& request,
                                  const HttpClient::Limits& limits, const HttpClient::OnChunk& onChunk,
                                  std::stop_token stop) {
        const Result<std::string> token = tokens_.token();
        if (!token) return token.error();
        HttpRequest full = request;
        if (!token->empty()) full.headers["authorization"] = cat("Bearer ", *token);
        Result<HttpResponse> answer = client.exchange(full, limits, onChunk, std::move(stop));
        if (answer && answer->status == 401) tokens_.drop();
        if (!answer && answer.error().message.find("handshake") != std::string::npos) {
            return Error{answer.error().code, cat(answer.error().message, ": ", tls_->lastFailure())};
        }
        return answer;
    }

    kube::ClusterConfig config_;
    std::shared_ptr<Tls> tls_;  // shared with connections that outlive a request
    TokenSource tokens_;
    std::unique_ptr<HttpClient> pool_;
};

}  // namespace

Result<std::unique_ptr<Transport>> makeClusterTransport(const kube::ClusterConfig& config, const Clock& clock,
                                                        Logger& log) {
    if (config.insecureSkipTlsVerify) {
        log.warning("TLS verification of the API server is switched off by the kubeconfig",
                    {{"source", config.source}});
    }
    auto transport = std::make_unique<ClusterTransport>(config, clock, log);
    if (const auto opened = transport->open(); !opened) {
        return Error{opened.error().code, cat(config.source, ": ", opened.error().message)};
    }
    return std::unique_ptr<Transport>(std::move(transport));
}

}  // namespace serin::net
