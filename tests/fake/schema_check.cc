#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "base/time.h"
#include "schema.h"

namespace serin::fake {
namespace {

const char* nameOf(Schema::Type type) {
    switch (type) {
        case Schema::Type::Object:
            return "object";
        case Schema::Type::Array:
            return "array";
        case Schema::Type::String:
            return "string";
        case Schema::Type::Integer:
            return "integer";
        case Schema::Type::Number:
            return "number";
        case Schema::Type::Boolean:
            return "boolean";
        case Schema::Type::Any:
            break;
    }
    return "any";
}

bool hasType(const Json& value, Schema::Type type) {
    switch (type) {
        case Schema::Type::Object:
            return value.is_object();
        case Schema::Type::Array:
            return value.is_array();
        case Schema::Type::String:
            return value.is_string();
        case Schema::Type::Integer:
            return value.is_number_integer() ||
                   (value.is_number_float() && std::trunc(value.get<double>()) == value.get<double>());
        case Schema::Type::Number:
            return value.is_number();
        case Schema::Type::Boolean:
            return value.is_boolean();
        case Schema::Type::Any:
            break;
    }
    return true;
}

const char* goTypeName(const Json& value) {
    if (value.is_object()) return "object";
    if (value.is_array()) return "array";
    if (value.is_string()) return "string";
    if (value.is_boolean()) return "boolean";
    if (value.is_number_integer()) return "integer";
    return value.is_number() ? "number" : "null";
}

void refuse(std::vector<Cause>& causes, const std::string& path, const std::string& shown,
            const std::string& why) {
    causes.push_back({"FieldValueInvalid", cat("Invalid value: ", shown, ": ", why), path});
}

void checkNumber(const Json& value, const Schema& schema, const std::string& path,
                 std::vector<Cause>& causes) {
    const double number = value.get<double>();
    if (schema.minimum &&
        (number < *schema.minimum || (schema.exclusiveMinimum && number == *schema.minimum))) {
        refuse(causes, path, value.dump(),
               cat(path, " in body should be greater than ", schema.exclusiveMinimum ? "" : "or equal to ",
                   Json(*schema.minimum).dump()));
    }
    if (schema.maximum &&
        (number > *schema.maximum || (schema.exclusiveMaximum && number == *schema.maximum))) {
        refuse(causes, path, value.dump(),
               cat(path, " in body should be less than ", schema.exclusiveMaximum ? "" : "or equal to ",
                   Json(*schema.maximum).dump()));
    }
}

size_t codePoints(const std::string& text) {
    return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
    }));
}

void checkText(const Json& value, const Schema& schema, const std::string& path, std::vector<Cause>& causes) {
    const auto& text = value.get_ref<const std::string&>();
    const size_t length = codePoints(text);
    if (schema.maxLength && length > *schema.maxLength) {
        causes.push_back(
            {"FieldValueTooLong", cat("Too long: may not be more than ", *schema.maxLength, " bytes"), path});
    }
    if (schema.minLength && length < *schema.minLength) {
        refuse(causes, path, value.dump(),
               cat(path, " in body should be at least ", *schema.minLength, " chars long"));
    }
    if (schema.format == "date-time" && !parseTime(text)) {
        refuse(causes, path, value.dump(), cat(path, " in body must be of type date-time: ", value.dump()));
    }
    if (!schema.choices.empty() &&
        std::find(schema.choices.begin(), schema.choices.end(), text) == schema.choices.end()) {
        causes.push_back(unsupported(path, value, schema.choices));
    }
}

void checkDuplicates(const Json& list, const Schema& schema, const std::string& path,
                     std::vector<Cause>& causes) {
    if (schema.keys.empty()) return;
    std::vector<Json> seen;
    for (size_t i = 0; i < list.size(); ++i) {
        Json key = Json::object();
        for (const std::string& name : schema.keys) key[name] = at(list[i], name);
        if (std::find(seen.begin(), seen.end(), key) != seen.end()) {
            causes.push_back(duplicate(cat(path, '[', i, ']'), key));
        }
        seen.push_back(std::move(key));
    }
}

void checkList(const Json& value, const Schema& schema, const std::string& path, std::vector<Cause>& causes) {
    if (schema.maxItems && value.size() > *schema.maxItems) {
        causes.push_back({"FieldValueTooMany",
                          cat("Too many: ", value.size(), ": must have at most ", *schema.maxItems, " items"),
                          path});
    }
    if (schema.minItems && value.size() < *schema.minItems) {
        refuse(causes, path, std::to_string(value.size()),
               cat(path, " in body should have at least ", *schema.minItems, " items"));
    }
    checkDuplicates(value, schema, path, causes);
    if (!schema.items) return;
    for (size_t i = 0; i < value.size(); ++i) check(value[i], *schema.items, cat(path, '[', i, ']'), causes);
}

void checkObject(const Json& value, const Schema& schema, const std::string& path,
                 std::vector<Cause>& causes) {
    if (schema.maxProperties && value.size() > *schema.maxProperties) {
        causes.push_back(
            {"FieldValueTooMany",
             cat("Too many: ", value.size(), ": must have at most ", *schema.maxProperties, " items"), path});
    }
    if (schema.minProperties && value.size() < *schema.minProperties) {
        refuse(causes, path, std::to_string(value.size()),
               cat(path, " in body should have at least ", *schema.minProperties, " properties"));
    }
    const auto below = [&](const std::string& key) { return path.empty() ? key : cat(path, '.', key); };
    for (const std::string& key : schema.required) {
        if (!value.contains(key)) causes.push_back(required(below(key)));
    }
    for (const auto& [key, member] : value.items()) {
        if (const Schema* known = schema.member(key)) check(member, *known, below(key), causes);
    }
}

}  // namespace

void check(const Json& value, const Schema& schema, const std::string& path, std::vector<Cause>& causes) {
    if (value.is_null() && schema.nullable) return;
    if (!hasType(value, schema.type)) {
        const std::string shown = value.is_null() ? "\"null\"" : cat('"', goTypeName(value), '"');
        causes.push_back({"FieldValueTypeInvalid",
                          cat("Invalid value: ", shown, ": ", path, " in body must be of type ",
                              nameOf(schema.type), ": ", shown),
                          path});
        return;
    }
    if (value.is_number()) checkNumber(value, schema, path, causes);
    if (value.is_string()) checkText(value, schema, path, causes);
    if (value.is_array()) checkList(value, schema, path, causes);
    if (value.is_object()) checkObject(value, schema, path, causes);
}

}  // namespace serin::fake
