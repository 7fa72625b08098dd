#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"
#include "fetch/git_blobs.h"
#include "fetch/git_tree.h"
#include "fetch/programs.h"
#include "sources/store.h"

namespace serin::fetch {

struct GitOrder {
    std::string url;     // of the repository, https
    std::string commit;  // its whole name
    std::string caFile;  // authorities in PEM instead of the system's; empty: those
    sources::Credentials credentials;
    Duration silence{30'000};  // after which a connection counts as broken
    bool partial = false;      // the commit is fetched without contents, and then those that are wanted
};

// Called on the thread that works.
struct GitListener {
    std::function<void(const std::string&)> say;  // one line for people
    std::function<void(uint64_t)> received;       // bytes that came since fetch() began, when git says so
};

// One commit of a repository, fetched by the program `git` into a bare repository of our own. Git reads no
// configuration but what is said here, asks nobody for a password, follows no redirect, runs no hook and no
// filter, and never checks anything out: contents are read from it. What it fetched it has checked by the
// names of the objects, which are digests. Secrets go by the environment alone. Contents that lack are never
// fetched one by one by git itself: no command but the two that fetch knows that the server has them. Not for
// several threads.
class GitRepository {
  public:
    // Programs and clock outlive the repository; `folder` is removed and made by fetch().
    GitRepository(Programs& programs, const Clock& clock, GitListener listener, std::filesystem::path folder,
                  GitOrder order);

    // The commit without its past; where an old server hands out nothing but branches and tags, those, and at
    // last all of the past. Unavailable where it may be otherwise later. Git's progress is said every three
    // seconds. A server that knows no filters (uploadpack.allowFilter) sends the contents whatever was asked,
    // and one that bans them is asked for all.
    Result<void> fetch();
    // What the commit has; the sizes are not known yet.
    Result<std::vector<GitEntry>> tree();
    // Has the contents of these, in one request for all that lack, and their sizes; may be asked again where
    // that failed.
    Result<void> have(std::vector<GitEntry>& entries);
    // The contents of these, after have().
    Result<void> read(const std::vector<GitEntry>& entries, GitReader& reader);

  private:
    using Output = std::function<bool(std::string_view)>;
    // Whether the server is known to have what lacks here.
    enum class Objects { All, Promised };

    Result<void> git(const std::vector<std::string>& words, const Output& output = {},
                     const std::filesystem::path& input = {}, Objects objects = Objects::All);
    Result<void> fetchOf(const std::vector<std::string>& what, const std::filesystem::path& input = {},
                         Objects objects = Objects::All);
    Result<void> fetchCommit();
    Result<void> fetchAll();
    // Whether some of the past of its commits is left out.
    Result<bool> isShallow();
    Result<std::string> listed(const std::vector<std::string>& words,
                               const std::filesystem::path& input = {});
    Result<std::filesystem::path> writeNames(const std::vector<std::string>& objects) const;
    // Sets the sizes of those that are there; the names of the others.
    Result<std::vector<std::string>> measure(std::vector<GitEntry>& entries);
    std::map<std::string, std::string> environment(Objects objects) const;
    void onRemark(const Remark& remark);

    Programs& programs_;
    const Clock& clock_;
    GitListener listener_;
    std::filesystem::path folder_;
    GitOrder order_;
    sources::Credentials secrets_;
    std::vector<std::string> remarks_;  // the newest ones of the program that runs, but for its progress
    Duration saidAt_{0};
    uint64_t before_ = 0;    // bytes that earlier programs received
    uint64_t received_ = 0;  // and the one that runs, or ran last
};

}  // namespace serin::fetch
