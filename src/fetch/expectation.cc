#include "fetch/expectation.h"

#include <optional>

#include "base/sha256.h"
#include "base/text.h"
#include "sources/globs.h"

namespace serin::fetch {
namespace {

constexpr std::string_view kNeverServes =
    "; it never serves: see what the store has, or who wrote the digest";

Error other(const std::string& path, const std::string& is, const Expectation& expected,
            const std::string& digest) {
    return invalid(cat(path, ": its SHA-256 is ", lowerCase(is), ", and ", expected.origin, " says ", digest,
                       kNeverServes));
}

Error missing(const std::string& path, const Expectation& expected) {
    return invalid(
        cat(path, " is missing: ", expected.origin,
            " has its digest, and the model has no such file; put it there, or take its digest out"));
}

Error unnamed(const std::string& path, const std::string& is, const Expectation& expected) {
    return invalid(cat(
        path, is.empty() ? "" : cat(" (SHA-256 ", lowerCase(is), ")"), " is not in ", expected.origin,
        ", so that nobody says what it should be; name its digest there, or take the file out of the model"));
}

// A signed manifest and its signature, of which nobody makes digests. Where nothing is signed they are files
// as others are.
bool isFreed(std::string_view path, const api::ModelSource& source) {
    return !source.publicKeyKey.empty() && api::isOfManifest(path);
}

// What a person made digests of. Digests may be empty.
api::FileDigests counted(const api::FileDigests& files, const api::ModelSource& source) {
    api::FileDigests out = files;
    std::erase_if(out, [&](const auto& entry) { return isFreed(entry.first, source); });
    return out;
}

Result<void> checkNames(const api::FileDigests& are, const Expectation& expected,
                        const api::ModelSource& source) {
    for (const auto& [path, is] : are) {
        if (!expected.files.contains(path)) return unnamed(path, is, expected);
    }
    for (const auto& [path, digest] : expected.files) {
        const bool left = !sources::wanted(source, path) || isFreed(path, source);
        if (!left && !are.contains(path)) return missing(path, expected);
    }
    return {};
}

// The digest that a file has to have, of all that count; empty where none is expected of it alone.
std::string expectedOf(const std::string& path, const api::FileDigests& all, const Expectation& expected) {
    if (!all.contains(path)) return "";
    if (!expected.digest.empty()) return all.size() == 1 ? expected.digest : "";
    const auto found = expected.files.find(path);
    return found == expected.files.end() ? "" : found->second;
}

}  // namespace

Result<Expectation> statedExpectation(const std::string& sha256) {
    Expectation out{"spec.model.source.sha256", "", {}};
    if (api::isSha256(sha256)) {
        out.digest = lowerCase(sha256);
        return out;
    }
    Result<api::FileDigests> files = api::parseDigests(sha256);
    if (!files) return invalid(cat(out.origin, " cannot be read: ", files.error().message));
    out.files = std::move(files).value();
    return out;
}

Result<void> expectOf(std::vector<sources::File>& files, const Expectation& expected,
                      const api::ModelSource& source) {
    api::FileDigests told;
    for (const sources::File& file : files) told[file.path] = file.sha256;
    told = counted(told, source);
    if (expected.digest.empty()) {
        if (const Result<void> named = checkNames(told, expected, source); !named) return named;
    }
    for (sources::File& file : files) {
        const std::string digest = expectedOf(file.path, told, expected);
        if (digest.empty()) continue;
        if (!file.sha256.empty() && lowerCase(file.sha256) != digest) {
            return other(file.path, file.sha256, expected, digest);
        }
        file.sha256 = digest;
    }
    return {};
}

Result<void> checkDigests(const api::FileDigests& are, const Expectation& expected,
                          const api::ModelSource& source) {
    const api::FileDigests all = counted(are, source);
    if (expected.digest.empty()) {
        if (const Result<void> named = checkNames(all, expected, source); !named) return named;
    }
    for (const auto& [path, is] : all) {
        const std::string digest = expectedOf(path, all, expected);
        if (!digest.empty() && is != digest) return other(path, is, expected, digest);
    }
    if (expected.digest.empty() || all.size() == 1) return {};
    const std::string is = sha256Hex(api::digestsText(all));
    if (is == expected.digest) return {};
    return other(cat("the manifest of the model's ", all.size(), " files (as sha256sum prints it, by path)"),
                 is, expected, expected.digest);
}

}  // namespace serin::fetch
