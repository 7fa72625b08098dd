#pragma once

#include <optional>
#include <vector>

#include "api/spec.h"
#include "base/result.h"
#include "net/transport.h"
#include "runtime/access_reader.h"
#include "runtime/rereading.h"

namespace serin::runtime {

// What opens the servers that a spec names, by the objects that hold it. Each is shown only to servers that
// the spec names it for. Holds secrets, in memory alone. Not thread-safe.
class Accesses {
  public:
    // These are wanted from now on. What was read of them stays, all else is forgotten.
    void want(const std::vector<api::AccessSource>& sources);
    // An Error: why there is none (yet). Nothing of an access is shown until all of it is known.
    Result<net::Access> of(const api::AccessSource& source) const;

    // One that has to be read (again) now, as Rereading has it; `now` is Clock::sinceBoot.
    std::optional<api::AccessSource> due(Duration now) const;
    // What reading it came to. Where the API server did not say, what was known before stays.
    void learn(const api::AccessSource& source, const AccessReading& reading, Duration now);
    // A server did not accept it: a token may have been renewed in its Secret, or a right granted with the
    // server, so it is read again soon. False when there is nothing to read.
    bool refused(const api::AccessSource& source);

  private:
    struct Entry {
        api::AccessSource source;
        Rereading reading;
        Result<net::Access> access;
    };
    Entry* find(const api::AccessSource& source);

    std::vector<Entry> entries_;  // those that have to be read
};

}  // namespace serin::runtime
