#include "document.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/text.h"

namespace serin::scenarios {
namespace {

Json scalar(const YAML::Node& node) {
    const std::string& text = node.Scalar();
    if (node.Tag() == "!") return text;
    if (text == "true" || text == "false") return text == "true";
    if (text == "null" || text == "~" || text.empty()) return nullptr;
    int64_t integer = 0;
    const char* end = text.data() + text.size();
    if (auto [at, error] = std::from_chars(text.data(), end, integer); error == std::errc() && at == end)
        return integer;
    double number = 0;
    if (auto [at, error] = std::from_chars(text.data(), end, number); error == std::errc() && at == end)
        return number;
    return text;
}

Json convert(const YAML::Node& node) {
    if (node.IsMap()) {
        Json map = Json::object();
        for (const auto& entry : node) {
            const auto key = entry.first.as<std::string>();
            if (map.contains(key)) throw BadTable(cat("the key \"", key, "\" stands twice in one map"));
            map[key] = convert(entry.second);
        }
        return map;
    }
    if (node.IsSequence()) {
        Json list = Json::array();
        for (const auto& entry : node) list.push_back(convert(entry));
        return list;
    }
    return node.IsScalar() ? scalar(node) : Json();
}

bool holdsTime(const std::string& key) {
    static const std::set<std::string> names{
        "startedAt", "phaseStartedAt", "scaledAt", "stepStartedAt",  "routedAt",          "extendedAt",
        "updatedAt", "until",          "at",       "inconclusiveAt", "lastTransitionTime"};
    return names.contains(key);
}

}  // namespace

Json readYaml(const std::string& path) {
    try {
        return convert(YAML::LoadFile(path));
    } catch (const YAML::Exception& error) {
        throw BadTable(cat(path, ": ", error.what()));
    } catch (const BadTable& error) {
        throw BadTable(cat(path, ": ", error.what()));
    }
}

Json merged(Json base, const Json& over) {
    if (!base.is_object() || !over.is_object()) return over;
    for (const auto& [key, value] : over.items()) {
        if (value.is_null()) {
            base.erase(key);
        } else {
            base[key] = base.contains(key) ? merged(base[key], value) : value;
        }
    }
    return base;
}

void checkKeys(const Json& map, std::initializer_list<const char*> known, const std::string& where) {
    if (!map.is_object()) throw BadTable(cat(where, " is no map"));
    for (const auto& [key, value] : map.items()) {
        const bool found =
            std::any_of(known.begin(), known.end(), [&](const char* name) { return key == name; });
        if (!found) throw BadTable(cat(where, " has the unknown key \"", key, "\""));
    }
}

void checkSchema(const Json& value, const Json& schema, const std::string& where) {
    if (schema.contains("x-kubernetes-preserve-unknown-fields")) return;
    if (value.is_array() && schema.contains("items")) {
        for (size_t i = 0; i < value.size(); ++i)
            checkSchema(value[i], schema["items"], cat(where, "[", i, "]"));
    }
    if (!value.is_object() || !schema.contains("properties")) return;
    for (const auto& [key, member] : value.items()) {
        if (!schema["properties"].contains(key)) throw BadTable(cat(where, " has no field \"", key, "\""));
        checkSchema(member, schema["properties"][key], cat(where, ".", key));
    }
}

const Json& resourceSchema() {
    static const Json schema =
        readYaml(SERIN_SOURCE_DIR
                 "/crds/modeldeployments.serin.dev.yaml")["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    return schema;
}

Timestamp momentOf(const Json& offset, const std::string& where) {
    const std::string text = offset.is_string() ? offset.get<std::string>() : offset.dump();
    const bool before = text.starts_with("-");
    const auto distance = parseDuration(before ? std::string_view(text).substr(1) : std::string_view(text));
    if (!distance) throw BadTable(cat(where, " is \"", text, "\", which is no offset such as 45s or -2m"));
    return before ? kStart - *distance : kStart + *distance;
}

std::string offsetOf(Timestamp moment) {
    return moment < kStart ? cat("-", formatDuration(kStart - moment)) : formatDuration(moment - kStart);
}

Json withMoments(Json value) {
    if (value.is_array()) {
        for (Json& entry : value) entry = withMoments(std::move(entry));
    }
    if (!value.is_object()) return value;
    for (auto& [key, member] : value.items()) {
        if (member.is_structured()) member = withMoments(std::move(member));
        if (!holdsTime(key) || !member.is_string() || parseTime(member.get<std::string>())) continue;
        std::string text = formatMicroTime(momentOf(member, key));
        member = text.erase(text.size() - 4, 3);
    }
    return value;
}

}  // namespace serin::scenarios
