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
};

// One commit of a repository, fetched by the program `git` into a bare repository of our own. Git reads no
// configuration but what is said here, asks nobody for a password, follows no redirect, runs no hook and no
// filter, and never checks anything out: contents are read from it. What it fetched it has checked by the
// names of the objects, which are digests. Secrets go by the environment alone. Not for several threads.
class GitRepository {
  public:
    // All of it outlives the repository; `folder` is removed and made by fetch().
    GitRepository(Programs& programs, const Clock& clock, const std::function<void(const std::string&)>& say,
                  std::filesystem::path folder, GitOrder order);

    // The commit without its past; where an old server hands out nothing but branches and tags, those, and at
    // last all of the past. Unavailable where it may be otherwise later. Git's progress is said every three
    // seconds.
    Result<void> fetch();
    // What the commit has.
    Result<std::vector<GitEntry>> tree();
    // The contents of these.
    Result<void> read(const std::vector<GitEntry>& entries, GitReader& reader);

  private:
    using Output = std::function<bool(std::string_view)>;
    Result<void> git(const std::vector<std::string>& words, const Output& output = {},
                     const std::filesystem::path& input = {});
    Result<void> fetchOf(const std::vector<std::string>& what);
    Result<void> fetchAll();
    // Whether some of the past of its commits is left out.
    Result<bool> isShallow();
    std::map<std::string, std::string> environment() const;
    void onRemark(const Remark& remark);
    Error refusal(const std::string& command, int status) const;

    Programs& programs_;
    const Clock& clock_;
    const std::function<void(const std::string&)>& say_;
    std::filesystem::path folder_;
    GitOrder order_;
    sources::Credentials secrets_;
    std::vector<std::string> remarks_;  // the newest ones of the program that runs, but for its progress
    Duration saidAt_{0};
};

}  // namespace serin::fetch
