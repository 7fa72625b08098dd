#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/clock.h"
#include "failure.h"
#include "ownership.h"
#include "schema.h"
#include "store.h"

namespace serin::fake {

struct WriteOptions {
    std::string manager = "unknown";
    std::string subresource = {};  // "" or "status"
    bool strict = false;           // fieldValidation=Strict
    bool dryRun = false;
    bool force = false;  // of an apply
};

struct Written {
    ObjectPtr object;  // as answered
    bool created = false;
    bool changed = false;  // a new revision was made
    bool deleted = false;
    bool final = false;                     // of a deletion: the object is gone, not only marked
    std::vector<std::string> unknown = {};  // members that were dropped
};

struct DeleteOptions {
    std::string uid;  // preconditions; empty: not checked
    std::string resourceVersion;
    std::string propagation = "Background";
    std::optional<std::int64_t> grace;  // of pods; absent: 30 s for those that run on a node
    bool dryRun = false;
};

// Every way to change an object, with the rules of the API server's registry: defaults, validation, what a
// request may not touch, generation, finalizers, no-ops, ownership of fields. Knows nothing of HTTP.
class Writes {
  public:
    Writes(Store& store, const Schemas& schemas, const Clock& clock, std::uint64_t seed);

    Outcome<Written> create(Kind kind, const std::string& space, Json object, const WriteOptions& options);
    // PUT.
    Outcome<Written> replace(Kind kind, const std::string& space, const std::string& name, Json object,
                             const WriteOptions& options);
    // A patch as a function from the live object to the wanted one; a refusal ends the patch.
    using Patch = std::function<Outcome<Json>(const Json& live)>;
    Outcome<Written> patch(Kind kind, const std::string& space, const std::string& name, const Patch& change,
                           const WriteOptions& options);
    Outcome<Written> apply(Kind kind, const std::string& space, const std::string& name, Json intent,
                           const WriteOptions& options);
    Outcome<Written> remove(Kind kind, const std::string& space, const std::string& name,
                            const DeleteOptions& options);

    const Schema& schemaOf(Kind kind) const { return *schema_[indexOf(kind)]; }

  private:
    Outcome<std::monostate> checkNamespace(Kind kind, const std::string& space,
                                           const std::string& name) const;
    std::optional<Failure> decode(Kind kind, Json& object, const WriteOptions& options,
                                  std::vector<std::string>& unknown) const;
    Outcome<Written> insert(Kind kind, Json object, Ownership owners, const WriteOptions& options);
    Outcome<Written> update(Kind kind, const ObjectPtr& before, Json next, Ownership owners,
                            const WriteOptions& options, bool recordOwners);
    std::optional<Failure> checkUpdate(Kind kind, const Json& next, const Json& before) const;
    void nameIt(Json& metadata);
    std::string newUid();

    Store& store_;
    const Clock& clock_;
    std::uint64_t random_;
    std::uint64_t serial_ = 0;
    std::array<const Schema*, kKinds> schema_{};
};

// Whether an object in deletion has nothing left that keeps it.
bool mayVanish(const Json& object);

}  // namespace serin::fake
