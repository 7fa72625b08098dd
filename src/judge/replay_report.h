#pragma once

#include <string>
#include <string_view>

namespace serin::judge {

// What `serin-judge replay` says of a recording, for people, and its exit code.
struct ReplayReport {
    // 0: the judge says again what it said; 1: it says something else; 2: the recording cannot be read, or
    // has no answer of the judge to compare with.
    int code = 0;
    std::string text;     // without control characters but line breaks, whatever the recording has
    std::string trouble;  // why the code is 2; else empty
};

// `verbose`: every answer with the numbers of its stratum, not the last one alone.
ReplayReport reportReplay(std::string_view recording, bool verbose);

}  // namespace serin::judge
