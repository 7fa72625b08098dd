#include "fetch/trust.h"

#include <algorithm>

#include "base/sha256.h"
#include "base/text.h"
#include "fetch/folder_digests.h"
#include "sources/globs.h"

namespace serin::fetch {

Result<Trust> Trust::of(const Options& options, Layout layout) {
    Trust out(options, layout);
    if (options.source.sha256.empty()) return out;
    Result<Expectation> stated = statedExpectation(options.source.sha256);
    if (!stated) return stated.error();
    out.stated_ = std::move(stated).value();
    return out;
}

std::string Trust::selection() const {
    if (wantsNothing()) return "";
    std::string key;
    if (!options_.publicKeyFile.empty()) {
        // Where it cannot be read, nothing gets as far as to be complete.
        const Result<std::string> digest = fileDigest(options_.publicKeyFile);
        if (digest) key = *digest;
    }
    return sha256Hex(cat(options_.source.sha256, "\n\n", key));
}

Result<void> Trust::expect(std::vector<sources::File>& files) const {
    if (!stated_ || layout_ == Layout::Assembled || (layout_ == Layout::Archive && !ofArchive())) return {};
    return expectOf(files, *stated_, options_.source);
}

Result<std::vector<sources::File>> Trust::manifestOf(const std::vector<sources::File>& files) const {
    std::vector<sources::File> out;
    if (options_.publicKeyFile.empty() || layout_ != Layout::Listed) return out;
    if (const Result<void> there = checkManifestIn(files); !there) return there.error();
    std::ranges::copy_if(files, std::back_inserter(out),
                         [](const sources::File& file) { return api::isOfManifest(file.path); });
    return out;
}

Result<void> Trust::readManifest(const std::filesystem::path& folder, std::vector<sources::File>& files) {
    Result<Expectation> signature = signedExpectation(folder, options_.publicKeyFile);
    if (!signature) return signature.error();
    signed_ = std::move(signature).value();
    return expectOf(files, *signed_, options_.source);
}

Result<api::FileDigests> Trust::digestsIn(const std::filesystem::path& folder,
                                          const std::vector<sources::File>& files) const {
    if (layout_ == Layout::Archive || layout_ == Layout::Assembled) {
        return folderDigests(
            folder, [this](const std::string& path) { return sources::wanted(options_.source, path); });
    }
    api::FileDigests out;
    for (const sources::File& file : files) {
        // What has a digest was held against it as it came.
        Result<std::string> digest = file.sha256.empty() ? fileDigest(folder / file.path)
                                                         : Result<std::string>(lowerCase(file.sha256));
        if (!digest) return digest.error();
        out[file.path] = std::move(digest).value();
    }
    return out;
}

Result<void> Trust::check(const std::filesystem::path& folder, std::vector<sources::File>& files) {
    if (wantsNothing()) return {};
    if (!options_.publicKeyFile.empty() && !signed_) {
        if (const Result<void> read = readManifest(folder, files); !read) return read;
    }
    const Result<api::FileDigests> are = digestsIn(folder, files);
    if (!are) return are.error();
    for (const auto* expected :
         {stated_ && !ofArchive() ? &*stated_ : nullptr, signed_ ? &*signed_ : nullptr}) {
        if (!expected) continue;
        if (const Result<void> checked = checkDigests(*are, *expected, options_.source); !checked)
            return checked;
    }
    for (sources::File& file : files) {
        if (const auto found = are->find(file.path); found != are->end()) file.sha256 = found->second;
    }
    return {};
}

namespace {

// What the one file is called by who stated its digest; empty where nobody called it anything.
std::string nameOfOne(const Options& options) {
    std::error_code ignored;
    if (options.source.sha256.empty() || !std::filesystem::is_regular_file(options.check, ignored)) return "";
    const Result<Expectation> stated = statedExpectation(options.source.sha256);
    return stated && stated->files.size() == 1 ? stated->files.begin()->first : "";
}

}  // namespace

Result<size_t> checkFolder(const Options& options) {
    Result<Trust> trust = Trust::of(options, Layout::Folder);
    if (!trust) return trust.error();
    const Result<api::FileDigests> are =
        folderDigests(options.check, [](const std::string&) { return true; });
    if (!are) return are.error();
    if (are->empty()) return invalid(cat(options.check.string(), " has no files; see the path of the claim"));
    std::vector<sources::File> files;
    for (const auto& [path, digest] : *are) files.push_back({path, 0, digest, ""});
    if (const std::string name = nameOfOne(options); !name.empty()) files.front().path = name;
    if (const Result<void> checked = trust->check(options.check, files); !checked) return checked.error();
    return files.size();
}

}  // namespace serin::fetch
