#include "fetch/git_repository.h"

#include <cerrno>
#include <fstream>
#include <utility>

#include "base/text.h"
#include "fetch/disk.h"
#include "fetch/git_progress.h"
#include "fetch/git_refusal.h"
#include "fetch/git_sizes.h"
#include "sources/git_store.h"
#include "sources/opening.h"

namespace serin::fetch {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostListing = size_t{64} << 20;
constexpr size_t kMostRemarks = 4;
constexpr size_t kMostAnswer = 64;
constexpr Duration kProgressEvery{3000};
// What the repository is called where contents are promised.
constexpr const char* kRemote = "origin";

std::vector<std::string> objectsOf(const std::vector<GitEntry>& entries) {
    std::vector<std::string> out;
    out.reserve(entries.size());
    for (const GitEntry& entry : entries) out.push_back(entry.object);
    return out;
}

}  // namespace

GitRepository::GitRepository(Programs& programs, const Clock& clock, GitListener listener, fs::path folder,
                             GitOrder order)
    : programs_(programs),
      clock_(clock),
      listener_(std::move(listener)),
      folder_(std::move(folder)),
      order_(std::move(order)),
      secrets_(sources::gitCredentials(order_.credentials)) {}

std::map<std::string, std::string> GitRepository::environment(Objects objects) const {
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
    if (objects == Objects::Promised) {
        // Said here, it stands in no file: only what is run with it may leave contents out.
        settings.insert(settings.end(), {{cat("remote.", kRemote, ".url"), order_.url},
                                         {cat("remote.", kRemote, ".promisor"), "true"},
                                         {cat("remote.", kRemote, ".partialCloneFilter"), "blob:none"},
                                         {"fetch.negotiationAlgorithm", "noop"}});
    }
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
        {"GIT_DIR", folder_.string()},   {"GIT_CONFIG_COUNT", std::to_string(settings.size())},
        {"GIT_NO_LAZY_FETCH", "1"}};
    for (size_t i = 0; i < settings.size(); ++i) {
        out[cat("GIT_CONFIG_KEY_", i)] = settings[i].first;
        out[cat("GIT_CONFIG_VALUE_", i)] = settings[i].second;
    }
    return out;
}

void GitRepository::onRemark(const Remark& remark) {
    const std::string text = sources::withoutSecrets(remark.text, secrets_);
    const std::optional<GitProgress> progress = readGitProgress(text);
    if (!remark.passing && !progress) {
        remarks_.push_back(text);
        if (remarks_.size() > kMostRemarks) remarks_.erase(remarks_.begin());
        return;
    }
    if (progress && isReceiving(*progress) && progress->bytes) {
        received_ = *progress->bytes;
        listener_.received(before_ + received_);
    }
    const Duration now = clock_.sinceBoot();
    if (now - saidAt_ < kProgressEvery) return;
    saidAt_ = now;
    listener_.say(cat("git: ", progress ? progressWords(*progress) : text));
}

Result<void> GitRepository::git(const std::vector<std::string>& words, const Output& output,
                                const fs::path& input, Objects objects) {
    Program program{{"git"}, environment(objects), input};
    program.words.insert(program.words.end(), words.begin(), words.end());
    remarks_.clear();
    before_ += std::exchange(received_, 0);
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
    return *status == 0 ? Result<void>() : gitRefusal(order_.url, words[0], *status, remarks_);
}

