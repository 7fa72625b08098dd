#include "api/presets.h"

#include <string_view>

#include "base/text.h"

namespace serin::api {
namespace {

// Series as MLServer 1.7 exports them, read in its source and in that of the packages it counts with.
// - REST: starlette_exporter with prefix rest_server (mlserver/rest/app.py); `path` is the route's pattern,
// so all
//   models share a series, and 499 is a client that went away. Only inference counts, never a probe.
// - gRPC: py-grpc-prometheus 0.8 (mlserver/grpc/interceptors.py); `grpc_code` is the upper-case name. A code
// that
//   blames the client is left out, as 4xx are. MLServer 1.7.1 counts a call only when its handler returned,
//   so an exception in the model is seen on REST alone.
std::string restInference(std::string_view name, std::string_view codes) {
    return cat(name, R"~({path=~"/v2/models/.*/(infer|infer_stream|generate|generate_stream)",status_code)~",
               codes, "}");
}

std::string grpcInference(std::string_view codes) {
    return cat(R"(grpc_server_handled_total{grpc_method=~"ModelInfer|ModelStreamInfer",grpc_code=~")", codes,
               "\"}");
}

// The codes that OpenTelemetry's conventions for RPC call errors of the server.
constexpr const char* kServerFaults =
    "UNKNOWN|DEADLINE_EXCEEDED|UNIMPLEMENTED|INTERNAL|UNAVAILABLE|DATA_LOSS";

constexpr const char* kNotClientsFault = R"~(!~"4..")~";

// RFC 3986: everything but the unreserved characters is escaped within a path segment.
std::string escapeSegment(std::string_view segment) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    constexpr std::string_view kPlain = "-._~";
    std::string out;
    for (const char c : segment) {
        const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           kPlain.find(c) != std::string_view::npos;
        if (plain) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += kHex[byte >> 4];
            out += kHex[byte & 15];
        }
    }
    return out;
}

}  // namespace

Runtime mlserverRuntime(const std::string& modelName) {
    Runtime runtime;
    runtime.preset = Preset::Mlserver;
    runtime.ports = {8080, 8081, 8082};
    runtime.metricsPath = "/metrics";
    // Of the model: MLServer's /v2/health/ready is true without any model.
    runtime.readyPath = cat("/v2/models/", escapeSegment(modelName), "/ready");
    constexpr const char* kRequests = "rest_server_requests_total";
    runtime.errors.total = {restInference(kRequests, kNotClientsFault),
                            grpcInference(cat("OK|", kServerFaults))};
    runtime.errors.bad = {restInference(kRequests, R"~(=~"5..")~"), grpcInference(kServerFaults)};
    // Of the same requests; MLServer times none over gRPC.
    runtime.latency = restInference("rest_server_request_duration_seconds", kNotClientsFault);
    return runtime;
}

}  // namespace serin::api
