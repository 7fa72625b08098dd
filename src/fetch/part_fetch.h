#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "base/clock.h"
#include "fetch/part_log.h"
#include "fetch/part_plan.h"
#include "fetch/sink.h"
#include "fetch/transfer.h"
#include "fetch/waiter.h"
#include "sources/store.h"

namespace serin::fetch {

// What is fetched, and by what. All of it outlives the fetching.
struct Errand {
    const api::ModelSource& source;
    const std::string& id;
    sources::Store& store;
    Transfers& transfers;
    const Clock& clock;
    Waiter& waiter;
    std::function<double()> lot;  // evenly from [0, 1); safe to call from several threads at once
    std::function<void(const std::string&)> say;  // one line for people; the same
    int attempts = 8;                             // in a row that bring no byte
    size_t connections = 4;
    // Who says which digests files have, and what to do where one is another: ends that sentence.
    std::string whoseDigests = "see what the store has, it is not what was resolved";
    // What to do where a server does not answer for long: ends that sentence.
    std::string onceMore = "start again: what is complete is kept";
};

// A part of a file, or all of it.
struct PartTask {
    const sources::File& file;
    Sink& sink;  // bytes are written at their place in the file
    Span span;
    bool whole;
    Validator validator;
    std::function<bool()> wanted;  // false: nobody wants these bytes any more
    // Of a part: the answer to its range came, before its bytes; the tag may be empty. False: parts cannot be
    // told to belong together.
    std::function<bool(const Validator&)> learned;
    std::atomic<int64_t>& fetched;  // counts bytes as they come, and back what is discarded
};

enum class PartEnd {
    Complete,
    Anew,     // the file's parts cannot be joined; the reason was said
    Dropped,  // nobody wanted it any more
};

// Fetches until every byte of the span is written: resumes where a connection broke, waits and tries again
// where that may help. Errors are final, name the file and what to do.
Result<PartEnd> fetchPart(const PartTask& task, const Errand& errand);

}  // namespace serin::fetch
