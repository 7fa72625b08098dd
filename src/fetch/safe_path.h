#pragma once

#include <string>
#include <string_view>

namespace serin::fetch {

// Why a file of this path may not be made in the target folder; empty when it may. Paths are relative, with
// '/' between names; no name is empty, "." or "..", none has control characters, 1,024 bytes in all. The
// first name is none of serin-fetch's own (".serin-…").
std::string pathProblem(std::string_view path);

// Why a symbolic link at `path` may not lead to `target`; empty when it may. It is relative and stays in the
// target folder: ".." stands at the beginning alone, at most as often as the link is deep. That holds
// whatever the names after it are, links too, as long as no link lies on the way to `path`.
std::string linkProblem(std::string_view path, std::string_view target);

}  // namespace serin::fetch
