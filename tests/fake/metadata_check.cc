#include "metadata_check.h"

#include <algorithm>

#include "base/text.h"

namespace serin::fake {
namespace {

bool isLowerAlnum(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
}

bool isDnsLabel(std::string_view text, bool letterFirst) {
    return !text.empty() && isLowerAlnum(text.front()) && isLowerAlnum(text.back()) &&
           !(letterFirst && text.front() <= '9') &&
           std::all_of(text.begin(), text.end(), [](char c) { return isLowerAlnum(c) || c == '-'; });
}

bool isDnsSubdomain(const std::string& text) {
    const std::vector<std::string> parts = split(text, '.');
    return std::all_of(parts.begin(), parts.end(),
                       [](const std::string& part) { return isDnsLabel(part, false); });
}

const std::string kSubdomain =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
    "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const std::string kLabel1035 =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
    "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for "
    "validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const std::string kLabel1123 =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start "
    "and "
    "end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const std::string kQualified =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const std::string kLabelValue =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must "
    "start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used "
    "for "
    "validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

bool isAlnum(char letter) {
    return isLowerAlnum(letter) || (letter >= 'A' && letter <= 'Z');
}

bool isWord(std::string_view text) {
    return !text.empty() && text.size() <= 63 && isAlnum(text.front()) && isAlnum(text.back()) &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return isAlnum(c) || c == '-' || c == '_' || c == '.'; });
}

void checkName(Kind kind, const Json& object, std::vector<Cause>& causes) {
    const std::string name = textAt(metadataOf(object), "name");
    const KindFacts& facts = factsOf(kind);
    if (name.empty()) {
        causes.push_back(required("metadata.name", "name or generateName is required"));
        return;
    }
    if (name.size() > facts.longestName) {
        causes.push_back(invalidValue("metadata.name", name,
                                      cat("must be no more than ", facts.longestName, " characters")));
    }
    const bool good = facts.dnsLabel ? isDnsLabel(name, kind == Kind::Service) : isDnsSubdomain(name);
    if (good) return;
    const std::string& why = !facts.dnsLabel ? kSubdomain : (kind == Kind::Service ? kLabel1035 : kLabel1123);
    causes.push_back(invalidValue("metadata.name", name, why));
}

void checkOwners(const Json& references, std::vector<Cause>& causes) {
    int controllers = 0;
    for (const Json& reference : references) {
        for (const char* key : {"apiVersion", "kind", "name", "uid"}) {
            if (textAt(reference, key).empty())
                causes.push_back(
                    invalidValue(cat("metadata.ownerReferences.", key), "", "must not be empty"));
        }
        controllers += at(reference, "controller") == true;
    }
    if (controllers > 1) {
        causes.push_back(invalidValue("metadata.ownerReferences", references,
                                      "Only one reference can have Controller set to true"));
    }
}

std::optional<Cause> newFinalizers(const Json& next, const Json& before) {
    if (!isDeleting(before)) return std::nullopt;
    const Json& old = at(metadataOf(before), "finalizers");
    std::vector<std::string> added;
    for (const Json& finalizer : at(metadataOf(next), "finalizers")) {
        if (std::find(old.begin(), old.end(), finalizer) == old.end()) added.push_back(dump(finalizer));
    }
    if (added.empty()) return std::nullopt;
    return forbidden("metadata.finalizers",
                     cat("no new finalizers can be added if the object is being deleted, found new "
                         "finalizers []string{",
                         join(added, ", "), "}"));
}

}  // namespace

std::string badLabel(const std::string& text) {
    return isDnsLabel(text, false) && text.size() <= 63 ? "" : kLabel1123;
}

std::string badQualifiedName(const std::string& text) {
    const size_t slash = text.find('/');
    if (slash == std::string::npos) return isWord(text) ? "" : kQualified;
    if (!isDnsSubdomain(text.substr(0, slash))) return "prefix part " + kSubdomain;
    return isWord(text.substr(slash + 1)) ? "" : kQualified;
}

std::vector<Cause> validateMetadata(Kind kind, const Json& object) {
    const Json& metadata = metadataOf(object);
    std::vector<Cause> causes;
    checkName(kind, object, causes);
    const auto qualified = [&](const char* field, const std::string& text) {
        if (const std::string why = badQualifiedName(text); !why.empty())
            causes.push_back(invalidValue(cat("metadata.", field), text, why));
    };
    for (const auto& [key, value] : at(metadata, "labels").items()) {
        qualified("labels", key);
        if (value.is_string() && value != "" && !isWord(value.get<std::string>()))
            causes.push_back(invalidValue("metadata.labels", value, kLabelValue));
    }
    for (const auto& [key, value] : at(metadata, "annotations").items()) qualified("annotations", key);
    for (const Json& finalizer : at(metadata, "finalizers")) {
        if (finalizer.is_string()) qualified("finalizers", finalizer.get<std::string>());
    }
    checkOwners(at(metadata, "ownerReferences"), causes);
    return causes;
}

std::vector<Cause> validateMetadataUpdate(const Json& next, const Json& before) {
    std::vector<Cause> causes;
    for (int time = 0; time < 2; ++time) {
        if (auto cause = newFinalizers(next, before)) causes.push_back(std::move(*cause));
    }
    return causes;
}

}  // namespace serin::fake
