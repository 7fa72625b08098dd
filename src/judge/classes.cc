#include "judge/classes.h"

#include <algorithm>

namespace serin::judge {

void countClasses(const std::vector<PodCounts>& pods, std::vector<std::string>& classes,
                  std::vector<uint64_t>& counts, const std::vector<std::vector<uint64_t>*>& others) {
    for (const PodCounts& pod : pods) {
        if (!pod.warm) continue;
        for (size_t i = 0; i < pod.counts->classes.size() && i < pod.counts->buckets.size(); ++i) {
            if (pod.counts->buckets[i] == 0) continue;
            const std::string& name = pod.counts->classes[i];
            const auto place = std::ranges::lower_bound(classes, name);
            const auto at = place - classes.begin();
            if (place == classes.end() || *place != name) {
                classes.insert(place, name);
                counts.insert(counts.begin() + at, 0);
                for (std::vector<uint64_t>* other : others) other->insert(other->begin() + at, 0);
            }
            counts[static_cast<size_t>(at)] += pod.counts->buckets[i];
        }
    }
}

}  // namespace serin::judge
