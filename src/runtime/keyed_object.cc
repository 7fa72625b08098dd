#include "runtime/keyed_object.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "api/json_read.h"
#include "base/shorten.h"
#include "base/text.h"
#include "kube/status.h"

namespace serin::runtime {
namespace {

constexpr size_t kMostKeysShown = 5;
constexpr size_t kLongestKeyShown = 60;

// Who asks, where the refusal does not name a service account.
constexpr const char* kUnknownAccount = "NAMESPACE_OF_SERIN:SERVICE_ACCOUNT_OF_SERIN";

// "namespace:name" of the service account in the API server's own words.
std::string accountIn(const std::string& refusal) {
    constexpr std::string_view kBegin = "User \"system:serviceaccount:";
    const size_t found = refusal.find(kBegin);
    if (found == std::string::npos) return kUnknownAccount;
    const std::string account = split(refusal.substr(found + kBegin.size()), '"').front();
    const bool plain = std::ranges::all_of(account, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
    });
    return plain && std::ranges::count(account, ':') == 1 ? account : kUnknownAccount;
}

// The commands that give Serin a right in a namespace, in a role of that name.
std::string grant(const std::string& space, const std::string& role, const std::string& right,
                  const std::string& refusal) {
    return cat("grant it: kubectl create role ", role, " -n ", space, ' ', right,
               " && kubectl create rolebinding ", role, " -n ", space, " --role=", role,
               " --serviceaccount=", accountIn(refusal));
}

Trouble unread(const Error& error, const KeyedObject& object) {
    if (error.code == ErrorCode::NotFound) {
        return {cat("there is no ", object.words(), "; create it: ", object.making), false};
    }
    if (error.code == ErrorCode::Forbidden) {
        // Which one it is says what to do, and the status has little room for that.
        return {cat("the ", object.kind.kind, " may not be read; ", object.granting(error.message)), false};
    }
    return {cat("the ", object.words(), " could not be read: ", error.message), true};
}

}  // namespace

std::string KeyedObject::words() const {
    return cat(kind.kind, " \"", name, "\" in namespace \"", space, "\"");
}

std::string KeyedData::keys() const {
    std::vector<std::string> shown;
    for (const auto& [key, value] : data) {
        if (shown.size() < kMostKeysShown) shown.push_back(shortened(key, kLongestKeyShown));
    }
    return shown.empty() ? "no key" : cat(join(shown, ", "), data.size() > kMostKeysShown ? ", …" : "");
}

std::string grantTheSecret(const std::string& space, const std::string& name, const std::string& refusal) {
    return grant(space, cat("serin-reads-", name),
                 cat("--verb=get --resource=secrets --resource-name=", name), refusal);
}

std::string grantTheToken(const std::string& space, const std::string& serviceAccount,
                          const std::string& refusal) {
    return grant(space, cat("serin-acts-as-", serviceAccount),
                 cat("--verb=create --resource=serviceaccounts/token --resource-name=", serviceAccount),
                 refusal);
}

std::string upgradeTheChart(const std::string& refusal) {
    return cat("upgrade the chart, whose role grants get on configmaps (", refusal, ")");
}

KeyedData dataIn(const Result<HttpResponse>& answer, const KeyedObject& object) {
    const Result<HttpResponse> good = kube::expectSuccess("GET", answer);
    if (!good) return {{}, unread(good.error(), object)};
    const nlohmann::json read = nlohmann::json::parse(good->body, nullptr, false);
    if (read.is_discarded()) return {{}, {cat("the ", object.words(), " came as no JSON"), true}};
    return {api::textsAt(read, "data"), {}, api::textAt(read, "type")};
}

}  // namespace serin::runtime
