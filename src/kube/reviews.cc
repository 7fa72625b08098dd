#include "kube/reviews.h"

#include <nlohmann/json.hpp>

#include <utility>

#include "base/text.h"
#include "kube/object.h"
#include "kube/resource.h"

namespace serin::kube {
namespace {

using Json = nlohmann::json;

// Somebody waits for the answer.
constexpr Duration kReviewTimeout = std::chrono::seconds(3);

HttpRequest review(const RequestBuilder& requests, const Resource& resource, Json spec) {
    const Json body = {
        {"apiVersion", resource.apiVersion()}, {"kind", resource.kind}, {"spec", std::move(spec)}};
    HttpRequest request = requests.create(resource, "", dumpJson(body));
    request.timeout = kReviewTimeout;
    return request;
}

// The status of an answer of this kind.
Result<Json> statusOf(std::string_view text, const Resource& resource) {
    Json answer = Json::parse(text, nullptr, false);
    const bool right = answer.is_object() && answer.contains("kind") && answer["kind"] == resource.kind &&
                       answer.contains("status") && answer["status"].is_object();
    if (!right) return invalid(cat("the answer is no ", resource.kind, " with a status"));
    return Json(std::move(answer["status"]));
}

bool isTrue(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_boolean() && found->get<bool>();
}

// False when it is of another type. What is absent is empty.
template <typename Value>
bool take(const Json& object, const char* key, Value& into) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) return true;
    try {
        found->get_to(into);
        return true;
    } catch (const Json::exception&) {
        return false;
    }
}

}  // namespace

HttpRequest tokenReview(const RequestBuilder& requests, const std::string& token) {
    return review(requests, tokenReviews(), {{"token", token}});
}

Result<std::optional<User>> reviewedUser(std::string_view text) {
    const Result<Json> status = statusOf(text, tokenReviews());
    if (!status) return status.error();
    if (!isTrue(*status, "authenticated")) return std::optional<User>();
    const auto said = status->find("user");
    User user;
    const bool whole = said != status->end() && said->is_object() && take(*said, "username", user.name) &&
                       take(*said, "uid", user.uid) && take(*said, "groups", user.groups) &&
                       take(*said, "extra", user.extra);
    if (!whole || user.name.empty()) return invalid("the TokenReview names no user");
    return std::optional<User>(std::move(user));
}

HttpRequest accessReview(const RequestBuilder& requests, const User& user, const std::string& verb,
                         const std::string& path) {
    return review(requests, subjectAccessReviews(),
                  {{"user", user.name},
                   {"uid", user.uid},
                   {"groups", user.groups},
                   {"extra", user.extra},
                   {"nonResourceAttributes", {{"path", path}, {"verb", verb}}}});
}

Result<bool> reviewedAccess(std::string_view text) {
    const Result<Json> status = statusOf(text, subjectAccessReviews());
    if (!status) return status.error();
    return isTrue(*status, "allowed") && !isTrue(*status, "denied");
}

}  // namespace serin::kube
