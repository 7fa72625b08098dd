#include "sources/oci_store.h"

#include "api/image_source.h"
#include "base/sha256.h"
#include "base/text.h"
#include "sources/listing.h"
#include "sources/oci_manifest.h"
#include "sources/oci_registry.h"

namespace serin::sources {
namespace {

constexpr size_t kMostManifestBytes = size_t{4} << 20;  // what registries take at most
constexpr size_t kVersionLength = 12;
constexpr size_t kLongestTag = 40;  // with the digest beside it a label's value holds it
constexpr std::string_view kDigest = "sha256:";
#if defined(__aarch64__)
constexpr std::string_view kPlatform = "linux/arm64";
#else
constexpr std::string_view kPlatform = "linux/amd64";
#endif

// Of "TAG", "TAG@sha256:…" and "sha256:…".
struct Selector {
    std::string tag;
    std::string digest;  // empty: what the tag means

    const std::string& asked() const { return digest.empty() ? tag : digest; }
};

Selector selectorOf(const api::ModelSource& source) {
    const std::string& text = source.reference.selector;
    if (text.starts_with(kDigest)) return {"", text};
    const size_t at = text.find('@');
    return {text.substr(0, at), at == std::string::npos ? "" : text.substr(at + 1)};
}

struct Found {
    std::string digest;
    std::string text;  // the manifest
};

std::string idOf(const api::ModelSource& source, const std::string& digest) {
    return cat(api::isPulledByKubelet(source) ? "image:" : "oci:", source.reference.place, "@", digest);
}

// Empty where the id is none of this source.
std::string digestIn(const api::ModelSource& source, const std::string& id) {
    const std::string start = idOf(source, "");
    const std::string digest = id.starts_with(start) ? id.substr(start.size()) : "";
    return isOciDigest(digest) ? digest : "";
}

Error foreign(const api::ModelSource& source, const std::string& id) {
    return invalid(cat("'", plainly(id), "' is no id of a model of ", source.uri));
}

class OciStore : public Store {
  public:
    OciStore(const Credentials& credentials, Exchange& exchange, OciMemory& memory)
        : registry_(credentials, exchange), memory_(memory) {}

    Result<Resolution> resolve(const api::ModelSource& source, Timestamp now) override;
    Result<std::vector<File>> files(const api::ModelSource& source, const std::string& id,
                                    Timestamp now) override;
    Result<Download> download(const api::ModelSource& source, const std::string& id, const File& file,
                              Timestamp now) override;

  private:
    Result<Resolution> resolveImage(const api::ModelSource& source, Timestamp now);
    Result<Found> manifest(const OciPlace& place, const std::string& reference, Timestamp now);
    std::string digestNow(const OciPlace& place, const std::string& reference, Timestamp now);

