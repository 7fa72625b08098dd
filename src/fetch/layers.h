#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "fetch/unpack.h"

namespace serin::fetch {

// Whether some of them are layers, so that not they but their entries are the model.
bool haveLayers(const std::vector<sources::File>& files);

// Makes the model of fetched files of which some are layers, in an empty folder: files that are none are
// moved there, and the layers are unpacked beside them in their order. Invalid, with the layer's name, where
// one has an entry in a file's place, and for all that unpackLayer() refuses; NotFound where nothing is left.
Result<Unpacked> assemble(const std::vector<sources::File>& files, const std::filesystem::path& data,
                          const std::filesystem::path& into,
                          const std::function<bool(const std::string&)>& wanted,
                          const std::function<void(const std::string&)>& say);

}  // namespace serin::fetch
