#pragma once

#include <vector>

#include "api/file_digests.h"
#include "fetch/part_fetch.h"

namespace serin::fetch {

// Whether a store's listing has the files that serve. Those of a commit, in an archive, in layers or on a
// volume are known where they are unpacked: Invalid then has the commands that print their manifest. Also
// where there are none.
Result<void> checkListed(const api::ModelSource& source, const std::vector<sources::File>& files);

// The digests of listed files, by their paths: those that the store says, and of the others those of their
// bytes, which are read over one connection, file after file, and kept nowhere. How far that is, is said
// every five seconds. Blocks. Errors are final, name the file and what to do.
Result<api::FileDigests> listedDigests(const std::vector<sources::File>& files, const Errand& errand);

}  // namespace serin::fetch
