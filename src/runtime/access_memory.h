#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/time.h"

namespace serin::runtime {

// What the API server says of whoever holds a bearer token.
struct Access {
    enum class Answer { Allowed, Forbidden, Unauthenticated };
    Answer answer = Answer::Unauthenticated;
    std::string user;  // empty when Unauthenticated

    friend bool operator==(const Access&, const Access&) = default;
};

// Answers about tokens and the paths that they were shown for, and how often one may ask for more. An answer
// counts for a minute when it is Allowed, else for ten seconds; at most 256 are kept, and refusals make room
// first. Five questions at once, then one every 200 ms. Tokens are kept as digests. Times are of a clock that
// does not jump. Not thread-safe.
class AccessMemory {
  public:
    std::optional<Access> recall(const std::string& token, const std::string& path, Duration now) const;
    // Whether the API server may be asked now; true takes one question.
    bool mayAsk(Duration now);
    void remember(const std::string& token, const std::string& path, Access access, Duration now);
    size_t size() const { return known_.size(); }

  private:
    struct Known {
        Access access;
        Duration expires;
    };
    void makeRoom(Duration now);

    std::map<std::string, Known> known_;  // by the digest of token and path
    int questions_ = 5;
    Duration refilled_{0};
};

}  // namespace serin::runtime
