#include "sources/lfs.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "sources/json_answer.h"
#include "sources/listing.h"

namespace serin::sources {
namespace {

using nlohmann::json;

constexpr std::string_view kVersion = "version ";
// The second is that of the years before the first (docs/spec.md, "The Pointer").
constexpr std::array<std::string_view, 2> kVersions{"https://git-lfs.github.com/spec/v1",
                                                    "https://hawser.github.com/spec/v1"};
constexpr uint64_t kLargest = uint64_t{1} << 50;  // a pebibyte
constexpr size_t kMostHeaders = 32;
// Who downloads says these himself.
constexpr std::array<std::string_view, 6> kOwnHeaders{"host",       "range",    "content-length",
                                                      "connection", "if-match", "transfer-encoding"};

bool isVersion(std::string_view line) {
    return line.starts_with(kVersion) &&
           std::ranges::find(kVersions, line.substr(kVersion.size())) != kVersions.end();
}

std::optional<uint64_t> numberIn(std::string_view text) {
    uint64_t out = 0;
    const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (text.empty() || error != std::errc() || stopped != text.data() + text.size()) return std::nullopt;
    return out;
}

bool isHeader(const std::string& name, const std::string& value) {
    const bool token = !name.empty() &&
                       name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == std::string::npos;
    return token && std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~'; });
}

// The code and words that an answer has for one object.
Error refusalOf(const json& error, const File& file) {
    const int code = api::countAt(error, "code");
    const std::string message = cat("the LFS server answers ", code, " for ", plainly(file.path), " (",
                                    file.sha256, "): ", plainly(api::textAt(error, "message")));
    if (code == 404 || code == 410) return {ErrorCode::NotFound, message};
    if (code == 401 || code == 403) return {ErrorCode::Forbidden, message};
    if (code == 429 || (code >= 500 && code != 501)) return {ErrorCode::Unavailable, message};
    return invalid(message);
}

Result<Download> actionOf(const json& object, const File& file) {
    const json& action = api::objectAt(api::objectAt(object, "actions"), "download");
    Download out{api::textAt(action, "href"), {}};
    if (out.url.empty()) {
        return invalid(cat("the LFS server does not say where ", plainly(file.path), " is"));
    }
    if (!out.url.starts_with("https://") || std::ranges::any_of(out.url, [](char c) {
            return static_cast<unsigned char>(c) <= ' ' || c == 127;
        })) {
        return invalid(cat("the LFS server names an address for ", plainly(file.path),
                           " that is not https://: ", plainly(out.url.substr(0, out.url.find('?')))));
    }
    const auto headers = api::textsAt(action, "header");
    if (headers.size() > kMostHeaders) return invalid("the LFS server names too many headers");
    for (const auto& [written, value] : headers) {
        const std::string name = lowerCase(written);
        if (!isHeader(name, value)) return invalid("the LFS server names a header that is none");
        if (std::ranges::find(kOwnHeaders, name) == kOwnHeaders.end()) out.headers[name] = value;
    }
    return out;
}

}  // namespace

Result<std::optional<LfsPointer>> readPointer(std::string_view content) {
    const std::vector<std::string> lines = split(content.substr(0, kLongestPointer + 1), '\n');
    if (!isVersion(lines[0])) return std::optional<LfsPointer>();
    const Error broken = invalid("it begins as a pointer of Git LFS and cannot be read as one");
    // The last line has a line break too; keys but the first ascend.
    if (content.size() > kLongestPointer || lines.size() < 4 || !lines.back().empty()) return broken;
    LfsPointer out;
    std::optional<uint64_t> size;
    std::string before;
    for (size_t i = 1; i + 1 < lines.size(); ++i) {
        const std::string_view line = lines[i];
        const size_t space = line.find(' ');
        const std::string key(line.substr(0, space));
        if (space == std::string_view::npos || key <= before) return broken;
        before = key;
        const std::string_view value = line.substr(space + 1);
        if (key.starts_with("ext-")) {
            return invalid(cat("it is a pointer of Git LFS with the extension ", plainly(key.substr(4)),
                               ", which Serin cannot undo; store the file without it"));
        }
        if (key == "oid" && value.starts_with("sha256:")) out.sha256 = value.substr(7);
        if (key == "size") size = numberIn(value);
    }
    if (!isHex(out.sha256, 64) || !size || *size > kLargest) return broken;
    out.size = *size;
    return std::optional<LfsPointer>(out);
}

std::string lfsRequest(const File& file) {
    const json body = {{"operation", "download"},
                       {"transfers", {"basic"}},
                       {"hash_algo", "sha256"},
                       {"objects", json::array({{{"oid", file.sha256}, {"size", file.size}}})}};
    return body.dump();
}

Result<Download> readLfsAnswer(std::string_view body, const File& file) {
    const Result<json> answer = readJson(body);
    if (!answer) return answer.error();
    if (const std::string transfer = api::textAt(*answer, "transfer", "basic"); transfer != "basic") {
        return invalid(
            cat("the LFS server wants the transfer '", plainly(transfer), "', and was asked for 'basic'"));
    }
    for (const json& object : api::listAt(*answer, "objects")) {
        if (api::textAt(object, "oid") != file.sha256) continue;
        if (const json& error = api::objectAt(object, "error"); !error.empty()) return refusalOf(error, file);
        return actionOf(object, file);
    }
    return invalid(cat("the LFS server's answer does not have ", plainly(file.path), " (", file.sha256, ")"));
}

std::string lfsWords(const HttpResponse& answer) {
    const json body = isModest(answer.body) ? json::parse(answer.body, nullptr, false) : json();
    return api::textAt(body, "message");
}

}  // namespace serin::sources
