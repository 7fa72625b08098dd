#include "api/enum_names.h"

#include <array>
#include <utility>

namespace serin::api {
namespace {

using PhaseName = std::pair<Phase, std::string_view>;
using VerdictName = std::pair<Verdict, std::string_view>;

constexpr std::array<PhaseName, 10> kPhases{{{Phase::Evaluating, "Evaluating"},
                                             {Phase::Starting, "Starting"},
                                             {Phase::Stepping, "Stepping"},
                                             {Phase::Promoting, "Promoting"},
                                             {Phase::Soaking, "Soaking"},
                                             {Phase::Restoring, "Restoring"},
                                             {Phase::RollingBack, "RollingBack"},
                                             {Phase::RolledBack, "RolledBack"},
                                             {Phase::Withdrawn, "Withdrawn"},
                                             {Phase::Aborted, "Aborted"}}};
constexpr std::array<VerdictName, 6> kVerdicts{{{Verdict::Continue, "Continue"},
                                                {Verdict::Safe, "Safe"},
                                                {Verdict::Harm, "Harm"},
                                                {Verdict::NoData, "NoData"},
                                                {Verdict::Invalid, "Invalid"},
                                                {Verdict::Inconclusive, "Inconclusive"}}};

template <typename Table, typename Value>
std::string nameIn(const Table& table, Value value) {
    for (const auto& [entry, name] : table) {
        if (entry == value) return std::string(name);
    }
    return {};
}

template <typename Value, typename Table>
std::optional<Value> valueIn(const Table& table, std::string_view wanted) {
    for (const auto& [entry, name] : table) {
        if (name == wanted) return entry;
    }
    return std::nullopt;
}

}  // namespace

std::string nameOf(Phase phase) {
    return nameIn(kPhases, phase);
}
std::string nameOf(Verdict verdict) {
    return nameIn(kVerdicts, verdict);
}
std::optional<Phase> phaseNamed(std::string_view name) {
    return valueIn<Phase>(kPhases, name);
}
std::optional<Verdict> verdictNamed(std::string_view name) {
    return valueIn<Verdict>(kVerdicts, name);
}

}  // namespace serin::api
