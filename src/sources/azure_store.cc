#include "sources/azure_store.h"

#include "base/percent.h"
#include "base/text.h"
#include "sources/access_token.h"
#include "sources/azure_answers.h"
#include "sources/azure_identity.h"
#include "sources/azure_sas.h"
#include "sources/listing.h"
#include "sources/object_store.h"

namespace serin::sources {
namespace {

constexpr const char* kPageSize = "1000";  // metadata of a blob may have 8 KiB

// What lets one in for a while.
struct Opening {
    std::string query;   // encoded; empty: none
    std::string bearer;  // empty: none
};

class AzureServer : public ObjectServer {
  public:
    AzureServer(const Credentials& credentials, AzureIdentity identity, Exchange& exchange)
        : credentials_(credentials),
          identity_(std::move(identity)),
          exchange_(exchange),
          token_(
              exchange, cat(identity_.authority, "/", identity_.tenant, "/oauth2/v2.0/token"),
              [this](Timestamp) { return azureForm(identity_); }, credentials_) {}

    std::string place(const api::ModelSource& source) const override {
        return cat("azureblob:", source.reference.place, "/", source.reference.container);
    }
    Result<std::vector<StoredObject>> list(const api::ModelSource& source, const std::string& prefix,
                                           Listed what, Timestamp now) override;
    Result<Download> object(const api::ModelSource& source, const std::string& key, const std::string& tag,
                            Timestamp now) override;

  private:
    Result<Opening> opening(const api::ModelSource& source, Timestamp now);
    Result<std::vector<StoredObject>> listed(const api::ModelSource& source, const std::string& prefix,
                                             Listed what, const Opening& opened) const;

    Credentials credentials_;
    AzureIdentity identity_;
    Exchange& exchange_;
    AccessToken token_;
};

// The container's URL.
std::string containerOf(const api::ModelSource& source) {
    const std::string& account = source.reference.place;
    const std::string& container = source.reference.container;
    if (source.endpoint.empty()) return cat("https://", account, ".blob.core.windows.net/", container);
    const std::string origin = originOf(source.endpoint);
    const bool named = origin.substr(origin.find("://") + 3).starts_with(cat(account, ".")) ||
                       source.endpoint.ends_with(cat("/", account));
    return cat(source.endpoint, named ? "" : cat("/", account), "/", container);
}

Call callOf(const std::string& url, const Query& query, const Opening& opening) {
    Call out;
    const std::string asked = canonicalQuery(query);
    const bool both = !asked.empty() && !opening.query.empty();
    const bool none = asked.empty() && opening.query.empty();
    out.url = cat(url, none ? "" : "?", asked, both ? "&" : "", opening.query);
    out.headers["x-ms-version"] = kAzureVersion;
    if (!opening.bearer.empty()) out.headers["authorization"] = cat("Bearer ", opening.bearer);
    out.follow = false;  // the service redirects nobody, and what opens it is for no other
    return out;
}

Result<Opening> AzureServer::opening(const api::ModelSource& source, Timestamp now) {
    const std::string& account = source.reference.place;
    if (!identity_.account.empty() && identity_.account != account) {
        return invalid(cat("the credentials' AZURE_STORAGE_CONNECTION_STRING is of the account ",
                           plainly(identity_.account), ", and the source is in ", account));
    }
    if (!identity_.key.empty()) {
        const bool tls = !source.endpoint.starts_with("http://");
        return Opening{containerSas(account, source.reference.container, identity_.key,
                                    tls ? "https" : "https,http", now),
                       ""};
    }
    if (!identity_.sas.empty()) {
        const std::string fault = sasFault(identity_.sas, now);
        if (fault.empty()) return Opening{identity_.sas, ""};
        return Error{ErrorCode::Forbidden, cat("the shared access signature of the credentials ", fault)};
    }
    if (identity_.client.empty()) return Opening{};
    Result<std::string> token = token_.at(now);
    if (!token) return token.error();
    return Opening{"", std::move(token).value()};
}

Result<std::vector<StoredObject>> AzureServer::listed(const api::ModelSource& source,
                                                      const std::string& prefix, Listed what,
                                                      const Opening& opened) const {
    const bool versions = what == Listed::Versions;
    const Query query{{"restype", "container"},
                      {"comp", "list"},
                      {"include", versions ? "metadata,versions" : "metadata"},
                      {"maxresults", what == Listed::First ? "1" : kPageSize},
                      {"prefix", prefix}};
    const auto call = [&](const Query& next) {
        Query asked = query;
        asked.insert(next.begin(), next.end());
        return callOf(containerOf(source), asked, opened);
    };
    Credentials secrets = credentials_;
    secrets["bearer"] = opened.bearer;
    const size_t signature = opened.query.find("sig=");
    if (signature != std::string::npos) {
        secrets["signature"] =
            opened.query.substr(signature + 4, opened.query.find('&', signature) - signature - 4);
    }
    const Calls calls(exchange_, secrets, azureWords);
    return objectsOf(calls, {source.uri, call, versions ? readBlobVersions : readBlobs}, what);
}

Result<std::vector<StoredObject>> AzureServer::list(const api::ModelSource& source, const std::string& prefix,
                                                    Listed what, Timestamp now) {
    const Result<Opening> opened = opening(source, now);
    if (!opened) return opened.error();
    auto out = listed(source, prefix, what, *opened);
    const bool refused =
        !out && (out.error().code == ErrorCode::NotFound || out.error().code == ErrorCode::Invalid);
    if (!refused || what != Listed::Present || prefix.empty()) return out;
    // A hierarchical namespace says no where a file stands in the middle of a prefix, instead of finding
    // nothing.
    const std::string name = prefix.substr(0, prefix.size() - 1);
    const auto file = listed(source, name, Listed::First, *opened);
    if (file && !file->empty() && file->front().key == name) return std::vector<StoredObject>();
    return out;
}

Result<Download> AzureServer::object(const api::ModelSource& source, const std::string& key,
                                     const std::string& tag, Timestamp now) {
    const Result<Opening> opened = opening(source, now);
    if (!opened) return opened.error();
    const bool byTag = tag.starts_with('"');
    Call call = callOf(cat(containerOf(source), "/", percentEncode(key, "-._~/")),
                       byTag ? Query{} : Query{{"versionid", tag}}, *opened);
    if (byTag) call.headers["if-match"] = tag;
    return Download{call.url, call.headers};
}

}  // namespace

Result<std::unique_ptr<Store>> makeAzureStore(const Credentials& credentials, Exchange& exchange,
                                              const std::optional<CloudIdentity>& workload) {
    Result<AzureIdentity> identity = workload ? azureWorkload(*workload) : azureIdentityOf(credentials);
    if (!identity) return identity.error();
    return makeObjectStore(std::make_unique<AzureServer>(credentials, std::move(identity).value(), exchange));
}

}  // namespace serin::sources
