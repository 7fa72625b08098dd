#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "api/model_source.h"
#include "runtime/store_opener.h"

namespace serin::runtime {

// What looking up a source came to: what it means, or why nobody knows.
struct SourceAnswer {
    std::optional<api::ResolvedModel> model;
    std::string reason;   // CamelCase, of a condition
    std::string message;  // for people; without secrets
};

// Looks up what a source means now; `space` is the namespace of the objects that it names. `known`: what the
// same source meant before, which is the answer where one request shows that it still does; absent: all of it
// is read anew. Blocks until all servers have answered, or a stop is asked for. Thread-safe.
using ResolveSource =
    std::function<SourceAnswer(const std::string& space, const api::ModelSource&,
                               const std::optional<api::ResolvedModel>& known, std::stop_token)>;

using ResolverParts = StoreParts;
// Reads the Secret and the ConfigMap by their names before each look: nothing of them is kept, and a renewed
// token counts at once.
ResolveSource sourceResolver(ResolverParts parts);

}  // namespace serin::runtime
