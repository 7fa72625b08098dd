#pragma once

#include <string>

namespace serin::simulation {

// Frames of a watch, one a line, without those of an object that a later one of the same object follows: what
// a reader hears who missed what lies between.
std::string lastEvents(const std::string& frames);

}  // namespace serin::simulation
