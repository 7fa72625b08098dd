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

    // Also where all there is is an MD5, and the system has none.
    bool none() const { return file_.sha256.empty() && !byMd5(); }
    // Whether it is the store's MD5 that counts.
    bool byMd5() const { return file_.sha256.empty() && !file_.md5.empty() && md5_.works(); }
    // What comes next of the file.
    void add(std::string_view bytes);
    // What the digest of all that was added is and should be; nothing where it is right, or there is none.
    // Begins anew.
    std::optional<std::string> fault();
    void beginAnew() { (void)fault(); }

    // What to do where a file differs from its store's MD5, also when it was read anew: ends that sentence.
    static constexpr std::string_view kWayOut =
        "the store keeps that MD5 of it: write the file anew, correct its Content-MD5, or state its SHA-256 "
        "in "
        "spec.model.source.sha256 (of several files, as a line of the manifest), which counts instead";

  private:
    const sources::File& file_;
    Sha256 sha256_;
    Md5 md5_;
};

}  // namespace serin::fetch
