// The input is an archive: a tar, a packed one or a zip, as its own first bytes say.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "fetch/unpack.h"
#include "tests/fuzz/fuzz.h"

namespace serin::fuzz {
namespace {

namespace fs = std::filesystem;

// A folder of this process alone, gone with it.
struct Scratch {
    fs::path folder;
    Scratch() {
        std::string name = (fs::temp_directory_path() / "serin-fuzz-XXXXXX").string();
        require(mkdtemp(name.data()) != nullptr, "there is a folder for files");
        folder = name;
    }
    ~Scratch() {
        std::error_code ignored;
        fs::remove_all(folder, ignored);
    }
};

fetch::ArchiveKind kindOf(std::string_view input) {
    if (input.starts_with("PK")) return fetch::ArchiveKind::Zip;
    return input.starts_with("\x1f\x8b") ? fetch::ArchiveKind::TarGzip : fetch::ArchiveKind::Tar;
}

void checkInside(const fs::path& into) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(into)) {
        const fs::file_type type = entry.symlink_status().type();
        require(type == fs::file_type::regular || type == fs::file_type::directory ||
                    type == fs::file_type::symlink,
                "there are files, folders and links alone");
        if (type != fs::file_type::symlink) continue;
        const fs::path target = fs::read_symlink(entry.path());
        require(target.is_relative(), "no link is absolute");
        const fs::path reached = (entry.path().parent_path() / target).lexically_normal();
        require(!reached.lexically_relative(into).string().starts_with(".."), "no link leads out");
    }
}

}  // namespace

void one(std::string_view input) {
    static const Scratch scratch;
    const fs::path archive = scratch.folder / "archive", into = scratch.folder / "into";
    fs::remove_all(into);
    fs::create_directory(into);
    std::ofstream(archive, std::ios::binary) << input;
    const auto unpacked =
        fetch::unpack(archive, kindOf(input), into, [](const std::string&) { return true; });
    size_t beside = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(scratch.folder)) ++beside;
    require(beside == 2, "nothing is written beside the folder");
    if (!unpacked) {
        require(!unpacked.error().message.empty(), "a complaint says something");
        return;
    }
    checkInside(into);
    for (const sources::File& file : unpacked->files) {
        require(fs::is_regular_file(fs::symlink_status(into / file.path)), "what is listed is there");
        require(fs::file_size(into / file.path) == file.size, "and as long as it says");
    }
}

}  // namespace serin::fuzz
