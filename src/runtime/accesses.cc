#include "runtime/accesses.h"

#include <algorithm>
#include <utility>

namespace serin::runtime {

void Accesses::want(const std::vector<api::AccessSource>& sources) {
    std::vector<Entry> kept;
    for (const api::AccessSource& source : sources) {
        const bool again = std::ranges::find(kept, source, &Entry::source) != kept.end();
        if (again || !source.needsReading()) continue;
        Entry* known = find(source);
        kept.push_back(known != nullptr ? std::move(*known)
                                        : Entry{source,
                                                {},
                                                Error{ErrorCode::Unavailable,
                                                      "the credentials or certificates that the spec names "
                                                      "were not read yet"}});
    }
    entries_ = std::move(kept);
}

Result<net::Access> Accesses::of(const api::AccessSource& source) const {
    const auto known = std::ranges::find(entries_, source, &Entry::source);
    if (known != entries_.end()) return known->access;
    if (source.needsReading()) return Error{ErrorCode::Unavailable, "its credentials are not wanted"};
    return net::Access{"", "", source.serverName, {}};
}

std::optional<api::AccessSource> Accesses::due(Duration now) const {
    const auto entry =
        std::ranges::find_if(entries_, [&](const Entry& each) { return each.reading.due(now); });
    return entry == entries_.end() ? std::nullopt : std::optional(entry->source);
}

void Accesses::learn(const api::AccessSource& source, const AccessReading& reading, Duration now) {
    Entry* entry = find(source);
    if (entry == nullptr) return;  // no longer wanted
    if (!entry->reading.ended(reading.good(), reading.trouble.failed, now)) return;
    entry->access = reading.good() ? Result<net::Access>(reading.access)
                                   : Error{ErrorCode::Unavailable, reading.trouble.why};
}

bool Accesses::refused(const api::AccessSource& source) {
    Entry* entry = find(source);
    if (entry == nullptr) return false;
    entry->reading.refused();
    return true;
}

Accesses::Entry* Accesses::find(const api::AccessSource& source) {
    const auto known = std::ranges::find(entries_, source, &Entry::source);
    return known == entries_.end() ? nullptr : &*known;
}

}  // namespace serin::runtime
