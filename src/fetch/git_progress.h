#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace serin::fetch {

// What a line of git's about its own progress says, such as
// "Receiving objects:  45% (1234/2742), 12.34 MiB | 5.67 MiB/s". Git promises nothing of these lines (their
// one source is its progress.c), so that a reader does without whatever lacks.
struct GitProgress {
    std::string what;                   // "Receiving objects"; what the server says begins with "remote: "
    std::optional<unsigned> percent{};  // 0 to 100; git does not always know of how many
    std::optional<uint64_t> bytes{};    // that came so far, to a hundredth of git's unit
    std::optional<uint64_t> rate{};     // bytes a second, as git measures it

    bool operator==(const GitProgress&) const = default;
};

// Nothing where the line is none of that kind.
std::optional<GitProgress> readGitProgress(std::string_view line);

// Whether it counts the bytes of the pack that is being fetched: not what the server says of its own work.
bool isReceiving(const GitProgress& progress);

// For people: "receiving objects: 45 %, 12.9 MB, 5.9 MB/s".
std::string progressWords(const GitProgress& progress);

}  // namespace serin::fetch
