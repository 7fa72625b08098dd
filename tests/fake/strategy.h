#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "failure.h"
#include "json.h"
#include "kinds.h"

namespace serin::fake {

// What the API server's strategy of each kind does to an object before it is stored, and what it refuses.
// The schema's part (unknown members, types, defaults) is done before.

// A new object. `serial` is a number that no other object of the kind had (for a Service's address).
void prepareCreate(Kind kind, Json& object, std::uint64_t serial);
std::vector<Cause> validateCreate(Kind kind, const Json& object);

// `next` would replace `before`; keeps what this request may not change: status, or everything but status.
void prepareUpdate(Kind kind, Json& next, const Json& before, const std::string& subresource);
std::vector<Cause> validateUpdate(Kind kind, const Json& next, const Json& before);
// Whether the change is one that metadata.generation counts.
bool countsAsGeneration(Kind kind, const Json& next, const Json& before);

}  // namespace serin::fake
