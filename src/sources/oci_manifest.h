#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sources/store.h"

namespace serin::sources {

// One image of an index.
struct OciPlatform {
    std::string digest;  // "sha256:…"
    std::string name;    // "linux/amd64"; empty where it names none

    bool operator==(const OciPlatform&) const = default;
};

// A manifest of the OCI image specification 1.1 or of Docker's schema 2, or an index of several (Docker's
// manifest list).
struct OciManifest {
    bool index = false;
    std::vector<OciPlatform> platforms;  // of an index
    // Of a manifest, in its order: what has a name is a file (org.opencontainers.image.title as ORAS writes
    // it, org.cncf.model.filepath of ModelPack), what is a tar is a layer.
    std::vector<File> files;
    std::string version;   // org.opencontainers.image.version
    std::string revision;  // org.opencontainers.image.revision: of the code
};

// Invalid in words where the text is neither, is both, has a digest that is none, or a layer of which nobody
// can tell what file it is.
Result<OciManifest> readOciManifest(std::string_view body);

// Layers of an image and their bytes, whatever they are of; nothing where the text is no manifest.
struct OciSize {
    uint64_t layers = 0;
    uint64_t bytes = 0;
};
OciSize sizeOfImage(std::string_view body);

// The digest of the image for this platform, such as "linux/amd64", or of the only one; attestations are no
// images. Invalid with the platforms that there are.
Result<std::string> imageFor(const std::vector<OciPlatform>& platforms, std::string_view platform);

// What a registry says of an error: "MANIFEST_UNKNOWN: manifest unknown".
std::string registryWords(const HttpResponse& answer);

// What manifests are asked for as.
inline constexpr const char* kOciManifestTypes =
    "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, "
    "application/vnd.docker.distribution.manifest.v2+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json";

// Whether the text is "sha256:" and 64 hexadecimal digits.
bool isOciDigest(std::string_view text);

}  // namespace serin::sources
