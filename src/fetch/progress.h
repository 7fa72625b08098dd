#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "base/time.h"

namespace serin::fetch {

// How fast it goes, over about the last ten seconds, and when it ends. Of one thread.
class Progress {
  public:
    Progress(uint64_t total, Duration now);

    // "fetched 1.2 of 4.0 GB (30 %), 210 MB/s, about 13s left". Of `bytes` that are there, an earlier process
    // fetched `earlier`, which is no speed; they may be fewer than before, where a file is begun anew. `now`
    // is of a clock that never jumps.
    std::string line(uint64_t bytes, uint64_t earlier, Duration now);

  private:
    struct Point {
        Duration at;
        uint64_t bytes;  // that this process fetched
    };

    uint64_t total_;
    std::deque<Point> points_;  // the oldest one is about ten seconds old
};

}  // namespace serin::fetch
