#include "registry.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace serin::conformance {
namespace {

std::vector<Case>& registered() {
    static std::vector<Case> cases;
    return cases;
}

}  // namespace

Registration::Registration(const char* sentence, void (*play)(Play&), std::source_location place) {
    registered().push_back({sentence, play, "", {}, place});
}

Registration::Registration(const char* sentence, void (*play)(Play&), Differs mark,
                           std::source_location place) {
    registered().push_back({sentence, play, "", std::move(mark.differences), place});
}

Registration::Registration(const char* sentence, void (*play)(Play&), RealOnly mark,
                           std::source_location place) {
    registered().push_back({sentence, play, std::move(mark.reason), {}, place});
}

std::vector<Case> allCases() {
    std::vector<Case> out = registered();
    std::sort(out.begin(), out.end(), [](const Case& left, const Case& right) {
        const int files = std::strcmp(left.place.file_name(), right.place.file_name());
        return files != 0 ? files < 0 : left.place.line() < right.place.line();
    });
    return out;
}

}  // namespace serin::conformance
