#include "field_set.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"

namespace serin::fake {
namespace {

constexpr char kSeparator = '\x1f';

// What nobody can own: identity, and what the server itself writes.
bool isSystemField(const std::string& path) {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> out;
        for (const char* top : {"apiVersion", "kind", "metadata"}) out.push_back(cat(kSeparator, "f:", top));
        for (const char* name : {"name", "namespace", "creationTimestamp", "uid", "generation",
                                 "resourceVersion", "managedFields", "selfLink", "deletionTimestamp",
                                 "deletionGracePeriodSeconds", "generateName"}) {
            out.push_back(cat(kSeparator, "f:metadata", kSeparator, "f:", name));
        }
        std::sort(out.begin(), out.end());
        return out;
    }();
    return std::binary_search(names.begin(), names.end(), path);
}

const Schema& anything() {
    static const Schema any;
    return any;
}

// nullptr: the value is one field as a whole.
const Schema* mapSchema(const Json& value, const Schema& schema) {
    return value.is_object() && !value.empty() && !schema.atomicMap ? &schema : nullptr;
}

bool isKeyed(const Json& value, const Schema& schema) {
    return value.is_array() && !schema.atomic;
}

const Schema& memberSchema(const Schema& schema, const std::string& key) {
    const Schema* found = schema.member(key);
    return found ? *found : anything();
}

std::string itemElement(const Json& item, const Schema& list) {
    if (list.set) return cat(kSeparator, "v:", dump(item));
    Json key = Json::object();
    for (const std::string& name : list.keys) {
        const Json& value = at(item, name);
        if (!value.is_null()) {
            key[name] = value;
        } else if (const Schema& member = memberSchema(*list.items, name); !member.fallback.is_discarded()) {
            key[name] = member.fallback;
        }
    }
    return cat(kSeparator, "k:", dump(key));
}

void collect(const Json& value, const Schema& schema, const std::string& path, FieldSet& out) {
    if (isKeyed(value, schema)) {
        if (value.empty()) out.push_back(path);
        for (const Json& item : value) {
            const std::string below = path + itemElement(item, schema);
            out.push_back(below);
            if (!schema.set) collect(item, *schema.items, below, out);
        }
    } else if (mapSchema(value, schema)) {
        for (const auto& [key, member] : value.items()) {
            collect(member, memberSchema(schema, key), cat(path, kSeparator, "f:", key), out);
        }
    } else if (!path.empty()) {
        out.push_back(path);
    }
}

void normalise(FieldSet& set) {
    std::sort(set.begin(), set.end());
    set.erase(std::unique(set.begin(), set.end()), set.end());
}

void withoutSystemFields(FieldSet& set) {
    set.erase(std::remove_if(set.begin(), set.end(), isSystemField), set.end());
}

const Json* itemOf(const Json& list, const std::string& element, const Schema& schema) {
    for (const Json& item : list) {
        if (itemElement(item, schema) == element) return &item;
    }
    return nullptr;
}

void compareAt(const Json& before, const Json& after, const Schema& schema, const std::string& path,
               Difference& out);

void compareLists(const Json& before, const Json& after, const Schema& schema, const std::string& path,
                  Difference& out) {
    for (const Json& item : after) {
        const std::string element = itemElement(item, schema);
        const Json* old = itemOf(before, element, schema);
        if (!old) {
            out.changed.push_back(path + element);
            if (!schema.set) collect(item, *schema.items, path + element, out.changed);
        } else if (!schema.set) {
            compareAt(*old, item, *schema.items, path + element, out);
        }
    }
    for (const Json& item : before) {
        const std::string element = itemElement(item, schema);
        if (itemOf(after, element, schema)) continue;
        out.removed.push_back(path + element);
        if (!schema.set) collect(item, *schema.items, path + element, out.removed);
    }
}

void compareMaps(const Json& before, const Json& after, const Schema& schema, const std::string& path,
                 Difference& out) {
    for (const auto& [key, value] : after.items()) {
        const std::string below = cat(path, kSeparator, "f:", key);
        const auto old = before.find(key);
        if (old == before.end()) {
            collect(value, memberSchema(schema, key), below, out.changed);
        } else {
            compareAt(*old, value, memberSchema(schema, key), below, out);
        }
    }
    for (const auto& [key, value] : before.items()) {
        if (!after.contains(key))
            collect(value, memberSchema(schema, key), cat(path, kSeparator, "f:", key), out.removed);
    }
}

void compareAt(const Json& before, const Json& after, const Schema& schema, const std::string& path,
               Difference& out) {
    if (before == after) return;
    if (isKeyed(before, schema) && isKeyed(after, schema)) {
        compareLists(before, after, schema, path, out);
    } else if (before.is_object() && after.is_object() && !schema.atomicMap) {
        compareMaps(before, after, schema, path, out);
        if (after.empty()) out.changed.push_back(path);
    } else {
        collect(before, schema, path, out.removed);
        collect(after, schema, path, out.changed);
    }
}

}  // namespace

