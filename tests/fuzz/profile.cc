// The input is a profile, as somebody put it into a ConfigMap.
#include "api/profile.h"

#include <algorithm>
#include <numeric>

#include "tests/fuzz/fuzz.h"

namespace serin::fuzz {

void one(std::string_view input) {
    const auto profile = api::decodeProfile(std::string(input));
    if (!profile) {
        require(!profile.error().message.empty(), "a refusal has a sentence");
        return;
    }
    for (const auto& [name, counts] : profile->features) {
        const bool histogram = !counts.edges.empty();
        require(histogram != !counts.classes.empty(), "a feature is a histogram or has classes");
        const size_t buckets = histogram ? counts.edges.size() + 1 : counts.classes.size();
        require(counts.buckets.size() == buckets && buckets >= 2, "every bucket has a count");
        require(std::ranges::is_sorted(counts.edges) && std::ranges::is_sorted(counts.classes),
                "all ascends");
        require(counts.total == std::accumulate(counts.buckets.begin(), counts.buckets.end(), uint64_t{0}) &&
                    counts.total > 0,
                "the total is the sum");
    }
}

}  // namespace serin::fuzz
