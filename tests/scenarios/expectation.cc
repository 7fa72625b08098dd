#include "expectation.h"

#include "api/status_codec.h"
#include "base/text.h"
#include "plan/plan.h"
#include "rules.h"
#include "words.h"

namespace serin::scenarios {
namespace {

constexpr int kRoundsToSettle = 30;

// "~text" asks for a part of it.
bool matches(const std::string& wanted, const std::string& actual) {
    if (wanted.starts_with("~")) return actual.find(wanted.substr(1)) != std::string::npos;
    if (wanted == actual) return true;
    const auto a = parseTime(wanted);
    const auto b = parseTime(actual);
    return a && b && (*a == *b || formatTime(*a) == actual);
}

void compare(const Json& wanted, const Json* actual, const std::string& path, std::vector<std::string>& out) {
    if (wanted.is_null()) {
        if (actual) out.push_back(cat(path, " is ", actual->dump(), ", expected to be absent"));
        return;
    }
    if (!actual) {
        out.push_back(cat(path, " is absent, expected ", wanted.dump()));
        return;
    }
    if (wanted.is_object() && actual->is_object()) {
        for (const auto& [key, value] : wanted.items()) {
            const auto found = actual->find(key);
            compare(value, found == actual->end() ? nullptr : &*found, cat(path, ".", key), out);
        }
        return;
    }
    if (wanted.is_array() && actual->is_array() && wanted.size() == actual->size()) {
        for (size_t i = 0; i < wanted.size(); ++i)
            compare(wanted[i], &(*actual)[i], cat(path, "[", i, "]"), out);
        return;
    }
    const bool same = wanted.is_string() && actual->is_string()
                          ? matches(wanted.get<std::string>(), actual->get<std::string>())
                          : wanted == *actual;
    if (!same) out.push_back(cat(path, " is ", actual->dump(), ", expected ", wanted.dump()));
}

// Conditions by their type, as tables name them.
Json byType(Json status) {
    if (!status.contains("conditions")) return status;
    Json map = Json::object();
    for (const Json& condition : status["conditions"]) map[condition.value("type", "")] = condition;
    status["conditions"] = map;
    return status;
}

void checkStatusFields(Json wanted) {
    const Json& schema = resourceSchema()["properties"]["status"];
    if (wanted.contains("conditions")) {
        for (const auto& [type, condition] : wanted["conditions"].items()) {
            checkSchema(condition, schema["properties"]["conditions"]["items"],
                        cat("expect.status.conditions.", type));
        }
        wanted.erase("conditions");
    }
    checkSchema(wanted, schema, "expect.status");
}

// Wanted lines are whole, or beginnings that end before " because" or ":", or "head because part", "head:
// part".
bool lineMatches(const std::string& wanted, const std::string& actual, const std::string& separator) {
    if (wanted == actual || actual.starts_with(wanted + separator)) return true;
    const size_t at = wanted.find(separator);
    if (at == std::string::npos) return false;
    const std::string head = wanted.substr(0, at + separator.size());
    return actual.starts_with(head) &&
           actual.find(wanted.substr(head.size()), head.size()) != std::string::npos;
}

void compareLines(const Json& wanted, const std::vector<std::string>& actual, const std::string& separator,
                  const std::string& what, std::vector<std::string>& out) {
    bool same = wanted.is_array() && wanted.size() == actual.size();
    for (size_t i = 0; same && i < actual.size(); ++i) {
        same = lineMatches(wanted[i].get<std::string>(), actual[i], separator);
    }
    if (!same) out.push_back(cat(what, " are\n    ", join(actual, "\n    "), "\n  expected ", wanted.dump()));
}

std::string modeName(api::JudgeMode mode) {
    switch (mode) {
        case api::JudgeMode::Off:
            return "Off";
        case api::JudgeMode::Evaluate:
            return "Evaluate";
        case api::JudgeMode::Compare:
            return "Compare";
        case api::JudgeMode::Soak:
            return "Soak";
        case api::JudgeMode::Watch:
            return "Watch";
        case api::JudgeMode::Record:
            return "Record";
    }
    return "";
}

void compareOrder(const Json& wanted, const api::JudgeOrder& order, std::vector<std::string>& out) {
    if (wanted.is_string()) {
        if (wanted != modeName(order.mode))
            out.push_back(cat("order is ", modeName(order.mode), ", expected ", wanted.dump()));
        return;
    }
    checkKeys(wanted, {"mode", "stable", "canary", "attempt", "step", "stepStartedAt", "without"},
              "expect.order");
    Json actual = {{"mode", modeName(order.mode)},
                   {"stable", order.stable},
                   {"canary", order.canary},
                   {"attempt", order.attempt},
                   {"step", order.step}};
    if (!order.without.empty()) actual["without"] = order.without;
    if (order.stepStartedAt) actual["stepStartedAt"] = offsetOf(*order.stepStartedAt);
    Json expected = wanted;
    if (wanted.contains("stepStartedAt") && !wanted["stepStartedAt"].is_null()) {
        expected["stepStartedAt"] = offsetOf(momentOf(wanted["stepStartedAt"], "expect.order.stepStartedAt"));
    }
    compare(expected, &actual, "order", out);
}

void compareWake(const Json& wanted, const std::optional<Timestamp>& actual, std::vector<std::string>& out) {
    const std::string text = actual ? offsetOf(*actual) : "never";
    const std::string expected = wanted == "never" ? "never" : offsetOf(momentOf(wanted, "expect.wakeAt"));
    if (text != expected) out.push_back(cat("wakeAt is ", text, ", expected ", expected));
}

void comesToRest(Scene scene, std::vector<std::string>& out) {
    for (int round = 0; round < kRoundsToSettle; ++round) {
        const api::Observed seen = scene.observe();
        const api::Plan plan = plan::plan(seen);
        for (const std::string& sentence : brokenRules(seen, plan))
            out.push_back(cat("while settling: ", sentence));
        if (plan.empty() || !out.empty()) return;
        scene.obey(plan);
    }
    out.push_back("it does not settle");
}

}  // namespace

std::vector<std::string> differences(const Json& expect, const Scene& scene, const api::Plan& plan) {
    checkKeys(expect,
              {"actions", "status", "events", "wakeAt", "order", "askModel", "report", "nothing", "settles"},
              "expect");
    if (expect.empty()) throw BadTable("expect checks nothing");
    for (const char* flag : {"nothing", "settles"}) {
        if (expect.contains(flag) && expect[flag] != true) throw BadTable(cat(flag, " can only be true"));
    }
    std::vector<std::string> out;
    if (expect.contains("actions"))
        compareLines(expect["actions"], actionsOf(plan), " because ", "actions", out);
    if (expect.contains("events")) compareLines(expect["events"], eventsOf(plan), ": ", "events", out);
    if (expect.contains("report")) compareLines(expect["report"], reportOf(plan), ": ", "reports", out);
    if (expect.contains("wakeAt")) compareWake(expect["wakeAt"], plan.wakeAt, out);
    if (expect.contains("order")) compareOrder(expect["order"], plan.order, out);
    if (expect.contains("askModel")) {
        const Json asked = plan.askModel;
        compare(expect["askModel"], &asked, "askModel", out);
    }
    if (expect.contains("nothing") && !plan.empty())
        out.push_back("expected nothing to do, but\n" + textOf(plan));
    if (expect.contains("status")) {
        checkStatusFields(expect["status"]);
        const Json actual =
            byType(api::encodeStatus(plan.status ? *plan.status : scene.observe().object.status));
        compare(withMoments(expect["status"]), &actual, "status", out);
    }
    if (expect.contains("settles")) comesToRest(scene, out);
    return out;
}

}  // namespace serin::scenarios
