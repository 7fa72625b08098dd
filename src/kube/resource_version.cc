#include "kube/resource_version.h"

#include <algorithm>

namespace serin::kube {
namespace {

bool isNumber(std::string_view text) {
    if (text.empty()) return true;
    if (text.size() > 1 && text.front() == '0') return false;
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<std::strong_ordering> compareResourceVersions(std::string_view left, std::string_view right) {
    if (!isNumber(left) || !isNumber(right)) return std::nullopt;
    if (left.size() != right.size()) return left.size() <=> right.size();
    return left.compare(right) <=> 0;
}

bool isNewer(std::string_view left, std::string_view right) {
    const auto order = compareResourceVersions(left, right);
    return order && std::is_gt(*order);
}

}  // namespace serin::kube
