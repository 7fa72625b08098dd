#include "api/file_digests.h"

#include <algorithm>
#include <vector>

#include "base/shorten.h"
#include "base/text.h"

namespace serin::api {
namespace {

constexpr size_t kDigestLength = 64;
constexpr size_t kLongestShown = 80;

bool isHex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool isControl(char c) {
    return static_cast<unsigned char>(c) < ' ' || c == 127;
}

// Why no file of a model can have this path; empty: one can.
std::string pathFault(std::string_view path) {
    if (path.starts_with('/')) return "has an absolute path; state it below the model's folder";
    const std::vector<std::string> names = split(path, '/');
    const bool plain = std::ranges::none_of(
        names, [](const std::string& name) { return name.empty() || name == "." || name == ".."; });
    if (!plain || std::ranges::any_of(path, isControl)) {
        return "has a path with an empty part, '.', '..' or a control character; state it plainly";
    }
    return "";
}

// sha256sum writes such names with escapes, after a backslash at the beginning of the line.
constexpr std::string_view kEscaped = "has a name with a backslash or a line break, which no model may have";
constexpr std::string_view kForm =
    "is no line of sha256sum; state 64 hexadecimal digits, two blanks and a path";

// What is wrong with the line; empty: it is read.
std::string readLine(std::string_view line, FileDigests& out) {
    if (line.starts_with('\\')) return std::string(kEscaped);
    if (line.size() < kDigestLength + 3 || !isSha256(line.substr(0, kDigestLength))) {
        return std::string(kForm);
    }
    const std::string_view between = line.substr(kDigestLength, 2);
    if (between != "  " && between != " *") return std::string(kForm);
    std::string_view path = line.substr(kDigestLength + 2);
    while (path.starts_with("./")) path.remove_prefix(2);
    if (std::string fault = pathFault(path); !fault.empty()) return fault;
    const bool isNew = out.emplace(path, lowerCase(line.substr(0, kDigestLength))).second;
    return isNew ? "" : "has a path that stands there twice";
}

}  // namespace

bool isOfManifest(std::string_view path) {
    return path == kDigestsFile || path == kSignatureFile;
}

bool isSha256(std::string_view text) {
    return text.size() == kDigestLength && std::ranges::all_of(text, isHex);
}

Result<FileDigests> parseDigests(std::string_view text) {
    FileDigests out;
    const std::vector<std::string> lines = split(text, '\n');
    for (size_t i = 0; i < lines.size(); ++i) {
        std::string_view line = lines[i];
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (trim(line).empty()) continue;
        const std::string fault = readLine(line, out);
        if (!fault.empty()) {
            return invalid(cat("line ", i + 1, " (\"",
                               shortened(withoutControls(std::string(line)), kLongestShown), "\") ", fault));
        }
    }
    if (out.empty()) return invalid("it has no line; state one a file, as sha256sum prints it");
    return out;
}

std::string digestsText(const FileDigests& digests) {
    std::string out;
    for (const auto& [path, digest] : digests) {
        const bool escapes = path.find('\\') != std::string::npos;
        std::string name;
        for (const char c : path) name += c == '\\' ? std::string("\\\\") : std::string(1, c);
        out += cat(escapes ? "\\" : "", digest, "  ", name, '\n');
    }
    return out;
}

}  // namespace serin::api
