#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "fetch/part_log.h"
#include "fetch/part_plan.h"
#include "fetch/transfer.h"
#include "sources/store.h"

namespace serin::fetch {

// What was asked for: the bytes from `from` to the end of `span`, by a range unless all of the file is meant.
struct Asked {
    Span span;
    uint64_t from = 0;
    bool ranged = false;
    bool whole = true;   // the span is the file, so that an answer without a range is of use
    std::string origin;  // who answered, after redirects
};

enum class Step {
    Write,  // the bytes that follow stand at `offset`
    Anew,   // they cannot be joined with those that are there
    Again,  // later, it may pass
    Fail,   // trying again cannot help
};

struct Verdict {
    Step step = Step::Write;
    uint64_t offset = 0;
    std::string reason;            // for people; empty for Write
    std::optional<Duration> wait;  // Again: what the server asked for
};

// The entity-tag of an answer where it is strong; else empty (RFC 9110, section 8.8.3).
std::string strongTag(const TransferHead& head);

// What an answer to a GET of a file means. `validator` is of the bytes that are there already. Redirects are
// not looked at.
Verdict judgeAnswer(const TransferHead& head, const Asked& asked, const sources::File& file,
                    const Validator& validator, Timestamp now);

}  // namespace serin::fetch
