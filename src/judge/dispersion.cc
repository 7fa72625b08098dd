#include "judge/dispersion.h"

#include <algorithm>

namespace serin::judge {

void Dispersion::add(const std::vector<Pod>& pods) {
    double requests = 0, bad = 0, answering = 0;
    for (const Pod& pod : pods) {
        requests += pod.requests;
        bad += pod.bad;
        if (pod.requests > 0) ++answering;
    }
    if (answering < 2 || bad <= 0 || bad >= requests) return;
    const double rate = bad / requests;
    for (const Pod& pod : pods) {
        if (pod.requests <= 0) continue;
        const double expected = pod.requests * rate;
        sum += (pod.bad - expected) * (pod.bad - expected) / (expected * (1 - rate));
    }
    count += answering - 1;
}

double Dispersion::factor(size_t stablePods) const {
    if (stablePods < 2 && count == 0) return 1;
    return std::max(1.0, (10 * 1.5 + sum) / (10 + count));
}

}  // namespace serin::judge
