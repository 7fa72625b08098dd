#include "sources/amazon_hosts.h"

#include <array>

#include "base/text.h"
#include "sources/calls.h"

namespace serin::sources {
namespace {

struct Partition {
    std::string_view regions;  // how their names begin
    std::string_view domain;
};
constexpr std::array<Partition, 3> kPartitions{{
    {"cn-", "amazonaws.com.cn"},
    {"eusc-", "amazonaws.eu"},
    {"", "amazonaws.com"},
}};

std::string_view domainOf(std::string_view region) {
    for (const Partition& partition : kPartitions) {
        if (region.starts_with(partition.regions)) return partition.domain;
    }
    return "";
}

}  // namespace

std::string amazonUrl(std::string_view service, std::string_view region) {
    return cat("https://", service, ".", region, ".", domainOf(region));
}

std::string regionIn(std::string_view url) {
    const std::string origin = originOf(url);
    for (const std::string_view service : {"s3", "sts"}) {
        const std::string before = cat("https://", service, ".");
        if (!origin.starts_with(before)) continue;
        const std::string region =
            origin.substr(before.size(), origin.find('.', before.size()) - before.size());
        if (isRegion(region) && origin == amazonUrl(service, region)) return region;
    }
    return "";
}

bool isRegion(std::string_view text) {
    constexpr std::string_view kCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-";
    return !text.empty() && text.find_first_not_of(kCharacters) == std::string_view::npos;
}

}  // namespace serin::sources
