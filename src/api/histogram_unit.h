#pragma once

#include <string_view>

namespace serin::api {

// How many seconds the unit of the histogram's edges has, by the end of its name as Prometheus' conventions
// have it: _milliseconds or _ms, _microseconds or _us, else seconds. The name may have {labels}.
double secondsPerUnit(std::string_view histogram);

}  // namespace serin::api
