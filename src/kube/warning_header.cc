#include "kube/warning_header.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace serin::kube {
namespace {

constexpr std::string_view kBlanks = " \t,";

// Takes the next word, up to a blank, off the front.
std::string_view takeWord(std::string_view& rest) {
    rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
    const std::string_view word = rest.substr(0, rest.find_first_of(kBlanks));
    rest.remove_prefix(word.size());
    return word;
}

// Takes a quoted-string off the front. False when there is none, or no end of it.
bool takeQuoted(std::string_view& rest, std::string& out) {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    if (rest.empty() || rest.front() != '"') return false;
    for (size_t at = 1; at < rest.size(); ++at) {
        if (rest[at] == '"') {
            rest.remove_prefix(at + 1);
            return true;
        }
        if (rest[at] == '\\' && ++at == rest.size()) return false;
        out += rest[at];
    }
    return false;
}

}  // namespace

std::vector<std::string> warningTexts(std::string_view header) {
    std::vector<std::string> out;
    while (!trim(header).empty()) {
        const std::string_view code = takeWord(header);
        takeWord(header);  // the agent
        std::string text;
        if (!takeQuoted(header, text)) return out;
        // A date may follow, quoted too.
        std::string_view after = header;
        if (std::string date; takeQuoted(after, date)) header = after;
        if (code == "299" && !text.empty()) out.push_back(std::move(text));
    }
    return out;
}

}  // namespace serin::kube
