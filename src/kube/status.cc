#include "kube/status.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/text.h"
#include "kube/object.h"

namespace serin::kube {
namespace {

using Json = nlohmann::json;

constexpr Duration kLongestRetryAfter{60'000};
constexpr size_t kQuoted = 300;

struct Known {
    int code;
    const char* reason;
};
constexpr std::array<Known, 14> kReasons{{{400, "BadRequest"},
                                          {401, "Unauthorized"},
                                          {403, "Forbidden"},
                                          {404, "NotFound"},
                                          {405, "MethodNotAllowed"},
                                          {406, "NotAcceptable"},
                                          {409, "Conflict"},
                                          {410, "Expired"},
                                          {413, "RequestEntityTooLarge"},
                                          {415, "UnsupportedMediaType"},
                                          {422, "Invalid"},
                                          {429, "TooManyRequests"},
                                          {503, "ServiceUnavailable"},
                                          {504, "Timeout"}}};

std::string reasonOf(int code) {
    const auto found =
        std::find_if(kReasons.begin(), kReasons.end(), [&](const Known& k) { return k.code == code; });
    if (found != kReasons.end()) return found->reason;
    return code >= 500 ? "InternalError" : "Unknown";
}

std::string text(const Json& value, const char* key) {
    const auto found = value.find(key);
    return found != value.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Duration retryAfter(std::int64_t seconds) {
    return std::min(kLongestRetryAfter,
                    Duration{std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, 60))});
}

void readDetails(const Json& details, ApiStatus& out) {
    if (const auto wait = details.find("retryAfterSeconds");
        wait != details.end() && wait->is_number_integer()) {
        if (const auto seconds = wait->get<std::int64_t>(); seconds > 0) out.retryAfter = retryAfter(seconds);
    }
    const auto causes = details.find("causes");
    if (causes == details.end() || !causes->is_array()) return;
    for (const Json& cause : *causes) {
        if (!cause.is_object()) continue;
        out.causes.push_back({text(cause, "reason"), text(cause, "field"), text(cause, "message")});
    }
}

// False when the body is not a Status.
bool readBody(std::string_view body, ApiStatus& out) {
    const Json value = Json::parse(body, nullptr, false);
    if (!value.is_object() || text(value, "kind") != "Status") return false;
    if (const auto code = value.find("code"); code != value.end() && code->is_number_integer()) {
        out.code = code->get<int>();
    }
    out.reason = text(value, "reason");
    out.message = text(value, "message");
    if (const auto details = value.find("details"); details != value.end() && details->is_object()) {
        readDetails(*details, out);
    }
    return true;
}

}  // namespace

bool ApiStatus::expired() const {
    return is("Expired") || is("Gone") || code == 410;
}

bool ApiStatus::hasCause(std::string_view causeReason) const {
    return std::any_of(causes.begin(), causes.end(),
                       [&](const StatusCause& c) { return c.reason == causeReason; });
}

bool ApiStatus::transient() const {
    return code == 408 || code == 429 || code >= 500;
}

ApiStatus parseStatus(const HttpResponse& answer) {
    ApiStatus out;
    if (!readBody(answer.body, out)) {
        out.message = trim(std::string_view(answer.body).substr(0, kQuoted));
    }
    out.code = answer.status;  // a proxy in between may have changed it: what came is what counts
    if (out.reason.empty()) out.reason = reasonOf(out.code);
    if (const auto header = answer.headers.find("retry-after");
        !out.retryAfter && header != answer.headers.end()) {
        int seconds = 0;
        const std::string_view value = trim(header->second);
        const auto parsed = std::from_chars(value.data(), value.data() + value.size(), seconds);
        if (parsed.ec == std::errc() && parsed.ptr == value.data() + value.size())
            out.retryAfter = retryAfter(seconds);
    }
    return out;
}

ApiStatus parseStatusBody(std::string_view json) {
    ApiStatus out;
    if (!readBody(json, out)) out.message = "an ERROR event without a Status";
    if (out.reason.empty()) out.reason = reasonOf(out.code);
    return out;
}

ErrorCode errorCode(const ApiStatus& status) {
    if (status.expired()) return ErrorCode::Expired;
    if (status.is("NotFound")) return ErrorCode::NotFound;
    if (status.is("Conflict") || status.is("AlreadyExists")) return ErrorCode::Conflict;
    if (status.is("TooManyRequests")) return ErrorCode::TooMany;
    switch (status.code) {
        case 401:
            return ErrorCode::Unauthorized;
        case 403:
            return ErrorCode::Forbidden;
        case 404:
            return ErrorCode::NotFound;
        case 409:
            return ErrorCode::Conflict;
        case 429:
            return ErrorCode::TooMany;
        case 503:
            return ErrorCode::Unavailable;
        default:
            break;
    }
    // Other 5xx may come after the write: 500 from a late admission error, 504 from a time-out in the middle.
    return status.code == 408 || status.code >= 500 ? ErrorCode::Unknown : ErrorCode::Invalid;
}

Error toError(std::string_view what, const ApiStatus& status) {
    std::string message = cat(what, ": ", status.code, ' ', status.reason);
    if (!status.message.empty()) message += cat(": ", status.message);
    for (const StatusCause& cause : status.causes) {
        // The sentence of an Invalid answer already holds its causes.
        if (cause.message.empty() || status.message.find(cause.message) != std::string::npos) continue;
        message += cause.field.empty() ? cat(" (", cause.message, ")")
                                       : cat(" (", cause.field, ": ", cause.message, ")");
    }
    return Error{errorCode(status), std::move(message)};
}

Result<HttpResponse> expectSuccess(std::string_view what, Result<HttpResponse> answer) {
    if (!answer) return Error{answer.error().code, cat(what, ": ", answer.error().message)};
    if (answer->status >= 200 && answer->status < 300) return answer;
    return toError(what, parseStatus(*answer));
}

}  // namespace serin::kube
