#include "runtime/reference_reader.h"

#include <nlohmann/json.hpp>

#include "api/json_read.h"
#include "base/text.h"
#include "kube/resource.h"
#include "kube/status.h"

namespace serin::runtime {
namespace {

ReferenceReading trouble(std::string why, bool failed = false) {
    return {{std::nullopt, std::move(why)}, failed};
}

std::string keysOf(const nlohmann::json& data) {
    constexpr size_t kShown = 5;
    std::vector<std::string> keys;
    for (const auto& [key, value] : data.items()) {
        if (keys.size() < kShown) keys.push_back(key);
    }
    return keys.empty() ? "no key" : cat(join(keys, ", "), data.size() > kShown ? ", …" : "");
}

ReferenceReading unread(const Error& error, const std::string& what, const std::string& space,
                        const api::ReferenceSource& source) {
    if (error.code == ErrorCode::NotFound) {
        return trouble(cat("there is no ", what, "; create it: kubectl create configmap -n ", space, ' ',
                           source.configMap, " --from-file=", source.key, "=profile.json"));
    }
    if (error.code == ErrorCode::Forbidden) {
        return trouble(cat("the ", what, " may not be read (", error.message,
                           "); upgrade the chart, whose role grants get on configmaps"));
    }
    return trouble(cat("the ", what, " could not be read: ", error.message), true);
}

}  // namespace

ReferenceReading referenceIn(const Result<HttpResponse>& answer, const std::string& space,
                             const api::ReferenceSource& source) {
    const std::string what = cat("ConfigMap \"", source.configMap, "\" in namespace \"", space, "\"");
    const Result<HttpResponse> good = kube::expectSuccess("GET", answer);
    if (!good) return unread(good.error(), what, space, source);
    const nlohmann::json object = nlohmann::json::parse(good->body, nullptr, false);
    if (object.is_discarded()) return trouble(cat("the ", what, " came as no JSON"), true);
    const nlohmann::json& data = api::objectAt(object, "data");
    const auto found = data.find(source.key);
    if (found == data.end() || !found->is_string()) {
        return trouble(cat("the ", what, " has no key \"", source.key, "\" but ", keysOf(data),
                           "; state reference.configMap.key, or put the profile there"));
    }
    Result<api::Profile> profile = api::decodeProfile(found->get<std::string>());
    if (!profile) {
        return trouble(cat("the profile in ", what, ", key \"", source.key,
                           "\", cannot be used: ", profile.error().message));
    }
    return {{std::move(profile).value(), ""}, false};
}

ReadReference referenceReader(net::Transport& transport, kube::RequestBuilder requests) {
    return [&transport, requests = std::move(requests)](
               const std::string& space, const api::ReferenceSource& source, const std::stop_token& stop) {
        return referenceIn(transport.send(requests.get(kube::configMaps(), space, source.configMap), stop),
                           space, source);
    };
}

}  // namespace serin::runtime
