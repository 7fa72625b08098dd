#pragma once

#include <compare>
#include <optional>
#include <string_view>

namespace serin::kube {

// Compares two resourceVersions of one kind. Since Kubernetes 1.35 they are officially decimal integers of at
// most 128 bits without leading zeros (KEP-5504); in all earlier releases they are so in fact. Empty means
// "nothing seen yet" and is the smallest. Nothing is returned when either is not such a number.
std::optional<std::strong_ordering> compareResourceVersions(std::string_view left, std::string_view right);

// Whether `left` is certainly newer than `right`: false as well when they cannot be compared.
bool isNewer(std::string_view left, std::string_view right);

}  // namespace serin::kube
