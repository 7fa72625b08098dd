#include "kube/token_request.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "kube/object.h"
#include "kube/resource.h"

namespace serin::kube {
namespace {

using Json = nlohmann::json;

constexpr const char* kVersion = "authentication.k8s.io/v1";
constexpr const char* kKind = "TokenRequest";
constexpr int kSeconds = 600;

}  // namespace

HttpRequest tokenRequest(const RequestBuilder& requests, std::string_view space,
                         std::string_view serviceAccount, const std::string& audience) {
    const Json body = {{"apiVersion", kVersion},
                       {"kind", kKind},
                       {"spec", {{"audiences", Json::array({audience})}, {"expirationSeconds", kSeconds}}}};
    return requests.createOf(serviceAccounts(), space, serviceAccount, "token", dumpJson(body));
}

Result<std::string> issuedToken(std::string_view text) {
    const Json answer = Json::parse(text, nullptr, false);
    const Json::json_pointer place("/status/token");
    const bool right = answer.is_object() && answer.value("kind", Json()) == kKind &&
                       answer.contains(place) && answer[place].is_string();
    // As RFC 6750 has it in a header; forms and URLs take it as well.
    if (right && isVisible(answer[place].get_ref<const std::string&>()))
        return answer[place].get<std::string>();
    return invalid(cat("the answer is no ", kKind, " with a token"));
}

}  // namespace serin::kube