Result<void> GitRepository::fetchOf(const std::vector<std::string>& what, const fs::path& input,
                                    Objects objects) {
    std::vector<std::string> words{"fetch", "--progress", "--no-tags", "--no-recurse-submodules", "--force"};
    if (objects == Objects::Promised)
        words.insert(words.end(), {"--no-write-fetch-head", "--filter=blob:none"});
    words.insert(words.end(), what.begin(), what.end());
    return git(words, {}, input, objects);
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

Result<void> GitRepository::fetchCommit() {
    if (order_.partial) {
        Result<void> fetched = fetchOf({"--depth=1", kRemote, order_.commit}, {}, Objects::Promised);
        if (fetched || !refusesFilters(remarks_)) return fetched;
        listener_.say("git: the server refuses to leave files out; fetching all of the commit");
        order_.partial = false;
    }
    return fetchOf({"--depth=1", order_.url, order_.commit});
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
    before_ = received_ = 0;
    std::vector<std::string> words{"init", "--quiet", "--bare", "--template="};
    if (order_.commit.size() == 64) words.emplace_back("--object-format=sha256");
    if (const Result<void> made = git(words); !made) return made;
    listener_.say(cat("git: fetching the commit ", order_.commit, " of ", order_.url));
    const Result<void> fetched = fetchCommit();
    if (fetched || !isUnadvertised(remarks_)) return fetched;
    listener_.say("git: the server hands out branches and tags alone; fetching all of them");
    return fetchAll();
}

Result<std::string> GitRepository::listed(const std::vector<std::string>& words, const fs::path& input) {
    std::string listing;
    const Result<void> done = git(
        words,
        [&](std::string_view bytes) {
            listing += bytes;
            return listing.size() <= kMostListing;
        },
        input);
    if (listing.size() > kMostListing) return invalid("the commit has more files than can be listed");
    if (!done) return done.error();
    return listing;
}

Result<std::vector<GitEntry>> GitRepository::tree() {
    const Result<std::string> listing = listed({"ls-tree", "-r", "-z", "--full-tree", order_.commit});
    if (!listing) return listing.error();
    return readGitTree(*listing);
}

Result<fs::path> GitRepository::writeNames(const std::vector<std::string>& objects) const {
    fs::path names = folder_ / "serin-wanted";
    errno = 0;
    std::ofstream out(names, std::ios::trunc);
    for (const std::string& object : objects) out << object << '\n';
    out.close();
    if (!out) return invalid(cat(names.string(), " cannot be written: ", writeProblem(errno)));
    return names;
}

Result<std::vector<std::string>> GitRepository::measure(std::vector<GitEntry>& entries) {
    const Result<fs::path> names = writeNames(objectsOf(entries));
    if (!names) return names.error();
    const Result<std::string> listing = listed({"cat-file", "--batch-check"}, *names);
    if (!listing) return listing.error();
    return readGitSizes(*listing, entries);
}

Result<void> GitRepository::have(std::vector<GitEntry>& entries) {
    const Result<std::vector<std::string>> lacking = measure(entries);
    if (!lacking) return lacking.error();
    if (lacking->empty()) return {};
    listener_.say(
        cat("git: fetching ", lacking->size(), lacking->size() == 1 ? " file" : " files", " of it"));
    const Result<fs::path> names = writeNames(*lacking);
    if (!names) return names.error();
    Result<void> fetched = fetchOf({"--stdin", kRemote}, *names, Objects::Promised);
    if (!fetched && (refusesObjects(remarks_) || refusesFilters(remarks_))) {
        listener_.say("git: the server hands out no files by themselves; fetching all of the commit");
        order_.partial = false;
        fetched = fetch();
    }
    if (!fetched) return fetched;
    const Result<std::vector<std::string>> still = measure(entries);
    if (!still) return still.error();
    if (still->empty()) return {};
    return Error{ErrorCode::NotFound,
                 cat(order_.url, " lacks contents of the commit, such as ", still->front())};
}

Result<void> GitRepository::read(const std::vector<GitEntry>& entries, GitReader& reader) {
    const Result<fs::path> names = writeNames(objectsOf(entries));
    if (!names) return names.error();
    GitBlobs blobs(entries, reader);
    Result<void> taken;
    const Result<void> ended = git(
        {"cat-file", "--batch"},
        [&](std::string_view bytes) {
            taken = blobs.add(bytes);
            return taken.ok();
        },
        *names);
    if (!taken) return taken;
    if (!ended) return ended;
    return blobs.complete() ? Result<void>() : invalid("git ended before all contents had come");
}

}  // namespace serin::fetch