FieldSet unite(const FieldSet& left, const FieldSet& right) {
    FieldSet out;
    out.reserve(left.size() + right.size());
    std::set_union(left.begin(), left.end(), right.begin(), right.end(), std::back_inserter(out));
    return out;
}

FieldSet intersect(const FieldSet& left, const FieldSet& right) {
    FieldSet out;
    std::set_intersection(left.begin(), left.end(), right.begin(), right.end(), std::back_inserter(out));
    return out;
}

FieldSet subtract(const FieldSet& left, const FieldSet& right) {
    FieldSet out;
    std::set_difference(left.begin(), left.end(), right.begin(), right.end(), std::back_inserter(out));
    return out;
}

FieldSet withParents(const FieldSet& set) {
    FieldSet out = set;
    for (const std::string& path : set) {
        for (size_t end = path.rfind(kSeparator); end != std::string::npos && end > 0;
             end = path.rfind(kSeparator, end - 1)) {
            out.push_back(path.substr(0, end));
        }
    }
    normalise(out);
    return out;
}

FieldSet fieldsOf(const Json& object, const Schema& schema) {
    FieldSet out;
    collect(object, schema, "", out);
    normalise(out);
    withoutSystemFields(out);
    return out;
}

Difference compare(const Json& before, const Json& after, const Schema& schema) {
    Difference out;
    compareAt(before, after, schema, "", out);
    for (FieldSet* set : {&out.changed, &out.removed}) {
        normalise(*set);
        withoutSystemFields(*set);
    }
    out.removed = subtract(out.removed, out.changed);
    return out;
}

void overlay(Json& live, const Json& applied, const Schema& schema) {
    if (isKeyed(applied, schema) && live.is_array()) {
        for (const Json& item : applied) {
            const Json* old = itemOf(live, itemElement(item, schema), schema);
            if (!old) {
                live.push_back(item);
            } else if (!schema.set) {
                overlay(const_cast<Json&>(*old), item, *schema.items);
            }
        }
    } else if (applied.is_object() && live.is_object() && !schema.atomicMap) {
        for (const auto& [key, value] : applied.items()) {
            const auto old = live.find(key);
            if (old == live.end()) {
                live[key] = value;
            } else {
                overlay(*old, value, memberSchema(schema, key));
            }
        }
    } else {
        live = applied;
    }
}

namespace {

void removeAt(Json& value, const Schema& schema, const std::string& path, const FieldSet& paths) {
    const auto gone = [&](const std::string& below) {
        return std::binary_search(paths.begin(), paths.end(), below);
    };
    if (isKeyed(value, schema)) {
        Json kept = Json::array();
        for (Json& item : value) {
            const std::string below = path + itemElement(item, schema);
            if (gone(below)) continue;
            if (!schema.set) removeAt(item, *schema.items, below, paths);
            kept.push_back(std::move(item));
        }
        value = std::move(kept);
    } else if (value.is_object()) {
        for (auto member = value.begin(); member != value.end();) {
            const std::string below = cat(path, kSeparator, "f:", member.key());
            if (gone(below)) {
                member = value.erase(member);
            } else {
                removeAt(member.value(), memberSchema(schema, member.key()), below, paths);
                ++member;
            }
        }
    }
}

}  // namespace

void removeFields(Json& object, const FieldSet& paths, const Schema& schema) {
    if (!paths.empty()) removeAt(object, schema, "", paths);
}

std::string readable(const std::string& path) {
    std::string out;
    for (const std::string& element : split(std::string_view(path).substr(1), kSeparator)) {
        const std::string value = element.substr(2);
        if (element[0] == 'f') {
            out += cat('.', value);
        } else if (element[0] == 'v') {
            out += cat("[=", value, ']');
        } else {
            std::vector<std::string> keys;
            const Json stated = Json::parse(value);
            for (const auto& [key, member] : stated.items()) keys.push_back(cat(key, '=', dump(member)));
            out += cat('[', join(keys, ","), ']');
        }
    }
    return out;
}

}  // namespace serin::fake
