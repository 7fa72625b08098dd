#include "sources/sts_answers.h"

#include <pugixml.hpp>

#include "base/text.h"
#include "sources/opening.h"

namespace serin::sources {
namespace {

// pugixml expands no entities of a document's own and follows none to elsewhere.
bool load(pugi::xml_document& document, std::string_view body) {
    return static_cast<bool>(document.load_buffer(body.data(), body.size()));
}

std::string textAt(const pugi::xml_node& node, const char* name) {
    return std::string(trim(node.child_value(name)));
}

}  // namespace

Result<TemporaryKeys> readTemporaryKeys(std::string_view body) {
    pugi::xml_document document;
    if (!load(document, body)) return invalid("its answer is not XML");
    const pugi::xml_node keys = document.child("AssumeRoleWithWebIdentityResponse")
                                    .child("AssumeRoleWithWebIdentityResult")
                                    .child("Credentials");
    if (!keys) return invalid("its answer has no Credentials");
    TemporaryKeys out{
        textAt(keys, "AccessKeyId"), textAt(keys, "SecretAccessKey"), textAt(keys, "SessionToken"), {}};
    for (const auto& [name, value] :
         {std::pair{"AccessKeyId", out.accessKey}, std::pair{"SecretAccessKey", out.secretKey},
          std::pair{"SessionToken", out.sessionToken}}) {
        if (value.empty()) return invalid(cat("its answer's Credentials have no ", name));
        if (!fitsHeader(name, value)) return invalid(cat("its answer has a ", name, " that cannot be one"));
    }
    const auto end = parseTime(textAt(keys, "Expiration"));
    if (!end) return invalid("its answer's Credentials do not say when they end (Expiration)");
    out.end = *end;
    return out;
}

std::string stsCode(std::string_view body) {
    pugi::xml_document document;
    if (!load(document, body)) return "";
    return textAt(document.child("ErrorResponse").child("Error"), "Code");
}

std::string stsWords(const HttpResponse& answer) {
    pugi::xml_document document;
    if (!load(document, answer.body)) return "";
    const pugi::xml_node error = document.child("ErrorResponse").child("Error");
    const std::string code = textAt(error, "Code");
    const std::string message = textAt(error, "Message");
    return code.empty() || message.empty() ? cat(code, message) : cat(code, ": ", message);
}

}  // namespace serin::sources
