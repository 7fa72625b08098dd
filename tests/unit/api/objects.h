#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "api/codec.h"

namespace serin::api {

// Literal JSON of tests; a typing mistake in it fails the test that uses it.
inline nlohmann::json parsed(const std::string& text) {
    auto value = nlohmann::json::parse(text, nullptr, false);
    EXPECT_FALSE(value.is_discarded()) << text;
    return value;
}

// A ModelDeployment "fraud" in "ml" with this spec, as the API server gives it.
inline nlohmann::json rawObject(const std::string& spec) {
    return {{"apiVersion", "serin.dev/v1alpha1"},
            {"kind", "ModelDeployment"},
            {"metadata",
             {{"name", "fraud"},
              {"namespace", "ml"},
              {"uid", "0c2a"},
              {"resourceVersion", "77"},
              {"generation", 3},
              {"creationTimestamp", "2026-01-02T03:04:05Z"}}},
            {"spec", parsed(spec)}};
}

inline ModelDeployment objectWith(const std::string& spec) {
    const auto decoded = decodeModelDeployment(rawObject(spec));
    EXPECT_TRUE(decoded.ok());
    return decoded.ok() ? *decoded : ModelDeployment();
}

inline Spec specOf(const std::string& spec) {
    return objectWith(spec).spec;
}

// The smallest spec; `more` is appended members, beginning with a comma.
inline std::string smallSpec(const std::string& more = {}) {
    return R"({"model":{"name":"fraud"},"template":{"spec":{"containers":[{"name":"server","image":"mlserver:1"}]}})" +
           more + "}";
}

// smallSpec with these containers.
inline std::string specWithContainers(const std::string& containers, const std::string& more = {}) {
    return R"({"model":{"name":"fraud"},"template":{"spec":{"containers":)" + containers + "}}" + more + "}";
}

}  // namespace serin::api
