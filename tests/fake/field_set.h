#pragma once

#include <string>
#include <vector>

#include "json.h"
#include "schema.h"

namespace serin::fake {

// Paths of fields, sorted and unique. A path is its elements, each preceded by a separator: "f:NAME" for a
// member, "k:{KEYS}" for an item of a keyed list, "v:VALUE" for an item of a set, as in managedFields.
using FieldSet = std::vector<std::string>;

FieldSet unite(const FieldSet& left, const FieldSet& right);
FieldSet intersect(const FieldSet& left, const FieldSet& right);
FieldSet subtract(const FieldSet& left, const FieldSet& right);
// The set and all parents of its members that are fields of declared objects or items of lists.
FieldSet withParents(const FieldSet& set);

// The fields that an object states: leaves, items of lists, and objects that are empty or atomic.
FieldSet fieldsOf(const Json& object, const Schema& schema);

struct Difference {
    FieldSet changed;  // added, or of another value
    FieldSet removed;
};
Difference compare(const Json& before, const Json& after, const Schema& schema);

// Lays an applied object over a live one: objects and keyed lists are merged, everything else is replaced.
void overlay(Json& live, const Json& applied, const Schema& schema);
// Removes each of `paths` with everything below it.
void removeFields(Json& object, const FieldSet& paths, const Schema& schema);

// ".spec.replicas", ".spec.ports[name=\"http\"].port", as a conflict names it.
std::string readable(const std::string& path);

}  // namespace serin::fake
