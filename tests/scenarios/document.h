#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "base/time.h"

namespace serin::scenarios {

using Json = nlohmann::json;

// What is wrong with a table, with the place in it.
struct BadTable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// YAML as JSON: plain scalars become numbers, booleans and null where they look like it, quoted ones stay
// text.
Json readYaml(const std::string& path);

// `over` laid on `base`: maps are merged, everything else is replaced, null removes.
Json merged(Json base, const Json& over);

// Throws when `map` has a key that is not listed.
void checkKeys(const Json& map, std::initializer_list<const char*> known, const std::string& where);

// Throws when `value` has a field that `schema` (OpenAPI of the CRD) does not declare.
void checkSchema(const Json& value, const Json& schema, const std::string& where);
// The schema of the resource, from crds/.
const Json& resourceSchema();

// The moment that offsets count from.
inline constexpr Timestamp kStart{std::chrono::hours(24 * 365 * 56)};

// "45s", "-2m", "1h30m" from kStart; throws on anything else.
Timestamp momentOf(const Json& offset, const std::string& where);
// "45s" for a moment, for messages.
std::string offsetOf(Timestamp moment);
// Every text under a key that holds a time (startedAt, lastTransitionTime …) and is an offset, as RFC 3339.
Json withMoments(Json value);

}  // namespace serin::scenarios
