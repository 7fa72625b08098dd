#include "net/one_exchange.h"

#include <chrono>
#include <memory>

#include "base/text.h"
#include "net/connect_failure.h"
#include "net/http_client.h"
#include "net/tls.h"

namespace serin::net {
namespace {

// The name that TLS asks for and checks: cpprestsdk takes the Host header.
const std::string& nameOf(const Server& server) {
    return server.https->serverName.empty() ? server.host : server.https->serverName;
}

// What stands between us and the server, in words.
std::string obstacle(const Server& server, const Tls* tls, const Error& error) {
    const std::string refused = tls == nullptr ? "" : tls->lastFailure();
    if (!refused.empty()) {
        return cat(refused, " (checked for ", nameOf(server), ", by the ",
                   server.https->authorities.empty() ? "system's" : "stated", " authorities)");
    }
    // cpprestsdk tells failures apart by their texts alone.
    if (error.message.find("handshake") != std::string::npos) return error.message;
    const std::string& address = server.address;
    return connectFailure(address.starts_with('[') ? address.substr(1, address.size() - 2) : address,
                          server.port);
}

Result<std::shared_ptr<Tls>> tlsFor(const Access& access, Logger& log) {
    kube::ClusterConfig config;
    config.ca.text = access.authorities;
    auto tls = std::make_shared<Tls>(config, log);
    if (const Result<void> usable = tls->check(); !usable) return usable.error();
    return tls;
}

}  // namespace

Result<HttpResponse> exchangeOnce(const Server& server, HttpRequest request, Duration timeout,
                                  size_t maxBytes, Logger& log, const std::stop_token& stop) {
    std::shared_ptr<Tls> tls;
    HttpClient::Options options;
    options.url = cat(server.https == nullptr ? "http://" : "https://", server.address, ':', server.port);
    options.hostHeader = server.hostHeader;
    options.silence = timeout + std::chrono::seconds(1);
    if (server.https != nullptr) {
        Result<std::shared_ptr<Tls>> made = tlsFor(*server.https, log);
        if (!made) return made.error();
        tls = std::move(made).value();
        options.hostHeader = nameOf(server);
        options.prepareTls = [tls](ssl_ctx_st* context) { tls->prepare(context); };
        if (!server.https->authorization.empty()) {
            request.headers["authorization"] = server.https->authorization;
        }
    }
    const Result<std::unique_ptr<HttpClient>> client = HttpClient::make(options);
    if (!client) return client.error();
    const HttpClient::Limits limits{timeout, timeout, timeout, maxBytes};
    Result<HttpResponse> answer = (*client)->exchange(request, limits, nullptr, stop);
    if (answer || answer.error().code != ErrorCode::Unavailable) return answer;
    return Error{ErrorCode::Unavailable, cat("cannot connect to ", server.host, " port ", server.port, ": ",
                                             obstacle(server, tls.get(), answer.error()))};
}

}  // namespace serin::net
