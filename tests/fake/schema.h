#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "failure.h"
#include "json.h"

namespace serin::fake {

// A structural schema, as a CustomResourceDefinition has it; read once, then immutable. CEL rules
// (x-kubernetes-validations) are read over: only a real API server enforces them.
struct Schema {
    enum class Type { Any, Object, Array, String, Integer, Number, Boolean };

    Type type = Type::Any;
    std::map<std::string, Schema, std::less<>> properties;
    std::vector<std::string> required;
    std::shared_ptr<Schema> additional;  // of the values of a map
    std::shared_ptr<Schema> items;       // of a list
    bool open = false;                   // x-kubernetes-preserve-unknown-fields, or no schema at all
    bool nullable = false;
    bool atomic = true;             // a list that is replaced whole
    std::vector<std::string> keys;  // x-kubernetes-list-map-keys
    bool set = false;               // x-kubernetes-list-type: set
    bool atomicMap = false;         // x-kubernetes-map-type: atomic
    Json fallback;                  // default; discarded: none
    std::vector<std::string> choices;
    std::string format;
    std::optional<double> minimum, maximum;
    bool exclusiveMinimum = false, exclusiveMaximum = false;
    std::optional<size_t> minLength, maxLength, minItems, maxItems, minProperties, maxProperties;

    // The schema of a member; nullptr: not declared.
    const Schema* member(const std::string& key) const;
};

struct Schemas {
    std::map<std::string, Schema> byKind;  // "ReplicaSet"
};

// Reads the CustomResourceDefinition of ModelDeployments (its one version) and the schemas of the built-in
// kinds (builtin.yaml: a map from kind to schema). Fails with Invalid on a keyword that nothing here honours.
Result<std::shared_ptr<const Schemas>> loadSchemas(const std::string& crd, const std::string& builtin);

// Drops what the schema does not declare, appending the paths of it to `unknown`.
void prune(Json& value, const Schema& schema, const std::string& path, std::vector<std::string>& unknown);
// Fills in defaults, and drops nulls that are not nullable.
void fillDefaults(Json& value, const Schema& schema);
// What the schema refuses, with the field paths and messages of the API server.
void check(const Json& value, const Schema& schema, const std::string& path, std::vector<Cause>& causes);

}  // namespace serin::fake
