#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "json.h"
#include "kinds.h"

namespace serin::fake {

// One version of one object; revision 0 is of one that is not stored. Immutable; its text is made once and
// shared by all answers and watches.
class Version {
  public:
    Version(Kind kindOfObject, Json value, std::uint64_t revision);

    const Kind kind;
    const Json object;
    const std::uint64_t resourceVersion;
    const std::string space;
    const std::string name;
    const std::string key;  // "namespace/name"

    const std::string& text() const;
    // Without apiVersion and kind, as items of lists of built-in kinds are.
    std::string_view textInList() const;

  private:
    mutable std::string text_;
    mutable std::string textInList_;
};
using ObjectPtr = std::shared_ptr<const Version>;

// What happened to an object, as watches and monitors see it.
struct Change {
    enum class Type { Added, Modified, Deleted };
    Type type = Type::Added;
    std::uint64_t resourceVersion = 0;
    ObjectPtr before;  // null when added
    ObjectPtr after;   // when deleted: the last state with the deletion's resourceVersion
};

}  // namespace serin::fake
