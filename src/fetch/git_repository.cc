#include "fetch/git_repository.h"

#include <algorithm>
#include <array>
#include <fstream>

#include "base/text.h"
#include "sources/calls.h"
#include "sources/git_store.h"
#include "sources/listing.h"
#include "sources/opening.h"

namespace serin::fetch {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostListing = size_t{64} << 20;
constexpr size_t kMostRemarks = 4;
constexpr size_t kMostAnswer = 64;
constexpr Duration kProgressEvery{3000};

// Words of git's that trying again does not change (its messages in LC_ALL=C).
struct Final {
    std::string_view words;
    ErrorCode code;
    std::string_view meaning;
};
constexpr std::array<Final, 8> kFinal{{
    {"No space left", ErrorCode::Invalid, "the volume is full; give it more room"},
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
constexpr std::string_view kUnadvertised = "unadvertised object";

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

}  // namespace

GitRepository::GitRepository(Programs& programs, const Clock& clock,
                             const std::function<void(const std::string&)>& say, fs::path folder,
                             GitOrder order)
    : programs_(programs),
      clock_(clock),
      say_(say),
      folder_(std::move(folder)),
      order_(std::move(order)),
      secrets_(sources::gitCredentials(order_.credentials)) {}

std::map<std::string, std::string> GitRepository::environment() const {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(order_.silence);
    std::vector<std::pair<std::string, std::string>> settings{
        {"protocol.version", "2"},
        {"http.followRedirects", "false"},
        {"http.lowSpeedLimit", "1"},
        {"http.lowSpeedTime", std::to_string(seconds.count())},
        {"core.hooksPath", "/dev/null"},
        {"gc.auto", "0"},
        {"maintenance.auto", "false"},
        // It stays within the memory of a small container.
        {"fetch.unpackLimit", "1"},
        {"pack.threads", "1"},
        {"core.bigFileThreshold", "8m"},
        {"core.deltaBaseCacheLimit", "32m"},
        {"core.packedGitWindowSize", "1m"},
        {"core.packedGitLimit", "8m"}};
    if (!order_.caFile.empty()) {
        settings.emplace_back("http.sslCAInfo", order_.caFile);
        // A folder without certificates: the system's would count beside the file.
        settings.emplace_back("http.sslCAPath", (folder_ / "refs").string());
    }
    const Result<std::string> opening = sources::gitAuthorization(order_.credentials);
    if (opening && !opening->empty())
        settings.emplace_back("http.extraHeader", cat("Authorization: ", *opening));
    std::map<std::string, std::string> out{
        {"HOME", folder_.string()},      {"LC_ALL", "C"},
        {"GIT_CONFIG_NOSYSTEM", "1"},    {"GIT_CONFIG_GLOBAL", "/dev/null"},
        {"GIT_ATTR_NOSYSTEM", "1"},      {"GIT_TERMINAL_PROMPT", "0"},
        {"GIT_ALLOW_PROTOCOL", "https"}, {"GIT_NO_REPLACE_OBJECTS", "1"},
        {"GIT_DIR", folder_.string()},   {"GIT_CONFIG_COUNT", std::to_string(settings.size())}};
    for (size_t i = 0; i < settings.size(); ++i) {
        out[cat("GIT_CONFIG_KEY_", i)] = settings[i].first;
        out[cat("GIT_CONFIG_VALUE_", i)] = settings[i].second;
    }
    return out;
}

void GitRepository::onRemark(const Remark& remark) {
    const std::string text = sources::withoutSecrets(remark.text, secrets_);
    if (!remark.passing) {
        remarks_.push_back(text);
        if (remarks_.size() > kMostRemarks) remarks_.erase(remarks_.begin());
        return;
    }
    const Duration now = clock_.sinceBoot();
    if (now - saidAt_ < kProgressEvery) return;
    saidAt_ = now;
    say_(cat("git: ", text));
}

Error GitRepository::refusal(const std::string& command, int status) const {
    const std::string words = join(remarks_, "; ");
    const std::string said = withoutAddress(words, order_.url);
    for (const Final& one : kFinal) {
        if (said.find(one.words) == std::string::npos) continue;
        return {one.code,
                cat(order_.url, ": ", one.meaning, " (git ", command, ": ", sources::plainly(words), ")")};
    }
    return {ErrorCode::Unavailable, cat(order_.url, ": git ", command, " ended with ", status,
                                        words.empty() ? "" : ": ", sources::plainly(words))};
}

Result<void> GitRepository::git(const std::vector<std::string>& words, const Output& output,
                                const fs::path& input) {
    Program program{{"git"}, environment(), input};
    program.words.insert(program.words.end(), words.begin(), words.end());
    remarks_.clear();
    saidAt_ = clock_.sinceBoot();
    const Result<int> status = programs_.run(
        program, [&](std::string_view bytes) { return !output || output(bytes); },
        [this](const Remark& remark) { onRemark(remark); });
    if (!status && status.error().code == ErrorCode::NotFound) {
        return invalid(
            "there is no git here; models in Git repositories are loaded by the image serin-fetch-git (the "
            "chart's "
            "fetch.gitImage)");
    }
    if (!status) return status.error();
    return *status == 0 ? Result<void>() : refusal(words[0], *status);
}

Result<void> GitRepository::fetchOf(const std::vector<std::string>& what) {
    std::vector<std::string> words{"fetch", "--progress", "--no-tags", "--no-recurse-submodules", "--force"};
    words.insert(words.end(), what.begin(), what.end());
    return git(words);
}

Result<bool> GitRepository::isShallow() {
    std::string answer;
    const Result<void> asked = git({"rev-parse", "--is-shallow-repository"}, [&](std::string_view bytes) {
        answer += bytes;
        return answer.size() < kMostAnswer;
    });
    if (!asked) return asked.error();
    return trim(answer) == "true";
}

Result<void> GitRepository::fetchAll() {
    const std::vector<std::string> all{order_.url, "refs/heads/*:refs/heads/*", "refs/tags/*:refs/tags/*"};
    for (const std::string depth : {"--depth=1", "--unshallow"}) {
        std::vector<std::string> what{depth};
        what.insert(what.end(), all.begin(), all.end());
        if (const Result<void> fetched = fetchOf(what); !fetched) return fetched;
        if (git({"cat-file", "-e", order_.commit})) return {};
        // Git refuses to ask for more of a past that is there already.
        const Result<bool> more = isShallow();
        if (!more) return more.error();
        if (!*more) break;
    }
    return Error{ErrorCode::NotFound,
                 cat(order_.url, " no longer has the commit ", order_.commit, " in a branch or a tag")};
}

Result<void> GitRepository::fetch() {
    std::error_code failed;
    fs::remove_all(folder_, failed);
    if (!failed) fs::create_directories(folder_, failed);
    if (failed) return invalid(cat(folder_.string(), " cannot be made: ", failed.message()));
    std::vector<std::string> words{"init", "--quiet", "--bare", "--template="};
    if (order_.commit.size() == 64) words.emplace_back("--object-format=sha256");
    if (const Result<void> made = git(words); !made) return made;
    say_(cat("git: fetching the commit ", order_.commit, " of ", order_.url));
    const Result<void> fetched = fetchOf({"--depth=1", order_.url, order_.commit});
    if (fetched || join(remarks_, "\n").find(kUnadvertised) == std::string::npos) return fetched;
    say_("git: the server hands out branches and tags alone; fetching all of them");
    return fetchAll();
}

Result<std::vector<GitEntry>> GitRepository::tree() {
    std::string listing;
    const Result<void> listed =
        git({"ls-tree", "-r", "-l", "-z", "--full-tree", order_.commit}, [&](std::string_view bytes) {
            listing += bytes;
            return listing.size() <= kMostListing;
        });
    if (listing.size() > kMostListing) return invalid("the commit has more files than can be listed");
    if (!listed) return listed.error();
    return readGitTree(listing);
}

Result<void> GitRepository::read(const std::vector<GitEntry>& entries, GitReader& reader) {
    const fs::path wanted = folder_ / "serin-wanted";
    std::ofstream out(wanted, std::ios::trunc);
    for (const GitEntry& entry : entries) out << entry.object << '\n';
    out.close();
    if (!out) return invalid(cat(wanted.string(), " cannot be written; is the volume full?"));
    GitBlobs blobs(entries, reader);
    Result<void> taken;
    const Result<void> ended = git(
        {"cat-file", "--batch"},
        [&](std::string_view bytes) {
            taken = blobs.add(bytes);
            return taken.ok();
        },
        wanted);
    if (!taken) return taken;
    if (!ended) return ended;
    return blobs.complete() ? Result<void>() : invalid("git ended before all contents had come");
}

}  // namespace serin::fetch
