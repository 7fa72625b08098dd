// The input is a series selector, a line break, and a label value to match.
#include "signals/selector.h"

#include "tests/fuzz/fuzz.h"

namespace serin::fuzz {

void one(std::string_view input) {
    const size_t end = input.find('\n');
    const auto selector = signals::parseSelector(input.substr(0, end));
    if (!selector) {
        require(selector.error().message.size() < 4000, "a complaint is short");
        return;
    }
    const std::string text = selector->text();
    const auto again = signals::parseSelector(text);
    require(again && again->text() == text, "the canonical text reads back as itself");
    const std::string_view value = end == std::string_view::npos ? std::string_view() : input.substr(end + 1);
    const signals::Label label{"code", value};
    require(selector->accepts({&label, 1}) == again->accepts({&label, 1}), "and means the same");
}

}  // namespace serin::fuzz
