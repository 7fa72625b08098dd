#include "runtime/model_profile_reader.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "api/file_digests.h"
#include "base/sha256.h"
#include "base/text.h"
#include "sources/calls.h"
#include "sources/globs.h"
#include "sources/listing.h"
#include "sources/opening.h"

namespace serin::runtime {
namespace {

constexpr size_t kMostFilesShown = 5;

std::string nameOf(const std::string& path) {
    return lowerCase(path.substr(path.rfind('/') + 1));
}

// What somebody may have meant, the likeliest first: the same name in another folder, then other JSON.
std::string nearNames(const std::vector<sources::File>& files, const std::string& path) {
    const auto distance = [&](const sources::File& file) {
        if (nameOf(file.path) == nameOf(path)) return 0;
        return nameOf(file.path).ends_with(".json") ? 1 : 2;
    };
    std::vector<sources::File> near = files;
    std::ranges::stable_sort(near, {}, distance);
    std::vector<std::string> shown;
    for (const sources::File& file : near) {
        if (shown.size() < kMostFilesShown) shown.push_back(sources::plainly(file.path));
    }
    return cat(join(shown, ", "), files.size() > shown.size() ? ", …" : "");
}

std::string wordsOf(const ModelProfile& wanted) {
    return cat("the profile ", wanted.path, " of ", wanted.id);
}

ModelProfileReading later(const ModelProfile& wanted, const StoreTrouble& trouble) {
    return {{std::nullopt, cat(wordsOf(wanted), " could not be read: ", trouble.message)}, false, false};
}

ModelProfileReading never(std::string why, bool absent = false) {
    return {{std::nullopt, std::move(why)}, true, absent};
}

ModelProfileReading missing(const ModelProfile& wanted, const std::vector<sources::File>& files) {
    const bool layers = std::ranges::any_of(files, &sources::File::layer);
    return never(
        cat(wanted.id, " has no file ", wanted.path, " but ", nearNames(files, wanted.path),
            layers
                ? ", and Serin does not look into layers; push the profile as a file beside them, or put it "
                  "into a ConfigMap and state reference.configMap"
                : "; log the profile with the model, or state another path as reference.modelFile"),
        true);
}

ModelProfileReading profileIn(const ModelProfile& wanted, const std::string& text,
                              const sources::Credentials& secrets) {
    Result<api::Profile> profile = api::decodeProfile(text);
    if (!profile) {
        // Hidden before a name is cut: half of a token is no longer known for one.
        const Result<api::Profile> shown = api::decodeProfile(sources::withoutSecrets(text, secrets));
        return never(cat(wordsOf(wanted), " cannot be used: ",
                         shown ? "it repeats what opens the store" : shown.error().message));
    }
    return {{std::move(profile).value(), ""}, true, false};
}

// The digest that the source's manifest has of a file; empty where it has none.
std::string statedDigest(const api::ModelSource& source, const std::string& path) {
    if (source.sha256.empty() || api::isSha256(source.sha256)) return "";
    const Result<api::FileDigests> files = api::parseDigests(source.sha256);
    const auto found = files ? files->find(path) : api::FileDigests::const_iterator();
    return files && found != files->end() ? found->second : "";
}

// All that a server is shown, and might repeat: tokens that the store was lent stand in the headers alone.
sources::Credentials secretsOf(const sources::Credentials& credentials, const sources::Download& download) {
    sources::Credentials out = credentials;
    for (const char* name : {"authorization", "x-amz-security-token"}) {
        const auto found = download.headers.find(name);
        if (found == download.headers.end()) continue;
        out[name] = found->second;
        // "Bearer …", "Basic …"
        out[cat(name, ", what follows its scheme")] = found->second.substr(found->second.find(' ') + 1);
    }
    return out;
}

// A store that lists a length or a digest has promised them.
std::string faultOf(const sources::File& file, const std::string& body, const std::string& digest) {
    if (file.size != 0 && body.size() != file.size) {
        return cat("the store sent ", body.size(), " bytes of it and lists ", file.size);
    }
    if (file.sha256.empty() || digest == file.sha256) return "";
    return cat("its SHA-256 is ", digest, ", and the store lists ", file.sha256);
}

ModelProfileReading download(const ModelProfile& wanted, const sources::File& file, OpenedStore& opened,
                             Timestamp now) {
    const auto download = opened.store->download(wanted.source, wanted.id, file, now);
    if (!download) return later(wanted, storeTrouble(download.error()));
    const sources::Credentials secrets = secretsOf(opened.credentials, *download);
    const sources::Calls calls(*opened.exchange, secrets, [](const HttpResponse&) { return std::string(); });
    const auto answer = calls.ask({"GET", download->url, download->headers, api::kMostProfileBytes, true});
    if (!answer) return later(wanted, storeTrouble(answer.error()));
    const std::string digest = sha256Hex(answer->body);
    const std::string fault = faultOf(file, answer->body, digest);
    if (!fault.empty()) return later(wanted, {"", fault});
    const std::string stated = statedDigest(wanted.source, file.path);
    if (stated.empty() || digest == stated) return profileIn(wanted, answer->body, secrets);
    // Only another spec helps.
    return never(cat(wordsOf(wanted), " cannot be used: its SHA-256 is ", digest,
                     ", and spec.model.source.sha256 says ", stated));
}

ModelProfileReading read(const StoreParts& parts, const std::string& space, const ModelProfile& wanted,
                         const std::stop_token& stop) {
    if (!sources::wanted(wanted.source, wanted.path)) {
        return never(cat("include and exclude of model.source leave the profile ", wanted.path,
                         " out; let them leave it, or state another path as reference.modelFile"),
                     true);
    }
    OpenedStore opened;
    if (const auto trouble = openStore(parts, space, wanted.source, stop, opened)) {
        return later(wanted, *trouble);
    }
    const Timestamp now = parts.clock.wall();
    const auto files = opened.store->files(wanted.source, wanted.id, now);
    if (!files) return later(wanted, storeTrouble(files.error()));
    const auto file = std::ranges::find(*files, wanted.path, &sources::File::path);
    if (file == files->end() || file->layer) return missing(wanted, *files);
    if (file->size > api::kMostProfileBytes) {
        return never(cat(wordsOf(wanted), " has ", file->size, " bytes, more than ", api::kMostProfileBytes,
                         "; state the path of a file that serin-profile made"));
    }
    return download(wanted, *file, opened, now);
}

}  // namespace

bool sameFile(const ModelProfile& a, const ModelProfile& b) {
    return a.id == b.id && a.path == b.path && a.source.uri == b.source.uri &&
           a.source.endpoint == b.source.endpoint && a.source.include == b.source.include &&
           a.source.exclude == b.source.exclude && a.source.sha256 == b.source.sha256;
}

ReadModelProfile modelProfileReader(StoreParts parts) {
    return
        [parts = std::move(parts)](const std::string& space, const ModelProfile& wanted,
                                   const std::stop_token& stop) { return read(parts, space, wanted, stop); };
}

}  // namespace serin::runtime
