#include "simulated_transport.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/time.h"
#include "script_objects.h"

namespace serin::simulation {
namespace {

HttpResponse failure(int code, const char* reason, const char* message) {
    const nlohmann::json body{{"kind", "Status"},   {"apiVersion", "v1"}, {"status", "Failure"},
                              {"message", message}, {"reason", reason},   {"code", code}};
    return {code, {{"content-type", "application/json"}}, body.dump()};
}

bool aboutNeighbour(const HttpRequest& request) {
    return request.target.find(kNeighbour) != std::string::npos ||
           request.body.find(kNeighbour) != std::string::npos;
}

}  // namespace

void SimulatedTransport::boundary() {
    if (!adversity_.crashAfter) return;
    if ((*adversity_.crashAfter)-- > 0) return;
    adversity_.crashAfter.reset();
    adversity_.feel(Kind::Crash);
    throw ProcessDied{};
}

std::optional<HttpResponse> SimulatedTransport::refusal(bool write) {
    if (timeline_.now() < adversity_.tooManyUntil) {
        adversity_.feel(Kind::TooManyRequests);
        HttpResponse answer = failure(429, "TooManyRequests", "too many requests");
        answer.headers.emplace("retry-after", std::string("1"));
        return answer;
    }
    if (!write) return std::nullopt;
    if (adversity_.take(adversity_.serverErrors, Kind::ServerErrors))
        return failure(500, "InternalError", "etcdserver: leader changed");
    if (adversity_.take(adversity_.conflicts, Kind::Conflicts))
        return failure(409, "Conflict", "the object has been modified");
    return std::nullopt;
}

Result<HttpResponse> SimulatedTransport::send(const HttpRequest& request, std::stop_token) {
    const bool write = request.method != "GET";
    const bool lease = request.target.find("/leases") != std::string::npos;
    if (timeline_.now() < cutUntil) {
        adversity_.feel(Kind::Partition);
        return Error{ErrorCode::Unavailable, "connection refused"};
    }
    if (lease) {
        HttpResponse answer = server_.handle(request);
        wrote_();
        if (!write || timeline_.now() >= adversity_.renewalsLostUntil) return answer;
        adversity_.feel(Kind::LostRenewals);
        return Error{ErrorCode::Unknown, "the connection broke before the answer came"};
    }
    if (write && aboutNeighbour(request)) return failure(403, "Forbidden", "not in this namespace");
    if (write) boundary();
    if (write) ++writes_;
    if (auto refused = refusal(write)) return std::move(*refused);
    if (!write) return read(request);
    HttpResponse answer = server_.handle(request);
    wrote_();
    if (adversity_.take(adversity_.replayed, Kind::Replayed)) {
        answer = server_.handle(request);
        wrote_();
    }
    boundary();
    if (adversity_.take(adversity_.lostResponses, Kind::LostResponse))
        return Error{ErrorCode::Unknown, "the connection broke before the answer came"};
    return answer;
}

HttpResponse SimulatedTransport::read(const HttpRequest& request) {
    if (upTo() != fake::kPresent) feel(Kind::TimeTravel);
    return server_.handle(request, upTo());
}

std::variant<std::unique_ptr<fake::Watch>, Result<HttpResponse>> SimulatedTransport::openWatch(
    const HttpRequest& request) {
    if (timeline_.now() < cutUntil)
        return Result<HttpResponse>(Error{ErrorCode::Unavailable, "connection refused"});
    if (auto refused = refusal(false)) return Result<HttpResponse>(std::move(*refused));
    if (upTo() != fake::kPresent) feel(Kind::TimeTravel);
    auto opened = server_.openWatch(request, upTo());
    if (auto* answer = std::get_if<HttpResponse>(&opened)) return Result<HttpResponse>(std::move(*answer));
    return std::move(std::get<std::unique_ptr<fake::Watch>>(opened));
}

Result<HttpResponse> SimulatedPods::get(const std::string& host, int, const std::string& path, Duration,
                                        size_t, const net::Access*, net::Offer) {
    const auto found = std::ranges::find(cluster_.pods, host, &Pod::address);
    if (found == cluster_.pods.end()) return Error{ErrorCode::Unavailable, "no route to host"};
    if (timeline_.now() < adversity_.metricsStopUntil) {
        adversity_.feel(Kind::MetricsStop);
        return Error{ErrorCode::Unavailable, "connection refused"};
    }
    if (timeline_.now() < adversity_.metricsLateUntil && (lost_ = !lost_)) {
        adversity_.feel(Kind::MetricsLate);
        return Error{ErrorCode::Unknown, "timed out"};
    }
    if (found->hangs) return Error{ErrorCode::Unknown, "timed out"};
    if (path == "/ready") return HttpResponse{found->modelReady ? 200 : 503, {}, ""};
    if (timeline_.now() < cluster_.countersStuckUntil) adversity_.feel(Kind::MetricsLie);
    if (found->resets > 0) adversity_.feel(Kind::MetricsReset);
    const auto started = std::chrono::duration_cast<std::chrono::seconds>(found->madeAt.time_since_epoch());
    return HttpResponse{200,
                        {{"content-type", "text/plain; version=0.0.4"}},
                        cat("# TYPE requests_total counter\nrequests_total ", found->total,
                            "\n# TYPE requests_failed_total counter\nrequests_failed_total ", found->bad,
                            "\nprocess_start_time_seconds ", started.count() + found->resets, "\n")};
}

}  // namespace serin::simulation
