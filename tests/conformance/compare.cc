#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"
#include "run.h"

namespace serin::conformance {
namespace {

using fake::Json;

std::string shown(const Json* value) {
    if (!value) return "nothing";
    const std::string text = fake::dump(*value);
    return text.size() <= 400 ? text : cat(text.substr(0, 400), "…");
}

void different(const std::string& place, const Json* simulated, const Json* real,
               std::vector<std::string>& out) {
    out.push_back(cat(place, ": simulated ", shown(simulated), ", real ", shown(real)));
}

void compareValues(const Json& simulated, const Json& real, const std::string& place,
                   std::vector<std::string>& out) {
    if (simulated == real) return;
    if (simulated.is_object() && real.is_object()) {
        std::set<std::string> keys;
        for (const auto& [key, member] : simulated.items()) keys.insert(key);
        for (const auto& [key, member] : real.items()) keys.insert(key);
        for (const std::string& key : keys) {
            const auto left = simulated.find(key);
            const auto right = real.find(key);
            const std::string below = cat(place, '.', key);
            if (left != simulated.end() && right != real.end()) {
                compareValues(*left, *right, below, out);
            } else {
                different(below, left == simulated.end() ? nullptr : &*left,
                          right == real.end() ? nullptr : &*right, out);
            }
        }
    } else if (simulated.is_array() && real.is_array()) {
        for (size_t i = 0; i < std::max(simulated.size(), real.size()); ++i) {
            const std::string below = cat(place, '[', i, ']');
            if (i < simulated.size() && i < real.size()) {
                compareValues(simulated[i], real[i], below, out);
            } else {
                different(below, i < simulated.size() ? &simulated[i] : nullptr,
                          i < real.size() ? &real[i] : nullptr, out);
            }
        }
    } else {
        different(place, &simulated, &real, out);
    }
}

// A Status without its sentences, which are for people, and without what is said of CEL rules that were not
// reached; its causes in a fixed order.
void reduceStatus(Json& status) {
    status.erase("message");
    const auto details = status.find("details");
    if (details == status.end() || !details->contains("causes")) return;
    std::vector<Json> kept;
    for (Json& cause : (*details)["causes"]) {
        cause.erase("message");
        if (fake::textAt(cause, "field") != "<nil>") kept.push_back(std::move(cause));
    }
    std::sort(kept.begin(), kept.end());
    (*details)["causes"] = std::move(kept);
}

// Beside its metadata a real bookmark has an empty object of its kind.
void reduceBookmark(Json& object) {
    object.erase("spec");
    object.erase("status");
}

void reduce(Json& value) {
    if (fake::textAt(value, "type") == "BOOKMARK" && value.contains("object"))
        reduceBookmark(value["object"]);
    if (fake::textAt(value, "kind") == "Status") reduceStatus(value);
    if (!value.is_structured()) return;
    for (Json& member : value) reduce(member);
}

// One answer or watch. Where already the codes differ the rest would be noise.
void compareSteps(Json simulated, Json real, const std::string& place, std::vector<std::string>& out) {
    const Json& left = fake::at(fake::at(simulated, "said"), "status");
    const Json& right = fake::at(fake::at(real, "said"), "status");
    if (left != right) return different(cat(place, ".said"), &simulated["said"], &real["said"], out);
    reduce(simulated);
    reduce(real);
    compareValues(simulated, real, place, out);
}

// "[0].said.body.spec.type: simulated …, real …".
std::vector<std::string> differencesOf(const Json& simulated, const Json& real) {
    std::vector<std::string> out;
    for (size_t i = 0; i < std::max(simulated.size(), real.size()); ++i) {
        if (i >= simulated.size() || i >= real.size()) {
            different(cat('[', i, ']'), i < simulated.size() ? &simulated[i] : nullptr,
                      i < real.size() ? &real[i] : nullptr, out);
            continue;
        }
        compareSteps(simulated[i], real[i], cat('[', i, ']'), out);
    }
    return out;
}

std::vector<std::string> unexplained(const Case& one, const Json& simulated, const Json& real) {
    std::vector<std::string> out;
    std::vector<bool> met(one.differences.size(), false);
    for (std::string& sentence : differencesOf(simulated, real)) {
        bool known = false;
        for (size_t i = 0; i < one.differences.size(); ++i) {
            if (sentence.substr(0, sentence.find(": ")).find(one.differences[i].where) == std::string::npos)
                continue;
            known = met[i] = true;
        }
        if (!known) out.push_back(std::move(sentence));
    }
    for (size_t i = 0; i < met.size(); ++i) {
        if (!met[i] && one.differences[i].always)
            out.push_back(cat("the servers agree about ", one.differences[i].where,
                              "; take the mark away that says: ", one.differences[i].reason));
    }
    return out;
}

Result<const Json*> casesOf(const Json& record, const char* server) {
    const Json& cases = fake::at(record, "cases");
    if (fake::textAt(record, "server") != server || !cases.is_object())
        return invalid(cat("this is no record of the ", server, " server"));
    return &cases;
}

}  // namespace

Result<std::vector<Finding>> compareRecords(const Json& simulated, const Json& real) {
    const auto left = casesOf(simulated, "simulated");
    if (!left) return left.error();
    const auto right = casesOf(real, "real");
    if (!right) return right.error();
    std::vector<Finding> out;
    for (const Case& one : allCases()) {
        const bool there = (*left)->contains(one.sentence) || (*right)->contains(one.sentence);
        if (!one.realOnly.empty() || !there) continue;
        Finding finding{one.sentence, "comparison", {}};
        if ((*left)->contains(one.sentence) && (*right)->contains(one.sentence)) {
            finding.failures = unexplained(one, (*left)->at(one.sentence), (*right)->at(one.sentence));
        } else {
            finding.failures = {"only one of the records has this case"};
        }
        out.push_back(std::move(finding));
    }
    return out;
}

}  // namespace serin::conformance
