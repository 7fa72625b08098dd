#pragma once

#include <string>
#include <string_view>

namespace serin::fetch {

// Whether words, of the system or of a program, say that a volume has no room left, or none for this user.
// What is free there and what was wanted is known to whoever fetches the model (run.cc), which adds it.
bool saysFull(std::string_view words);

// Why a file cannot be written, by errno; a write that took less than it was given says no number, and means
// a volume without room.
std::string writeProblem(int number);

}  // namespace serin::fetch
