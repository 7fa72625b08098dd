#include "sources/oci_manifest.h"

#include <algorithm>

#include "base/text.h"
#include "sources/archive_kind.h"
#include "sources/json_answer.h"
#include "sources/listing.h"

namespace serin::sources {
namespace {

using nlohmann::json;

constexpr std::string_view kDigest = "sha256:";
constexpr size_t kMostShownPlatforms = 8;
constexpr size_t kShownDigest = 12;
constexpr size_t kPlaces = 5;  // of a layer's number; kMostFiles has as many
constexpr const char* kFolderType = "application/vnd.oci.image.layer.v1.tar+gzip";
constexpr uint64_t kLargestImage = uint64_t{1} << 50;  // a pebibyte
// Says that an artifact has no such part (OCI image specification, "Guidance for an Empty Descriptor").
constexpr const char* kEmptyType = "application/vnd.oci.empty.v1+json";

bool isTar(std::string_view type) {
    for (const std::string_view packing : {"+gzip", ".gzip", ".gz", "+zstd", ".zstd"}) {
        if (type.ends_with(packing)) {
            type.remove_suffix(packing.size());
            break;
        }
    }
    return type.ends_with(".tar");
}

// Layers of images that are not kept in registries (Windows' own, for one).
bool isElsewhere(const std::string& type) {
    return type.find("foreign") != std::string::npos || type.find("nondistributable") != std::string::npos;
}

std::string numbered(size_t number, const std::string& digest) {
    std::string count = std::to_string(number);
    count.insert(0, kPlaces - std::min(kPlaces, count.size()), '0');
    return cat("layer-", count, "-", digest.substr(0, kShownDigest));
}

Result<File> readLayer(const json& layer, size_t number) {
    const std::string type = api::textAt(layer, "mediaType");
    const std::string digest = api::textAt(layer, "digest");
    const std::optional<uint64_t> size = sizeAt(layer, "size");
    if (!isOciDigest(digest) || !size) {
        return invalid(cat("its layer ", number, " has the digest '", plainly(digest),
                           "' or no size; only layers with a SHA-256 and a size can be loaded"));
    }
    if (isElsewhere(type)) {
        return invalid(cat("its layer ", number, " is kept outside of the registry (", plainly(type), ")"));
    }
    const json& annotations = api::objectAt(layer, "annotations");
    std::string name = api::textAt(annotations, "org.opencontainers.image.title");
    // A folder that ORAS packed; its client for Python says so by the type alone.
    const bool unpack = api::textAt(annotations, "io.deis.oras.content.unpack") == "true" ||
                        (type == kFolderType && archiveKind(name) == ArchiveKind::None);
    File out{"", *size, digest.substr(kDigest.size()), "", false};
    out.layer = name.empty() ? isTar(type) : unpack;
    if (name.empty()) name = api::textAt(annotations, "org.cncf.model.filepath");
    if (!out.layer && name.empty()) {
        return invalid(cat("its layer ", number, " is of the type '", plainly(type),
                           "', which is no tar, and has no name (org.opencontainers.image.title); push the "
                           "model with ORAS, or as an image"));
    }
    while (name.starts_with("./")) name.erase(0, 2);
    out.path = out.layer ? numbered(number, out.sha256) : name;
    return out;
}

Result<OciManifest> readIndex(const json& manifests) {
    OciManifest out;
    out.index = true;
    for (const json& one : manifests) {
        const json& platform = api::objectAt(one, "platform");
        const std::string system = api::textAt(platform, "os");
        const std::string machine = api::textAt(platform, "architecture");
        const std::string digest = api::textAt(one, "digest");
        // BuildKit puts what it says of an image beside it.
        const bool image = system != "unknown" && machine != "unknown";
        if (!image) continue;
        if (!isOciDigest(digest)) return invalid(cat("it has the digest '", plainly(digest), "'"));
        out.platforms.push_back(
            {digest, system.empty() && machine.empty() ? "" : plainly(cat(system, "/", machine))});
    }
    return out;
}

}  // namespace

bool isOciDigest(std::string_view text) {
    return text.starts_with(kDigest) && isHex(text.substr(kDigest.size()), 64);
}

Result<OciManifest> readOciManifest(std::string_view body) {
    const Result<json> read = readJson(body);
    if (!read) return read.error();
    const bool index = api::find(*read, "manifests") != nullptr;
    const bool image = api::find(*read, "layers") != nullptr;
    if (api::integerAt(*read, "schemaVersion") == 1) {
        return invalid("it is of Docker's schema 1, which says no sizes; push it anew by a newer client");
    }
    // What is read as either could be two models under one digest (CVE-2021-41190).
    if (index == image) return invalid("it is neither a manifest nor an index, or claims to be both");
    if (index) return readIndex(api::listAt(*read, "manifests"));
    OciManifest out;
    const json& annotations = api::objectAt(*read, "annotations");
    out.version = plainly(api::textAt(annotations, "org.opencontainers.image.version"));
    out.revision = plainly(api::textAt(annotations, "org.opencontainers.image.revision"));
    const json& layers = api::listAt(*read, "layers");
    if (layers.size() > kMostFiles) return invalid(cat("it has more than ", kMostFiles, " layers"));
    for (size_t i = 0; i < layers.size(); ++i) {
        if (api::textAt(layers[i], "mediaType") == kEmptyType) continue;
        Result<File> file = readLayer(layers[i], i + 1);
        if (!file) return file.error();
        out.files.push_back(std::move(file).value());
    }
    return out;
}

OciSize sizeOfImage(std::string_view body) {
    OciSize out;
    const Result<json> read = readJson(body);
    if (!read) return out;
    for (const json& layer : api::listAt(*read, "layers")) {
        // Whatever they claim, the sum is one.
        const uint64_t size = sizeAt(layer, "size").value_or(0);
        if (size > kLargestImage - out.bytes) continue;
        out.bytes += size;
        ++out.layers;
    }
    return out;
}

Result<std::string> imageFor(const std::vector<OciPlatform>& platforms, std::string_view platform) {
    if (platforms.size() == 1) return platforms[0].digest;
    const auto found = std::ranges::find(platforms, platform, &OciPlatform::name);
    if (found != platforms.end()) return found->digest;
    std::vector<std::string> names;
    for (const OciPlatform& one : platforms) {
        if (names.size() < kMostShownPlatforms) names.push_back(one.name.empty() ? "?" : one.name);
    }
    return invalid(cat("it has ", platforms.empty() ? "no image" : cat("images for ", join(names, ", ")),
                       platforms.size() > kMostShownPlatforms ? ", …" : "", " and none for ", platform,
                       "; name the digest of one of them"));
}

std::string registryWords(const HttpResponse& answer) {
    const json body = isModest(answer.body) ? json::parse(answer.body, nullptr, false) : json();
    const json& errors = api::listAt(body, "errors");
    // Docker Hub's words, and those of servers of tokens.
    if (errors.empty()) return api::textAt(body, "details", api::textAt(body, "message"));
    const std::string code = api::textAt(errors[0], "code");
    const std::string message = api::textAt(errors[0], "message");
    return cat(code, code.empty() || message.empty() ? "" : ": ", message);
}

}  // namespace serin::sources
