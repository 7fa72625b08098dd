#include "ownership.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace serin::fake {
namespace {

Manager& managerOf(Ownership& owners, const Writer& writer, bool applies) {
    const auto found = std::find_if(owners.begin(), owners.end(), [&](const Manager& m) {
        return m.name == writer.manager && m.applies == applies && m.subresource == writer.subresource;
    });
    if (found != owners.end()) return *found;
    owners.push_back({writer.manager, applies, writer.subresource, {}});
    return owners.back();
}

void dropEmpty(Ownership& owners) {
    owners.erase(
        std::remove_if(owners.begin(), owners.end(), [](const Manager& m) { return m.fields.empty(); }),
        owners.end());
}

struct Conflict {
    const Manager* with = nullptr;
    FieldSet fields;
};

std::string phrase(const Manager& manager, const std::string& version, bool several) {
    return cat(several ? "conflicts" : "conflict", " with \"", manager.name, '"',
               manager.subresource.empty() ? "" : " with subresource \"", manager.subresource,
               manager.subresource.empty() ? "" : "\"", manager.applies ? "" : " using ",
               manager.applies ? "" : version);
}

Failure refusal(const std::vector<Conflict>& conflicts, const std::string& version) {
    size_t count = 0;
    Json causes = Json::array();
    std::vector<std::string> sentences;
    for (const Conflict& conflict : conflicts) {
        const std::string sentence = phrase(*conflict.with, version, conflict.fields.size() > 1);
        std::string listed;
        for (const std::string& field : conflict.fields) {
            ++count;
            causes.push_back({{"reason", "FieldManagerConflict"},
                              {"message", phrase(*conflict.with, version, false)},
                              {"field", readable(field)}});
            listed += cat(conflict.fields.size() > 1 ? "\n- " : " ", readable(field));
        }
        sentences.push_back(cat(sentence, ':', listed));
    }
    return {
        409,
        "Conflict",
        cat("Apply failed with ", count, count == 1 ? " conflict: " : " conflicts: ", join(sentences, "\n")),
        {{"causes", std::move(causes)}}};
}

FieldSet ownedByAnyone(const Ownership& owners) {
    FieldSet all;
    for (const Manager& manager : owners) all = unite(all, manager.fields);
    return all;
}

}  // namespace

void recordUpdate(Ownership& owners, const Writer& writer, const Json& before, const Json& after,
                  const Schema& schema) {
    Difference difference;
    if (before.is_null()) {
        difference.changed = fieldsOf(after, schema);
    } else {
        difference = compare(before, after, schema);
    }
    if (difference.changed.empty() && difference.removed.empty()) return;
    const FieldSet touched = unite(difference.changed, difference.removed);
    Manager& own = managerOf(owners, writer, false);
    own.fields = unite(own.fields, difference.changed);
    for (Manager& manager : owners) {
        const bool writes = &manager == &own;
        manager.fields = subtract(manager.fields, writes ? difference.removed : touched);
    }
    dropEmpty(owners);
}

Outcome<Json> applyTo(const Json& live, Ownership& owners, const Writer& writer, const Json& applied,
                      const Schema& schema) {
    Json merged = live;
    overlay(merged, applied, schema);
    Manager& own = managerOf(owners, writer, true);
    const FieldSet last = std::exchange(own.fields, fieldsOf(applied, schema));
    // Mostly nothing is abandoned, and then nobody's parents need to be known.
    const FieldSet owned = ownedByAnyone(owners);
    if (const FieldSet gone = subtract(last, owned); !gone.empty())
        removeFields(merged, subtract(withParents(gone), withParents(owned)), schema);

    const Difference difference = compare(live, merged, schema);
    std::vector<Conflict> conflicts;
    for (Manager& manager : owners) {
        if (&manager == &own) continue;
        FieldSet disputed = intersect(manager.fields, difference.changed);
        if (writer.force) {
            manager.fields = subtract(manager.fields, disputed);
        } else if (!disputed.empty()) {
            conflicts.push_back({&manager, std::move(disputed)});
        }
        manager.fields = subtract(manager.fields, difference.removed);
    }
    if (!conflicts.empty()) return refusal(conflicts, textAt(applied, "apiVersion"));
    dropEmpty(owners);
    return merged;
}

}  // namespace serin::fake
