#pragma once

#include <map>
#include <string>

#include "fake/json.h"

namespace serin::conformance {

using fake::Json;

// Makes what two servers said comparable: everything that a server chooses (uids, resource versions, times,
// random names, addresses, continue tokens) becomes a name, the same value always the same name within a
// case.
class Mask {
  public:
    // `space` is the run's namespace.
    explicit Mask(std::string space) : space_(std::move(space)) {}

    Json masked(const Json& value);
    std::string maskedText(const std::string& text) const;

  private:
    void learn(const Json& value);
    void object(Json& value);
    void metadata(Json& value);

    std::string space_;
    std::map<std::string, std::string> uids_;
    std::map<std::string, std::string> versions_;
};

}  // namespace serin::conformance
