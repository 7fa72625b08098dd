#include "api/image_source.h"

#include "api/json_read.h"
#include "api/object_names.h"
#include "api/source_uri.h"
#include "api/spec_codec.h"
#include "base/shorten.h"
#include "base/text.h"

namespace serin::api {

using nlohmann::json;

namespace {

constexpr std::string_view kScheme = "image://";
constexpr std::string_view kOci = "oci://";

// The part before the first slash is a registry's name where it can be no user's (the rule of Docker's
// reference grammar).
bool namesRegistry(const std::string& image) {
    const size_t slash = image.find('/');
    if (slash == std::string::npos) return false;
    const std::string first = image.substr(0, slash);
    return first == "localhost" || first.find_first_of(".:") != std::string::npos;
}

// Where the tag or the digest begins; the end where there is neither.
size_t endOfName(const std::string& image) {
    const size_t at = image.find('@');
    const std::string name = image.substr(0, at);
    const size_t colon = name.rfind(':');
    const size_t slash = name.rfind('/');
    const bool tagged = colon != std::string::npos && (slash == std::string::npos || slash < colon);
    return tagged ? colon : name.size();
}

}  // namespace

bool isImageSource(const ModelSource& source) {
    return source.uri.starts_with(kScheme);
}

bool isPulledByKubelet(const ModelSource& source) {
    return isImageSource(source) || source.imageVolume;
}

ModelSource imageSource() {
    ModelSource out;
    out.uri = kScheme;
    out.reference.store = StoreKind::Oci;
    return out;
}

Result<SourceReference> parseImage(const std::string& image) {
    const bool plain = endOfName(image) == image.size();
    return parseSource(cat(kOci, namesRegistry(image) ? "" : "docker.io/", image, plain ? ":latest" : ""));
}

void adoptImage(const Field& spec, const Field& image, ModelSource& out) {
    const Result<SourceReference> reference = parseImage(image.text());
    if (!reference) {
        image.problem(
            cat("is \"", shortened(image.text(), kLongestShown),
                "\", of which no registry can be asked what it means; state REGISTRY/REPOSITORY:TAG, or "
                "remove spec.model.source"));
        return;
    }
    out.reference = *reference;
    out.uri = cat(kScheme, sourceUri(*reference).substr(kOci.size()));
    if (reference->selector.find('@') == std::string::npos && !reference->selector.starts_with("sha256:"))
        return;
    spec.at("model").at("source").at("follow").problem(
        cat("has no effect, for the image ", shortened(image.text(), kLongestShown),
            " means the same model for ever; name a tag without a digest, or remove source"));
}

std::vector<std::string> pullSecretsOf(const json& podSpec) {
    std::vector<std::string> out;
    for (const json& secret : listAt(podSpec, "imagePullSecrets")) {
        if (std::string name = textAt(secret, "name"); isObjectName(name)) out.push_back(std::move(name));
    }
    return out;
}

std::string imageReference(const ModelSource& source, const std::string& modelId) {
    const size_t digest = modelId.rfind('@');
    return cat(source.reference.place, digest == std::string::npos ? "" : modelId.substr(digest));
}

void pinImage(json& podSpec, const Spec& spec) {
    const size_t digest = spec.modelId.rfind('@');
    for (json& container : podSpec["containers"]) {
        if (textAt(container, "name") != spec.runtime.container || digest == std::string::npos) continue;
        const std::string written = textAt(container, "image");
        container["image"] = cat(written.substr(0, endOfName(written)), spec.modelId.substr(digest));
    }
}

}  // namespace serin::api
