#include "kube/lease.h"

#include <cstdint>

#include "base/text.h"
#include "kube/object.h"
#include "kube/resource.h"

namespace serin::kube {
namespace {

using Json = nlohmann::json;

std::string text(const Json& value, const char* key) {
    const auto found = value.find(key);
    return found != value.end() && found->is_string() ? found->get<std::string>() : std::string();
}

int number(const Json& value, const char* key) {
    const auto found = value.find(key);
    return found != value.end() && found->is_number_integer() ? static_cast<int>(found->get<std::int32_t>())
                                                              : 0;
}

}  // namespace

Result<Lease> parseLease(std::string_view json) {
    const Result<Object> object = Object::parse(json);
    if (!object) return invalid(cat("lease: ", object.error().message));
    if (object->kind() != leases().kind) return invalid(cat("lease: the object is a '", object->kind(), "'"));
    Lease lease;
    lease.space = object->space();
    lease.name = object->name();
    lease.uid = object->uid();
    lease.resourceVersion = object->resourceVersion();
    const auto spec = object->json().find("spec");
    if (spec == object->json().end() || !spec->is_object()) return lease;
    lease.holder = text(*spec, "holderIdentity");
    lease.duration = std::chrono::seconds(number(*spec, "leaseDurationSeconds"));
    lease.acquireTime = text(*spec, "acquireTime");
    lease.renewTime = text(*spec, "renewTime");
    lease.transitions = number(*spec, "leaseTransitions");
    return lease;
}

std::string leaseBody(const Lease& lease) {
    Json body = {{"apiVersion", leases().apiVersion()},
                 {"kind", leases().kind},
                 {"metadata", {{"namespace", lease.space}, {"name", lease.name}}},
                 {"spec",
                  {{"holderIdentity", lease.holder},
                   {"leaseDurationSeconds", lease.duration.count()},
                   {"acquireTime", lease.acquireTime},
                   {"renewTime", lease.renewTime},
                   {"leaseTransitions", lease.transitions}}}};
    if (!lease.uid.empty()) body["metadata"]["uid"] = lease.uid;
    if (!lease.resourceVersion.empty()) body["metadata"]["resourceVersion"] = lease.resourceVersion;
    return dumpJson(body);
}

}  // namespace serin::kube
