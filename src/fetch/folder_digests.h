#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "fetch/expectation.h"

namespace serin::fetch {

// SHA-256 of a file's bytes, as 64 lower-case hexadecimal digits. Invalid where it cannot be read.
Result<std::string> fileDigest(const std::filesystem::path& file);

// The digests of all files below a folder that `wanted` takes, by their paths in it; of a path that is a file
// its own, by its name. Links and devices are Invalid, for nobody can say what they lead to tomorrow.
Result<api::FileDigests> folderDigests(const std::filesystem::path& folder,
                                       const std::function<bool(const std::string&)>& wanted);

// What the manifest in a folder says (SHA256SUMS), where its signature beside it is of the key in that file.
Result<Expectation> signedExpectation(const std::filesystem::path& folder, const std::string& publicKeyFile);

// Of files of a listing: whether a manifest and its signature are there, and small.
Result<void> checkManifestIn(const std::vector<sources::File>& files);

}  // namespace serin::fetch
