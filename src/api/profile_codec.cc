#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "api/field.h"
#include "api/profile.h"
#include "base/sha256.h"
#include "base/shorten.h"
#include "base/text.h"

namespace serin::api {
namespace {

using nlohmann::json;

constexpr size_t kMostFeatures = 200;
constexpr size_t kMostEdges = 100;
constexpr size_t kMostClasses = 98;  // beside kMissingClass and kOtherClass
constexpr size_t kLongestClass = 64;
constexpr int64_t kLargestCount = (int64_t{1} << 53) - 1;  // JSON's numbers are doubles to many programs
constexpr size_t kProblemsShown = 3;
constexpr size_t kLongestNameShown = 64;
constexpr const char* kMakeAnew = "make the profile anew with serin-profile";

uint64_t countIn(const Field& field) {
    if (!field.present()) field.problem("is no count; state a whole number from 0");
    return static_cast<uint64_t>(field.integer(0, 0, kLargestCount));
}

std::vector<double> edgesIn(const Field& field) {
    std::vector<double> out;
    for (const Field& edge : field.elements()) {
        if (!edge.value().is_number() || !std::isfinite(edge.value().get<double>())) {
            edge.problem("is no finite number; leave +Inf out, the last count is what is above every edge");
            return out;
        }
        out.push_back(edge.value().get<double>());
    }
    if (out.size() < 2 || out.size() > kMostEdges) {
        field.problem(cat("has ", out.size(), " entries; state 2 to ", kMostEdges));
    } else if (std::ranges::adjacent_find(out, std::greater_equal()) != out.end()) {
        field.problem("does not ascend; sort the edges and name each once");
    }
    return out;
}

Counts histogramIn(const Field& feature) {
    Counts out;
    out.edges = edgesIn(feature.at("edges"));
    const Field counts = feature.at("counts");
    if (!counts.present()) counts.problem("is missing; state one count more than edges");
    for (const Field& count : counts.elements()) out.buckets.push_back(countIn(count));
    if (counts.present() && out.buckets.size() != out.edges.size() + 1) {
        counts.problem(cat("has ", out.buckets.size(), " entries beside ", out.edges.size(),
                           " edges; state one more than edges, the last for what is above every edge"));
    }
    return out;
}

void addClass(Counts& out, const std::string& name, uint64_t count) {
    const auto place = std::ranges::lower_bound(out.classes, name);
    out.buckets.insert(out.buckets.begin() + (place - out.classes.begin()), count);
    out.classes.insert(place, name);
}

Counts classesIn(const Field& feature, uint64_t missing) {
    Counts out;
    const Field classes = feature.at("classes");
    if (!classes.value().is_object()) {
        classes.problem("is no object; state a count by class, such as {\"a\": 10, \"b\": 5}");
        return out;
    }
    size_t named = 0;
    for (const auto& [name, value] : classes.value().items()) {
        const Field count(value, cat(classes.path(), ".", shortened(name, kLongestNameShown)),
                          feature.problems());
        if (name.empty() || name.size() > kLongestClass) {
            count.problem(
                cat("is a class whose name has ", name.size(), " bytes; give it 1 to ", kLongestClass));
        } else if (name == kMissingClass) {
            count.problem("stands for missing values; state them as missing, beside classes");
        }
        named += name == kOtherClass ? 0 : 1;
        addClass(out, name, countIn(count));
    }
    if (missing > 0) addClass(out, kMissingClass, missing);
    if (named > kMostClasses) {
        classes.problem(cat("has ", named, " classes; count the rarest as \"", kOtherClass, "\", so that ",
                            kMostClasses, " are named"));
    } else if (out.classes.size() < 2) {
        classes.problem("has fewer than two classes, so that nothing can move; leave the feature out");
    }
    return out;
}

Counts featureIn(const Field& feature) {
    const bool edges = feature.at("edges").present();
    if (edges == feature.at("classes").present()) {
        feature.problem(cat("states ", edges ? "edges and classes" : "neither edges and counts nor classes",
                            "; ", kMakeAnew));
        return {};
    }
    const Field missing = feature.at("missing");
    const uint64_t gone = missing.present() ? countIn(missing) : 0;
    Counts out = edges ? histogramIn(feature) : classesIn(feature, gone);
    out.total = std::accumulate(out.buckets.begin(), out.buckets.end(), uint64_t{0});
    if (out.total == 0) feature.problem("counts nothing; make the profile from a table that has values");
    return out;
}

Error faulty(std::vector<std::string> problems) {
    const size_t more = problems.size() - std::min(problems.size(), kProblemsShown);
    problems.resize(problems.size() - more);
    return invalid(cat(join(problems, "; "), more > 0 ? cat("; and ", more, " more") : ""));
}

}  // namespace

Result<Profile> decodeProfile(const std::string& text) {
    if (text.size() > kMostProfileBytes) {
        return invalid(cat("has ", text.size(), " bytes, more than ", kMostProfileBytes,
                           "; leave features out, or take fewer bins"));
    }
    const json value = json::parse(text, nullptr, false);
    if (value.is_discarded()) return invalid(cat("is no JSON; ", kMakeAnew));
    std::vector<std::string> problems;
    const Field root(value, "profile", problems);
    const Field format = root.at("format");
    if (format.value() != "serin-profile/1") {
        format.problem(cat(format.present() ? "is another" : "is missing",
                           "; Serin reads \"serin-profile/1\": ", kMakeAnew));
        return faulty(problems);
    }
    const json& features = root.at("features").value();
    if (!features.is_object() || features.empty() || features.size() > kMostFeatures) {
        root.at("features").problem(cat("is no object of 1 to ", kMostFeatures, " features; ", kMakeAnew));
        return faulty(problems);
    }
    Profile out;
    for (const auto& [name, feature] : features.items()) {
        out.features[name] =
            featureIn(Field(feature, cat("features.", shortened(name, kLongestNameShown)), problems));
    }
    if (!problems.empty()) return faulty(problems);
    out.digest = shortDigest(text);
    return out;
}

}  // namespace serin::api
