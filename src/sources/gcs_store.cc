#include "sources/gcs_store.h"

#include "base/percent.h"
#include "base/text.h"
#include "sources/access_token.h"
#include "sources/gcs_answers.h"
#include "sources/google_identity.h"
#include "sources/google_key.h"
#include "sources/object_store.h"
#include "sources/opening.h"

namespace serin::sources {
namespace {

constexpr const char* kPublicService = "https://storage.googleapis.com";
constexpr const char* kKey = "GOOGLE_APPLICATION_CREDENTIALS_JSON";
constexpr const char* kToken = "GOOGLE_OAUTH_ACCESS_TOKEN";
constexpr const char* kFields =
    "items(name,size,generation,md5Hash,contentEncoding,timeCreated,timeDeleted),kind,nextPageToken";

class GcsServer : public ObjectServer {
  public:
    // Of key, token and workload one at most.
    GcsServer(const Credentials& credentials, GoogleKey key, std::string token,
              std::unique_ptr<GoogleIdentity> workload, Exchange& exchange)
        : credentials_(credentials),
          key_(std::move(key)),
          stated_(std::move(token)),
          workload_(std::move(workload)),
          exchange_(exchange),
          token_(
              exchange, key_.tokenUri, [this](Timestamp now) { return googleForm(key_, now); },
              credentials_) {}

    std::string place(const api::ModelSource& source) const override {
        return cat("gs:", source.reference.place);
    }
    Result<std::vector<StoredObject>> list(const api::ModelSource& source, const std::string& prefix,
                                           Listed what, Timestamp now) override;
    Result<Download> object(const api::ModelSource& source, const std::string& key, const std::string& tag,
                            Timestamp now) override;

  private:
    // Empty for nobody in particular.
    Result<std::string> token(const api::ModelSource& source, Timestamp now);

    Credentials credentials_;
    GoogleKey key_;
    std::string stated_;
    std::unique_ptr<GoogleIdentity> workload_;
    Exchange& exchange_;
    AccessToken token_;
};

Call callOf(const api::ModelSource& source, const std::string& key, const Query& query,
            const std::string& token) {
    Call out;
    out.url = cat(source.endpoint.empty() ? kPublicService : source.endpoint, "/storage/v1/b/",
                  source.reference.place, "/o", key.empty() ? "" : "/", percentEncode(key), "?",
                  canonicalQuery(query));
    if (!token.empty()) out.headers["authorization"] = cat("Bearer ", token);
    return out;
}

Result<std::string> GcsServer::token(const api::ModelSource& source, Timestamp now) {
    if (workload_) return workload_->at(now);
    if (key_.tokenUri.empty()) return stated_;
    if (!key_.tokenUri.starts_with("https://") && !source.endpoint.starts_with("http://")) {
        return invalid(
            cat("the credentials' ", kKey,
                " has a token_uri that begins with http://, and what is sent there opens the bucket; "
                "state the key as Google Cloud gave it"));
    }
    return token_.at(now);
}

Result<std::vector<StoredObject>> GcsServer::list(const api::ModelSource& source, const std::string& prefix,
                                                  Listed what, Timestamp now) {
    const Result<std::string> opened = token(source, now);
    if (!opened) return opened.error();
    const bool versions = what == Listed::Versions;
    Query query{
        {"prefix", prefix}, {"maxResults", what == Listed::First ? "1" : "1000"}, {"fields", kFields}};
    if (versions) query["versions"] = "true";
    const auto call = [&](const Query& next) {
        Query asked = query;
        asked.insert(next.begin(), next.end());
        return callOf(source, "", asked, *opened);
    };
    Credentials secrets = credentials_;
    secrets["token"] = *opened;
    const Calls calls(exchange_, secrets, gcsWords);
    Result<std::vector<StoredObject>> out =
        objectsOf(calls, {source.uri, call, versions ? readGcsVersions : readGcsObjects}, what);
    return out && versions ? withTrueEnds(std::move(out).value()) : out;
}

Result<Download> GcsServer::object(const api::ModelSource& source, const std::string& key,
                                   const std::string& tag, Timestamp now) {
    const Result<std::string> opened = token(source, now);
    if (!opened) return opened.error();
    const Call call = callOf(source, key, {{"alt", "media"}, {"generation", tag}}, *opened);
    return Download{call.url, call.headers};
}

}  // namespace

Result<std::unique_ptr<Store>> makeGcsStore(const Credentials& credentials, Exchange& exchange,
                                            const std::optional<CloudIdentity>& workload) {
    if (workload) {
        if (const Result<void> fault = googleFault(workload->who); !fault) return fault.error();
        return makeObjectStore(std::make_unique<GcsServer>(
            credentials, GoogleKey{}, "", std::make_unique<GoogleIdentity>(*workload, exchange), exchange));
    }
    const std::string json = valueOf(credentials, kKey);
    const std::string token = valueOf(credentials, kToken);
    if (json.empty() == token.empty() && !credentials.empty()) {
        return invalid(cat("the credentials have ", json.empty() ? "neither " : "both ", kKey,
                           json.empty() ? " nor " : " and ", kToken, "; state one of them"));
    }
    GoogleKey key;
    if (!json.empty()) {
        Result<GoogleKey> read = readGoogleKey(json);
        if (!read) return invalid(cat("the credentials' ", kKey, " ", read.error().message));
        key = std::move(read).value();
    }
    if (const Result<void> fits = fitsHeader(kToken, token); !fits) return fits.error();
    return makeObjectStore(
        std::make_unique<GcsServer>(credentials, std::move(key), token, nullptr, exchange));
}

}  // namespace serin::sources
