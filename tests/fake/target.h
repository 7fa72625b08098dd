#pragma once

#include <map>
#include <optional>
#include <string>

#include "kinds.h"

namespace serin::fake {

// A request's target, taken apart.
struct Target {
    std::optional<Kind> kind;  // none: a path of another kind, or none of a resource at all
    std::string path;
    std::string space;  // empty: all namespaces, or a cluster-scoped kind
    std::string name;   // empty: the collection
    std::string subresource;
    std::map<std::string, std::string> query;

    std::string option(const std::string& key) const;
    bool flag(const std::string& key) const;  // "1" or "true"
};

Target parseTarget(const std::string& target);

}  // namespace serin::fake
