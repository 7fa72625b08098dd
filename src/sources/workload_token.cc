#include "sources/workload_token.h"

#include "base/text.h"
#include "sources/json_answer.h"
#include "sources/listing.h"

namespace serin::sources {
namespace {

constexpr const char* kWayOut =
    "; see that the token of a service account is mounted there (a projected volume with a "
    "serviceAccountToken)";

Result<std::string> readToken(const std::string& path, const std::string& field, const ReadFile& readFile) {
    const Result<std::string> text = readFile(path);
    if (!text) return invalid(cat("the workload's token is not to be had: ", text.error().message, kWayOut));
    std::string token(trim(*text));
    if (token.empty()) return invalid(cat("the file ", path, " with the workload's token is empty", kWayOut));
    if (!field.empty()) {
        const Result<nlohmann::json> read = readJson(token);
        token = read ? api::textAt(*read, field.c_str()) : "";
        if (token.empty()) {
            return invalid(
                cat("the file ", path, " has no token: it is no JSON with a text \"", plainly(field), "\""));
        }
    }
    if (isVisible(token)) return token;
    return invalid(cat("the file ", path, " holds no token, which is one word of ASCII", kWayOut));
}

}  // namespace

std::function<Result<std::string>()> tokenIn(const std::string& path, const std::string& field,
                                             const ReadFile& readFile) {
    return [path, field, readFile] { return readToken(path, field, readFile); };
}

}  // namespace serin::sources
