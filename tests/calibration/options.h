#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace serin::calibration {

extern const char* const kUsage;

struct Options {
    size_t replications = 200;
    bool main = false;
    std::string group;
    std::string junit;
    std::string plot;
};

// The reason why the arguments cannot be used; empty when they can.
std::string parse(const std::vector<std::string>& arguments, Options& options);

}  // namespace serin::calibration
