#include "api/registered_version.h"

#include <algorithm>

#include "base/shorten.h"
#include "base/text.h"

namespace serin::api {
namespace {

constexpr size_t kLongestName = 150;
constexpr std::string_view kDigest = " sha256:";

}  // namespace

std::string registeredIdOf(std::string_view name, std::string_view version) {
    return cat("mlflow:", shortened(name, kLongestName), "/", version);
}

std::string registeredVersionOf(std::string_view name, std::string_view id) {
    const std::string_view of = id.substr(0, id.rfind(kDigest));
    const size_t slash = of.rfind('/');
    if (slash == std::string_view::npos) return "";
    const std::string_view version = of.substr(slash + 1);
    const bool number = !version.empty() && version.front() != '0' &&
                        std::ranges::all_of(version, [](char c) { return c >= '0' && c <= '9'; });
    return number && registeredIdOf(name, version) == of ? std::string(version) : "";
}

}  // namespace serin::api
