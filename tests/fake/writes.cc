#include "writes.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/text.h"
#include "kube/object.h"
#include "metadata_check.h"
#include "strategy.h"

namespace serin::fake {
namespace {

constexpr const char* kSystemMembers[] = {"uid", "creationTimestamp", "deletionTimestamp",
                                          "deletionGracePeriodSeconds", "generation"};

void keepSystemMembers(Json& metadata, const Json& before) {
    for (const char* key : kSystemMembers) {
        if (const Json& kept = at(before, key); kept.is_null()) {
            metadata.erase(key);
        } else {
            metadata[key] = kept;
        }
    }
    metadata.erase("managedFields");
    metadata.erase("selfLink");
}

// Empty maps and lists of metadata are not stored.
void tidyMetadata(Json& metadata) {
    for (const char* key : {"labels", "annotations", "finalizers", "ownerReferences"}) {
        const auto found = metadata.find(key);
        if (found != metadata.end() && found->empty()) metadata.erase(found);
    }
}

std::string cannotBeHandled(Kind kind, const std::string& why) {
    const kube::Resource& resource = factsOf(kind).resource;
    return cat(resource.kind, " in version \"", resource.version, "\" cannot be handled as a ", resource.kind,
               ": ", why);
}

std::string strictSentence(const std::vector<std::string>& unknown) {
    std::vector<std::string> parts;
    for (const std::string& path : unknown) parts.push_back(cat("unknown field \"", path, '"'));
    return cat("strict decoding error: ", join(parts, ", "));
}

// Micro times that the strict decoder of Go refuses; metav1.MicroTime wants exactly six digits.
std::string badMicroTime(const Json& value, const Schema& schema) {
    if (value.is_string() && schema.format == "micro-time") {
        const auto& text = value.get_ref<const std::string&>();
        const size_t dot = text.find('.');
        const size_t zone = dot == std::string::npos ? dot : text.find_first_not_of("0123456789", dot + 1);
        const bool six = zone != std::string::npos && zone - dot == 7;
        return six && parseTime(text) ? "" : text;
    }
    if (!value.is_object()) return "";
    for (const auto& [key, member] : value.items()) {
        const Schema* known = schema.member(key);
        const std::string bad = known ? badMicroTime(member, *known) : "";
        if (!bad.empty()) return bad;
    }
    return "";
}

// A patch may not rename.
std::optional<Failure> checkPlace(const Json& next, const std::string& space, const std::string& name) {
    const Json& metadata = metadataOf(next);
    if (textAt(metadata, "name") != name) {
        return badRequest(cat("the name of the object (", textAt(metadata, "name"),
                              ") does not match the name on the URL (", name, ")"));
    }
    if (textAt(metadata, "namespace") != space)
        return badRequest(
            "the namespace of the provided object does not match the namespace sent on the request");
    return std::nullopt;
}

// Told twice, as all of the metadata's checks are.
Failure otherUid(Kind kind, const std::string& name, const Json& uid) {
    const Cause cause = invalidValue("metadata.uid", uid, "field is immutable");
    return invalidObject(kind, name, {cause, cause});
}

}  // namespace

bool mayVanish(const Json& object) {
    const Json& grace = at(metadataOf(object), "deletionGracePeriodSeconds");
    const bool waits = grace.is_number() && grace.get<std::int64_t>() > 0;
    return isDeleting(object) && !hasFinalizers(object) && !waits &&
           at(at(object, "spec"), "finalizers").empty();
}

Writes::Writes(Store& store, const Schemas& schemas, const Clock& clock, std::uint64_t seed)
    : store_(store), clock_(clock), random_(seed) {
    for (const Kind kind : kAllKinds)
        schema_[indexOf(kind)] = &schemas.byKind.at(factsOf(kind).resource.kind);
}

// splitmix64: the same seed gives the same names and uids on every machine.
static std::uint64_t nextRandom(std::uint64_t& state) {
    std::uint64_t value = (state += 0x9e3779b97f4a7c15ULL);
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31);
}

