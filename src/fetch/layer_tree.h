#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "sources/store.h"

namespace serin::fetch {

// What archives have come to so far, all layers of a model together: each by itself may be small.
struct Expansion {
    uint64_t packed = 0;  // bytes of the archives
    uint64_t bytes = 0;   // that came out of them and were wanted
    uint64_t passed = 0;  // that their gzip or zstd became, wanted or not
    size_t entries = 0;
};

// The entries that the layers of an image left in a folder, and which layer each is of. Whoever makes an
// entry asks for room first and records it then; nothing else is in the folder. What is recorded before the
// first layer stays whatever the layers say. Paths are safe (pathProblem) and none leads through a link. Not
// for several threads.
class LayerTree {
  public:
    explicit LayerTree(std::filesystem::path root) : root_(std::move(root)) {}

    const std::filesystem::path& root() const { return root_; }
    // Entries are of another layer from now on.
    void nextLayer() { ++layer_; }
    // Of all layers so far.
    Expansion& expansion() { return expansion_; }

    // Removes what earlier layers have at the path, but for a folder where a folder is to be. Invalid where
    // this layer has another entry there, or one stays.
    Result<void> makeRoom(const std::string& path, bool folder);
    // These are of the present layer, with the folders on the way.
    void addFolder(const std::string& path);
    void addFile(const std::string& path, uint64_t size, const std::string& sha256 = {});
    void addLink(const std::string& path);

    // Removes what earlier layers have at the path and below it; below it alone where the folder itself stays
    // (the empty path is all of the tree). What is of the present layer stays too.
    Result<void> hide(const std::string& path, bool below);

    // Regular files, ascending by path.
    std::vector<sources::File> files() const;
    // At the top of the folder, ascending.
    std::vector<std::string> tops() const;

  private:
    enum class Kind { Folder, File, Link };
    struct Entry {
        Kind kind = Kind::Folder;
        uint64_t size = 0;
        std::string sha256;
        size_t layer = 0;
    };

    void add(const std::string& path, Entry entry);

    std::filesystem::path root_;
    std::map<std::string, Entry> entries_;
    size_t layer_ = 0;
    Expansion expansion_;
};

}  // namespace serin::fetch
