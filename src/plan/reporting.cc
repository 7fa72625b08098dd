#include "plan/reporting.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/registered_version.h"
#include "base/text.h"
#include "base/time.h"
#include "plan/status_writing.h"
#include "plan/versions.h"

namespace serin::plan {
namespace {

using api::HistoryEntry;

constexpr const char* kPromoted = "Promoted";
constexpr const char* kRolledBack = "RolledBack";

// Gets its traffic only for a trial. One whose return has begun is told of at its end.
bool isTried(const api::Status& status) {
    if (!status.rollout || !status.canary || !status.stable) return false;
    const api::Phase phase = status.rollout->phase;
    return phase == api::Phase::Evaluating || phase == api::Phase::Starting ||
           phase == api::Phase::Stepping || phase == api::Phase::Promoting;
}

std::string newsOf(const HistoryEntry& entry) {
    return cat(entry.revision, " ", entry.outcome, " ", formatTime(entry.at));
}

// Before each part of the news but the first, which is the newest entry of the history.
constexpr std::string_view kThen = "; ";
constexpr std::string_view kServes = "; serves ";
constexpr std::string_view kBy = " by ";
// Of a registry that took nothing yet: before the oldest entry of the history that it is to be told.
constexpr std::string_view kNothingSince = "nothing since ";

bool isReported(const api::Spec& spec) {
    return spec.source && spec.source->report != api::RegistryReport();
}

// What serves by what was told last. What that did not say is empty.
struct Served {
    std::string id;
    std::string revision;
};

Served toldToServe(std::string_view told) {
    const size_t place = told.find(kServes);
    if (place == std::string_view::npos) return {};
    const std::string_view serves = told.substr(place + kServes.size());
    const size_t by = serves.rfind(kBy);
    // A model's name may have such a word in it; the version follows it, after a slash.
    if (by == std::string_view::npos || serves.find('/', by) != std::string_view::npos) {
        return {std::string(serves), ""};
    }
    return {std::string(serves.substr(0, by)), std::string(serves.substr(by + kBy.size()))};
}

std::string toldBy(const api::Status& status) {
    return status.report ? status.report->told : "";
}

// Whether the registry never took anything.
bool isFirst(std::string_view told) {
    return told.empty() || told.starts_with(kNothingSince);
}

// How many of the newest entries of the history were not told. Before the registry was asked first, what
// serves and what ended since count, and not all of the past. An entry that fell out of the history is older
// than all that are in it.
size_t untoldEntries(const api::Status& status) {
    const std::string told = toldBy(status);
    const bool since = told.starts_with(kNothingSince);
    const std::string last = since ? told.substr(kNothingSince.size()) : told.substr(0, told.find(kThen));
    size_t untold = 0;
    for (const HistoryEntry& entry : status.history) {
        const bool known = newsOf(entry) == last;
        if (known && !since) break;
        ++untold;
        if (known || (told.empty() && entry.outcome == kPromoted)) break;
    }
    return untold;
}

// What is remembered of a registry that has taken nothing yet, so that what comes in between is not lost.
std::string nothingTold(const api::Status& status) {
    const size_t untold = untoldEntries(status);
    return untold == 0 ? "" : cat(kNothingSince, newsOf(status.history[untold - 1]));
}

// What became of the versions of one registered model, by all that is recorded.
class Account {
  public:
    Account(const api::ModelDeployment& object, const api::ModelSource& source)
        : source_(source), status_(object.status) {
        if (status_.stable) stable_ = versionOf(status_.stable->id);
        if (isTried(status_)) tried_ = versionOf(status_.canary->id);
        if (tried_ == stable_) tried_.clear();  // the same model in other pods: it serves
        const std::string told = toldBy(status_);
        first_ = isFirst(told);
        const Served served = toldToServe(told);
        toldStable_ = versionOf(served.id);
        toldRevision_ = served.revision;
        const size_t untold = untoldEntries(status_);
        for (size_t i = 0; i < untold; ++i) untold_.push_back(&status_.history[i]);
    }

    std::string news() const {
        std::string out = status_.history.empty() ? "" : newsOf(status_.history.front());
        if (!tried_.empty()) {
            out += cat(kThen, "canary ", status_.rollout->revision, "/", status_.rollout->attempt);
        }
        if (!stable_.empty()) {
            out += cat(kServes, api::registeredIdOf(source_.reference.name, stable_), kBy,
                       status_.stable->revision);
        }
        return out;
    }
    std::vector<api::VersionReport> versions() const;
    std::vector<api::AliasMove> moves() const;

