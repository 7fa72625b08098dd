#include "signals/edge_grid.h"

#include <cmath>
#include <numbers>

namespace serin::signals {

double EdgeGrid::edge(int k) const {
    if (schema == 0) return std::ldexp(1.0, k);
    const bool odd = k % 2 != 0;
    // No function of the C library whose last bit depends on which one it is.
    return std::ldexp(odd ? std::numbers::sqrt2 : 1.0, (odd ? k - 1 : k) / 2);
}

EdgeGrid latencyGrid(double unitSeconds) {
    const int shift = static_cast<int>(std::lround(-std::log2(unitSeconds)));  // 0, 10 or 20
    return {1, 2 * (shift - 10), 2 * (shift + 7), false};
}

EdgeGrid valueGrid() {
    return {0, -8, 20, true};
}

}  // namespace serin::signals
