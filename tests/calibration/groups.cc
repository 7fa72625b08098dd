#include "row.h"

namespace serin::calibration {

std::vector<Group> allGroups() {
    std::vector<Group> out;
    for (const auto& part : {quietGroups(), powerGroups(), aimGroups(), latencyGroups(), driftGroups(),
                             limitGroups(), watchGroups(), unboundedGroups()}) {
        out.insert(out.end(), part.begin(), part.end());
    }
    return out;
}

}  // namespace serin::calibration
