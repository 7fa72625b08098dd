#include "plan/loading.h"

#include "base/byte_words.h"
#include "base/text.h"

namespace serin::plan {
namespace {

constexpr Duration kBetweenWrites = std::chrono::minutes(1);

const api::LoadStatus* loadIn(const api::Status& status, const std::string& revision) {
    for (const auto* version : {&status.stable, &status.canary}) {
        if (*version && (*version)->revision == revision && (*version)->load) return &*(*version)->load;
    }
    return nullptr;
}

}  // namespace

std::optional<api::LoadStatus> loadOf(Draft& draft, const api::VersionStatus& version) {
    if (version.ready >= version.replicas) return std::nullopt;
    const api::LoadStatus* recorded = loadIn(draft.seen.object.status, version.revision);
    const auto kept = recorded ? std::optional(*recorded) : std::nullopt;
    const auto& loads = draft.seen.loads;
    if (!loads) return kept;
    const auto now = loads->find(version.revision);
    if (now == loads->end()) return std::nullopt;
    const bool same = kept && kept->bytes == now->second.bytes && kept->of == now->second.of;
    if (same) return kept;
    if (kept && draft.now() < kept->at + kBetweenWrites) {
        draft.wake(kept->at + kBetweenWrites);
        return kept;
    }
    return api::LoadStatus{now->second.bytes, now->second.of, draft.now()};
}

std::string loadWords(const Draft& draft, const std::string& revision) {
    const api::LoadStatus* load = loadIn(draft.next, revision);
    if (!load) return "";
    return cat("fetching ", load->of > 0 ? humanBytes(load->bytes, load->of) : humanBytes(load->bytes));
}

}  // namespace serin::plan
