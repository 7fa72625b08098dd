#include "fetch/git_refusal.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "base/text.h"
#include "fetch/disk.h"
#include "sources/calls.h"
#include "sources/listing.h"

namespace serin::fetch {
namespace {

// Words of git's that trying again does not change (its messages in LC_ALL=C).
struct Final {
    std::string_view words;
    ErrorCode code;
    std::string_view meaning;
};
constexpr std::array<Final, 7> kFinal{{
    {"could not read Username", ErrorCode::Forbidden,
     "there is no such repository, or it is private and the credentials do not open it (GIT_TOKEN, or "
     "GIT_USERNAME and GIT_PASSWORD)"},
    {"Authentication failed", ErrorCode::Forbidden,
     "the credentials do not open it (GIT_TOKEN, or GIT_USERNAME and GIT_PASSWORD)"},
    {"returned error: 403", ErrorCode::Forbidden, "the credentials may not read it"},
    {"not found", ErrorCode::NotFound, "there is no such repository"},
    {"not our ref", ErrorCode::NotFound,
     "the repository no longer has the commit; was a branch written over? Keep commits by tags"},
    {"certificate", ErrorCode::Invalid,
     "its certificate is not trusted; name the authority in spec.model.source.ca where it is one of your "
     "own"},
    {"returned error: 30", ErrorCode::Invalid, "it is at another address now; state that one"},
}};
// Of Git's own server and of JGit's (WantNotValidException: "want … not valid").
constexpr std::string_view kUnadvertised = "unadvertised object";
constexpr std::string_view kUnwanted = "remote error: want ";
// Of Git's upload-pack.c: "filter '%s' not supported".
constexpr std::string_view kBanned = "remote error: filter '";

// Without the address, which may hold any word that is looked for.
std::string withoutAddress(std::string words, const std::string& url) {
    const std::string origin = sources::originOf(url);
    std::string host = origin.substr(std::min(sizeof "https://" - 1, origin.size()));
    host.resize(std::min(host.find(':'), host.size()));
    // One without a dot may be a word of git's own.
    if (host.find('.') == std::string::npos) host.clear();
    for (const std::string& part : {url, host}) {
        for (size_t at = 0; !part.empty() && (at = words.find(part, at)) != std::string::npos;) {
            words.replace(at, part.size(), 1, '-');
        }
    }
    return words;
}

bool saysOneOf(const std::vector<std::string>& remarks, std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(remarks, [&](const std::string& remark) {
        return std::ranges::any_of(
            words, [&](std::string_view word) { return remark.find(word) != std::string::npos; });
    });
}

// The server's own volume is another matter: it speaks by "remote: " and, at its end, by "fatal: remote
// error: ".
bool fillsVolume(const std::vector<std::string>& remarks) {
    return std::ranges::any_of(remarks, [](const std::string& remark) {
        return !remark.starts_with("remote: ") && remark.find("remote error: ") == std::string::npos &&
               saysFull(remark);
    });
}

}  // namespace

Error gitRefusal(const std::string& url, const std::string& command, int status,
                 const std::vector<std::string>& remarks) {
    const std::string words = join(remarks, "; ");
    const std::string said = withoutAddress(words, url);
    const std::string own = cat("git ", command, ": ", sources::plainly(words));
    if (fillsVolume(remarks)) return {ErrorCode::Invalid, cat(url, ": the volume is full (", own, ")")};
    for (const Final& one : kFinal) {
        if (said.find(one.words) == std::string::npos) continue;
        return {one.code, cat(url, ": ", one.meaning, " (", own, ")")};
    }
    return {ErrorCode::Unavailable, cat(url, ": git ", command, " ended with ", status,
                                        words.empty() ? "" : ": ", sources::plainly(words))};
}

bool isUnadvertised(const std::vector<std::string>& remarks) {
    return saysOneOf(remarks, {kUnadvertised, kUnwanted});
}

bool refusesObjects(const std::vector<std::string>& remarks) {
    return saysOneOf(remarks, {kUnadvertised, kUnwanted, "not our ref"});
}

bool refusesFilters(const std::vector<std::string>& remarks) {
    return saysOneOf(remarks, {kBanned});
}

}  // namespace serin::fetch
