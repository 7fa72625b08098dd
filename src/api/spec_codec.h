#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "api/field.h"
#include "api/spec.h"
#include "api/status.h"

namespace serin::api {

// A spec as it was read back, whatever schema it was stored under, with the defaults of Spec's contract
// filled in. Never fails: what breaks a rule stands in Spec::problems, and its field has the default.
Spec decodeSpec(const nlohmann::json& spec, const std::string& objectName);

// What the source of a decoded spec is known to mean, from the same `spec` and the recorded status: the id
// where it was looked up for what is written now. Without one the spec is unresolved. Nothing to do without a
// source.
void adoptResolution(const nlohmann::json& spec, const std::optional<SourceStatus>& known, Spec& out);

// Its parts. `spec` is the field "spec".
// spec.model.source; absent also where its URI cannot be read.
std::optional<ModelSource> decodeModelSource(const Field& model);
// `source` is the field "spec.model.source", whose reference has been read.
RegistryReport decodeRegistryReport(const Field& source, const SourceReference& reference);
Runtime decodeRuntime(const Field& spec, const Model& model);
std::vector<ServicePort> decodePorts(const Field& spec, const RuntimePorts& runtime);
Rollout decodeRollout(const Field& spec);
Analysis decodeAnalysis(const Field& spec, const Runtime& runtime);
// `entry` is a metric of errors, latency or a share whose kind, share and slowerThan have been read. Fills
// its absolute limit, and of a quantile slowerThan. True when a limit is stated, be it one that cannot be.
bool decodeLimit(const Field& entry, Metric& out);
// Fills a metric of kind mean from its entry, limits included.
void decodeMean(const Field& entry, Metric& out);
// Fills how the pods' metrics are served, and what opens them. Where the numbers come from has been read.
void decodeServedMetrics(const Field& spec, Spec& out);
// `analysis` is the field "spec.analysis". Fills where the numbers come from, and how far that widens the
// interval, which has been read, as has holdAtMost.
void decodeFrom(const Field& analysis, Analysis& out);
// A Prometheus, wherever one is stated.
PrometheusSource decodePrometheus(const Field& prometheus);

inline constexpr size_t kMostQueries = 10;
// What a query depends on beside its entry.
struct QuerySurroundings {
    bool fromPrometheus = false;  // the analysis names a Prometheus that it is put to unless it names one
    std::optional<Duration> watchFor;  // the analysis'
};
// Fills a metric of kind query from its entry.
void decodeQuery(const Field& entry, const QuerySurroundings& about, Metric& out);
// `metrics` is the field "spec.analysis.metrics". What queries need of the others; and they are put to the
// Prometheus of the analysis, which has been read.
void checkQueries(const Field& metrics, Analysis& out);

// Fills the profile that metrics are compared with, and what a drift of the world does; the metrics have been
// read.
void decodeReference(const Field& analysis, Analysis& out);
// `spec` is the field "spec", of which all else has been read. Whether the model has files among which a
// profile could be.
void checkReferenceFile(const Field& spec, const Spec& out);

// Of a value that a problem repeats.
inline constexpr size_t kLongestShown = 80;

// Parts that stand in several places. The name of an object of this kind that has `content` (words for
// people), and a key of a ConfigMap.
std::string decodeObjectName(const Field& field, std::string_view kind, std::string_view content);
ConfigMapKey decodeConfigMapKey(const Field& configMap, std::string_view content,
                                const std::string& defaultKey);

// How a server is asked, in words that stand before "and everybody on the way could read them", and what to
// write instead of plain HTTP.
struct Asked {
    bool https = false;
    std::string_view how;
    std::string_view wayOut;
};
// The members `credentials` and `tls` of what says which server it is. Without https they are refused.
AccessSource decodeAccess(const Field& server, const Asked& asked);
// The address of a server, http(s)://host[:port][/prefix], without a slash at its end; empty, and a problem,
// where the field has another text. `example` is one.
std::string decodeAddress(const Field& field, const std::string& example);

// What of the spec makes a revision, in Crockford's alphabet: shortDigest of the canonical JSON of model,
// runtime without its `metrics` (how a page is read changes no pod), template and the target ports as a
// person wrote them, nothing filled in. Of a source `follow`, `credentials`, `ca`, `report` and `moveAlias`
// are left out, which change no byte of the model, as is the default of `load`, and `modelId`, what it means,
// is added where it is not empty. Pinned by golden vectors.
std::string revisionOf(const nlohmann::json& spec, const std::string& modelId = {});

}  // namespace serin::api
