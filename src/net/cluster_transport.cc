#include "net/cluster_transport.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "base/text.h"
#include "net/exec_source.h"
#include "net/http_client.h"
#include "net/remarks.h"
#include "net/tls.h"
#include "net/token_source.h"

namespace serin::net {
namespace {

constexpr size_t kLargestAnswer = size_t{256} << 20;
constexpr size_t kLargestRefusal = size_t{1} << 20;
// cpprestsdk's own limit, behind those of each exchange.
constexpr Duration kLastResort = std::chrono::seconds(90);
// How often certificate files are looked at for the connections that are kept.
constexpr Duration kRefresh = std::chrono::seconds(60);
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
        : config_(config),
          clock_(clock),
          tls_(std::make_shared<Tls>(config, log)),
          tokens_(config, clock),
          remarks_(log) {
        if (config.exec) plugin_ = std::make_unique<ExecSource>(config, clock);
    }

    Result<void> open() {
        if (config_.server.starts_with("https://")) {
            if (const auto usable = tls_->check(); !usable) return usable;
        }
        if (const auto token = bearer({}); !token) return token.error();
        if (const auto made = pool(); !made) return made.error();
        return {};
    }

    Result<HttpResponse> send(const HttpRequest& request, std::stop_token stop) override {
        const HttpClient::Limits limits{request.timeout, request.timeout, request.timeout, kLargestAnswer};
        return exchange(
            request,
            [&](const HttpRequest& full) -> Result<HttpResponse> {
                const Result<std::shared_ptr<HttpClient>> client = pool();
                if (!client) return client.error();
                return (*client)->exchange(full, limits, nullptr, stop);
            },
            stop);
    }

    Result<HttpResponse> stream(const HttpRequest& request,
                                const std::function<bool(std::string_view)>& onChunk,
                                std::stop_token stop) override {
        const HttpClient::Limits limits{std::min(request.timeout, kStreamOpening), Duration{0},
                                        request.timeout, kLargestRefusal};
        return exchange(
            request,
            [&](const HttpRequest& full) -> Result<HttpResponse> {
                const Result<std::unique_ptr<HttpClient>> fresh = client(request.timeout + kLastResort);
                if (!fresh) return fresh.error();
                return (*fresh)->exchange(full, limits, onChunk, stop);
            },
            stop);
    }

  private:
    using Attempt = std::function<Result<HttpResponse>(const HttpRequest& full)>;

    Result<std::unique_ptr<HttpClient>> client(Duration silence) const {
        HttpClient::Options options;
        options.url = config_.server;
        options.hostHeader = hostHeader(config_);
        options.proxy = config_.proxyUrl;
        options.silence = silence;
        options.verifyServer = !config_.insecureSkipTlsVerify;
        options.prepareTls = [tls = tls_](ssl_ctx_st* context) { tls->prepare(context); };
        return HttpClient::make(options);
    }

    // Connections that were made with other certificates than today's are left behind.
    Result<std::shared_ptr<HttpClient>> pool() {
        const std::lock_guard lock(poolMutex_);
        const Duration now = clock_.sinceBoot();
        if (now - refreshedAt_ >= kRefresh) {
            tls_->refresh();
            refreshedAt_ = now;
        }
        const int generation = tls_->generation();
        if (!pool_ || generation != poolGeneration_) {
            Result<std::unique_ptr<HttpClient>> fresh = client(kLastResort);
            if (!fresh) return fresh.error();
            pool_ = std::move(fresh).value();
            poolGeneration_ = generation;
        }
        return pool_;
    }

    // The token of a request, empty for none; a plugin's certificate goes to new connections.
    Result<std::string> bearer(const std::stop_token& stop) {
        if (!plugin_) return tokens_.token();
        const Result<kube::ExecCredential> given = plugin_->credential(stop);
        if (!given) return given.error();
        if (!given->certificate.empty()) {
            if (const auto usable = tls_->present({given->certificate, given->key}); !usable) {
                return invalid(
                    cat("credential plugin '", config_.exec->command, "': ", usable.error().message));
            }
        }
        return given->token;
    }

    // After a 401: whether there is something else to try.
    bool renew(const std::string& refused, const std::stop_token& stop) {
        const int before = tls_->generation();
        tokens_.drop();
        if (plugin_) plugin_->drop();
        tls_->refresh();
        const Result<std::string> token = bearer(stop);
        return token && (*token != refused || tls_->generation() != before);
    }

    // A request that got 401 was not carried out: it is sent once more if our credentials have been renewed.
    Result<HttpResponse> exchange(const HttpRequest& request, const Attempt& attempt,
                                  const std::stop_token& stop) {
        for (bool again = false;; again = true) {
            const Result<std::string> token = bearer(stop);
            if (!token) return token.error();
            HttpRequest full = request;
            if (!token->empty()) full.headers["authorization"] = cat("Bearer ", *token);
            Result<HttpResponse> answer = attempt(full);
            if (answer) remarks_.hear(request, *answer);
            if (answer && answer->status == 401 && !again && renew(*token, stop)) continue;
            if (!answer && answer.error().message.find("handshake") != std::string::npos) {
                return Error{answer.error().code, cat(answer.error().message, ": ", tls_->lastFailure())};
            }
            return answer;
        }
    }

    kube::ClusterConfig config_;
    const Clock& clock_;
    std::shared_ptr<Tls> tls_;  // shared with connections that outlive a request
    TokenSource tokens_;
    std::unique_ptr<ExecSource> plugin_;
    Remarks remarks_;
    std::mutex poolMutex_;
    std::shared_ptr<HttpClient> pool_;
    int poolGeneration_ = 0;
    Duration refreshedAt_{0};
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
