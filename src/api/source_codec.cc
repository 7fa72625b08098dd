#include <algorithm>
#include <chrono>

#include "api/identity_codec.h"
#include "api/image_source.h"
#include "api/source_trust.h"
#include "api/source_uri.h"
#include "api/spec_codec.h"
#include "base/shorten.h"
#include "base/text.h"

namespace serin::api {

using nlohmann::json;

namespace {

constexpr const char* kDefaultKey = "ca.crt";
constexpr const char* kFetch = "Fetch";
constexpr const char* kImageVolume = "ImageVolume";
constexpr size_t kMostGlobs = 32;
constexpr size_t kLongestGlob = 256;
constexpr size_t kLongestPath = 256;
// Looks of many ModelDeployments are to be no burden to a registry.
constexpr Duration kShortestInterval = std::chrono::seconds(10);

bool isDigits(const std::string& text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// SHA-1, and in some repositories of Git SHA-256.
bool isCommit(const std::string& text, StoreKind store) {
    return (text.size() == 40 || (store == StoreKind::Git && text.size() == 64)) &&
           std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// Names the same model for ever.
bool isFixed(const SourceReference& reference) {
    if (reference.store == StoreKind::Mlflow) {
        return reference.run || (!reference.alias && isDigits(reference.selector));
    }
    if (reference.store == StoreKind::Oci) return reference.selector.find("sha256:") != std::string::npos;
    const bool commits = reference.store == StoreKind::HuggingFace || reference.store == StoreKind::Git;
    return commits && isCommit(reference.selector, reference.store);
}

std::optional<SourceReference> decodeUri(const Field& uri) {
    const std::string text = uri.text();
    if (text.empty()) {
        uri.problem(
            "is missing; state where the model is, such as mlflow://NAME@ALIAS, hf://OWNER/NAME, "
            "azureblob://ACCOUNT/CONTAINER/PREFIX, s3://BUCKET/PREFIX, gs://BUCKET/PREFIX, "
            "git+https://HOST/REPOSITORY.git, oci://REGISTRY/REPOSITORY:TAG, https://HOST/PATH or "
            "pvc://CLAIM/PATH, or follow alone where it is in the serving container's image");
        return std::nullopt;
    }
    Result<SourceReference> reference = parseSource(text);
    if (!reference) {
        uri.problem(reference.error().message);  // it repeats the URI as far as that has no secret
        return std::nullopt;
    }
    return *reference;
}

// Whether the kubelet mounts the image; the reference has been read.
bool decodeImageVolume(const Field& load, const SourceReference& reference) {
    if (!load.present()) return false;
    if (reference.store == StoreKind::VolumeClaim) {
        load.problem("has no effect on a claim, which is mounted as it is; remove it");
        return false;
    }
    const std::string way = load.text(kFetch);
    if (way == kFetch) return false;
    if (way != kImageVolume) {
        load.problem(cat("is \"", shortened(way, kLongestShown), "\"; state Fetch or ImageVolume"));
    } else if (reference.store != StoreKind::Oci) {
        load.problem(
            "is ImageVolume, and the kubelet mounts images of registries alone; state uri as "
            "oci://REGISTRY/REPOSITORY:TAG, or load: Fetch");
    } else {
        return true;
    }
    return false;
}

// The kubelet knows no endpoint but the one that the reference names.
void checkEndpointOfVolume(const Field& endpoint, const ModelSource& source) {
    const std::string registry = source.reference.place.substr(0, source.reference.place.find('/'));
    if (!source.imageVolume || source.endpoint.empty()) return;
    const std::string address = lowerCase(source.endpoint);
    const std::string host = lowerCase(registry);
    if (address == cat("http://", host) || address == cat("https://", host)) return;
    endpoint.problem(cat("is \"", shortened(source.endpoint, kLongestShown),
                         "\", and with load: ImageVolume the kubelet pulls from ", registry,
                         " itself; state http://", registry,
                         " where that has no certificate, or remove endpoint: mirrors are a matter of the "
                         "nodes"));
}

void decodeEndpoint(const Field& endpoint, ModelSource& out) {
    const StoreKind store = out.reference.store;
    if (!endpoint.present()) {
        if (store == StoreKind::Mlflow) {
            endpoint.problem(
                "is missing, and nobody knows where this MLflow is; state the address of its tracking "
                "server, such as http://mlflow.ml.svc:5000");
        }
        return;
    }
    if (store == StoreKind::Https || store == StoreKind::Git || store == StoreKind::VolumeClaim) {
        endpoint.problem("has no effect on a source whose URI says where it is; remove it");
        return;
    }
    out.endpoint = decodeAddress(endpoint, "http://mlflow.ml.svc:5000");
    checkEndpointOfVolume(endpoint, out);
}

std::vector<std::string> decodeGlobs(const Field& field) {
    std::vector<std::string> globs;
    if (!field.present()) return globs;
    const std::vector<Field> elements = field.elements();
    if (elements.empty()) field.problem("is empty; list patterns such as \"*.json\", or leave it out");
    if (elements.size() > kMostGlobs) {
        field.problem(cat("has ", elements.size(), " patterns; state at most ", kMostGlobs));
    }
    for (const Field& element : elements) {
        const std::string glob = element.text();
        if (glob.empty() || glob.size() > kLongestGlob || glob.find('\n') != std::string::npos) {
            element.problem(cat("is \"", shortened(glob, kLongestShown),
                                "\"; state a pattern of at most 256 characters, such as \"*.json\""));
        }
        globs.push_back(glob);
    }
    return globs;
}

std::string decodeMountPath(const Field& field, const std::string& fallback) {
    const std::string path = field.text(fallback);
    const auto parts = split(path, '/');
    const bool plain = path.size() > 1 && path.size() <= kLongestPath && path[0] == '/' &&
                       path.find(':') == std::string::npos &&
                       std::ranges::none_of(parts.begin() + 1, parts.end(), [](auto& part) {
                           return part.empty() || part == "." || part == "..";
                       });
    if (plain) return path;
    field.problem(cat("is \"", shortened(path, kLongestShown),
                      "\"; state an absolute path below /, such as /mnt/models"));
    return fallback;
}

// Asked over plain HTTP, and so is who gives tokens for it.
bool isPlain(const ModelSource& source) {
    return source.endpoint.starts_with("http://") && (!source.identity || isPlain(*source.identity));
}

void decodeAccess(const Field& source, ModelSource& out) {
    if (const Field credentials = source.at("credentials"); credentials.present()) {
        decodeCredentials(credentials, out);
    }
    const Field ca = source.at("ca");
    if (!ca.present()) return;
    if (isPlain(out)) {
        ca.problem(
            "is stated, but endpoint begins with http://, so that there is no certificate to check; state an "
            "endpoint that begins with https://, or remove ca");
        return;
    }
    const ConfigMapKey key =
        decodeConfigMapKey(ca.at("configMap"), "the certificates of the authority", kDefaultKey);
    out.caConfigMap = key.configMap;
    out.caKey = key.key;
}

void refuseGlobs(const Field& source) {
    for (const char* name : {"include", "exclude"}) {
        if (const Field field = source.at(name); field.present()) {
            field.problem(
                "has no effect on an image that the kubelet mounts as a whole; remove it, or state load: "
                "Fetch");
        }
    }
}

// What chooses files and opens stores.
void decodeStore(const Field& source, ModelSource& out) {
    if (out.reference.store != StoreKind::VolumeClaim) {
        decodeAccess(source, out);
        if (out.imageVolume) return refuseGlobs(source);
        out.include = decodeGlobs(source.at("include"));
        out.exclude = decodeGlobs(source.at("exclude"));
        return;
    }
    for (const char* name : {"credentials", "ca", "include", "exclude"}) {
        if (const Field field = source.at(name); field.present()) {
            field.problem("has no effect on a claim, which is mounted as it is; remove it");
        }
    }
}

void decodeFollow(const Field& follow, ModelSource& out) {
    if (!follow.present()) return;
    if (out.reference.store == StoreKind::VolumeClaim) {
        follow.problem(
            "has no effect on a claim, of which Serin cannot see when its files change; name another path "
            "for "
            "another version, and remove follow");
        return;
    }
    const Field interval = follow.at("interval");
    if (!interval.present()) {
        interval.problem("is missing; state how often the source is looked up, such as 1m");
        return;
    }
    out.follow = interval.duration(std::chrono::minutes(1), kShortestInterval);
    if (!isFixed(out.reference)) return;
    follow.problem(cat("has no effect, for ", shortened(out.uri, kLongestShown),
                       " means the same model for ever; name an alias, a stage, a branch or a tag, or remove "
                       "follow"));
}

// Nothing is loaded then; the image is known with the template.
ModelSource decodeImageSource(const Field& source) {
    ModelSource out = imageSource();
    for (const char* name :
         {"load", "include", "exclude", "mountPath", "sha256", "verify", "report", "moveAlias"}) {
        if (!source.at(name).present()) continue;
        source.at(name).problem(
            "has no effect on a model in the serving container's image; remove it, or state uri");
    }
    decodeEndpoint(source.at("endpoint"), out);
    decodeAccess(source, out);
    decodeFollow(source.at("follow"), out);
    return out;
}

}  // namespace

std::optional<ModelSource> decodeModelSource(const Field& model) {
    const Field source = model.at("source");
    if (!source.present()) return std::nullopt;
    if (!source.at("uri").present() && source.at("follow").present()) return decodeImageSource(source);
    const std::optional<SourceReference> reference = decodeUri(source.at("uri"));
    if (!reference) return std::nullopt;
    ModelSource out;
    out.reference = *reference;
    out.uri = sourceUri(*reference);
    out.imageVolume = decodeImageVolume(source.at("load"), *reference);
    decodeEndpoint(source.at("endpoint"), out);
    decodeStore(source, out);
    decodeTrust(source, out);
    out.mountPath = decodeMountPath(source.at("mountPath"), out.mountPath);
    decodeFollow(source.at("follow"), out);
    out.report = decodeRegistryReport(source, out.reference);
    return out;
}

void adoptResolution(const json& spec, const std::optional<SourceStatus>& known, Spec& out) {
    if (!out.source) return;
    out.written = revisionOf(spec);
    out.unresolved = !known || known->written != out.written || known->model.id.empty();
    if (out.unresolved) {
        out.revision.clear();
        out.modelId.clear();
        return;
    }
    out.modelId = known->model.id;
    out.revision = revisionOf(spec, out.modelId);
    if (out.model.version.empty()) out.model.version = known->model.version;
}

}  // namespace serin::api
