// GCC 12 takes libstdc++'s regular expressions for uninitialized when a sanitizer is on (GCC bug 105562).
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include "signals/selector.h"

#include <algorithm>

#include "base/text.h"
#include "signals/sample_line.h"

namespace serin::signals {

namespace {

// A label value beyond this matches no regular expression; bounds the work a pod's page can cause.
constexpr size_t maxMatchedLength = 512;
// Of a pattern's length times its counted repetitions, which the automaton writes out one by one.
constexpr size_t maxPatternSize = 4096;

// libstdc++'s own automaton without backtracking: linear in the value, as Prometheus' is. Patterns come from
// users and values from pods, so exponential patterns must be harmless.
constexpr auto patternFlags = std::regex::ECMAScript | std::regex_constants::__polynomial;

std::string_view operatorText(MatchOperator op) {
    switch (op) {
        case MatchOperator::Equal:
            return "=";
        case MatchOperator::NotEqual:
            return "!=";
        case MatchOperator::Matches:
            return "=~";
        case MatchOperator::NotMatches:
            return "!~";
    }
    return "?";
}

// Length times the product of all counts in braces: "5[0-9]{2}" is 9 · 2.
size_t patternSize(std::string_view pattern) {
    size_t size = pattern.size();
    for (size_t i = 0; i < pattern.size() && size <= maxPatternSize; ++i) {
        if (pattern[i] != '{') continue;
        size_t most = 1;
        size_t count = 0;
        for (++i; i < pattern.size() && pattern[i] != '}'; ++i) {
            bool digit = pattern[i] >= '0' && pattern[i] <= '9';
            count =
                digit ? std::min(count * 10 + static_cast<size_t>(pattern[i] - '0'), maxPatternSize + 1) : 0;
            most = std::max(most, count);
        }
        size *= most;
    }
    return size;
}

// Reads a selector from left to right; every failure knows where it stands.
class SelectorParser {
  public:
    explicit SelectorParser(std::string_view text) : text_(text) {}

    Result<Selector> run() {
        skipBlanks();
        Selector selector;
        size_t length = nameLength(text_.substr(at_));
        if (length == 0) return fail("a metric name must stand");
        selector.name = text_.substr(at_, length);
        at_ += length;
        skipBlanks();
        if (take('{')) {
            auto read = readMatchers(selector.matchers);
            if (!read) return read.error();
        }
        skipBlanks();
        if (at_ < text_.size()) return fail("nothing may follow the selector, but there is");
        return selector;
    }

  private:
    Result<void> readMatchers(std::vector<LabelMatcher>& matchers) {
        skipBlanks();
        while (!take('}')) {
            auto matcher = readMatcher();
            if (!matcher) return matcher.error();
            matchers.push_back(std::move(*matcher));
            skipBlanks();
            if (take(',')) {
                skipBlanks();
            } else if (at_ >= text_.size() || text_[at_] != '}') {
                return fail("\",\" or \"}\" must stand");
            }
        }
        return {};
    }

    Result<LabelMatcher> readMatcher() {
        size_t begin = at_;
        size_t length = nameLength(text_.substr(at_));
        std::string label(text_.substr(at_, length));
        if (length == 0 || label.find(':') != std::string::npos) return fail("a label name must stand");
        at_ += length;
        skipBlanks();
        auto op = readOperator();
        if (!op) return op.error();
        skipBlanks();
        auto value = readQuoted();
        if (!value) return value.error();
        auto matcher = LabelMatcher::make(label, *op, std::move(*value));
        if (!matcher) return failAt(begin, matcher.error().message);
        return matcher;
    }

    Result<MatchOperator> readOperator() {
        if (take('=')) return take('~') ? MatchOperator::Matches : MatchOperator::Equal;
        if (take('!')) {
            if (take('=')) return MatchOperator::NotEqual;
            if (take('~')) return MatchOperator::NotMatches;
        }
        return fail("=, !=, =~ or !~ must stand");
    }

    Result<std::string> readQuoted() {
        char quote = at_ < text_.size() ? text_[at_] : '\0';
        if (quote != '"' && quote != '\'') return fail("a quoted value must stand");
        size_t begin = at_++;
        std::string value;
        for (; at_ < text_.size() && text_[at_] != quote; ++at_) {
            char c = text_[at_];
            if (c == '\\') {
                if (++at_ >= text_.size()) break;
                c = text_[at_] == 'n' ? '\n' : text_[at_];
                if (c != '\n' && c != '\\' && c != '"' && c != '\'') {
                    return fail(
                        "only \\\\, \\\", \\' and \\n may follow a backslash (write \\\\. for \\.), but "
                        "there is");
                }
            }
            value += c;
        }
        if (!take(quote)) return failAt(begin, "this quote is never closed");
        return value;
    }

    Error fail(std::string_view expected) const {
        std::string_view rest = text_.substr(std::min(at_, text_.size()), 20);
        return failAt(at_, rest.empty() ? cat(expected, " here, but the text ends")
                                        : cat(expected, " at \"", rest, "\""));
    }

    Error failAt(size_t position, std::string_view what) const {
        return invalid(cat("selector \"", text_.substr(0, 200), "\", character ", position + 1, ": ", what));
    }

    void skipBlanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
    }

    bool take(char c) {
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    std::string_view text_;
    size_t at_ = 0;
};

}  // namespace

Result<LabelMatcher> LabelMatcher::make(std::string label, MatchOperator op, std::string value) {
    LabelMatcher matcher;
    if (op == MatchOperator::Matches || op == MatchOperator::NotMatches) {
        if (patternSize(value) > maxPatternSize) {
            return invalid(
                cat("the regular expression is too large: its length times its counted repetitions may be ",
                    maxPatternSize, " at most"));
        }
        try {
            matcher.pattern_ = std::make_shared<const std::regex>(value, patternFlags);
        } catch (const std::regex_error& error) {
            return invalid(cat("\"", value, "\" is not a regular expression: ", error.what()));
        }
    }
    matcher.label_ = std::move(label);
    matcher.op_ = op;
    matcher.value_ = std::move(value);
    return matcher;
}

bool LabelMatcher::accepts(std::string_view labelValue) const {
    bool negated = op_ == MatchOperator::NotEqual || op_ == MatchOperator::NotMatches;
    if (!pattern_) return (labelValue == value_) != negated;
    try {
        bool matches = labelValue.size() <= maxMatchedLength &&
                       std::regex_match(labelValue.begin(), labelValue.end(), *pattern_);
        return matches != negated;
    } catch (const std::regex_error&) {  // too complex: as if it did not match
        return negated;
    }
}

bool Selector::accepts(std::span<const Label> labels) const {
    return std::all_of(matchers.begin(), matchers.end(), [&](const LabelMatcher& matcher) {
        auto found = std::find_if(labels.begin(), labels.end(),
                                  [&](const Label& label) { return label.name == matcher.label(); });
        return matcher.accepts(found == labels.end() ? std::string_view() : found->value);
    });
}

std::string Selector::text() const {
    std::vector<std::string> parts;
    for (const LabelMatcher& matcher : matchers) {
        std::string escaped;
        for (char c : matcher.value()) {
            if (c == '\\' || c == '"') escaped += '\\';
            escaped += c == '\n' ? std::string("\\n") : std::string(1, c);
        }
        parts.push_back(cat(matcher.label(), operatorText(matcher.op()), "\"", escaped, "\""));
    }
    return parts.empty() ? name : cat(name, "{", join(parts, ","), "}");
}

Result<Selector> parseSelector(std::string_view text) {
    return SelectorParser(text).run();
}

}  // namespace serin::signals
