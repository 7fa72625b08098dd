#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/http.h"
#include "base/result.h"
#include "kube/resource.h"

namespace serin::runtime {

// A ConfigMap or a Secret that a spec names, and what a person does where it cannot be read; all of it is for
// words.
struct KeyedObject {
    const kube::Resource& kind;
    std::string space;
    std::string name;
    std::string making;  // the command that makes it
    // What a person does about this refusal of the API server; names the object and its namespace.
    std::function<std::string(const std::string& refusal)> granting;

    // `ConfigMap "training" in namespace "ml"`.
    std::string words() const;
};

// Why something could not be had.
struct Trouble {
    std::string why;  // empty: it could
    // The API server did not say (it was not reached, throttled, ended): what was known before may still be
    // so.
    bool failed = false;
};

// What a person does about a Secret that may not be read, which the refusal names: two commands for whoever
// may grant rights in the namespace.
std::string grantTheSecret(const std::string& space, const std::string& name, const std::string& refusal);

// What a person does about tokens of a service account that may not be made, which the refusal says:
// likewise.
std::string grantTheToken(const std::string& space, const std::string& serviceAccount,
                          const std::string& refusal);

struct KeyedData {
    std::map<std::string, std::string> data;  // as it stands there: a Secret's values are base64
    Trouble trouble;
    std::string type{};  // of a Secret

    // At most five of its keys, for words: "a, b"; "no key" where there is none. Never a value.
    std::string keys() const;
};

// What a person does about a ConfigMap that may not be read, which the refusal names: the chart grants that
// right.
std::string upgradeTheChart(const std::string& refusal);

// What an answer of the API server to a GET of the object says. Pure.
KeyedData dataIn(const Result<HttpResponse>& answer, const KeyedObject& object);

}  // namespace serin::runtime
