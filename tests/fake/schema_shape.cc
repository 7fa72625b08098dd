#include "base/text.h"
#include "schema.h"

namespace serin::fake {
namespace {

void pruneObject(Json& value, const Schema& schema, const std::string& path,
                 std::vector<std::string>& unknown) {
    if (schema.type != Schema::Type::Object && schema.properties.empty()) return;
    for (auto member = value.begin(); member != value.end();) {
        const Schema* known = schema.member(member.key());
        if (known) {
            prune(member.value(), *known, path.empty() ? member.key() : cat(path, '.', member.key()),
                  unknown);
        } else if (!schema.open) {
            unknown.push_back(path.empty() ? member.key() : cat(path, '.', member.key()));
            member = value.erase(member);
            continue;
        }
        ++member;
    }
}

void fillObject(Json& value, const Schema& schema) {
    for (const auto& [key, known] : schema.properties) {
        const auto found = value.find(key);
        const bool absent = found == value.end();
        if (!absent && (!found->is_null() || known.nullable)) {
            fillDefaults(*found, known);
        } else if (!known.fallback.is_discarded()) {
            Json& filled = value[key] = known.fallback;
            fillDefaults(filled, known);
        } else if (!absent) {
            value.erase(found);
        }
    }
    if (!schema.additional) return;
    for (auto& [key, member] : value.items()) {
        if (!schema.properties.contains(key)) fillDefaults(member, *schema.additional);
    }
}

}  // namespace

void prune(Json& value, const Schema& schema, const std::string& path, std::vector<std::string>& unknown) {
    if (value.is_object()) {
        pruneObject(value, schema, path, unknown);
    } else if (value.is_array() && schema.items) {
        size_t index = 0;
        for (Json& item : value) prune(item, *schema.items, cat(path, '[', index++, ']'), unknown);
    }
}

void fillDefaults(Json& value, const Schema& schema) {
    if (value.is_object()) {
        fillObject(value, schema);
    } else if (value.is_array() && schema.items) {
        for (Json& item : value) fillDefaults(item, *schema.items);
    }
}

}  // namespace serin::fake
