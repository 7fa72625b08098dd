#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json.h"

namespace serin::fake {

// A label selector: "a=b", "a==b", "a!=b", "a", "!a", "a in (b,c)", "a notin (b,c)", "a>1", "a<1", joined by
// commas.
class Selector {
  public:
    // nullopt: malformed.
    static std::optional<Selector> parse(std::string_view text);

    bool empty() const { return requirements_.empty(); }
    bool matches(const Json& object) const;
    // A label that every match has with this value, for an index: {key, value}.
    std::optional<std::pair<std::string, std::string>> oneLabel() const;

  private:
    enum class Operator { In, NotIn, Exists, Absent, Greater, Less };
    struct Requirement {
        std::string key;
        Operator how = Operator::Exists;
        std::vector<std::string> values;
    };
    static std::optional<Requirement> requirement(std::string_view text);
    static std::optional<Requirement> setBased(std::string_view text, std::string_view inside);

    std::vector<Requirement> requirements_;
};

}  // namespace serin::fake
