#pragma once

#include <string>
#include <vector>

namespace serin::calibration {

// Plain text in columns: the first one to the left, the others to the right.
class Table {
  public:
    explicit Table(std::vector<std::string> head) : lines_{std::move(head)} {}
    void add(std::vector<std::string> line) { lines_.push_back(std::move(line)); }
    std::string text() const;

  private:
    std::vector<std::vector<std::string>> lines_;
};

std::string percent(double share);
// "285 s"; a dash for never.
std::string inSeconds(double seconds);

}  // namespace serin::calibration
