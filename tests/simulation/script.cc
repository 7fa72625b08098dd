#include "script.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "random.h"

namespace serin::simulation {
namespace {

using std::chrono::seconds;

constexpr std::array<const char*, kKinds> kKindNames{
    "NewRevision",    "Replicas",     "Pause",           "Unpause",    "Approve",     "Promote",
    "Abort",          "Retry",        "OtherSteps",      "Delete",     "Autoscaled",  "PodFlaps",
    "PodDies",        "PodEvicted",   "NodeFails",       "ProxyLags",  "SlowPods",    "Unschedulable",
    "QuotaExhausted", "Crash",        "Pauses",          "ClockJumps", "FrozenWatch", "Reordered",
    "LostResponse",   "ServerErrors", "TooManyRequests", "Conflicts",  "Replayed",    "TimeTravel",
    "Partition",      "MetricsStop",  "MetricsReset",    "MetricsLie", "MetricsLate", "WatchBreaks",
    "Repeated",       "Dropped",      "LostRenewals",    "Compaction"};
constexpr std::array<const char*, 7> kQualityNames{
    "Good", "Errs", "NeverReady", "Sours", "ModelNeverReady", "Crashes", "Hangs"};
// Those of the whole client only come last.
constexpr std::array<Kind, 17> kHarmless{
    Kind::Crash,        Kind::Pauses,          Kind::FrozenWatch, Kind::Reordered, Kind::LostResponse,
    Kind::ServerErrors, Kind::TooManyRequests, Kind::Conflicts,   Kind::Replayed,  Kind::TimeTravel,
    Kind::Partition,    Kind::ProxyLags,       Kind::WatchBreaks, Kind::Repeated,  Kind::Dropped,
    Kind::LostRenewals, Kind::Compaction};
constexpr int kPlannerHarmless = 12;

// In a calm run, in seconds: a rollout is over before the next begins, and no fault comes near its end.
constexpr int kApart = 420;
constexpr int kCalmFaults = 300;

std::vector<api::Step> someSteps(Random& random) {
    static const std::vector<std::vector<api::Step>> lists{
        {{25, seconds(20), false}, {50, seconds(20), false}},
        {{10, seconds(15), false}, {25, seconds(10), false}, {50, seconds(20), false}},
        {{50, seconds(25), false}},
        {{25, seconds(10), false}, {0, seconds(0), true}, {50, seconds(15), false}},
        {{0, seconds(0), true}, {33, seconds(20), false}}};
    return lists[static_cast<size_t>(random.between(0, static_cast<int>(lists.size()) - 1))];
}

Happening happening(Random& random, Kind kind, Duration at) {
    Happening out{at, kind, 0, 0};
    switch (kind) {
        case Kind::Replicas:
            out.a = random.chance(0.1) ? 0 : random.between(1, 6);
            break;
        case Kind::OtherSteps:
            out.a = random.between(0, 1000);
            break;
        case Kind::Approve:
        case Kind::Promote:
        case Kind::Abort:
        case Kind::Retry:
            out.b = random.chance(0.25) ? 1 : 0;
            break;
        case Kind::Autoscaled:
            out.a = random.between(1, 6);
            break;
        case Kind::PodFlaps:
        case Kind::PodDies:
        case Kind::PodEvicted:
            out.a = random.between(0, 1000);
            out.b = random.between(1, 15);
            break;
        case Kind::ClockJumps:
            out.b = random.between(-120, 120);
            break;
        case Kind::ProxyLags:
            out.b = random.between(1, 3);  // longer than drain and preStop together nobody could help
            break;
        case Kind::Crash:
            out.a = random.between(0, 12);
            out.b = random.chance(0.4) ? 1 : 0;
            break;
        case Kind::Reordered:
            out.a = random.between(0, 3);
            out.b = random.between(1, 12);
            break;
        case Kind::Unschedulable:
        case Kind::QuotaExhausted:
            out.b = random.between(5, 150);  // shorter and longer than the progress deadline
            break;
        case Kind::LostResponse:
        case Kind::ServerErrors:
        case Kind::Conflicts:
        case Kind::Replayed:
            out.a = random.between(1, 3);
            break;
        case Kind::MetricsStop:
        case Kind::MetricsLie:
        case Kind::MetricsLate:
            out.b = random.between(5, 60);
            break;
        default:
            out.b = random.between(1, 12);
    }
    return out;
}

void addPeople(Random& random, Script& script, int last) {
    static constexpr std::array kinds{Kind::Replicas, Kind::Pause,   Kind::Unpause,
                                      Kind::Approve,  Kind::Approve, Kind::Promote,
                                      Kind::Abort,    Kind::Retry,   Kind::OtherSteps};
    const int count = random.between(0, 6);
    for (int i = 0; i < count; ++i) {
        const Kind kind = kinds[static_cast<size_t>(random.between(0, kinds.size() - 1))];
        script.happenings.push_back(happening(random, kind, seconds(random.between(20, last))));
    }
    if (random.chance(0.05)) script.happenings.push_back({seconds(random.between(5, last)), Kind::Delete});
}

void addFaults(Random& random, Script& script, Profile profile, Depth depth, int last) {
    const int kinds = depth == Depth::Planner ? kPlannerKinds : kKinds;
    const int harmlessKinds = depth == Depth::Planner ? kPlannerHarmless : static_cast<int>(kHarmless.size());
    const int count = random.between(profile == Profile::Calm ? 0 : 3, 12);
    for (int i = 0; i < count; ++i) {
        const Kind kind =
            profile == Profile::Calm
                ? kHarmless[static_cast<size_t>(random.between(0, harmlessKinds - 1))]
                : static_cast<Kind>(random.between(static_cast<int>(Kind::Autoscaled), kinds - 1));
        script.happenings.push_back(
            happening(random, kind, seconds(random.between(0, last)) + Duration(random.between(0, 999))));
    }
}

template <size_t N>
std::optional<int> indexOf(const std::array<const char*, N>& names, const std::string& name) {
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) return std::nullopt;
    return static_cast<int>(found - names.begin());
}

}  // namespace

