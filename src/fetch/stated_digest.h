#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/md5.h"
#include "base/sha256.h"
#include "sources/store.h"

namespace serin::fetch {

// The digest that a file has to have: its SHA-256, else the MD5 that the store keeps of it, else none. Of one
// thread; the file outlives it.
class StatedDigest {
  public:
    explicit StatedDigest(const sources::File& file) : file_(file) {}

    bool none() const { return file_.sha256.empty() && file_.md5.empty(); }
    // What comes next of the file.
    void add(std::string_view bytes);
    // What the digest of all that was added is and should be; nothing where it is right, or there is none.
    // Begins anew.
    std::optional<std::string> fault();
    void beginAnew() { (void)fault(); }

  private:
    const sources::File& file_;
    Sha256 sha256_;
    Md5 md5_;
};

}  // namespace serin::fetch
