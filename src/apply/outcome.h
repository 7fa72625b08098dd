#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/observed.h"
#include "base/time.h"

namespace serin::apply {

// How the carrying out of a plan ended. The order is of no meaning.
enum class Ending {
    Done,      // all of it
    Refused,   // the server refuses to create something; see Outcome::refusals, and plan anew with them
    Conflict,  // what was planned from is no longer so: plan anew when the cache has caught up
    Unknown,   // it may or may not have been done: look again, then plan anew
    Failed,    // nothing was done by the last request: try again later
    Fenced,    // this process may not write (any more)
    Gone,      // the namespace is ending: nothing is to be done here
};

// A write that the server accepted, for the read-your-writes gate.
struct Write {
    std::string kind;
    std::string name;
    std::string resourceVersion;  // empty where the answer names none: after some deletions
};

struct Outcome {
    Ending ending = Ending::Done;        // of the first thing that was not done
    std::string message;                 // in words; empty when done
    std::optional<Duration> retryAfter;  // what the server asks for
    std::vector<Write> writes;
    bool statusWritten = false;
    std::vector<api::Refusal> refusals;
    std::optional<api::Diagnosis> diagnosis;
};

}  // namespace serin::apply
