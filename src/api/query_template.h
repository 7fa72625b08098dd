#pragma once

#include <string>
#include <string_view>

#include "base/time.h"

namespace serin::api {

// A query in PromQL may have words in double braces, which are filled in before each look, with blanks around
// the word or without: {{revision}}, {{stable}}, {{namespace}}, {{name}} and {{interval}}. Braces of PromQL's
// own never stand in pairs outside of its strings.
struct QueryWords {
    std::string revision;  // of the version that is judged
    std::string stable;    // of the version that it is compared with; after a promotion of the one before it
    std::string space;     // {{namespace}}
    std::string name;      // of the ModelDeployment
    Duration interval{0};  // between two looks
};

// Why the query cannot be filled in, in words that follow the field's name; empty when it can.
std::string queryTemplateFault(std::string_view promql);

// Whether it compares with the other version, so that it means nothing where there is none.
bool asksForStable(std::string_view promql);

// With every word filled in. What queryTemplateFault() objects to stays as it is. Nothing is quoted:
// revisions are letters and digits, and names of Kubernetes have lower-case letters, digits and dashes beside
// these, none of which ends a PromQL string or means something in a regular expression; a duration is written
// as PromQL writes them, such as 1m30s.
std::string filledQuery(std::string_view promql, const QueryWords& words);

}  // namespace serin::api
