#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "api/samples.h"
#include "base/result.h"

namespace serin::api {

// What a model was trained on, or what it said of held-out rows: a finite sample, counted.
struct Profile {
    // By name. Histograms have `edges` (at least two), classes have `classes` (at least two, with
    // kMissingClass among them where values were missing); `total` is the sum of the buckets, at least 1.
    std::map<std::string, Counts> features;
    std::string digest;  // shortDigest of the text: another profile has another one

    bool operator==(const Profile&) const = default;
};

// What the counts of a reference are that nobody made: of the version that serves itself, in hours before.
// By metric. One that is in none of these has too few counts in the hours that its present is like.
struct Past {
    std::map<std::string, std::string> hours;    // of a feature of the profile: which ones, in words
    std::map<std::string, std::string> young;    // recorded for less than a day: since when, in words
    std::map<std::string, std::string> refused;  // not recorded: why, with the way out

    bool operator==(const Past&) const = default;
};

// What is known of the profile that a spec names, or of the past that takes its place.
struct Reference {
    std::optional<Profile> profile;
    // Why there is none, with the way out; empty when there is one, and before it was asked for.
    std::string trouble;
    std::optional<Past> past{};  // present where a spec names no profile but the past

    bool operator==(const Reference&) const = default;
};

// The class that counts missing values, and the one for classes that a profile does not name; as
// deploy/profile writes and observes them.
inline constexpr const char* kMissingClass = "(missing)";
inline constexpr const char* kOtherClass = "(other)";

// Of a profile's text; deploy/profile writes no more.
inline constexpr size_t kMostProfileBytes = size_t{512} * 1024;

// The format "serin-profile/1" of docs/profiles.md, read strictly. An Error (Invalid) names the first
// features and members that are wrong, and what to do. Values that were missing beside a histogram are
// checked and left out: no bucket of a histogram on /metrics could be compared with them.
Result<Profile> decodeProfile(const std::string& text);

}  // namespace serin::api