  private:
    std::string versionOf(const std::string& id) const {
        return api::registeredVersionOf(source_.reference.name, id);
    }
    bool isOf(const HistoryEntry& entry, const std::string& version) const {
        return !version.empty() && versionOf(entry.id) == version;
    }
    // Whether an attempt that was not promoted was one of other pods of the very version that served: its end
    // says nothing of the model.
    bool isOfTemplate(const HistoryEntry& entry) const;
    // The newest entry of a version (with this outcome) that says something of it, or null.
    const HistoryEntry* newest(const std::string& version, const char* outcome = nullptr) const;
    // The version that gave way to the stable one: it serves by what was told last. Where nothing was told,
    // the status has it for as long as the soak lasts, and the history for as long as it is long enough;
    // empty where nobody can say.
    std::string before() const;
    api::VersionReport reportOf(const std::string& version) const;

    const api::ModelSource& source_;
    const api::Status& status_;
    std::string stable_;
    std::string tried_;
    std::string toldStable_;                   // serves by what was told last
    std::string toldRevision_;                 // of its pods; empty: that was not told
    bool first_ = false;                       // nothing was ever told
    std::vector<const HistoryEntry*> untold_;  // the newest first
};

bool Account::isOfTemplate(const HistoryEntry& entry) const {
    if (entry.outcome == kPromoted) return false;
    const auto at = static_cast<size_t>(&entry - status_.history.data());
    // Promoted, and not what served in the end. So may be what the entry is of: what served before it counts.
    std::vector<std::string_view> takenBack{entry.revision};
    for (size_t i = at + 1; i < status_.history.size(); ++i) {
        const HistoryEntry& older = status_.history[i];
        if (older.outcome != kPromoted) {
            takenBack.push_back(older.revision);
        } else if (std::ranges::find(takenBack, older.revision) == takenBack.end()) {
            return isOf(entry, versionOf(older.id));
        }
    }
    return !toldRevision_.empty() && toldRevision_ != entry.revision && isOf(entry, toldStable_);
}

const HistoryEntry* Account::newest(const std::string& version, const char* outcome) const {
    for (const HistoryEntry& entry : status_.history) {
        if (!isOf(entry, version) || (outcome && entry.outcome != outcome)) continue;
        if (!isOfTemplate(entry)) return &entry;
    }
    return nullptr;
}

std::string Account::before() const {
    if (!toldStable_.empty()) return toldStable_;
    const std::string previous = status_.previous ? versionOf(status_.previous->id) : "";
    if (!previous.empty() && previous != stable_) {
        const HistoryEntry* last = newest(previous);
        return !last || last->outcome == kPromoted ? previous : "";
    }
    bool older = false;
    for (const HistoryEntry& entry : status_.history) {
        if (entry.outcome != kPromoted) continue;
        const std::string version = versionOf(entry.id);
        if (version == stable_) {
            older = true;
        } else if (older && !version.empty() && newest(version)->outcome == kPromoted) {
            return version;
        }
    }
    return "";
}

api::VersionReport Account::reportOf(const std::string& version) const {
    if (version == stable_) {
        const HistoryEntry* promotion = newest(version, kPromoted);
        return {version, "stable", kPromoted, promotion ? promotion->reason : "it serves"};
    }
    if (version == tried_) {
        const api::RolloutStatus& rollout = *status_.rollout;
        return {version, "canary", "Pending",
                cat("attempt ", rollout.attempt, " is under way since ", formatTime(rollout.startedAt))};
    }
    const HistoryEntry* entry = newest(version);
    if (!entry || entry->outcome == kPromoted) {
        return {version, "superseded", kPromoted, cat("version ", stable_, " serves in its place")};
    }
    const char* stage = entry->outcome == kRolledBack    ? "rolled-back"
                        : entry->outcome == "Superseded" ? "superseded"
                                                         : "withdrawn";
    return {version, stage, entry->outcome, entry->reason};
}

std::vector<api::VersionReport> Account::versions() const {
    std::vector<std::string> about;
    const auto add = [&](const std::string& version) {
        if (!version.empty() && std::ranges::find(about, version) == about.end()) about.push_back(version);
    };
    for (const HistoryEntry* entry : untold_) {
        const std::string version = versionOf(entry->id);
        const bool promotion = entry->outcome == kPromoted;
        // Another end of what serves was one of its pods' template, and says nothing of the model.
        if ((version == stable_ && !promotion) || isOfTemplate(*entry)) continue;
        add(version);
    }
    if (!stable_.empty() && stable_ != toldStable_ && (first_ || !untold_.empty())) {
        add(stable_);
        add(before());
    }
    if (toldBy(status_) != news()) add(tried_);
    std::vector<api::VersionReport> out;
    out.reserve(about.size());
    for (const std::string& version : about) out.push_back(reportOf(version));
    return out;
}

std::vector<api::AliasMove> Account::moves() const {
    std::vector<api::AliasMove> moves;
    const api::RegistryReport& wish = source_.report;
    const bool followed = source_.reference.alias && source_.reference.selector == wish.onPromoted;
    bool promoted = false;
    std::vector<std::string> takenBack;
    for (const HistoryEntry* entry : untold_) {
        const std::string version = versionOf(entry->id);
        if (version.empty()) continue;
        if (entry->outcome == kPromoted && version == stable_) promoted = true;
        // Somebody may have asked for another try meanwhile.
        const bool gone = version != stable_ && version != tried_ && !isOfTemplate(*entry);
        if (entry->outcome == kRolledBack && gone) takenBack.push_back(version);
    }
    if (!wish.onPromoted.empty() && !stable_.empty()) {
        // Who follows it has pointed it there, and may have pointed it on.
        if (promoted && !followed) {
            moves.push_back({wish.onPromoted, stable_, {}});
        } else if (!takenBack.empty()) {
            moves.push_back({wish.onPromoted, stable_, takenBack});
        }
    }
    if (!wish.onRolledBack.empty() && !takenBack.empty()) {
        moves.push_back({wish.onRolledBack, takenBack.front(), {}});
    }
    return moves;
}

// Numbers in a problem may be those of a request, which are others each time.
bool sameButTimeAndNumbers(const api::ReportStatus& a, const api::ReportStatus& b) {
    return a.told == b.told && sameButNumbers(a.problem, b.problem);
}

}  // namespace

std::optional<api::RegistryOrder> registryOrder(const api::ModelDeployment& object) {
    if (!object.spec.problems.empty() || !isReported(object.spec)) return {};
    const api::ModelSource& source = *object.spec.source;
    const Account account(object, source);
    api::RegistryOrder out;
    if (source.report.tags) out.versions = account.versions();
    out.aliases = account.moves();
    if (out.versions.empty() && out.aliases.empty()) return {};
    const api::Meta& meta = object.meta;
    out.news = account.news();
    out.deployment = cat(meta.ns, "/", meta.name);
    out.evidence =
        cat("kubectl get -n ", meta.ns, " md ", meta.name, " -o yaml; what the judge was told: /recordings/",
            meta.ns, "/", meta.name, " of Serin's metrics port");
    return out;
}

void recordReport(Draft& draft) {
    if (!draft.spec().problems.empty()) return;
    auto& known = draft.next.report;
    if (!isReported(draft.spec())) {
        known.reset();
        return;
    }
    draft.plan.report = registryOrder(draft.seen.object);
    const auto& answer = draft.seen.report;
    if (!draft.plan.report || !answer || answer->news != draft.plan.report->news) return;
    const api::ReportStatus before = known.value_or(api::ReportStatus());
    api::ReportStatus now = before;
    if (answer->over) {
        now.told = answer->news;
    } else if (now.told.empty()) {
        now.told = nothingTold(draft.next);
    }
    now.problem = answer->problem;
    if (known && sameButTimeAndNumbers(now, before)) return;
    now.at = draft.now();
    if (!now.problem.empty() && !sameButNumbers(now.problem, before.problem)) {
        draft.event(
            true, "ReportFailed",
            cat("the registry of ", draft.spec().source->uri, " was not told what came of its versions",
                answer->over ? "" : ", and is told again later", ": ", now.problem));
    }
    known = now;
    if (now.told != before.told) shortenHistory(draft);
}

size_t entriesToTell(const Draft& draft) {
    const auto& known = draft.next.report;
    const auto& order = draft.plan.report;
    const bool accepted = draft.spec().problems.empty();
    const bool owed = accepted ? order && (!known || known->told != order->news) : known.has_value();
    return owed ? untoldEntries(draft.next) : 0;
}

}  // namespace serin::plan
