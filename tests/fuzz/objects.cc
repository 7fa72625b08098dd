// The input is all that the API server says of one ModelDeployment, as JSON: {"object", "replicaSets",
// "services", "slices", "pods"}, and "look", the id that its source was just found to mean. What decodes is
// planned for, twice: the same answer, and nothing without a bound.
#include "api/codec.h"
#include "api/query_template.h"
#include "plan/plan.h"
#include "routing/routing.h"
#include "signals/selection.h"
#include "tests/fuzz/fuzz.h"

namespace serin::fuzz {
namespace {

using nlohmann::json;

constexpr size_t kLongestSentence = 4096;

template <typename T>
std::vector<T> decodeAll(const json& input, const char* list, Result<T> (*decode)(const json&)) {
    std::vector<T> out;
    const auto found = input.find(list);
    if (found == input.end() || !found->is_array()) return out;
    for (const json& item : *found) {
        auto decoded = decode(item);
        if (decoded) out.push_back(std::move(decoded).value());
        require(decoded || decoded.error().message.size() < kLongestSentence, "a complaint is short");
    }
    return out;
}

bool isJson(const std::string& text) {
    return json::accept(text);
}

void checkSpec(const api::ModelDeployment& object) {
    const api::Spec& spec = object.spec;
    require(spec.revision.size() == (spec.unresolved ? 0 : 10), "a revision has ten characters");
    require(!spec.unresolved || spec.source, "only what comes from a source can be unresolved");
    for (const std::string& problem : spec.problems) {
        require(problem.size() < kLongestSentence + object.spec.model.name.size() * 8,
                "a complaint is short");
    }
    if (!spec.usable()) return;
    require(isJson(api::replicaSetBody(object, 1)), "a ReplicaSet's body is JSON");
    require(isJson(routing::mainServiceBody(object, "")), "a Service's body is JSON");
    require(isJson(routing::revisionServiceBody(object, spec.revision)), "and a revision's Service's");
    const auto selection = signals::compileSelection(spec.runtime, spec.analysis.metrics);
    require(selection || selection.error().message.size() < kLongestSentence,
            "a complaint about a selector is short");
    for (const api::Metric& metric : spec.analysis.metrics) {
        const std::string filled = api::filledQuery(metric.query.promql, {"a1", "b2", "ml", "fraud", {}});
        require(filled.find("{{") == std::string::npos, "every word of a query is filled in");
        require(!metric.isQuery() || metric.query.source, "every query has somebody to answer it");
    }
    for (const int port : {spec.runtime.ports.http, spec.runtime.ports.metrics}) {
        require(port >= 0 && port <= 65535, "a port is a port");
    }
}

std::string textOf(const api::ModelDeployment& object, const api::Plan& plan) {
    std::string text = plan.status ? api::statusBody(object, *plan.status) : "";
    for (const auto* actions : {&plan.actionsFirst, &plan.actions}) {
        for (const api::Action& action : *actions) text += std::to_string(action.intent.index()) + action.why;
    }
    for (const api::EventNote& note : plan.events) text += note.reason + note.note;
    return text;
}

}  // namespace

void one(std::string_view input) {
    const json world = json::parse(input, nullptr, false);
    if (!world.is_object()) return;
    if (const auto pods = world.find("pods"); pods != world.end()) {
        require(api::diagnosePods(*pods).size() < kLongestSentence, "a diagnosis is short");
    }
    const auto found = world.find("object");
    auto object = found == world.end() ? invalid("none") : api::decodeModelDeployment(*found);
    if (!object) return;
    checkSpec(*object);
    api::Observed seen;
    seen.at = Timestamp(std::chrono::hours(24 * 365 * 56));
    seen.object = std::move(object).value();
    seen.replicaSets = decodeAll(world, "replicaSets", api::decodeReplicaSet);
    seen.services = decodeAll(world, "services", api::decodeService);
    const auto slices = decodeAll(world, "slices", api::decodeEndpointSlice);
    seen.split = routing::observeSplit(seen.object, seen.replicaSets, seen.services, slices);
    if (const auto look = world.find("look"); look != world.end() && look->is_string()) {
        seen.source = api::SourceLook{seen.object.spec.written, "", std::nullopt, "NotFound", "no"};
        const auto id = look->get<std::string>();
        if (!id.empty()) seen.source->model = api::ResolvedModel{id, "13", {}, 5, 1204};
    }
    for (const auto& [revision, version] : seen.split.versions) {
        require(version.ready <= static_cast<int>(version.endpoints.size()) &&
                    version.reachableReady <= version.reachable,
                "what is ready is there");
    }
    const api::Plan plan = plan::plan(seen);
    require(textOf(seen.object, plan) == textOf(seen.object, plan::plan(seen)),
            "the same sight, the same plan");
    require(
        plan.actions.size() + plan.actionsFirst.size() <= 8 + seen.replicaSets.size() + seen.services.size(),
        "a plan has at most an action an object and a few more");
}

}  // namespace serin::fuzz
