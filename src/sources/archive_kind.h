#pragma once

#include <string_view>

namespace serin::sources {

// Files that are unpacked once they are there, and whose content is what is served.
enum class ArchiveKind { None, Tar, TarGzip, Zip };

// By the end of a file's name: .tar, .tar.gz, .tgz, .zip.
ArchiveKind archiveKind(std::string_view name);

}  // namespace serin::sources
