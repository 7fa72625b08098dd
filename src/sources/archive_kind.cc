#include "sources/archive_kind.h"

#include <string>

#include "base/text.h"

namespace serin::sources {

ArchiveKind archiveKind(std::string_view name) {
    const std::string lower = lowerCase(name);
    if (lower.ends_with(".tar.gz") || lower.ends_with(".tgz")) return ArchiveKind::TarGzip;
    if (lower.ends_with(".tar")) return ArchiveKind::Tar;
    return lower.ends_with(".zip") ? ArchiveKind::Zip : ArchiveKind::None;
}

}  // namespace serin::sources
