#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "sources/oci_registry.h"

namespace serin::sources {

// Manifests by their digests, which mean the same for ever, so that a look at a tag that did not move is one
// HEAD: registries count that for less than a GET, or not at all. That HEAD is never left out, for who knows
// a digest has no right to read it thereby, and what one repository told is no other's. Keeps the newest 256
// of at most 1 MiB, and 16 MiB in all. Thread-safe.
class OciMemory {
  public:
    // Whether there is something of the place at all.
    bool has(const OciPlace& place) const;
    std::optional<std::string> find(const OciPlace& place, const std::string& digest) const;
    void keep(const OciPlace& place, const std::string& digest, const std::string& manifest);

  private:
    mutable std::mutex mutex_;
    std::map<std::string, std::map<std::string, std::string>> places_;  // by digest
    std::deque<std::pair<std::string, std::string>> ages_;              // place and digest, oldest first
    size_t bytes_ = 0;
};

}  // namespace serin::sources