std::string Writes::newUid() {
    const std::uint64_t high = nextRandom(random_);
    const std::uint64_t low = nextRandom(random_);
    char text[40];
    std::snprintf(text, sizeof text, "%08x-%04x-4%03x-%04x-%012llx", static_cast<unsigned>(high >> 32),
                  static_cast<unsigned>(high >> 16 & 0xffff), static_cast<unsigned>(high & 0xfff),
                  static_cast<unsigned>((low >> 48 & 0x3fff) | 0x8000),
                  static_cast<unsigned long long>(low & 0xffffffffffffULL));
    return text;
}

void Writes::nameIt(Json& metadata) {
    if (!textAt(metadata, "name").empty() || textAt(metadata, "generateName").empty()) return;
    static constexpr std::string_view kLetters = "bcdfghjklmnpqrstvwxz2456789";
    std::string name = textAt(metadata, "generateName");
    for (int i = 0; i < 5; ++i) name += kLetters[nextRandom(random_) % kLetters.size()];
    metadata["name"] = std::move(name);
}

Outcome<std::monostate> Writes::checkNamespace(Kind kind, const std::string& space,
                                               const std::string& name) const {
    if (!factsOf(kind).namespaced) return std::monostate{};
    const ObjectPtr found = store_.find(Kind::Namespace, space);
    if (!found) return notFound(Kind::Namespace, space);
    if (isDeleting(found->object)) return namespaceTerminating(kind, name, space);
    return std::monostate{};
}

// What reading the body does: unknown members, wrong types, defaults.
std::optional<Failure> Writes::decode(Kind kind, Json& object, const WriteOptions& options,
                                      std::vector<std::string>& unknown) const {
    const Schema& schema = schemaOf(kind);
    const bool custom = factsOf(kind).custom;
    prune(object, schema, "", unknown);
    if (options.strict && !unknown.empty()) return badRequest(cannotBeHandled(kind, strictSentence(unknown)));
    if (custom) {
        fillDefaults(object, schema);
    } else {
        if (const std::string bad = badMicroTime(object, schema); !bad.empty()) {
            return badRequest(cannotBeHandled(
                kind,
                cat("parsing time \"", bad, "\" as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse")));
        }
        fillDefaults(object, schema);  // null is as good as nothing
        std::vector<Cause> causes;
        check(object, schema, "", causes);
        for (const Cause& cause : causes) {
            if (cause.reason == "FieldValueTypeInvalid") {
                return badRequest(
                    cannotBeHandled(kind, cat("json: cannot unmarshal into Go struct field ", cause.field)));
            }
        }
    }
    return std::nullopt;
}

Outcome<Written> Writes::create(Kind kind, const std::string& space, Json object,
                                const WriteOptions& options) {
    Json& metadata = object["metadata"];
    if (!metadata.is_object()) metadata = Json::object();
    if (!space.empty()) metadata["namespace"] = space;
    std::vector<std::string> unknown;
    if (auto failure = decode(kind, object, options, unknown)) return *failure;
    const auto open = checkNamespace(kind, space, textAt(object["metadata"], "name"));
    if (const Failure* failure = failureOf(open)) return *failure;
    if (!textAt(object["metadata"], "resourceVersion").empty())
        return Failure{500, "", "resourceVersion should not be set on objects to be created", {}};
    nameIt(object["metadata"]);
    Outcome<Written> written = insert(kind, std::move(object), {}, options);
    if (auto* done = std::get_if<Written>(&written)) done->unknown = std::move(unknown);
    return written;
}

