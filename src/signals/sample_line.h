#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "signals/exposition.h"

namespace serin::signals {

// Whether the character may stand in a metric name; label names lack the colon and may not begin with a
// digit.
bool isNameCharacter(char c);

// Length of the metric name that the text begins with; 0 when it begins with none.
size_t nameLength(std::string_view text);

// Takes apart what follows the name on a sample line. Reuses its memory from line to line.
class SampleLine {
  public:
    explicit SampleLine(size_t maxLabels) : maxLabels_(maxLabels) {}

    // `rest` is the line after the name. Fills `sample` except its name and line number. Returns why the line
    // is malformed, empty when it is not. The sample's views live until the next call and as long as `rest`.
    std::string read(std::string_view rest, Sample& sample);

  private:
    std::string readLabels(std::vector<Label>& labels);
    std::string readLabel(std::vector<Label>& labels);
    std::string readQuoted(std::string_view& value);
    std::string_view unescape(std::string_view raw);
    std::string readExemplar();
    std::string_view takeToken();
    void skipBlanks();
    bool take(char c);

    size_t maxLabels_;
    std::string_view rest_;
    std::vector<Label> labels_;
    std::vector<Label> exemplarLabels_;
    std::string unescaped_;
};

}  // namespace serin::signals
