#pragma once

namespace serin::simulation {

// Plays with each deliberate bug until something breaks, and says what did. Returns the number of bugs that
// broke nothing, or something else than the one invariant they are about.
int bite();

}  // namespace serin::simulation
