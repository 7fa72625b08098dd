#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace serin::api {

// A member of the spec, present or not, with the path that people know it by. Reading what is absent gives
// the fallback; reading what is malformed gives the fallback too and adds a sentence to the problems, which
// names the field, the value and the way out. Lives no longer than the object and the problems it was made
// from.
class Field {
  public:
    Field(const nlohmann::json& value, std::string path, std::vector<std::string>& problems);

    // Null counts as absent.
    bool present() const { return !value_->is_null(); }
    const nlohmann::json& value() const { return *value_; }
    const std::string& path() const { return path_; }
    // Where sentences go, for members that have no fixed name.
    std::vector<std::string>& problems() const { return *problems_; }

    Field at(const char* name) const;
    std::vector<Field> elements() const;

    std::string text(const std::string& fallback = {}) const;
    bool flag(bool fallback) const;
    int64_t integer(int64_t fallback, int64_t least, int64_t most) const;
    // A port number; 0 when absent or bad.
    int port() const;
    // `least` itself is allowed where `leastAllowed`, `most` always.
    double number(double fallback, double least, double most, bool leastAllowed) const;
    Duration duration(Duration fallback, Duration least) const;

    // "<path>: <sentence>".
    void problem(std::string_view sentence) const;

  private:
    // "is <value>; <wayOut>".
    void bad(std::string_view wayOut) const;

    const nlohmann::json* value_;
    std::string path_;
    std::vector<std::string>* problems_;
};

}  // namespace serin::api