Outcome<Written> Writes::insert(Kind kind, Json object, Ownership owners, const WriteOptions& options) {
    Json& metadata = object["metadata"];
    keepSystemMembers(metadata, Json::object());
    tidyMetadata(metadata);
    metadata["uid"] = newUid();
    metadata["creationTimestamp"] = formatTime(clock_.wall());
    prepareCreate(kind, object, serial_++);
    const std::string name = textAt(metadata, "name");
    std::vector<Cause> causes;
    if (factsOf(kind).custom) check(object, schemaOf(kind), "", causes);
    for (Cause& cause : validateCreate(kind, object)) causes.push_back(std::move(cause));
    if (!causes.empty()) return invalidObject(kind, name, causes);
    if (store_.find(kind, kube::objectKey(textAt(metadata, "namespace"), name)))
        return alreadyExists(kind, name);
    if (options.dryRun) return Written{std::make_shared<const Version>(kind, std::move(object), 0), true};
    if (factsOf(kind).tracksOwners && owners.empty())
        recordUpdate(owners, {options.manager, "", false}, Json(), object, schemaOf(kind));
    return Written{store_.put(kind, std::move(object), std::move(owners)), true, true};
}

std::optional<Failure> Writes::checkUpdate(Kind kind, const Json& next, const Json& before) const {
    const std::string name = textAt(metadataOf(before), "name");
    std::vector<Cause> causes;
    if (factsOf(kind).custom) check(next, schemaOf(kind), "", causes);
    for (Cause& cause : validateMetadataUpdate(next, before)) causes.push_back(std::move(cause));
    for (Cause& cause : validateUpdate(kind, next, before)) causes.push_back(std::move(cause));
    if (causes.empty()) return std::nullopt;
    return invalidObject(kind, name, causes);
}

// `next` has been decoded, and its preconditions hold.
Outcome<Written> Writes::update(Kind kind, const ObjectPtr& before, Json next, Ownership owners,
                                const WriteOptions& options, bool recordOwners) {
    prepareUpdate(kind, next, before->object, options.subresource);
    Json& metadata = next["metadata"];
    keepSystemMembers(metadata, metadataOf(before->object));
    tidyMetadata(metadata);
    metadata["resourceVersion"] = std::to_string(before->resourceVersion);
    if (auto failure = checkUpdate(kind, next, before->object)) return *failure;
    if (countsAsGeneration(kind, next, before->object)) {
        const Json& generation = at(metadataOf(before->object), "generation");
        metadata["generation"] = (generation.is_number() ? generation.get<std::int64_t>() : 0) + 1;
    }
    const bool same = next == before->object;
    if (same && (recordOwners || owners == store_.owners(kind, before->key))) return Written{before};
    if (options.dryRun)
        return Written{std::make_shared<const Version>(kind, std::move(next), before->resourceVersion)};
    if (recordOwners && factsOf(kind).tracksOwners) {
        recordUpdate(owners, {options.manager, options.subresource, false}, before->object, next,
                     schemaOf(kind));
    }
    // The last finalizer is gone. What watches see is the last state that was stored; what the writer sees
    // was never stored.
    if (mayVanish(next)) {
        store_.erase(kind, before->key);
        return Written{std::make_shared<const Version>(kind, std::move(next), before->resourceVersion),
                       false,
                       true,
                       true,
                       true,
                       {}};
    }
    return Written{store_.put(kind, std::move(next), std::move(owners)), false, true};
}

Outcome<Written> Writes::replace(Kind kind, const std::string& space, const std::string& name, Json object,
                                 const WriteOptions& options) {
    Json& metadata = object["metadata"];
    if (!metadata.is_object()) metadata = Json::object();
    if (!space.empty()) metadata["namespace"] = space;
    const KindFacts& facts = factsOf(kind);
    const ObjectPtr before = store_.find(kind, kube::objectKey(space, name));
    if (!before && facts.createOnUpdate && options.subresource.empty())
        return create(kind, space, std::move(object), options);
    if (!before) return notFound(kind, name);
    std::vector<std::string> unknown;
    if (auto failure = decode(kind, object, options, unknown)) return *failure;
    const std::string uid = textAt(metadataOf(object), "uid");
    const std::string liveUid = textAt(metadataOf(before->object), "uid");
    if (!uid.empty() && uid != liveUid) {
        return conflict(
            kind, name,
            cat("Precondition failed: UID in precondition: ", uid, ", UID in object meta: ", liveUid));
    }
    const std::string version = textAt(metadataOf(object), "resourceVersion");
    if (version.empty() && !facts.unconditional) {
        return noVersion(kind, name);
    }
    if (!version.empty() && version != std::to_string(before->resourceVersion)) return modified(kind, name);
    Outcome<Written> written =
        update(kind, before, std::move(object), store_.owners(kind, before->key), options, true);
    if (auto* done = std::get_if<Written>(&written)) done->unknown = std::move(unknown);
    return written;
}