const char* nameOf(Kind kind) {
    return kKindNames[static_cast<size_t>(kind)];
}
const char* nameOf(Quality quality) {
    return kQualityNames[static_cast<size_t>(quality)];
}
bool harmless(Kind kind) {
    return std::ranges::find(kHarmless, kind) != kHarmless.end();
}
bool byPerson(Kind kind) {
    return kind <= Kind::Delete;
}
bool byCluster(Kind kind) {
    return kind >= Kind::Autoscaled && kind <= Kind::QuotaExhausted;
}

Script writeScript(uint64_t seed, Profile profile, Depth depth) {
    Random random(seed, profile == Profile::Calm ? 1 : 2);
    Script script;
    script.seed = seed;
    script.replicas = random.between(1, 4);
    script.steps = someSteps(random);
    script.judged = !random.chance(0.1);
    script.onInconclusive = static_cast<api::OnInconclusive>(random.between(0, 3));
    script.revisions.push_back(Quality::Good);
    const int rollouts = random.between(1, 2);
    const bool calm = profile == Profile::Calm;
    if (calm) std::erase_if(script.steps, [](const api::Step& step) { return step.approval; });
    // In a calm run the first version serves before anybody wants another one.
    int at = calm ? 180 : 25;
    for (int i = 1; i <= rollouts; ++i) {
        // In a calm run nothing else may happen by the time that a version sours.
        const Quality worst = !calm ? Quality::Hangs : i == rollouts ? Quality::Sours : Quality::NeverReady;
        const int most = static_cast<int>(worst);
        script.revisions.push_back(random.chance(0.5) ? Quality::Good
                                                      : static_cast<Quality>(random.between(0, most)));
        script.happenings.push_back({seconds(at), Kind::NewRevision, i, 0});
        at += calm ? kApart : random.between(5, 200);
        if (!calm && random.chance(0.15)) {
            script.happenings.push_back({seconds(at), Kind::NewRevision, random.between(0, i), 0});
            at += random.between(5, 100);
        }
    }
    script.neighbour = depth == Depth::Client && random.chance(0.25);
    // Of a stream of its own, so that everything else of a seed stays what it was.
    script.followed = depth == Depth::Planner && Random(seed, 3).chance(0.25);
    if (!calm) addPeople(random, script, at);
    addFaults(random, script, profile, depth, calm ? at - kApart + kCalmFaults : at);
    std::ranges::stable_sort(script.happenings, {}, &Happening::at);
    return script;
}

