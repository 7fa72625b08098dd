#include "api/identity_json.h"

#include <array>
#include <nlohmann/json.hpp>

#include "api/object_names.h"
#include "base/text.h"

namespace serin::api {

using nlohmann::json;

namespace {

struct Member {
    const char* name;
    std::string WorkloadIdentity::*text;
};

constexpr std::array kMembers = {
    Member{"serviceAccount", &WorkloadIdentity::serviceAccount},
    Member{"audience", &WorkloadIdentity::audience},
    Member{"tenant", &WorkloadIdentity::tenant},
    Member{"client", &WorkloadIdentity::client},
    Member{"authority", &WorkloadIdentity::authority},
    Member{"role", &WorkloadIdentity::role},
    Member{"region", &WorkloadIdentity::region},
    Member{"provider", &WorkloadIdentity::provider},
    Member{"impersonated", &WorkloadIdentity::impersonated},
    Member{"iamEndpoint", &WorkloadIdentity::iamEndpoint},
    Member{"tokenEndpoint", &WorkloadIdentity::tokenEndpoint},
};

}  // namespace

std::string identityJson(const WorkloadIdentity& identity) {
    json out = json::object();
    for (const Member& member : kMembers) {
        if (!(identity.*member.text).empty()) out[member.name] = identity.*member.text;
    }
    return out.dump();
}

Result<WorkloadIdentity> readIdentity(std::string_view text) {
    const json read = json::parse(text, nullptr, false);
    if (!read.is_object()) {
        return invalid("is no object of JSON; state what Serin writes into the pods it makes");
    }
    WorkloadIdentity out;
    for (const Member& member : kMembers) {
        const auto found = read.find(member.name);
        if (found == read.end()) continue;
        if (!found->is_string()) return invalid(cat("has a ", member.name, " that is no text; state a text"));
        out.*member.text = found->get<std::string>();
    }
    if (!out.serviceAccount.empty() && !isObjectName(out.serviceAccount)) {
        return invalid("has a serviceAccount that is no name of one; state what Serin writes");
    }
    const bool azure = !out.tenant.empty() && !out.client.empty();
    const int clouds = int(azure) + int(!out.role.empty()) + int(!out.provider.empty());
    if (clouds == 1) return out;
    return invalid(cat(clouds == 0 ? "names no cloud" : "names several clouds",
                       "; state tenant and client for Azure, role for Amazon, or provider for Google"));
}

}  // namespace serin::api
