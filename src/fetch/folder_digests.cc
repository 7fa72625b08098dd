#include "fetch/folder_digests.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>

#include "base/sha256.h"
#include "base/text.h"
#include "fetch/signature.h"

namespace serin::fetch {
namespace {

namespace fs = std::filesystem;

// Much room: 10,000 files with paths of 300 bytes, and any signature in base64.
constexpr uintmax_t kMostManifestBytes = 4'000'000;
constexpr uintmax_t kMostSignatureBytes = 65'536;
// At the top of a volume, and of no model: the file system's own, and what serin-fetch wrote.
constexpr std::string_view kFileSystems = "lost+found";
constexpr std::string_view kMark = ".serin-complete";
constexpr std::string_view kSigned = "SHA256SUMS, which is signed,";

Error unreadable(const fs::path& path, const std::string& why) {
    return invalid(cat(path.string(), " cannot be read: ", why));
}

std::string howToSign(std::string_view what) {
    return cat(
        "the model has no ", what,
        ", and spec.model.source.verify wants one; sign it: in its folder, "
        "find . -type f ! -name 'SHA256SUMS*' -exec sha256sum {} + > SHA256SUMS && cosign sign-blob --key "
        "cosign.key --output-signature SHA256SUMS.sig SHA256SUMS, and put both beside the model");
}

Result<std::string> readSmall(const fs::path& file, uintmax_t most) {
    std::error_code failed;
    if (fs::symlink_status(file, failed).type() != fs::file_type::regular)
        return unreadable(file, "it is no file");
    if (fs::file_size(file, failed) > most || failed) {
        return unreadable(file, cat("it has more than ", most, " bytes"));
    }
    std::ifstream in(file, std::ios::binary);
    std::string out{std::istreambuf_iterator<char>(in), {}};
    if (!in) return unreadable(file, std::strerror(errno));
    return out;
}

Result<std::string> readPublicKey(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::string out{std::istreambuf_iterator<char>(in), {}};
    if (in && !out.empty()) return out;
    return invalid(cat(
        "there is no public key ", file,
        ": see the name and the key of spec.model.source.verify.publicKeySecret, and make it where it is not "
        "there: kubectl create secret generic NAME --from-file=cosign.pub"));
}

// As mkfs makes it, for root alone.
bool isLocked(const fs::path& folder) {
    std::error_code failed;
    const fs::directory_iterator entries(folder, failed);
    return failed == std::errc::permission_denied;
}

bool stands(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(fs::symlink_status(path, ignored));
}

// Adds what one entry of a folder is.
Result<void> addEntry(const fs::directory_entry& entry, const std::string& path, api::FileDigests& out) {
    std::error_code failed;
    const fs::file_type type = entry.symlink_status(failed).type();
    if (failed) return unreadable(entry.path(), failed.message());
    if (type == fs::file_type::directory) return {};
    if (type != fs::file_type::regular) {
        return invalid(
            cat(path, type == fs::file_type::symlink ? " is a link" : " is no file",
                ", so that no digest says what it is; put a file there, or take it out of the model"));
    }
    Result<std::string> digest = fileDigest(entry.path());
    if (!digest) return digest.error();
    out[path] = std::move(digest).value();
    return {};
}

}  // namespace

Result<std::string> fileDigest(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) return unreadable(file, std::strerror(errno));
    std::array<char, 131072> buffer;
    Sha256 digest;
    while (in.read(buffer.data(), buffer.size()) || in.gcount() > 0) {
        digest.add({buffer.data(), static_cast<size_t>(in.gcount())});
    }
    if (!in.eof()) return unreadable(file, std::strerror(errno));
    return digest.hex();
}

Result<api::FileDigests> folderDigests(const fs::path& folder,
                                       const std::function<bool(const std::string&)>& wanted) {
    api::FileDigests out;
    std::error_code failed;
    if (fs::is_regular_file(folder, failed)) {
        Result<std::string> digest = fileDigest(folder);
        if (!digest) return digest.error();
        out[folder.filename().string()] = std::move(digest).value();
        return out;
    }
    fs::recursive_directory_iterator entries(folder, failed);
    for (; !failed && entries != fs::recursive_directory_iterator(); entries.increment(failed)) {
        const std::string path = entries->path().lexically_relative(folder).generic_string();
        if (path == kFileSystems && isLocked(entries->path())) entries.disable_recursion_pending();
        if (path == kMark || !wanted(path)) continue;
        if (const Result<void> added = addEntry(*entries, path, out); !added) return added.error();
    }
    if (failed) return unreadable(folder, failed.message());
    return out;
}

Result<Expectation> signedExpectation(const fs::path& folder, const std::string& publicKeyFile) {
    const Result<std::string> key = readPublicKey(publicKeyFile);
    if (!key) return key.error();
    const fs::path manifest = folder / api::kDigestsFile;
    const fs::path signature = folder / api::kSignatureFile;
    for (const fs::path& file : {manifest, signature}) {
        if (!stands(file)) return invalid(howToSign(file.filename().string()));
    }
    const Result<std::string> text = readSmall(manifest, kMostManifestBytes);
    if (!text) return text.error();
    const Result<std::string> proof = readSmall(signature, kMostSignatureBytes);
    if (!proof) return proof.error();
    if (const Result<void> checked = checkSignature(*text, *proof, *key); !checked) {
        return invalid(cat("SHA256SUMS.sig: ", checked.error().message,
                           ", so that this model never serves; see who wrote SHA256SUMS (SHA-256 ",
                           sha256Hex(*text),
                           "), and which key is in spec.model.source.verify.publicKeySecret"));
    }
    Result<api::FileDigests> files = api::parseDigests(*text);
    if (!files) return invalid(cat("SHA256SUMS: ", files.error().message));
    return Expectation{std::string(kSigned), "", std::move(files).value()};
}

Result<void> checkManifestIn(const std::vector<sources::File>& files) {
    for (const auto& [name, most] : {std::pair(api::kDigestsFile, kMostManifestBytes),
                                     std::pair(api::kSignatureFile, kMostSignatureBytes)}) {
        const auto file = std::ranges::find(files, name, &sources::File::path);
        if (file == files.end()) return invalid(howToSign(name));
        if (file->size > most) {
            return invalid(cat(name, " has ", file->size, " bytes, and at most ", most, " are read"));
        }
    }
    return {};
}

}  // namespace serin::fetch
