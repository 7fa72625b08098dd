#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace serin::fetch {

// A new folder of the caller's own, whose name begins so; the caller removes it.
inline std::filesystem::path makeTemporaryFolder(const std::string& name) {
    std::string text = (std::filesystem::temp_directory_path() / (name + "-XXXXXX")).string();
    return mkdtemp(text.data());
}

}  // namespace serin::fetch
