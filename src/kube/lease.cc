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

std::string quoted(const std::string& value) {
    return dumpJson(value);
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
    std::string metadata = cat(R"({"namespace":)", quoted(lease.space), R"(,"name":)", quoted(lease.name));
    if (!lease.uid.empty()) metadata += cat(R"(,"uid":)", quoted(lease.uid));
    if (!lease.resourceVersion.empty())
        metadata += cat(R"(,"resourceVersion":)", quoted(lease.resourceVersion));
    return cat(R"({"apiVersion":)", quoted(leases().apiVersion()), R"(,"kind":)", quoted(leases().kind),
               R"(,"metadata":)", metadata, R"(},"spec":{"holderIdentity":)", quoted(lease.holder),
               R"(,"leaseDurationSeconds":)", lease.duration.count(), R"(,"acquireTime":)",
               quoted(lease.acquireTime), R"(,"renewTime":)", quoted(lease.renewTime),
               R"(,"leaseTransitions":)", lease.transitions, "}}");
}

}  // namespace serin::kube
