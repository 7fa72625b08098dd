#include "signals/sample_line.h"

#include <array>

#include "base/text.h"
#include "signals/number.h"

namespace serin::signals {

namespace {

constexpr std::array<bool, 256> makeNameTable() {
    std::array<bool, 256> table{};
    for (size_t c = 0; c < table.size(); ++c) {
        table[c] = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                   c == ':';
    }
    return table;
}

constexpr auto nameTable = makeNameTable();

bool isBlank(char c) {
    return c == ' ' || c == '\t';
}

}  // namespace

bool isNameCharacter(char c) {
    return nameTable[static_cast<unsigned char>(c)];
}

size_t nameLength(std::string_view text) {
    if (text.empty() || (text.front() >= '0' && text.front() <= '9')) return 0;
    size_t length = 0;
    while (length < text.size() && isNameCharacter(text[length])) ++length;
    return length;
}

std::string SampleLine::read(std::string_view rest, Sample& sample) {
    rest_ = rest;
    unescaped_.clear();
    skipBlanks();
    labels_.clear();
    if (take('{')) {
        if (std::string why = readLabels(labels_); !why.empty()) return why;
    }
    sample.labels = labels_;
    skipBlanks();
    std::string_view token = takeToken();
    if (token.empty()) return "the value is missing";
    auto value = parseNumber(token);
    if (!value) return cat("\"", token.substr(0, 40), "\" is not a number");
    sample.value = *value;
    sample.timestamp.reset();
    skipBlanks();
    if (!rest_.empty() && rest_.front() != '#') {
        token = takeToken();
        sample.timestamp = parseNumber(token);
        if (!sample.timestamp) return cat("\"", token.substr(0, 40), "\" after the value is not a timestamp");
        skipBlanks();
    }
    if (rest_.empty()) return {};
    if (take('#')) return readExemplar();
    return cat("\"", rest_.substr(0, 40), "\" after the timestamp");
}

// After the opening brace, up to and including the closing one.
std::string SampleLine::readLabels(std::vector<Label>& labels) {
    skipBlanks();
    while (!take('}')) {
        if (labels.size() >= maxLabels_) return cat("more than ", maxLabels_, " labels");
        if (std::string why = readLabel(labels); !why.empty()) return why;
        skipBlanks();
        if (take(',')) {
            skipBlanks();
        } else if (rest_.empty() || rest_.front() != '}') {
            return "\",\" or \"}\" is missing after a label";
        }
    }
    return {};
}

std::string SampleLine::readLabel(std::vector<Label>& labels) {
    Label label;
    size_t length = nameLength(rest_);
    label.name = rest_.substr(0, length);
    if (length == 0 || label.name.find(':') != std::string_view::npos) {
        return cat("no label name at \"", rest_.substr(0, 40), "\"");
    }
    rest_.remove_prefix(length);
    skipBlanks();
    if (!take('=')) return cat("\"=\" is missing after label ", label.name);
    skipBlanks();
    if (std::string why = readQuoted(label.value); !why.empty()) return cat("label ", label.name, ": ", why);
    labels.push_back(label);
    return {};
}

std::string SampleLine::readQuoted(std::string_view& value) {
    if (!take('"')) return "the value is not quoted";
    bool escaped = false;
    for (size_t i = 0; i < rest_.size(); ++i) {
        if (rest_[i] == '\\') {
            escaped = true;
            ++i;
        } else if (rest_[i] == '"') {
            value = rest_.substr(0, i);
            rest_.remove_prefix(i + 1);
            if (escaped) value = unescape(value);
            return {};
        }
    }
    return "the closing quote is missing";
}

// Unknown escapes stay as they are written, as OpenMetrics has it.
std::string_view SampleLine::unescape(std::string_view raw) {
    // Never moves once a line's first escape was met: what is decoded is no longer than the line.
    unescaped_.reserve(raw.size() + rest_.size() + unescaped_.size());
    size_t begin = unescaped_.size();
    for (size_t i = 0; i < raw.size(); ++i) {
        char c = raw[i];
        char next = c == '\\' && i + 1 < raw.size() ? raw[i + 1] : '\0';
        if (next == '\\' || next == '"' || next == 'n') {
            c = next == 'n' ? '\n' : next;
            ++i;
        }
        unescaped_ += c;
    }
    return std::string_view(unescaped_).substr(begin);
}

// OpenMetrics: "# {labels} value [timestamp]" after the sample.
std::string SampleLine::readExemplar() {
    skipBlanks();
    if (!take('{')) return "what follows \"#\" is not an exemplar";
    exemplarLabels_.clear();
    if (std::string why = readLabels(exemplarLabels_); !why.empty()) return cat("exemplar: ", why);
    skipBlanks();
    if (!parseNumber(takeToken())) return "the exemplar's value is not a number";
    skipBlanks();
    if (!rest_.empty() && !parseNumber(takeToken())) return "the exemplar's timestamp is not a number";
    skipBlanks();
    return rest_.empty() ? std::string() : cat("\"", rest_.substr(0, 40), "\" after the exemplar");
}

std::string_view SampleLine::takeToken() {
    size_t length = 0;
    while (length < rest_.size() && !isBlank(rest_[length])) ++length;
    std::string_view token = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return token;
}

void SampleLine::skipBlanks() {
    while (!rest_.empty() && isBlank(rest_.front())) rest_.remove_prefix(1);
}

bool SampleLine::take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
}

}  // namespace serin::signals