    OciRegistry registry_;
    OciMemory& memory_;
};

Call callFor(const OciPlace& place, const std::string& reference) {
    Call out;
    out.url = place.url("manifests", reference);
    out.headers["accept"] = kOciManifestTypes;
    out.maxBytes = kMostManifestBytes;
    return out;
}

Result<OciManifest> readFound(const OciPlace& place, const Found& found) {
    Result<OciManifest> read = readOciManifest(found.text);
    if (read) return read;
    return Error{read.error().code,
                 cat("the manifest ", place.url("manifests", found.digest), ": ", read.error().message)};
}

// What a registry that answers HEAD says that a tag or a digest is; empty where it does not, or where these
// credentials may not know.
std::string OciStore::digestNow(const OciPlace& place, const std::string& reference, Timestamp now) {
    Call call = callFor(place, reference);
    call.method = "HEAD";
    const Result<HttpResponse> answer = registry_.answerTo(call, place, now);
    const bool good = answer && answer->status >= 200 && answer->status < 300;
    if (good && isOciDigest(reference)) return reference;
    const std::string digest = good ? headerOf(*answer, "docker-content-digest") : "";
    return isOciDigest(digest) ? digest : "";
}

// Bytes that are not what their digest says are nobody's model. What is remembered counts only once the
// registry has said to whoever asks now that it is there still.
Result<Found> OciStore::manifest(const OciPlace& place, const std::string& reference, Timestamp now) {
    const bool fixed = isOciDigest(reference);
    if (fixed ? memory_.find(place, reference).has_value() : memory_.has(place)) {
        const std::string digest = digestNow(place, reference, now);
        if (const auto known = memory_.find(place, digest)) return Found{digest, *known};
    }
    const Call call = callFor(place, reference);
    const Result<HttpResponse> answer = registry_.answerTo(call, place, now);
    if (!answer) return answer.error();
    if (answer->status < 200 || answer->status > 299) return registry_.refusal(call, *answer, place);
    const std::string digest = cat(kDigest, sha256Hex(answer->body));
    const std::string told = headerOf(*answer, "docker-content-digest");
    const std::string& wanted = fixed ? reference : told;
    if (isOciDigest(wanted) && wanted != digest) {
        return invalid(
            cat("GET ", call.url, " answered with a manifest of the digest ", digest, " for ", wanted));
    }
    memory_.keep(place, digest, answer->body);
    return Found{digest, answer->body};
}

std::string versionOf(const std::string& tag, const std::string& digest) {
    const std::string shown = digest.substr(kDigest.size(), kVersionLength);
    return tag.empty() ? shown : cat(tag.substr(0, kLongestTag), "-", shown);
}

Result<Resolution> OciStore::resolve(const api::ModelSource& source, Timestamp now) {
    if (api::isPulledByKubelet(source)) return resolveImage(source, now);
    const OciPlace place = ociPlace(source.reference.place, source.endpoint);
    const Selector selector = selectorOf(source);
    Result<Found> found = manifest(place, selector.asked(), now);
    if (!found) return found.error();
    Result<OciManifest> read = readFound(place, *found);
    if (read && read->index) {
        const Result<std::string> image = imageFor(read->platforms, kPlatform);
        if (!image) return Error{image.error().code, cat(source.uri, ": ", image.error().message)};
        found = manifest(place, *image, now);
        if (!found) return found.error();
        read = readFound(place, *found);
    }
    if (!read) return read.error();
    if (read->index) return invalid(cat(source.uri, " is an index of indexes"));
    Result<std::vector<File>> files = chosen(std::move(read->files), source, source.uri);
    if (!files) return files.error();
    Resolution out;
    out.model.id = idOf(source, found->digest);
    out.model.version = versionOf(selector.tag, found->digest);
    out.model.lineage.commit = read->revision;
    out.model.files = files->size();
    out.model.bytes = bytesOf(*files);
    out.files = std::move(files).value();
    return out;
}

// Nodes choose of an index by themselves, and so many bytes as here are much the same elsewhere.
Result<Resolution> OciStore::resolveImage(const api::ModelSource& source, Timestamp now) {
    const OciPlace place = ociPlace(source.reference.place, source.endpoint);
    const Selector selector = selectorOf(source);
    const Result<Found> found = manifest(place, selector.asked(), now);
    if (!found) return found.error();
    Resolution out;
    out.model.id = idOf(source, found->digest);
    out.model.version = versionOf(selector.tag, found->digest);
    std::string text = found->text;
    if (const Result<OciManifest> read = readOciManifest(text); read && read->index) {
        if (read->platforms.empty()) return invalid(cat(source.uri, " is an index without an image"));
        const Result<std::string> own = imageFor(read->platforms, kPlatform);
        const Result<Found> image = manifest(place, own ? *own : read->platforms[0].digest, now);
        if (!image) return image.error();
        text = image->text;
    }
    const OciSize size = sizeOfImage(text);
    if (size.layers == 0) return invalid(cat(source.uri, " is no image: it has no layers"));
    out.model.files = size.layers;
    out.model.bytes = size.bytes;
    return out;
}

Result<std::vector<File>> OciStore::files(const api::ModelSource& source, const std::string& id,
                                          Timestamp now) {
    const std::string digest = digestIn(source, id);
    if (digest.empty() || api::isPulledByKubelet(source)) return foreign(source, id);
    const OciPlace place = ociPlace(source.reference.place, source.endpoint);
    const Result<Found> found = manifest(place, digest, now);
    if (!found) return found.error();
    Result<OciManifest> read = readFound(place, *found);
    if (!read) return read.error();
    if (read->index) return invalid(cat(plainly(id), " is an index, of which no files are known"));
    return chosen(std::move(read->files), source, source.uri);
}

Result<Download> OciStore::download(const api::ModelSource& source, const std::string& id, const File& file,
                                    Timestamp now) {
    if (digestIn(source, id).empty() || !isHex(file.sha256, 64)) return foreign(source, id);
    const OciPlace place = ociPlace(source.reference.place, source.endpoint);
    Download out{place.url("blobs", cat(kDigest, file.sha256)), {}};
    const Result<std::string> opening = registry_.authorization(out.url, place, now);
    if (!opening) return opening.error();
    if (!opening->empty()) out.headers["authorization"] = *opening;
    return out;
}

}  // namespace

// Which entry of a Docker configuration counts is known with the source.
Result<std::unique_ptr<Store>> makeOciStore(const Credentials& credentials, Exchange& exchange,
                                            OciMemory& memory) {
    if (const auto identity = registryIdentity(credentials, "docker.io");
        !identity && !credentials.contains(".dockerconfigjson")) {
        return identity.error();
    }
    return std::unique_ptr<Store>(std::make_unique<OciStore>(credentials, exchange, memory));
}

}  // namespace serin::sources
