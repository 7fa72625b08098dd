#include "sources/git_store.h"

#include <algorithm>

#include "base/base64.h"
#include "base/text.h"
#include "sources/calls.h"
#include "sources/git_references.h"
#include "sources/hmac.h"
#include "sources/lfs.h"
#include "sources/listing.h"
#include "sources/opening.h"

namespace serin::sources {
namespace {

constexpr size_t kVersionLength = 12;
constexpr const char* kTokenUser = "x-access-token";
// Some servers answer their web pages to whoever does not begin so.
constexpr const char* kAgent = "git/2.0 (serin)";
constexpr const char* kService = "git-upload-pack";

std::string gitWords(const HttpResponse& answer) {
    if (answer.status == 401 || answer.status == 403 || answer.status == 404) {
        return "there is no such repository, or it is private and the credentials do not open it (GIT_TOKEN, "
               "or GIT_USERNAME and GIT_PASSWORD)";
    }
    return headerOf(answer, "content-type").starts_with("text/plain") ? answer.body : "";
}

std::string idOf(const api::ModelSource& source, const std::string& commit) {
    const std::string& path = source.reference.path;
    return cat("git:", source.reference.place.substr(source.reference.place.find("://") + 3), "@", commit,
               path.empty() ? "" : "#", path);
}

class GitStore : public Store {
  public:
    GitStore(const Credentials& credentials, std::string authorization, Exchange& exchange)
        : credentials_(gitCredentials(credentials)),
          authorization_(std::move(authorization)),
          calls_(exchange, credentials_, gitWords),
          lfsCalls_(exchange, credentials_, lfsWords) {}

    Result<Resolution> resolve(const api::ModelSource& source, Timestamp) override;
    Result<std::vector<File>> files(const api::ModelSource& source, const std::string&, Timestamp) override {
        return invalid(cat("which files ", source.uri,
                           " has is known when they are fetched; serin-fetch --uri … --into FOLDER does it"));
    }
    Result<Download> download(const api::ModelSource& source, const std::string& id, const File& file,
                              Timestamp) override;

  private:
    Call callOf(const api::ModelSource& source, const std::string& path) const;
    Result<HttpResponse> ask(const Call& call) const;
    Result<GitAdvertisement> advertisement(const api::ModelSource& source) const;
    Result<std::vector<GitReference>> references(const api::ModelSource& source,
                                                 const GitAdvertisement& advertisement,
                                                 const std::vector<std::string>& prefixes) const;
    Result<GitChoice> choice(const api::ModelSource& source, const GitAdvertisement& advertisement) const;

