#pragma once

#include <memory>
#include <regex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "signals/exposition.h"

namespace serin::signals {

enum class MatchOperator { Equal, NotEqual, Matches, NotMatches };

// One condition on a label. As in Prometheus an absent label has the value "", and a regular expression must
// match the whole value. Safe to use from several threads at once.
class LabelMatcher {
  public:
    static Result<LabelMatcher> make(std::string label, MatchOperator op, std::string value);

    const std::string& label() const { return label_; }
    MatchOperator op() const { return op_; }
    const std::string& value() const { return value_; }
    bool accepts(std::string_view labelValue) const;

  private:
    std::string label_;
    MatchOperator op_ = MatchOperator::Equal;
    std::string value_;
    std::shared_ptr<const std::regex> pattern_;  // shared by copies; null for Equal and NotEqual
};

// Which series are meant: a metric name and conditions on labels.
struct Selector {
    std::string name;
    std::vector<LabelMatcher> matchers;

    // Whether the labels meet every condition; the name is the caller's business.
    bool accepts(std::span<const Label> labels) const;
    // The selector's canonical text.
    std::string text() const;
};

// `name{label="value",label!="value",label=~"regex",label!~"regex"}`; the braces may be left out, quotes may
// be double or single. Invalid says what is wrong and at which character.
Result<Selector> parseSelector(std::string_view text);

}  // namespace serin::signals