Outcome<Written> Writes::patch(Kind kind, const std::string& space, const std::string& name,
                               const Patch& change, const WriteOptions& options) {
    const ObjectPtr before = store_.find(kind, kube::objectKey(space, name));
    if (!before) return notFound(kind, name);
    Outcome<Json> changed = change(before->object);
    if (const Failure* failure = failureOf(changed)) return *failure;
    Json& next = std::get<Json>(changed);
    std::vector<std::string> unknown;
    if (auto failure = decode(kind, next, options, unknown)) {
        const Cause cause{"FieldValueInvalid", cat("Invalid value: ", failure->message), "patch"};
        return invalidPatch(cause);
    }
    if (auto failure = checkPlace(next, space, name)) return *failure;
    const std::string version = textAt(metadataOf(next), "resourceVersion");
    if (!version.empty() && version != std::to_string(before->resourceVersion)) return modified(kind, name);
    const Json& uid = at(metadataOf(next), "uid");
    if (uid != at(metadataOf(before->object), "uid")) {
        return otherUid(kind, name, uid);
    }
    Outcome<Written> written =
        update(kind, before, std::move(next), store_.owners(kind, before->key), options, true);
    if (auto* done = std::get_if<Written>(&written)) done->unknown = std::move(unknown);
    return written;
}

Outcome<Written> Writes::apply(Kind kind, const std::string& space, const std::string& name, Json intent,
                               const WriteOptions& options) {
    const bool status = options.subresource == "status";
    const ObjectPtr before = store_.find(kind, kube::objectKey(space, name));
    std::vector<std::string> unknown;
    prune(intent, schemaOf(kind), "", unknown);
    if (!unknown.empty()) {
        return Failure{500, "",
                       cat("failed to create typed patch object (", space, '/', name, "): .", unknown.front(),
                           ": field not declared in schema")};
    }
    const std::string uid = textAt(metadataOf(intent), "uid");
    if (!before && status) return notFound(kind, name);
    if (!before && !uid.empty()) {
        return conflict(kind, name,
                        cat("uid mismatch: the provided object specified uid ", uid,
                            ", and no existing object was found"));
    }
    const std::string version = textAt(metadataOf(intent), "resourceVersion");
    if (before && !version.empty() && version != std::to_string(before->resourceVersion))
        return modified(kind, name);
    // The other half belongs to the other endpoint: it is neither changed nor owned through this one.
    if (status && factsOf(kind).custom) {
        intent = {{"apiVersion", at(intent, "apiVersion")},
                  {"kind", at(intent, "kind")},
                  {"metadata", {{"name", name}}},
                  {"status", at(intent, "status")}};
        if (intent["status"].is_null()) intent.erase("status");
    } else if (factsOf(kind).status && !status) {
        intent.erase("status");
    }
    Ownership owners = before ? store_.owners(kind, before->key) : Ownership();
    const Json live = before ? before->object : Json::object();
    Outcome<Json> merged =
        applyTo(live, owners, {options.manager, options.subresource, options.force}, intent, schemaOf(kind));
    if (const Failure* failure = failureOf(merged)) return *failure;
    Json& next = std::get<Json>(merged);
    next["metadata"].erase("resourceVersion");
    fillDefaults(next, schemaOf(kind));
    if (before) {
        if (!uid.empty() && !status && uid != textAt(metadataOf(before->object), "uid")) {
            return otherUid(kind, name, uid);
        }
        return update(kind, before, std::move(next), std::move(owners), options, false);
    }
    if (!space.empty()) next["metadata"]["namespace"] = space;
    const auto open = checkNamespace(kind, space, name);
    if (const Failure* failure = failureOf(open)) return *failure;
    return insert(kind, std::move(next), std::move(owners), options);
}

}  // namespace serin::fake
