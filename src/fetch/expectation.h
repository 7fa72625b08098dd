#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "api/file_digests.h"
#include "api/model_source.h"
#include "base/result.h"
#include "sources/store.h"

namespace serin::fetch {

// What a model's files have to be: one digest, or the digest of each.
struct Expectation {
    std::string origin;      // who says so, for messages: "spec.model.source.sha256"
    std::string digest;      // of the one file, or of the manifest of several
    api::FileDigests files;  // where `digest` is empty
};

// Of ModelSource::sha256, which is not empty.
Result<Expectation> statedExpectation(const std::string& sha256);

// Before anything is fetched: files that are missing, that nobody named, or of which the store itself tells
// another digest than is expected, are Invalid. The digests that are expected of single files become theirs.
// What `source` leaves out is not missing.
Result<void> expectOf(std::vector<sources::File>& files, const Expectation& expected,
                      const api::ModelSource& source);

// Afterwards: whether the digests of all files are what is expected. Invalid names the file or the manifest
// and both digests.
Result<void> checkDigests(const api::FileDigests& are, const Expectation& expected,
                          const api::ModelSource& source);

}  // namespace serin::fetch
