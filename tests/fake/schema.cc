#include "schema.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"

namespace serin::fake {
namespace {

// Numbers and booleans of YAML's core schema; a quoted scalar stays a text.
Json scalar(const YAML::Node& node) {
    const std::string& text = node.Scalar();
    if (node.Tag() == "!") return text;
    if (text == "true" || text == "false") return text == "true";
    if (text == "null" || text == "~" || text.empty()) return nullptr;
    const char* const end = text.data() + text.size();
    std::int64_t whole = 0;
    if (const auto read = std::from_chars(text.data(), end, whole); read.ec == std::errc() && read.ptr == end)
        return whole;
    double real = 0;
    if (const auto read = std::from_chars(text.data(), end, real); read.ec == std::errc() && read.ptr == end)
        return real;
    return text;
}

Json toJson(const YAML::Node& node) {
    if (node.IsSequence()) {
        Json out = Json::array();
        for (const auto& item : node) out.push_back(toJson(item));
        return out;
    }
    if (node.IsMap()) {
        Json out = Json::object();
        for (const auto& member : node) out[member.first.Scalar()] = toJson(member.second);
        return out;
    }
    return node.IsScalar() ? scalar(node) : Json();
}

Schema::Type typeOf(const Json& schema) {
    static const std::map<std::string, Schema::Type> names{
        {"object", Schema::Type::Object}, {"array", Schema::Type::Array},
        {"string", Schema::Type::String}, {"integer", Schema::Type::Integer},
        {"number", Schema::Type::Number}, {"boolean", Schema::Type::Boolean}};
    const auto found = names.find(textAt(schema, "type"));
    return found == names.end() ? Schema::Type::Any : found->second;
}

std::optional<size_t> sizeAt(const Json& schema, const char* key) {
    const Json& value = at(schema, key);
    return value.is_number() ? std::optional(value.get<size_t>()) : std::nullopt;
}

std::optional<double> numberAt(const Json& schema, const char* key) {
    const Json& value = at(schema, key);
    return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

bool trueAt(const Json& schema, const char* key) {
    const Json& value = at(schema, key);
    return value.is_boolean() && value.get<bool>();
}

std::vector<std::string> textsAt(const Json& schema, const char* key) {
    const Json& value = at(schema, key);
    return value.is_array() ? value.get<std::vector<std::string>>() : std::vector<std::string>();
}

void expectKnown(const Json& schema) {
    static const std::array<std::string_view, 26> known{"type",
                                                        "description",
                                                        "properties",
                                                        "required",
                                                        "additionalProperties",
                                                        "items",
                                                        "nullable",
                                                        "default",
                                                        "enum",
                                                        "format",
                                                        "minimum",
                                                        "maximum",
                                                        "exclusiveMinimum",
                                                        "exclusiveMaximum",
                                                        "minLength",
                                                        "maxLength",
                                                        "minItems",
                                                        "maxItems",
                                                        "minProperties",
                                                        "maxProperties",
                                                        "x-kubernetes-preserve-unknown-fields",
                                                        "x-kubernetes-list-type",
                                                        "x-kubernetes-list-map-keys",
                                                        "x-kubernetes-map-type",
                                                        "x-kubernetes-validations",
                                                        "x-kubernetes-int-or-string"};
    for (const auto& [key, value] : schema.items()) {
        if (std::find(known.begin(), known.end(), key) == known.end())
            throw std::runtime_error(cat("the schema keyword ", key, " is not simulated"));
    }
}

void readLimits(const Json& schema, Schema& out) {
    out.minimum = numberAt(schema, "minimum");
    out.maximum = numberAt(schema, "maximum");
    out.exclusiveMinimum = trueAt(schema, "exclusiveMinimum");
    out.exclusiveMaximum = trueAt(schema, "exclusiveMaximum");
    out.minLength = sizeAt(schema, "minLength");
    out.maxLength = sizeAt(schema, "maxLength");
    out.minItems = sizeAt(schema, "minItems");
    out.maxItems = sizeAt(schema, "maxItems");
    out.minProperties = sizeAt(schema, "minProperties");
    out.maxProperties = sizeAt(schema, "maxProperties");
}

Schema read(const Json& schema) {
    expectKnown(schema);
    Schema out;
    out.type = typeOf(schema);
    for (const auto& [key, value] : at(schema, "properties").items())
        out.properties.emplace(key, read(value));
    if (at(schema, "additionalProperties").is_object())
        out.additional = std::make_shared<Schema>(read(at(schema, "additionalProperties")));
    if (at(schema, "items").is_object()) out.items = std::make_shared<Schema>(read(at(schema, "items")));
    out.required = textsAt(schema, "required");
    out.open = trueAt(schema, "x-kubernetes-preserve-unknown-fields");
    out.nullable = trueAt(schema, "nullable");
    out.keys = textsAt(schema, "x-kubernetes-list-map-keys");
    out.set = textAt(schema, "x-kubernetes-list-type") == "set";
    out.atomic = !out.set && out.keys.empty();
    out.atomicMap = textAt(schema, "x-kubernetes-map-type") == "atomic";
    out.fallback = schema.contains("default") ? schema["default"] : Json(Json::value_t::discarded);
    out.choices = textsAt(schema, "enum");
    out.format = textAt(schema, "format");
    readLimits(schema, out);
    return out;
}

// Every kind has the same metadata, whatever its schema says of it.
void completeRoot(Schema& root, const Schema& metadata) {
    Schema text;
    text.type = Schema::Type::String;
    root.properties["apiVersion"] = text;
    root.properties["kind"] = text;
    root.properties["metadata"] = metadata;
}

}  // namespace

const Schema* Schema::member(const std::string& key) const {
    const auto found = properties.find(key);
    return found != properties.end() ? &found->second : additional.get();
}

Result<std::shared_ptr<const Schemas>> loadSchemas(const std::string& crd, const std::string& builtin) {
    try {
        auto out = std::make_shared<Schemas>();
        const Json definition = toJson(YAML::Load(crd));
        const Json kinds = toJson(YAML::Load(builtin));
        const Schema metadata = read(kinds.at("ObjectMeta"));
        for (const auto& [kind, schema] : kinds.items()) {
            if (kind != "ObjectMeta") out->byKind.emplace(kind, read(schema));
        }
        const Json& spec = definition.at("spec");
        out->byKind.insert_or_assign(spec.at("names").at("kind").get<std::string>(),
                                     read(spec.at("versions").at(0).at("schema").at("openAPIV3Schema")));
        for (auto& [kind, schema] : out->byKind) completeRoot(schema, metadata);
        return std::shared_ptr<const Schemas>(std::move(out));
    } catch (const std::exception& error) {
        return invalid(cat("schemas of the simulated API server: ", error.what()));
    }
}

}  // namespace serin::fake
