#include "fetch/disk.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace serin::fetch {
namespace {

// Of strerror() without a locale, and of git (its object-file.c).
constexpr std::array<std::string_view, 3> kFull{"No space left on device", "Disk quota exceeded",
                                                "Out of diskspace"};

}  // namespace

bool saysFull(std::string_view words) {
    return std::ranges::any_of(
        kFull, [&](std::string_view full) { return words.find(full) != std::string_view::npos; });
}

std::string writeProblem(int number) {
    return std::strerror(number == 0 ? ENOSPC : number);
}

}  // namespace serin::fetch
