#include "runtime/authorities.h"

#include <string_view>

#include "base/text.h"
#include "kube/resource.h"

namespace serin::runtime {
namespace {

constexpr std::string_view kCertificate = "-----BEGIN CERTIFICATE-----";

}  // namespace

Trouble readAuthorities(const Result<HttpResponse>& answer, const std::string& space,
                        const AuthoritiesKey& where, std::string& out) {
    const api::ConfigMapKey& source = where.source;
    const KeyedObject object{kube::configMaps(), space, source.configMap,
                             cat("kubectl create configmap -n ", space, ' ', source.configMap,
                                 " --from-file=", source.key, "=FILE"),
                             upgradeTheChart};
    const KeyedData read = dataIn(answer, object);
    if (!read.trouble.why.empty()) return read.trouble;
    const auto found = read.data.find(source.key);
    if (found == read.data.end()) {
        return {cat("the ", object.words(), " has no key \"", source.key, "\" but ", read.keys(), "; state ",
                    where.field, ", or put the authority's certificate there"),
                false};
    }
    if (found->second.find(kCertificate) == std::string::npos) {
        return {cat("the key \"", source.key, "\" of the ", object.words(), " has no certificate in PEM (",
                    kCertificate, "); put the authority's there"),
                false};
    }
    out = found->second;
    return {};
}

}  // namespace serin::runtime
