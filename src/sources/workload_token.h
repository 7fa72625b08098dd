#pragma once

#include <functional>
#include <string>

#include "base/result.h"

namespace serin::sources {

// What a small file holds; Errors are sentences that name it (smallFile()).
using ReadFile = std::function<Result<std::string>(const std::string& path)>;

// Bytes that a file with a token, or one that says where a token is, may have.
inline constexpr size_t kMostTokenFileBytes = size_t{64} << 10;

// What gives the token in a file, read anew each time: the kubelet writes a new one long before the last
// ends. `field`: the file is JSON, and the token is this field of it (credential_source.format of AIP-4117);
// empty: it is the file. Invalid, without what is in it, where the file is not there, is empty, or holds no
// token.
std::function<Result<std::string>()> tokenIn(const std::string& path, const std::string& field,
                                             const ReadFile& readFile);

}  // namespace serin::sources
