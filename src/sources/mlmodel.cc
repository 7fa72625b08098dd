#include "sources/mlmodel.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <exception>
#include <nlohmann/json.hpp>

#include "api/json_read.h"
#include "base/shorten.h"
#include "base/text.h"
#include "base/time.h"
#include "sources/json_answer.h"

namespace serin::sources {
namespace {

using nlohmann::json;

constexpr size_t kLongestSignature = 200;
// Of columns that are told by name; there may be thousands.
constexpr size_t kMostColumns = 50;

std::string scalarAt(const YAML::Node& node, const char* name) {
    const YAML::Node found = node[name];
    return found && found.IsScalar() ? found.Scalar() : "";
}

std::string typeOf(const json& column) {
    const std::string type = api::textAt(column, "type");
    if (type != "tensor") return type;
    const json& spec = api::objectAt(column, "tensor-spec");
    const json& shape = api::listAt(spec, "shape");
    // What is nested is no shape, and printing it takes a stack as deep.
    const bool flat = std::ranges::all_of(shape, [](const json& size) { return size.is_number_integer(); });
    return cat("tensor ", api::textAt(spec, "dtype"), flat ? cat(" ", shape.dump()) : "");
}

// Of a schema, which MLflow writes as a JSON text (mlflow/types/schema.py).
std::string columnsOf(const std::string& schema) {
    if (!isModest(schema)) return "";
    const json columns = json::parse(schema, nullptr, false);
    if (!columns.is_array()) return "";
    std::vector<std::string> out;
    for (const json& column : columns) {
        if (out.size() == kMostColumns) break;
        const std::string name = api::textAt(column, "name");
        out.push_back(name.empty() ? typeOf(column) : cat(name, ": ", typeOf(column)));
    }
    return join(out, ", ");
}

std::string plain(std::string text) {
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; }, '?');
    return text;
}

// MLflow writes "2026-11-26 12:00:00.123456" of UTC.
std::string timeOf(std::string text) {
    const size_t blank = text.find(' ');
    if (blank != std::string::npos) text[blank] = 'T';
    const auto time = parseTime(text + "Z");
    return time ? formatTime(*time) : "";
}

}  // namespace

Mlmodel readMlmodel(std::string_view text) {
    Mlmodel out;
    try {
        const YAML::Node root = YAML::Load(std::string(text));
        if (!root.IsMap()) return out;
        out.run = plain(scalarAt(root, "run_id"));
        out.created = timeOf(scalarAt(root, "utc_time_created"));
        const YAML::Node signature = root["signature"];
        if (!signature || !signature.IsMap()) return out;
        const std::string inputs = columnsOf(scalarAt(signature, "inputs"));
        const std::string outputs = columnsOf(scalarAt(signature, "outputs"));
        if (inputs.empty() && outputs.empty()) return out;
        out.signature = shortened(plain(cat(inputs, " -> ", outputs)), kLongestSignature);
    } catch (const std::exception&) {  // yaml-cpp's, and nlohmann's of a text that is no UTF-8
        return {};
    }
    return out;
}

}  // namespace serin::sources
