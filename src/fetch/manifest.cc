#include "fetch/manifest.h"

#include <charconv>

#include "base/text.h"

namespace serin::fetch {
namespace {

constexpr std::string_view kFirstLine = "serin-fetch/1";
constexpr std::string_view kLastLine = "end";

// "SIZE DIGEST PATH", the digest "-" where there is none.
bool readFile(std::string_view text, sources::File& out) {
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, out.size);
    if (error != std::errc() || stopped == end || *stopped != ' ') return false;
    const std::string_view rest(stopped + 1, static_cast<size_t>(end - stopped - 1));
    const size_t space = rest.find(' ');
    if (space == std::string_view::npos) return false;
    out.sha256 = rest.substr(0, space) == "-" ? "" : rest.substr(0, space);
    out.path = rest.substr(space + 1);
    return !out.path.empty();
}

bool readLine(std::string_view line, Manifest& out) {
    const size_t space = line.find(' ');
    if (space == std::string_view::npos) return false;
    const std::string_view key = line.substr(0, space);
    const std::string_view value = line.substr(space + 1);
    if (key == "file") return readFile(value, out.files.emplace_back());
    if (key == "entry") {
        out.entries.emplace_back(value);
        return true;
    }
    std::string* const field = key == "boot"        ? &out.boot
                               : key == "id"        ? &out.id
                               : key == "selection" ? &out.selection
                                                    : nullptr;
    if (!field) return false;
    *field = value;
    return true;
}

}  // namespace

std::string manifestText(const Manifest& manifest) {
    std::string out = cat(kFirstLine, "\nboot ", manifest.boot, "\nid ", manifest.id, "\nselection ",
                          manifest.selection, '\n');
    for (const std::string& entry : manifest.entries) out += cat("entry ", entry, '\n');
    for (const sources::File& file : manifest.files) {
        out += cat("file ", file.size, ' ', file.sha256.empty() ? "-" : file.sha256, ' ', file.path, '\n');
    }
    return out += cat(kLastLine, '\n');
}

Result<Manifest> parseManifest(std::string_view text) {
    const std::vector<std::string> lines = split(text, '\n');
    // After the last line break there is an empty one.
    if (lines.size() < 3 || lines[0] != kFirstLine || !lines.back().empty() ||
        lines[lines.size() - 2] != kLastLine) {
        return invalid("it is not whole, or not of this version");
    }
    Manifest out;
    for (size_t i = 1; i + 2 < lines.size(); ++i) {
        if (!readLine(lines[i], out)) return invalid(cat("line ", i + 1, " cannot be read"));
    }
    return out;
}

}  // namespace serin::fetch
