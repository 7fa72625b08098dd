#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "api/model_source.h"
#include "api/profile.h"
#include "runtime/store_opener.h"

namespace serin::runtime {

// A profile among the files of one version of a model.
struct ModelProfile {
    api::ModelSource source;  // from which the version is loaded
    std::string id;           // of the version; names the same bytes for ever
    std::string path;         // within the version's files

    bool operator==(const ModelProfile&) const = default;
};

// Whether both are the same bytes, of which the same is wanted, whatever opens the store.
bool sameFile(const ModelProfile& a, const ModelProfile& b);

// What reading it came to.
struct ModelProfileReading {
    api::Reference reference;
    // No later answer could differ, for the id names the same bytes.
    bool final = false;
    bool absent = false;  // the version has no such file

    bool operator==(const ModelProfileReading&) const = default;
};

// Reads a profile out of its store, as the source names it: the listing of the id's files, then that one
// file, at most api::kMostProfileBytes of it, held against the digest that ModelSource::sha256 has of it.
// `space` is the namespace of the objects that the source names. Blocks until all servers have answered,
// or a stop is asked for. Thread-safe.
using ReadModelProfile =
    std::function<ModelProfileReading(const std::string& space, const ModelProfile&, std::stop_token)>;
ReadModelProfile modelProfileReader(StoreParts parts);

}  // namespace serin::runtime
