#include "kube/exec_credential.h"

#include <nlohmann/json.hpp>

#include <utility>

#include "base/base64.h"
#include "base/text.h"
#include "kube/object.h"

namespace serin::kube {
namespace {

using Json = nlohmann::json;

std::string text(const Json& value, const char* key) {
    const auto found = value.find(key);
    return found != value.end() && found->is_string() ? found->get<std::string>() : std::string();
}

int twoDigits(std::string_view text) {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    return digit(text[0]) && digit(text[1]) ? (text[0] - '0') * 10 + (text[1] - '0') : -1;
}

// RFC 3339 with any offset: plugins print local times, too.
std::optional<Timestamp> parseLocalTime(const std::string& time) {
    if (const auto plain = parseTime(time)) return plain;
    if (time.size() < 7) return std::nullopt;
    const size_t at = time.size() - 6;  // "+02:00"
    const std::string_view offset = std::string_view(time).substr(at);
    if ((offset[0] != '+' && offset[0] != '-') || offset[3] != ':') return std::nullopt;
    const int hours = twoDigits(offset.substr(1));
    const int minutes = twoDigits(offset.substr(4));
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
    const auto local = parseTime(time.substr(0, at) + "Z");
    if (!local) return std::nullopt;
    const Duration ahead = std::chrono::hours(hours) + std::chrono::minutes(minutes);
    return offset[0] == '+' ? *local - ahead : *local + ahead;
}

Json clusterInfo(const ClusterConfig& config, std::string_view ca) {
    Json cluster = {{"server", config.server}};
    if (!config.tlsServerName.empty()) cluster["tls-server-name"] = config.tlsServerName;
    if (config.insecureSkipTlsVerify) cluster["insecure-skip-tls-verify"] = true;
    if (!ca.empty()) cluster["certificate-authority-data"] = encodeBase64(ca);
    if (!config.proxyUrl.empty()) cluster["proxy-url"] = config.proxyUrl;
    const Json extension = Json::parse(config.exec->clusterExtension, nullptr, false);
    if (!extension.is_discarded()) cluster["config"] = extension;
    return cluster;
}

}  // namespace

std::string execInfo(const ClusterConfig& config, std::string_view ca) {
    Json info = {{"apiVersion", config.exec->apiVersion},
                 {"kind", "ExecCredential"},
                 {"spec", {{"interactive", false}}}};
    if (config.exec->provideClusterInfo) info["spec"]["cluster"] = clusterInfo(config, ca);
    return dumpJson(info);
}

Result<ExecCredential> parseExecCredential(std::string_view output, std::string_view apiVersion) {
    const Json answer = Json::parse(output, nullptr, false);
    if (!answer.is_object() || text(answer, "kind") != "ExecCredential")
        return invalid("it printed no ExecCredential");
    if (const std::string said = text(answer, "apiVersion"); said != apiVersion) {
        return invalid(
            cat("it printed an ExecCredential of '", said, "' where '", apiVersion, "' is wanted"));
    }
    const auto status = answer.find("status");
    if (status == answer.end() || !status->is_object()) return invalid("its ExecCredential has no status");
    ExecCredential out;
    out.token = trim(text(*status, "token"));
    out.certificate = text(*status, "clientCertificateData");
    out.key = text(*status, "clientKeyData");
    if (out.certificate.empty() != out.key.empty())
        return invalid("its ExecCredential has only one of clientCertificateData and clientKeyData");
    if (out.token.empty() && out.certificate.empty())
        return invalid("its ExecCredential has neither a token nor a client certificate");
    if (const std::string expires = text(*status, "expirationTimestamp"); !expires.empty()) {
        out.expires = parseLocalTime(expires);
        if (!out.expires) return invalid(cat("its expirationTimestamp '", expires, "' is no time"));
    }
    return out;
}

}  // namespace serin::kube
