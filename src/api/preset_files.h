#pragma once

#include <string_view>
#include <utility>
#include <vector>

namespace serin::api {

// Name and text of every file of src/api/presets; made of them when the build is configured.
extern const std::vector<std::pair<std::string_view, std::string_view>> kPresetFiles;

}  // namespace serin::api
