#include "servers.h"

#include <utility>

#include "base/http_head.h"
#include "base/text.h"
#include "net/plain_opening.h"
#include "net/tls_opening.h"
#include "runtime/recordings_page.h"

namespace serin {
namespace {

// `flags`: those that name the files, for people.
Result<std::unique_ptr<net::Opening>> tlsOpening(const net::CertificateFiles& files, const char* flags,
                                                 Logger& log) {
    auto made = net::makeTlsOpening(files, log);
    if (!made) return invalid(cat(flags, ": ", made.error().message));
    return made;
}

}  // namespace

Result<void> Servers::start() {
    const runtime::Options& options = parts_.means.options;
    if (options.healthPort != 0) {
        if (Result<void> served = serveHealth(); !served) return served;
    }
    if (options.metricsPort != 0) {
        if (Result<void> served = serveMetrics(); !served) return served;
    }
    return options.webhookPort == 0 ? Result<void>() : serveHooks();
}

void Servers::stop() {
    hookServer_.reset();
    metricsServer_.reset();
}

Result<void> Servers::serveHealth() {
    auto server = runtime::HttpServer::start(
        parts_.means.options.healthPort, net::makePlainOpening(),
        [this](const HttpRequest& request) { return parts_.health.answer(pathOf(request)); });
    if (!server) return server.error();
    healthServer_ = std::move(server).value();
    return {};
}

Result<void> Servers::serveHooks() {
    const Means& means = parts_.means;
    const runtime::Options& options = means.options;
    if (const auto secret = runtime::readHookSecret(options.webhookSecret); !secret) {
        return invalid(cat("--webhook-secret: ", secret.error().message));
    }
    std::unique_ptr<net::Opening> opening = net::makePlainOpening();
    if (!options.webhookCertificate.empty()) {
        auto secure = tlsOpening({options.webhookCertificate, options.webhookKey},
                                 "--webhook-certificate and --webhook-key", means.log);
        if (!secure) return secure.error();
        opening = std::move(secure).value();
    }
    hooks_ = std::make_unique<runtime::Hooks>(runtime::Hooks::Parts{options.webhookSecret, means.machineClock,
                                                                    means.log, parts_.leads, parts_.hint});
    auto server =
        runtime::HttpServer::start(options.webhookPort, std::move(opening),
                                   [this](const HttpRequest& request) { return hooks_->answer(request); },
                                   {"POST", runtime::kMostHookBytes});
    if (!server) return server.error();
    hookServer_ = std::move(server).value();
    return {};
}

Result<void> Servers::serveMetrics() {
    const Means& means = parts_.means;
    const runtime::Options& options = means.options;
    std::unique_ptr<net::Opening> opening = net::makePlainOpening();
    if (options.metricsAuthorization) {
        auto secure = tlsOpening({options.metricsCertificate, options.metricsKey},
                                 "--metrics-certificate and --metrics-key", means.log);
        if (!secure) return secure.error();
        opening = std::move(secure).value();
        metricsGuard_ = std::make_unique<runtime::MetricsGuard>(means.transport, means.requests, means.clock,
                                                                means.log, means.stop);
    }
    auto server =
        runtime::HttpServer::start(options.metricsPort, std::move(opening),
                                   [this](const HttpRequest& request) { return answerMetrics(request); });
    if (!server) return server.error();
    metricsServer_ = std::move(server).value();
    return {};
}

HttpResponse Servers::answerMetrics(const HttpRequest& request) {
    const std::string path = pathOf(request);
    const bool recording = runtime::asksForRecording(path);
    if (path != "/metrics" && !recording) return {404, {}, "only /metrics and /recordings/NAMESPACE/NAME\n"};
    if (metricsGuard_) {
        if (auto refusal = metricsGuard_->refusal(request)) return *std::move(refusal);
    }
    if (recording) return runtime::answerRecording(parts_.means.recordings, path, SERIN_VERSION);
    return {200, {{"content-type", "text/plain; version=0.0.4; charset=utf-8"}}, parts_.page()};
}

}  // namespace serin
