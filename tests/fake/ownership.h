#pragma once

#include <string>
#include <vector>

#include "failure.h"
#include "field_set.h"
#include "schema.h"

namespace serin::fake {

// Who last said what, as metadata.managedFields has it. It is kept beside the object and never sent: all
// requests of Serin ask not to get it.
struct Manager {
    std::string name;
    bool applies = false;  // by server-side apply; else by POST, PUT or PATCH
    std::string subresource;
    FieldSet fields;

    friend bool operator==(const Manager&, const Manager&) = default;
};
using Ownership = std::vector<Manager>;

struct Writer {
    std::string manager;
    std::string subresource;
    bool force = false;
};

// A create, update or patch that led from `before` (null: created) to `after`.
void recordUpdate(Ownership& owners, const Writer& writer, const Json& before, const Json& after,
                  const Schema& schema);

// Server-side apply: `live` becomes what it is after laying `applied` over it and removing what the manager
// applied before and no longer does, unless others own it too. Refused (409) when it would change what others
// own, unless forced.
Outcome<Json> applyTo(const Json& live, Ownership& owners, const Writer& writer, const Json& applied,
                      const Schema& schema);

}  // namespace serin::fake
