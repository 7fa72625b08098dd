#include "sources/hub_store.h"

#include "base/percent.h"
#include "base/text.h"
#include "sources/calls.h"
#include "sources/hub_answers.h"
#include "sources/listing.h"
#include "sources/opening.h"

namespace serin::sources {
namespace {

constexpr const char* kPublicHub = "https://huggingface.co";
constexpr size_t kMostPages = 100;
constexpr size_t kVersionLength = 12;

class HubStore : public Store {
  public:
    HubStore(const Credentials& credentials, std::string token, Exchange& exchange)
        : credentials_(credentials), token_(std::move(token)), calls_(exchange, credentials_, hubWords) {}

    Result<Resolution> resolve(const api::ModelSource& source, Timestamp) override;
    Result<bool> stillMeans(const api::ModelSource& source, const api::ResolvedModel& known,
                            Timestamp) override;
    Result<std::vector<File>> files(const api::ModelSource& source, const std::string& id,
                                    Timestamp) override;
    Result<Download> download(const api::ModelSource& source, const std::string& id, const File& file,
                              Timestamp) override;

  private:
    Result<HttpResponse> ask(const std::string& url) const;
    // The commit that the reference leads to now.
    Result<std::string> commitNow(const api::ModelSource& source) const;
    Result<std::vector<File>> tree(const api::ModelSource& source, const std::string& commit) const;
    std::map<std::string, std::string> headers() const {
        if (token_.empty()) return {};
        return {{"authorization", cat("Bearer ", token_)}};
    }

    Credentials credentials_;
    std::string token_;
    Calls calls_;
};

std::string hubOf(const api::ModelSource& source) {
    return source.endpoint.empty() ? kPublicHub : source.endpoint;
}

std::string idOf(const api::ModelSource& source, const std::string& commit) {
    return cat("hf:", source.reference.place, "@", commit);
}

// Empty where the id is none of this source.
std::string commitIn(const api::ModelSource& source, const std::string& id) {
    const std::string start = idOf(source, "");
    const std::string commit = id.starts_with(start) ? id.substr(start.size()) : "";
    return isHex(commit, 40) ? commit : "";
}

Error foreign(const api::ModelSource& source, const std::string& id) {
    return invalid(cat("'", plainly(id), "' is no id of a model of ", source.uri));
}

// The Hub answers 401 for a repository that it does not want to tell of.
Result<HttpResponse> HubStore::ask(const std::string& url) const {
    Call call;
    call.url = url;
    call.headers = headers();
    const Result<HttpResponse> answer = calls_.answerTo(call);
    if (!answer || (answer->status >= 200 && answer->status < 300)) return answer;
    Error out = calls_.refusal(call, *answer);
    const std::string code = headerOf(*answer, "x-error-code");
    if (code == "RepoNotFound" || code == "RevisionNotFound" || code == "EntryNotFound") {
        out.code = ErrorCode::NotFound;
    }
    return out;
}

Result<std::vector<File>> HubStore::tree(const api::ModelSource& source, const std::string& commit) const {
    const std::string hub = hubOf(source);
    const std::string first = cat(hub, "/api/models/", source.reference.place, "/tree/", commit);
    std::vector<File> out;
    std::string url = cat(first, "?recursive=true&expand=false");
    for (size_t page = 0; !url.empty(); ++page) {
        if (page == kMostPages) return invalid(cat(first, " has more than ", kMostPages, " pages"));
        const Result<HttpResponse> answer = ask(url);
        if (!answer) return answer.error();
        Result<std::vector<File>> files = readTree(answer->body);
        if (!files) return Error{files.error().code, cat("GET ", first, ": ", files.error().message)};
        out.insert(out.end(), files->begin(), files->end());
        if (out.size() > kMostFiles) return invalid(cat(first, " has more than ", kMostFiles, " files"));
        const std::string next = nextPage(headerOf(*answer, "link"));
        url = next.empty() ? "" : resolved(url, next);
        if (!url.empty() && originOf(url) != originOf(hub)) {
            return invalid(cat("GET ", first, " says that it goes on at another host"));
        }
    }
    return chosen(std::move(out), source, cat("commit ", commit, " of ", source.reference.place));
}

Result<std::string> HubStore::commitNow(const api::ModelSource& source) const {
    const std::string& selector = source.reference.selector;
    const std::string url = cat(hubOf(source), "/api/models/", source.reference.place, "/revision/",
                                percentEncode(selector.empty() ? "main" : selector));
    const Result<HttpResponse> answer = ask(url);
    if (!answer) return answer.error();
    Result<std::string> commit = readCommit(answer->body);
    if (!commit) return Error{commit.error().code, cat("GET ", url, ": ", commit.error().message)};
    return commit;
}

Result<bool> HubStore::stillMeans(const api::ModelSource& source, const api::ResolvedModel& known,
                                  Timestamp) {
    const Result<std::string> commit = commitNow(source);
    if (!commit) return commit.error();
    return known.id == idOf(source, *commit);
}

Result<Resolution> HubStore::resolve(const api::ModelSource& source, Timestamp) {
    const Result<std::string> commit = commitNow(source);
    if (!commit) return commit.error();
    Result<std::vector<File>> files = tree(source, *commit);
    if (!files) return files.error();
    Resolution out;
    out.model.id = idOf(source, *commit);
    out.model.version = commit->substr(0, kVersionLength);
    out.model.lineage.commit = *commit;
    out.model.files = files->size();
    out.model.bytes = bytesOf(*files);
    out.files = std::move(files).value();
    return out;
}

Result<std::vector<File>> HubStore::files(const api::ModelSource& source, const std::string& id, Timestamp) {
    const std::string commit = commitIn(source, id);
    if (commit.empty()) return foreign(source, id);
    return tree(source, commit);
}

Result<Download> HubStore::download(const api::ModelSource& source, const std::string& id, const File& file,
                                    Timestamp) {
    const std::string commit = commitIn(source, id);
    if (commit.empty()) return foreign(source, id);
    return Download{cat(hubOf(source), "/", source.reference.place, "/resolve/", commit, "/",
                        percentEncode(file.path, "-._~/")),
                    headers()};
}

}  // namespace

Result<std::unique_ptr<Store>> makeHubStore(const Credentials& credentials, Exchange& exchange) {
    const std::string token = valueOf(credentials, "HF_TOKEN");
    if (token.empty() && !credentials.empty()) return invalid("the credentials have no HF_TOKEN");
    if (const Result<void> fits = fitsHeader("HF_TOKEN", token); !fits) return fits.error();
    return std::unique_ptr<Store>(std::make_unique<HubStore>(credentials, token, exchange));
}

}  // namespace serin::sources
