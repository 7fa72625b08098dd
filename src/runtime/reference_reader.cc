#include "runtime/reference_reader.h"

#include "base/text.h"
#include "kube/resource.h"
#include "runtime/keyed_object.h"

namespace serin::runtime {

ReferenceReading referenceIn(const Result<HttpResponse>& answer, const std::string& space,
                             const api::ConfigMapKey& source) {
    const KeyedObject object{kube::configMaps(), space, source.configMap,
                             cat("kubectl create configmap -n ", space, ' ', source.configMap,
                                 " --from-file=", source.key, "=profile.json"),
                             upgradeTheChart};
    const KeyedData read = dataIn(answer, object);
    if (!read.trouble.why.empty()) return {{std::nullopt, read.trouble.why}, read.trouble.failed};
    const auto found = read.data.find(source.key);
    if (found == read.data.end()) {
        return {{std::nullopt, cat("the ", object.words(), " has no key \"", source.key, "\" but ",
                                   read.keys(), "; state reference.configMap.key, or put the profile there")},
                false};
    }
    Result<api::Profile> profile = api::decodeProfile(found->second);
    if (!profile) {
        return {{std::nullopt, cat("the profile in ", object.words(), ", key \"", source.key,
                                   "\", cannot be used: ", profile.error().message)},
                false};
    }
    return {{std::move(profile).value(), ""}, false};
}

ReadReference referenceReader(net::Transport& transport, kube::RequestBuilder requests) {
    return [&transport, requests = std::move(requests)](
               const std::string& space, const api::ConfigMapKey& source, const std::stop_token& stop) {
        return referenceIn(transport.send(requests.get(kube::configMaps(), space, source.configMap), stop),
                           space, source);
    };
}

}  // namespace serin::runtime
