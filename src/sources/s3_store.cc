#include "sources/s3_store.h"

#include <algorithm>

#include "base/percent.h"
#include "base/text.h"
#include "sources/amazon_hosts.h"
#include "sources/aws_role.h"
#include "sources/calls.h"
#include "sources/object_store.h"
#include "sources/opening.h"
#include "sources/s3_answers.h"
#include "sources/s3_signature.h"

namespace serin::sources {
namespace {

constexpr size_t kMostPageBytes = size_t{4}
                                  << 20;  // a thousand names of a kilobyte, each byte of them escaped
constexpr const char* kFirstRegion = "us-east-1";

class S3Server : public ObjectServer {
  public:
    // With a role, of the identity the region alone counts.
    S3Server(const Credentials& credentials, S3Identity identity, std::unique_ptr<AwsRole> role,
             Exchange& exchange)
        : credentials_(credentials),
          stated_(std::move(identity)),
          role_(std::move(role)),
          exchange_(exchange) {}

    std::string place(const api::ModelSource& source) const override {
        return cat("s3:", source.reference.place);
    }
    Result<std::vector<StoredObject>> list(const api::ModelSource& source, const std::string& prefix,
                                           Listed what, Timestamp now) override;
    Result<Download> object(const api::ModelSource& source, const std::string& key, const std::string& tag,
                            Timestamp now) override;

  private:
    // Who asks, with the region that is asked.
    Result<S3Identity> identity(const api::ModelSource& source, Timestamp now) {
        Result<S3Identity> out = role_ ? role_->at(now) : stated_;
        if (!out) return out;
        const std::string named = stated_.region.empty() ? regionIn(source.endpoint) : "";
        if (!named.empty()) out->region = named;
        if (out->region.empty()) out->region = kFirstRegion;
        return out;
    }

    Credentials credentials_;
    S3Identity stated_;
    std::unique_ptr<AwsRole> role_;
    Exchange& exchange_;
};

Call callOf(const api::ModelSource& source, const std::string& key, const Query& query, const Query& headers,
            const S3Identity& identity, Timestamp now) {
    const std::string endpoint = source.endpoint.empty() ? amazonUrl("s3", identity.region) : source.endpoint;
    const std::string origin = originOf(endpoint);
    S3Request request;
    request.host = origin.substr(origin.find("://") + 3);
    // As the exchange sends it.
    if (const size_t colon = request.host.rfind(':');
        origin.starts_with("https:") && colon != std::string::npos && !request.host.ends_with(']')) {
        request.host.resize(colon);
    }
    request.path = cat(endpoint.substr(origin.size()), "/", source.reference.place);
    if (!key.empty()) request.path += cat("/", percentEncode(key, "-._~/"));
    request.query = query;
    request.headers = headers;
    Call out;
    out.url = cat(origin, request.path, query.empty() ? "" : "?", canonicalQuery(query));
    out.headers = signedHeaders(request, identity, now);
    out.headers.insert(headers.begin(), headers.end());
    // It is signed, and clients differ in whether they name a port.
    if (!identity.accessKey.empty()) out.headers["host"] = request.host;
    // A redirect names another host or region, for which this is not signed.
    out.follow = false;
    return out;
}

Result<std::vector<StoredObject>> S3Server::list(const api::ModelSource& source, const std::string& prefix,
                                                 Listed what, Timestamp now) {
    const Result<S3Identity> who = identity(source, now);
    if (!who) return who.error();
    Query query{{"prefix", prefix}};
    if (what == Listed::Versions) {
        query["versions"] = "";
    } else {
        query["list-type"] = "2";
    }
    if (what == Listed::First) query["max-keys"] = "1";
    const auto call = [&](const Query& next) {
        Query asked = query;
        asked.insert(next.begin(), next.end());
        Call out = callOf(source, "", asked, {}, *who, now);
        out.maxBytes = kMostPageBytes;
        return out;
    };
    Credentials secrets = credentials_;
    secrets["secret key"] = who->secretKey;
    secrets["session token"] = who->sessionToken;
    const Calls calls(exchange_, secrets, s3Words);
    return objectsOf(calls, {source.uri, call, what == Listed::Versions ? readVersions : readObjects}, what);
}

Result<Download> S3Server::object(const api::ModelSource& source, const std::string& key,
                                  const std::string& tag, Timestamp now) {
    const Result<S3Identity> who = identity(source, now);
    if (!who) return who.error();
    const bool byTag = tag.starts_with('"');
    const Call call = callOf(source, key, byTag ? Query{} : Query{{"versionId", tag}},
                             byTag ? Query{{"if-match", tag}} : Query{}, *who, now);
    return Download{call.url, call.headers};
}

}  // namespace

Result<std::unique_ptr<Store>> makeS3Store(const Credentials& credentials, Exchange& exchange,
                                           const std::optional<CloudIdentity>& workload) {
    if (workload) {
        if (const Result<void> fault = awsFault(*workload); !fault) return fault.error();
        S3Identity region{"", "", "", workload->who.region};
        return makeObjectStore(std::make_unique<S3Server>(
            credentials, std::move(region), std::make_unique<AwsRole>(*workload, exchange), exchange));
    }
    S3Identity identity{valueOf(credentials, "AWS_ACCESS_KEY_ID"),
                        valueOf(credentials, "AWS_SECRET_ACCESS_KEY"),
                        valueOf(credentials, "AWS_SESSION_TOKEN"), valueOf(credentials, "AWS_REGION")};
    if (identity.region.empty()) identity.region = valueOf(credentials, "AWS_DEFAULT_REGION");
    if (identity.accessKey.empty() != identity.secretKey.empty()) {
        return invalid(cat("the credentials have no ",
                           identity.accessKey.empty() ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY"));
    }
    const bool known = std::ranges::any_of(credentialKeys(api::StoreKind::S3),
                                           [&](const std::string& key) { return credentials.contains(key); });
    if (!credentials.empty() && !known) {
        return invalid(
            cat("the credentials have none of the keys ", join(credentialKeys(api::StoreKind::S3), ", ")));
    }
    if (!identity.region.empty() && !isRegion(identity.region))
        return invalid("the credentials' AWS_REGION is none, such as eu-west-1");
    for (const auto& [key, value] : {std::pair{"AWS_ACCESS_KEY_ID", identity.accessKey},
                                     std::pair{"AWS_SESSION_TOKEN", identity.sessionToken}}) {
        if (const Result<void> fits = fitsHeader(key, value); !fits) return fits.error();
    }
    return makeObjectStore(std::make_unique<S3Server>(credentials, std::move(identity), nullptr, exchange));
}

}  // namespace serin::sources
