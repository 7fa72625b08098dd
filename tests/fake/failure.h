#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/http.h"
#include "cause.h"
#include "json.h"
#include "kinds.h"
#include "target.h"

namespace serin::fake {

// A refusal: becomes the metav1.Status that an API server answers.
struct Failure {
    int code = 500;
    std::string reason;  // empty: none is given
    std::string message;
    Json details = {};               // null: none
    std::string continueToken = {};  // of an expired list: where to go on
};

// Either a value or a refusal.
template <typename T>
using Outcome = std::variant<T, Failure>;

template <typename T>
const Failure* failureOf(const Outcome<T>& outcome) {
    return std::get_if<Failure>(&outcome);
}

Failure badRequest(std::string message);
Failure notFound(Kind kind, const std::string& name);
// A resource that there is none of under a path that there is, and a path that is none at all.
Failure pathNotFound();
HttpResponse noSuchPath();
Failure noSubresource(const Target& target);
Failure alreadyExists(Kind kind, const std::string& name);
Failure conflict(Kind kind, const std::string& name, std::string_view why);
Failure modified(Kind kind, const std::string& name);  // resourceVersion does not match
Failure invalidPatch(const Cause& cause);              // what it makes cannot be read
Failure preconditionFailed(Kind kind, const std::string& name, std::string_view why);  // of a delete
Failure noVersion(Kind kind, const std::string& name);  // a PUT that must name a version
Failure invalidObject(Kind kind, const std::string& name, const std::vector<Cause>& causes);
// Of a request's options, which are of a kind of their own: ListOptions, PatchOptions, DeleteOptions.
Failure invalidOptions(const char* kind, const std::vector<Cause>& causes);
Failure namespaceTerminating(Kind kind, const std::string& name, const std::string& space);
Failure expired(std::string message);
Failure unsupportedMedia(std::string message);
Failure methodNotAllowed();

Json statusBody(const Failure& failure);
HttpResponse answer(const Failure& failure);

}  // namespace serin::fake
