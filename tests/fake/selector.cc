#include "selector.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "base/text.h"

namespace serin::fake {
namespace {

// Cuts at commas outside of parentheses.
std::vector<std::string_view> cutRequirements(std::string_view text) {
    std::vector<std::string_view> out;
    size_t begin = 0;
    int depth = 0;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '(') ++depth;
        if (text[i] == ')') --depth;
        if (text[i] == ',' && depth == 0) {
            out.push_back(trim(text.substr(begin, i - begin)));
            begin = i + 1;
        }
    }
    out.push_back(trim(text.substr(begin)));
    return out;
}

std::optional<std::int64_t> numberOf(const std::string& text) {
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

bool isKey(std::string_view text) {
    return !text.empty() && text.find_first_of(" ()=!,") == std::string_view::npos;
}

}  // namespace

std::optional<Selector::Requirement> Selector::setBased(std::string_view text, std::string_view inside) {
    const size_t space = text.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    Requirement out;
    out.key = text.substr(0, space);
    const std::string_view word = trim(text.substr(space));
    if (word != "in" && word != "notin") return std::nullopt;
    out.how = word == "in" ? Operator::In : Operator::NotIn;
    for (const std::string& value : split(inside, ',')) out.values.emplace_back(trim(value));
    if (!isKey(out.key)) return std::nullopt;
    return out;
}

std::optional<Selector::Requirement> Selector::requirement(std::string_view text) {
    if (const size_t open = text.find('('); open != std::string_view::npos) {
        if (text.back() != ')') return std::nullopt;
        return setBased(trim(text.substr(0, open)), text.substr(open + 1, text.size() - open - 2));
    }
    if (const size_t equals = text.find('='); equals != std::string_view::npos) {
        const bool negated = equals > 0 && text[equals - 1] == '!';
        const size_t value = text.substr(equals).substr(0, 2) == "==" ? equals + 2 : equals + 1;
        Requirement out{std::string(trim(text.substr(0, negated ? equals - 1 : equals))),
                        negated ? Operator::NotIn : Operator::In,
                        {std::string(trim(text.substr(value)))}};
        if (!isKey(out.key)) return std::nullopt;
        return out;
    }
    if (const size_t place = text.find_first_of("<>"); place != std::string_view::npos) {
        Requirement out{std::string(trim(text.substr(0, place))),
                        text[place] == '>' ? Operator::Greater : Operator::Less,
                        {std::string(trim(text.substr(place + 1)))}};
        if (!isKey(out.key) || !numberOf(out.values.front())) return std::nullopt;
        return out;
    }
    const bool absent = !text.empty() && text.front() == '!';
    if (absent) text = trim(text.substr(1));
    if (!isKey(text)) return std::nullopt;
    return Requirement{std::string(text), absent ? Operator::Absent : Operator::Exists, {}};
}

std::optional<Selector> Selector::parse(std::string_view text) {
    Selector out;
    if (trim(text).empty()) return out;
    for (const std::string_view part : cutRequirements(text)) {
        std::optional<Requirement> one = requirement(part);
        if (!one) return std::nullopt;
        out.requirements_.push_back(std::move(*one));
    }
    return out;
}

bool Selector::matches(const Json& object) const {
    const Json& labels = at(metadataOf(object), "labels");
    return std::all_of(requirements_.begin(), requirements_.end(), [&](const Requirement& wanted) {
        const Json& value = at(labels, wanted.key);
        if (!value.is_string()) return wanted.how == Operator::Absent || wanted.how == Operator::NotIn;
        const auto& text = value.get_ref<const std::string&>();
        const bool listed =
            std::find(wanted.values.begin(), wanted.values.end(), text) != wanted.values.end();
        switch (wanted.how) {
            case Operator::In:
                return listed;
            case Operator::NotIn:
                return !listed;
            case Operator::Exists:
                return true;
            case Operator::Absent:
                return false;
            case Operator::Greater:
            case Operator::Less: {
                const auto number = numberOf(text);
                const auto bound = numberOf(wanted.values.front());
                return number && (wanted.how == Operator::Greater ? *number > *bound : *number < *bound);
            }
        }
        return false;
    });
}

std::optional<std::pair<std::string, std::string>> Selector::oneLabel() const {
    for (const Requirement& wanted : requirements_) {
        if (wanted.how == Operator::In && wanted.values.size() == 1)
            return std::pair{wanted.key, wanted.values.front()};
    }
    return std::nullopt;
}

}  // namespace serin::fake
