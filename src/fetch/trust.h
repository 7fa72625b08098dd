#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "fetch/expectation.h"
#include "fetch/options.h"

namespace serin::fetch {

// How the files of a model come: one by one as a store lists them, in an archive, of commits or layers which
// tell only once they are there what files they have, or in a folder that is there.
enum class Layout { Listed, Archive, Assembled, Folder };

// What a person wants of a model's bytes (ModelSource::sha256, a public key), held against them on their way.
// Errors name the file, both digests and what to do. Of one thread.
class Trust {
  public:
    // The options outlive it. Invalid where what is stated cannot be read.
    static Result<Trust> of(const Options& options, Layout layout);

    // Nothing is wanted: all other calls do nothing.
    bool wantsNothing() const { return !stated_ && options_.publicKeyFile.empty(); }
    // Changes with what is wanted; empty where that is nothing.
    std::string selection() const;

    // Before anything is fetched, what can be said then. The digests that are known become the files' own.
    Result<void> expect(std::vector<sources::File>& files) const;
    // The files that are to be fetched and shown to readManifest() before all others; none where nothing is
    // signed, or not yet to be seen.
    Result<std::vector<sources::File>> manifestOf(const std::vector<sources::File>& files) const;
    // The manifest stands in that folder. The digests that it says become the files' own.
    Result<void> readManifest(const std::filesystem::path& folder, std::vector<sources::File>& files);

    // At the end: all of it stands in that folder. `files` get their digests.
    Result<void> check(const std::filesystem::path& folder, std::vector<sources::File>& files);

  private:
    Trust(const Options& options, Layout layout) : options_(options), layout_(layout) {}

    Result<api::FileDigests> digestsIn(const std::filesystem::path& folder,
                                       const std::vector<sources::File>& files) const;
    // What is stated is the digest of the archive itself.
    bool ofArchive() const { return layout_ == Layout::Archive && stated_ && !stated_->digest.empty(); }

    const Options& options_;
    Layout layout_;
    std::optional<Expectation> stated_;
    std::optional<Expectation> signed_;
};

// The model that is in the folder Options::check already, such as a mounted volume: whether it is what is
// wanted. How many files it has. Where `check` is a file, a manifest of one line is of it whatever it names:
// a file of a volume is mounted under another name.
Result<size_t> checkFolder(const Options& options);

}  // namespace serin::fetch
