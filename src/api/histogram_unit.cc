#include "api/histogram_unit.h"

#include <algorithm>
#include <initializer_list>

namespace serin::api {

double secondsPerUnit(std::string_view histogram) {
    const std::string_view name = histogram.substr(0, histogram.find('{'));
    const auto endsWith = [&](std::initializer_list<std::string_view> suffixes) {
        return std::any_of(suffixes.begin(), suffixes.end(),
                           [&](std::string_view suffix) { return name.ends_with(suffix); });
    };
    if (endsWith({"_milliseconds", "_ms"})) return 1e-3;
    if (endsWith({"_microseconds", "_us"})) return 1e-6;
    return 1;
}

}  // namespace serin::api
