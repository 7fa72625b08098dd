#include "api/query_template.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/shorten.h"
#include "base/text.h"

namespace serin::api {
namespace {

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";
constexpr size_t kLongestShown = 40;

struct Word {
    std::string_view name;
    std::string (*value)(const QueryWords&);
};
constexpr std::array<Word, 5> kWords{{
    {"revision", [](const QueryWords& words) { return words.revision; }},
    {"stable", [](const QueryWords& words) { return words.stable; }},
    {"namespace", [](const QueryWords& words) { return words.space; }},
    {"name", [](const QueryWords& words) { return words.name; }},
    {"interval", [](const QueryWords& words) { return formatDuration(words.interval); }},
}};

// Text, and the braces after it, where there are any before the end.
struct Piece {
    std::string_view text;
    std::string_view braces;  // with what is in them; to the end of the query where they are not closed
    bool closed = false;
    std::string_view word;  // within them
    const Word* known = nullptr;
};

Piece takePiece(std::string_view& rest) {
    Piece out;
    out.text = rest.substr(0, rest.find(kOpen));
    rest.remove_prefix(out.text.size());
    const size_t close = rest.empty() ? std::string_view::npos : rest.find(kClose, kOpen.size());
    out.closed = close != std::string_view::npos;
    out.braces = rest.substr(0, out.closed ? close + kClose.size() : close);
    rest.remove_prefix(out.braces.size());
    if (!out.closed) return out;
    out.word = trim(out.braces.substr(kOpen.size(), close - kOpen.size()));
    const auto* const found = std::ranges::find(kWords, out.word, &Word::name);
    if (found != kWords.end()) out.known = found;
    return out;
}

std::string knownWords() {
    std::vector<std::string> names;
    names.reserve(kWords.size());
    for (const Word& word : kWords) names.push_back(cat(kOpen, word.name, kClose));
    return join(names, ", ");
}

}  // namespace

std::string queryTemplateFault(std::string_view promql) {
    while (!promql.empty()) {
        const Piece piece = takePiece(promql);
        if (piece.braces.empty() || piece.known != nullptr) continue;
        if (!piece.closed) {
            return cat("has {{ without }} after it, at \"", shortened(piece.braces, kLongestShown),
                       "\"; state one of ", knownWords());
        }
        return cat("has {{", shortened(piece.word, kLongestShown), "}}, which means nothing; state one of ",
                   knownWords());
    }
    return "";
}

bool asksForStable(std::string_view promql) {
    while (!promql.empty()) {
        if (takePiece(promql).word == "stable") return true;
    }
    return false;
}

std::string filledQuery(std::string_view promql, const QueryWords& words) {
    std::string out;
    while (!promql.empty()) {
        const Piece piece = takePiece(promql);
        out += piece.text;
        if (piece.known != nullptr) {
            out += piece.known->value(words);
        } else {
            out += piece.braces;
        }
    }
    return out;
}

}  // namespace serin::api
