#include "signals/series_identity.h"

#include "signals/fingerprint.h"
#include "signals/number.h"

namespace serin::signals {

uint64_t seriesSeed(std::string_view name, Slot slot) {
    constexpr uint64_t slotStep = 0x9e3779b97f4a7c15ULL;
    return fingerprint(name) + static_cast<uint64_t>(slot) * slotStep;
}

uint64_t seriesIdentity(uint64_t seed, std::span<const Label> labels, bool withEdge) {
    uint64_t hash = seed;
    // A sum does not depend on the order.
    for (const Label& label : labels) {
        if (withEdge || label.name != "le") hash += fingerprint(label.value, fingerprint(label.name));
    }
    return hash;
}

void putAtEdge(double edge, uint64_t seed, SeriesNumber& number) {
    number.edge = edge;
    number.series += fingerprint(numberText(edge), seed);
}

}  // namespace serin::signals
