#include "sources/hub_answers.h"

#include "base/text.h"
#include "sources/calls.h"
#include "sources/json_answer.h"
#include "sources/listing.h"

namespace serin::sources {
namespace {

using nlohmann::json;

constexpr uint64_t kLargest = 50'000'000'000;

Result<File> readFile(const json& entry) {
    const std::string path = api::textAt(entry, "path");
    const json& large = api::objectAt(entry, "lfs");
    const std::optional<uint64_t> size = sizeAt(large.empty() ? entry : large, "size");
    if (!size) return invalid(cat("its listing has a file '", plainly(path), "' without a size"));
    if (*size > kLargest) {
        return invalid(
            cat(plainly(path), " has ", *size,
                " bytes; files of more than 50 GB cannot be loaded from the Hub over HTTP; leave it "
                "out by source.exclude, or keep the model in another store"));
    }
    File out{path, *size, api::textAt(large, "oid"), api::textAt(entry, "oid")};
    if (!out.sha256.empty() && !isHex(out.sha256, 64)) {
        return invalid(cat("its listing has a digest of ", plainly(path), " that is none"));
    }
    out.tag = plainly(out.tag);
    return out;
}

}  // namespace

Result<std::string> readCommit(std::string_view body) {
    const Result<json> answer = readJson(body);
    if (!answer) return answer.error();
    std::string out = api::textAt(*answer, "sha");
    if (!isHex(out, 40)) return invalid("its answer names no commit");
    return out;
}

Result<std::vector<File>> readTree(std::string_view body) {
    const Result<json> answer = readJson(body);
    if (!answer) return answer.error();
    if (!answer->is_array()) return invalid("its answer is not a listing");
    std::vector<File> out;
    for (const json& entry : *answer) {
        if (api::textAt(entry, "type") != "file") continue;
        Result<File> file = readFile(entry);
        if (!file) return file.error();
        out.push_back(std::move(file).value());
    }
    return out;
}

std::string nextPage(const std::string& link) {
    for (const std::string& one : split(link, ',')) {
        const size_t open = one.find('<');
        const size_t close = one.find('>', open == std::string::npos ? 0 : open);
        if (open == std::string::npos || close == std::string::npos) continue;
        if (one.find("rel=\"next\"", close) != std::string::npos ||
            one.find("rel=next", close) != std::string::npos) {
            return one.substr(open + 1, close - open - 1);
        }
    }
    return "";
}

std::string hubWords(const HttpResponse& answer) {
    const std::string code = headerOf(answer, "x-error-code");
    if (code == "GatedRepo") {
        return "the repository is gated: accept its terms on the Hub, and state credentials with the "
               "HF_TOKEN of "
               "who did";
    }
    // The Hub hides what one may not see.
    if (code == "RepoNotFound" || (code.empty() && answer.status == 401)) {
        return "there is no such repository, or it is private and the credentials do not open it (HF_TOKEN)";
    }
    if (code == "RevisionNotFound") return "the repository has no such revision";
    const std::string message = headerOf(answer, "x-error-message");
    return message.empty() ? api::textAt(json::parse(answer.body, nullptr, false), "error") : message;
}

}  // namespace serin::sources
