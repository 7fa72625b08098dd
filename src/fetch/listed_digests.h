#pragma once

#include <vector>

#include "api/file_digests.h"
#include "fetch/part_fetch.h"

namespace serin::fetch {

// Whether a store's listing can have the files that serve. Those of a commit, in an archive or on a volume
// are known where they are unpacked: Invalid then has the commands that print their manifest.
Result<void> checkListable(const api::ModelSource& source);

// Whether this listing has them, which it has not of layers, nor where it is empty: the same.
Result<void> checkListed(const api::ModelSource& source, const std::vector<sources::File>& files);

// The digests of listed files, by their paths: those that the store says, and of the others those of their
// bytes, which are read over one connection, file after file, and kept nowhere. Where the store keeps an MD5
// of it, a file that differs is read anew once. How far that is, is said every five seconds. Blocks. Errors
// are final, name the file and what to do.
Result<api::FileDigests> listedDigests(const std::vector<sources::File>& files, const Errand& errand);

}  // namespace serin::fetch
