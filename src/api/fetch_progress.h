#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace serin::api {

// Where serin-fetch tells how far it is while it loads a model: a page in Prometheus' text format.
inline constexpr int kFetchPort = 9465;
inline constexpr const char* kFetchPortName = "serin-fetch";
inline constexpr const char* kFetchPath = "/metrics";

struct FetchProgress {
    uint64_t bytes = 0;  // of the model's files that are there
    uint64_t of = 0;     // zero: not known yet

    bool operator==(const FetchProgress&) const = default;
};

// By revision, of the pod that is behind.
using Loads = std::map<std::string, FetchProgress>;

std::string fetchPage(const FetchProgress& progress);

// Of such a page; nothing where it is none, or where nothing is known yet.
std::optional<FetchProgress> readFetchPage(std::string_view page);

}  // namespace serin::api
