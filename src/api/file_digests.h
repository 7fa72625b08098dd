#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace serin::api {

// A manifest of a model and its signature, at the top of the model. Where a signature is wanted, no digest is
// stated of them themselves.
inline constexpr std::string_view kDigestsFile = "SHA256SUMS";
inline constexpr std::string_view kSignatureFile = "SHA256SUMS.sig";
bool isOfManifest(std::string_view path);

// SHA-256 of files as 64 lower-case hexadecimal digits, by their paths in the model.
using FileDigests = std::map<std::string, std::string>;

// 64 hexadecimal digits.
bool isSha256(std::string_view text);

// Reads lines as sha256sum of GNU coreutils prints them: a digest, two blanks or a blank and '*', a path,
// before which "./" may stand. Invalid names the line: where it is none of those, its path could not be
// below a folder, or it is there twice; and where there is no line at all.
Result<FileDigests> parseDigests(std::string_view text);

// What sha256sum prints of files in the order of their paths' bytes (LC_ALL=C sort): the manifest whose own
// digest may stand for all of them.
std::string digestsText(const FileDigests& digests);

}  // namespace serin::api
