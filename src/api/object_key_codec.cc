#include "api/object_names.h"
#include "api/spec_codec.h"
#include "base/shorten.h"
#include "base/text.h"

namespace serin::api {

std::string decodeObjectName(const Field& field, std::string_view kind, std::string_view content) {
    std::string name = field.text();
    if (name.empty()) {
        field.problem(cat("is missing; state the ", kind, " that has ", content, ", in the same namespace"));
    } else if (!isObjectName(name)) {
        field.problem(cat("is \"", shortened(name, kLongestShown), "\"; state the name of a ", kind,
                          " in the same namespace"));
    }
    return name;
}

ConfigMapKey decodeConfigMapKey(const Field& configMap, std::string_view content,
                                const std::string& defaultKey) {
    ConfigMapKey out{decodeObjectName(configMap.at("name"), "ConfigMap", content),
                     configMap.at("key").text(defaultKey)};
    if (out.key.empty()) {
        configMap.at("key").problem(cat("is empty; state the key of ", content, ", such as ", defaultKey));
    } else if (!isDataKey(out.key)) {
        configMap.at("key").problem(cat("is \"", shortened(out.key, kLongestShown),
                                        "\"; state a key of the ConfigMap, such as ", defaultKey));
    }
    return out;
}

}  // namespace serin::api
