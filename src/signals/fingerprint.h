#pragma once

#include <cstdint>
#include <string_view>

namespace serin::signals {

// FNV-1a with a final mix (that of SplitMix64): the same in every process, which std::hash does not promise.
// Not for adversaries; a collision merges two series of one pod.
inline uint64_t fingerprint(std::string_view text, uint64_t seed = 0xcbf29ce484222325ULL) {
    uint64_t hash = seed;
    for (char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3ULL;
    }
    hash ^= hash >> 30U;
    hash *= 0xbf58476d1ce4e5b9ULL;
    hash ^= hash >> 27U;
    hash *= 0x94d049bb133111ebULL;
    return hash ^ (hash >> 31U);
}

}  // namespace serin::signals
