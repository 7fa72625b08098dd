#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "judge/strata.h"

namespace serin::judge {

// Adds the warm pods' events by class to `counts`, which are of `classes` (ascending). A class that comes for
// the first time is put in its place, with 0 in each of `others`, which are of the same classes.
void countClasses(const std::vector<PodCounts>& pods, std::vector<std::string>& classes,
                  std::vector<uint64_t>& counts, const std::vector<std::vector<uint64_t>*>& others);

}  // namespace serin::judge
