#include "sources/listing.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/sha256.h"
#include "base/shorten.h"
#include "base/text.h"
#include "sources/globs.h"

namespace serin::sources {
namespace {

constexpr uint64_t kLargest = uint64_t{1} << 50;  // a pebibyte; the sum of kMostFiles stays below 2^64
constexpr size_t kLongestWords = 200;

// Ids and paths stand in JSON. Its writer is who knows.
bool isUtf8(std::string_view text) {
    try {
        return !nlohmann::json(text).dump().empty();
    } catch (const nlohmann::json::exception&) {
        return false;
    }
}

}  // namespace

std::string plainly(std::string_view text) {
    std::string out = shortened(text, kLongestWords);
    std::ranges::replace_if(
        out, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; }, '?');
    return out;
}

bool isHex(std::string_view text, size_t length) {
    return text.size() == length && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool isSafePath(std::string_view path) {
    if (path.empty() || path.size() > kLongestPath || !isUtf8(path)) return false;
    if (std::ranges::any_of(
            path, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127 || c == '\\'; })) {
        return false;
    }
    return std::ranges::none_of(split(path, '/'), [](const std::string& part) {
        return part.empty() || part == "." || part == "..";
    });
}

Result<std::vector<File>> chosen(std::vector<File> files, const api::ModelSource& source,
                                 const std::string& where) {
    if (files.empty()) return Error{ErrorCode::NotFound, cat(where, " has no files")};
    for (const File& file : files) {
        if (!isSafePath(file.path)) {
            return invalid(cat(where, " has a file '", plainly(file.path), "', which no folder may hold"));
        }
        if (file.size > kLargest) {
            return invalid(cat(where, " says that ", plainly(file.path), " has ", file.size, " bytes"));
        }
    }
    std::ranges::sort(files, {}, &File::path);
    for (size_t i = 1; i < files.size(); ++i) {
        if (files[i].path == files[i - 1].path) {
            return invalid(cat(where, " lists ", plainly(files[i].path), " twice"));
        }
    }
    // Between a file "a" and one below a folder "a" others such as "a.b" may stand.
    for (const File& file : files) {
        const std::string folder = file.path + "/";
        const auto next = std::ranges::lower_bound(files, folder, {}, &File::path);
        if (next != files.end() && next->path.starts_with(folder)) {
            return invalid(cat(where, " has both a file and a folder ", plainly(file.path)));
        }
    }
    std::erase_if(files, [&](const File& file) { return !file.layer && !wanted(source, file.path); });
    if (files.empty()) {
        return Error{ErrorCode::NotFound, cat(where, " has no file that include and exclude leave")};
    }
    return files;
}

std::string digestOf(const std::vector<File>& files) {
    std::string text;
    for (const File& file : files) {
        // No part has a line break, and sha256 none of the letters of "tag".
        text += cat(file.path, "\n", file.size, "\n",
                    file.sha256.empty() ? cat("tag ", file.tag) : cat("sha256 ", file.sha256), "\n");
    }
    return sha256Hex(text);
}

uint64_t bytesOf(const std::vector<File>& files) {
    uint64_t out = 0;
    for (const File& file : files) out += file.size;
    return out;
}

}  // namespace serin::sources
