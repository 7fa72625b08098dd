#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/result.h"

namespace serin::kube {

// "namespace/name", or "name" for cluster-scoped objects.
std::string objectKey(std::string_view space, std::string_view name);

// An object of the API server as JSON, without metadata.managedFields and without the annotation
// kubectl.kubernetes.io/last-applied-configuration (both are often larger than the rest). Accessors never
// throw: what is absent or of another type reads as empty.
class Object {
  public:
    Object() = default;
    // Takes any JSON value and strips it. A value that is not a JSON object becomes an empty object.
    explicit Object(nlohmann::json value);

    static Result<Object> parse(std::string_view text);

    const nlohmann::json& json() const { return value_; }
    nlohmann::json& json() { return value_; }

    std::string kind() const;
    std::string apiVersion() const;
    std::string name() const;
    std::string space() const;  // metadata.namespace
    std::string uid() const;
    std::string resourceVersion() const;
    std::string label(std::string_view key) const;
    std::string annotation(std::string_view key) const;
    bool deleting() const;  // metadata.deletionTimestamp is set
    std::string key() const;

    struct Owner {
        std::string apiVersion;
        std::string kind;
        std::string name;
        std::string uid;
    };
    // The ownerReference with controller: true; all members empty when there is none.
    Owner controller() const;

  private:
    const nlohmann::json& metadata() const;

    nlohmann::json value_ = nlohmann::json::object();
};

// The text of a JSON value as every body is sent: UTF-8, no escapes of non-ASCII characters; bytes that are
// not UTF-8 become U+FFFD.
std::string dumpJson(const nlohmann::json& value);

}  // namespace serin::kube
