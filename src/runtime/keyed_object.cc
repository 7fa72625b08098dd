#include "runtime/keyed_object.h"

#include <nlohmann/json.hpp>

#include "api/json_read.h"
#include "base/shorten.h"
#include "base/text.h"
#include "kube/status.h"

namespace serin::runtime {
namespace {

constexpr size_t kMostKeysShown = 5;
constexpr size_t kLongestKeyShown = 60;

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

std::string upgradeTheChart(const std::string& refusal) {
    return cat("upgrade the chart, whose role grants get on configmaps (", refusal, ")");
}

KeyedData dataIn(const Result<HttpResponse>& answer, const KeyedObject& object) {
    const Result<HttpResponse> good = kube::expectSuccess("GET", answer);
    if (!good) return {{}, unread(good.error(), object)};
    const nlohmann::json read = nlohmann::json::parse(good->body, nullptr, false);
    if (read.is_discarded()) return {{}, {cat("the ", object.words(), " came as no JSON"), true}};
    return {api::textsAt(read, "data"), {}};
}

}  // namespace serin::runtime