    Credentials credentials_;
    std::string authorization_;
    Calls calls_;
    Calls lfsCalls_;
};

Call GitStore::callOf(const api::ModelSource& source, const std::string& path) const {
    Call out;
    out.url = cat(source.reference.place, path);
    out.headers = {{"git-protocol", "version=2"}, {"user-agent", kAgent}};
    if (!authorization_.empty()) out.headers["authorization"] = authorization_;
    out.follow = false;
    return out;
}

Result<HttpResponse> GitStore::ask(const Call& call) const {
    Result<HttpResponse> answer = calls_.answerTo(call);
    if (!answer || (answer->status >= 200 && answer->status < 300)) return answer;
    if (answer->status < 300 || answer->status >= 400) return calls_.refusal(call, *answer);
    std::string to = resolved(call.url, headerOf(*answer, "location"));
    to = to.substr(0, std::min(to.find('?'), to.find("/info/refs")));
    return invalid(
        cat(call.method, " ", call.url.substr(0, call.url.find('?')), " answered ", answer->status,
            ": it is at ", plainly(withoutSecrets(to, credentials_)),
            "; state git+ and that address where it is a repository, or other credentials where it "
            "is a page to log in"));
}

Result<GitAdvertisement> GitStore::advertisement(const api::ModelSource& source) const {
    const Call call = callOf(source, cat("/info/refs?service=", kService));
    const Result<HttpResponse> answer = ask(call);
    if (!answer) return answer.error();
    Result<GitAdvertisement> out = readAdvertisement(answer->body);
    if (out) return out;
    return Error{out.error().code,
                 withoutSecrets(cat("GET ", source.reference.place, "/info/refs: ", out.error().message),
                                credentials_)};
}

Result<std::vector<GitReference>> GitStore::references(const api::ModelSource& source,
                                                       const GitAdvertisement& advertisement,
                                                       const std::vector<std::string>& prefixes) const {
    if (advertisement.listed) return advertisement.references;
    Call call = callOf(source, cat("/", kService));
    call.method = "POST";
    call.headers["content-type"] = cat("application/x-", kService, "-request");
    call.headers["accept"] = cat("application/x-", kService, "-result");
    call.body = referencesRequest(advertisement, prefixes);
    const Result<HttpResponse> answer = ask(call);
    if (!answer) return answer.error();
    Result<std::vector<GitReference>> out = readReferences(answer->body, advertisement.objectDigits);
    if (out) return out;
    return Error{out.error().code,
                 withoutSecrets(cat("POST ", call.url, ": ", out.error().message), credentials_)};
}

Result<GitChoice> GitStore::choice(const api::ModelSource& source,
                                   const GitAdvertisement& advertisement) const {
    const api::SourceReference& reference = source.reference;
    if (isCommitName(reference.selector)) {
        if (reference.selector.size() == advertisement.objectDigits)
            return GitChoice{reference.selector, {}, {}};
        return invalid(cat(reference.place, " names its commits by ", advertisement.objectDigits,
                           " digits, and ", plainly(reference.selector), " has ", reference.selector.size()));
    }
    const auto found = references(source, advertisement, fullNames(reference.selector));
    if (!found) return found.error();
    Result<GitChoice> out = chooseReference(*found, reference.selector, reference.place);
    if (out || out.error().code != ErrorCode::NotFound || reference.selector.empty()) return out;
    const auto all = references(source, advertisement, {"refs/heads/", "refs/tags/"});
    const bool abbreviated = reference.selector.find_first_not_of("0123456789abcdef") == std::string::npos;
    return Error{ErrorCode::NotFound, cat(out.error().message, all ? nearNames(*all, reference.selector) : "",
                                          abbreviated ? cat("; a commit is stated with all of its ",
                                                            advertisement.objectDigits, " digits")
                                                      : "")};
}

Result<Resolution> GitStore::resolve(const api::ModelSource& source, Timestamp) {
    const Result<GitAdvertisement> told = advertisement(source);
    if (!told) return told.error();
    const Result<GitChoice> chosen = choice(source, *told);
    if (!chosen) return chosen.error();
    Resolution out;
    out.model.id = idOf(source, chosen->commit);
    out.model.version = chosen->tag.empty() ? chosen->commit.substr(0, kVersionLength) : plainly(chosen->tag);
    out.model.lineage.commit = chosen->commit;
    return out;
}

Result<Download> GitStore::download(const api::ModelSource& source, const std::string& id, const File& file,
                                    Timestamp) {
    if (gitCommitOf(source, id).empty()) {
        return invalid(cat("'", plainly(id), "' is no id of a model of ", source.uri));
    }
    const std::string& place = source.reference.place;
    // Where a server stands that no one names (git-lfs, docs/api/server-discovery.md).
    Call call = callOf(source, cat(place.ends_with(".git") ? "" : ".git", "/info/lfs/objects/batch"));
    call.method = "POST";
    call.headers.erase("git-protocol");
    call.headers["accept"] = "application/vnd.git-lfs+json";
    call.headers["content-type"] = "application/vnd.git-lfs+json";
    call.body = lfsRequest(file);
    const Result<HttpResponse> answer = lfsCalls_.ask(call);
    if (!answer) return answer.error();
    Result<Download> out = readLfsAnswer(answer->body, file);
    if (!out) {
        return Error{out.error().code,
                     withoutSecrets(cat("POST ", call.url, ": ", out.error().message), credentials_)};
    }
    // What the server names no opening for is its own, or opened by its address.
    if (!authorization_.empty() && originOf(out->url) == originOf(place)) {
        out->headers.try_emplace("authorization", authorization_);
    }
    return out;
}

}  // namespace

Credentials gitCredentials(const Credentials& credentials) {
    const std::string token = valueOf(credentials, "GIT_TOKEN");
    if (token.empty()) return credentials;
    return {{"GIT_USERNAME", kTokenUser}, {"GIT_PASSWORD", token}};
}

Result<std::string> gitAuthorization(const Credentials& credentials) {
    const std::string token = valueOf(credentials, "GIT_TOKEN");
    if (token.empty()) return openingOf(credentials, {"GIT_TOKEN", "GIT_USERNAME", "GIT_PASSWORD"});
    if (const Result<void> fits = fitsHeader("GIT_TOKEN", token); !fits) return fits.error();
    return cat("Basic ", encodeBase64(cat(kTokenUser, ":", token)));
}

std::string gitCommitOf(const api::ModelSource& source, const std::string& id) {
    const std::string start = idOf(source, "");
    const size_t digits = id.size() < start.size() ? 0 : id.size() - start.size();
    const size_t at = start.size() - (source.reference.path.empty() ? 0 : source.reference.path.size() + 1);
    if (digits != 40 && digits != 64) return "";
    std::string commit = id.substr(at, digits);
    return isCommitName(commit) && idOf(source, commit) == id ? commit : "";
}

Result<std::unique_ptr<Store>> makeGitStore(const Credentials& credentials, Exchange& exchange) {
    const Result<std::string> authorization = gitAuthorization(credentials);
    if (!authorization) return authorization.error();
    return std::unique_ptr<Store>(std::make_unique<GitStore>(credentials, *authorization, exchange));
}

}  // namespace serin::sources
