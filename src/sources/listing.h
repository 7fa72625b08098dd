#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sources/store.h"

namespace serin::sources {

// Files of one model at most, before include and exclude.
inline constexpr size_t kMostFiles = 10'000;
// Of one file's path, in bytes.
inline constexpr size_t kLongestPath = 1024;

// Whether a path may be a file's: relative, at most kLongestPath bytes, no empty part, "." or "..", no
// backslash and no control character.
bool isSafePath(std::string_view path);

// The files of a listing that the source's include and exclude leave, and all layers, ascending by path.
// `where` names the listing in Errors: NotFound when none is left, Invalid when a path cannot be a file's,
// two are the same, one is a folder of another, or a size cannot be true.
Result<std::vector<File>> chosen(std::vector<File> files, const api::ModelSource& source,
                                 const std::string& where);

// SHA-256, hexadecimal, over path, size and sha256 (or else tag) of each file, in the order given.
std::string digestOf(const std::vector<File>& files);

uint64_t bytesOf(const std::vector<File>& files);

// Whether the text is that many lower-case hexadecimal digits, as digests and commits are.
bool isHex(std::string_view text, size_t length);

// A text of a server for people: cut, without control characters.
std::string plainly(std::string_view text);

}  // namespace serin::sources