std::string toYaml(const Script& script, const std::string& comment) {
    std::string out = cat("# ", comment, "\nseed: ", script.seed, "\nreplicas: ", script.replicas,
                          "\njudged: ", script.judged ? "true" : "false",
                          "\nonInconclusive: ", static_cast<int>(script.onInconclusive),
                          script.neighbour ? "\nneighbour: true" : "",
                          script.followed ? "\nfollowed: true" : "", "\nsteps:\n");
    for (const api::Step& step : script.steps) {
        out += step.approval ? std::string("- {approval: {}}\n")
                             : cat("- {weight: ", step.weight, ", hold: ", formatDuration(step.hold), "}\n");
    }
    out += "revisions: [";
    for (size_t i = 0; i < script.revisions.size(); ++i)
        out += cat(i ? ", " : "", nameOf(script.revisions[i]));
    out += "]\nhappenings:\n";
    for (const Happening& happening : script.happenings) {
        out += cat("- {at: ", formatDuration(happening.at), ", what: ", nameOf(happening.kind),
                   ", a: ", happening.a, ", b: ", happening.b, "}\n");
    }
    return out;
}

namespace {

Error atLine(const YAML::Node& node, const std::string& what) {
    return {ErrorCode::Invalid, cat("line ", node.Mark().line + 1, ": ", what)};
}

Result<Duration> durationAt(const YAML::Node& node, const char* key) {
    const auto parsed = parseDuration(node[key].as<std::string>(""));
    if (!parsed) return atLine(node, cat(key, ": ", parsed.error().message));
    return parsed;
}

Result<void> readLists(const YAML::Node& root, Script& script) {
    for (const YAML::Node& node : root["steps"]) {
        api::Step step;
        step.approval = static_cast<bool>(node["approval"]);
        if (!step.approval) {
            step.weight = node["weight"].as<int>();
            const auto hold = durationAt(node, "hold");
            if (!hold) return hold.error();
            step.hold = *hold;
        }
        script.steps.push_back(step);
    }
    for (const YAML::Node& node : root["revisions"]) {
        const auto quality = indexOf(kQualityNames, node.as<std::string>());
        if (!quality) return atLine(node, cat("no quality is called \"", node.as<std::string>(), "\""));
        script.revisions.push_back(static_cast<Quality>(*quality));
    }
    if (script.steps.empty() || script.revisions.empty())
        return atLine(root, "steps and revisions must not be empty");
    return {};
}

Result<void> readHappenings(const YAML::Node& root, Script& script) {
    for (const YAML::Node& node : root["happenings"]) {
        const auto kind = indexOf(kKindNames, node["what"].as<std::string>(""));
        if (!kind) return atLine(node, cat("nothing is called \"", node["what"].as<std::string>(""), "\""));
        const auto at = durationAt(node, "at");
        if (!at) return at.error();
        Happening happening{*at, static_cast<Kind>(*kind), node["a"].as<int>(0), node["b"].as<int>(0)};
        const bool known = happening.a >= 0 && static_cast<size_t>(happening.a) < script.revisions.size();
        if (happening.kind == Kind::NewRevision && !known)
            return atLine(node, cat("a: there is no revision ", happening.a));
        script.happenings.push_back(happening);
    }
    return {};
}

}  // namespace

Result<Script> fromYaml(const std::string& text) {
    try {
        const YAML::Node root = YAML::Load(text);
        if (!root.IsMap()) return Error{ErrorCode::Invalid, "a script is a map"};
        Script script;
        script.seed = root["seed"].as<uint64_t>(0);
        script.replicas = root["replicas"].as<int>(2);
        if (script.replicas < 0 || script.replicas > 100)
            return atLine(root["replicas"], "replicas: 0 to 100 is meant");
        script.judged = root["judged"].as<bool>(true);
        script.neighbour = root["neighbour"].as<bool>(false);
        script.followed = root["followed"].as<bool>(false);
        const int inconclusive = root["onInconclusive"].as<int>(0);
        if (inconclusive < 0 || inconclusive > 3) return atLine(root["onInconclusive"], "0 to 3 is meant");
        script.onInconclusive = static_cast<api::OnInconclusive>(inconclusive);
        if (const auto read = readLists(root, script); !read) return read.error();
        if (const auto read = readHappenings(root, script); !read) return read.error();
        return script;
    } catch (const YAML::Exception& exception) {
        return Error{ErrorCode::Invalid, cat("line ", exception.mark.line + 1, ": ", exception.msg)};
    }
}

}  // namespace serin::simulation
