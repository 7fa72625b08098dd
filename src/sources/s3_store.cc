#include "sources/s3_store.h"

#include <algorithm>

#include "base/percent.h"
#include "base/shorten.h"
#include "base/text.h"
#include "sources/calls.h"
#include "sources/listing.h"
#include "sources/opening.h"
#include "sources/s3_history.h"
#include "sources/s3_signature.h"

namespace serin::sources {
namespace {

constexpr size_t kMostPages = 40;  // of a thousand objects
constexpr size_t kMostObjects = kMostPages * 1000;
constexpr size_t kMostPageBytes = size_t{4}
                                  << 20;  // a thousand names of a kilobyte, each byte of them escaped
constexpr size_t kLongestName = 150;
constexpr size_t kVersionLength = 12;
constexpr std::string_view kDigest = " sha256:";

using Query = std::map<std::string, std::string>;

class S3Store : public Store {
  public:
    S3Store(const Credentials& credentials, S3Identity identity, Exchange& exchange)
        : credentials_(credentials),
          identity_(std::move(identity)),
          calls_(exchange, credentials_, s3Words) {}

    Result<Resolution> resolve(const api::ModelSource& source, Timestamp now) override;
    Result<std::vector<File>> files(const api::ModelSource& source, const std::string& id,
                                    Timestamp now) override;
    Result<Download> download(const api::ModelSource& source, const std::string& id, const File& file,
                              Timestamp now) override;

  private:
    struct Listed {
        std::vector<File> files;
        bool single = false;
    };

    Call callOf(const api::ModelSource& source, const std::string& key, const Query& query,
                const Query& headers, Timestamp now) const;
    // All pages of a listing; `query` without the prefix of the pages.
    Result<std::vector<S3Object>> pages(const api::ModelSource& source, const Query& query,
                                        Result<S3Page> (*read)(std::string_view), Timestamp now) const;
    Result<std::vector<S3Object>> objectItself(const api::ModelSource& source, Timestamp now) const;
    Result<Listed> list(const api::ModelSource& source, Timestamp now) const;
    Result<std::vector<File>> filesOfBefore(const api::ModelSource& source, bool single,
                                            const std::string& digest, Timestamp now) const;

    Credentials credentials_;
    S3Identity identity_;
    Calls calls_;
};

// An id without its digest. A slash at its end: the objects below the path, and not that of the key.
std::string placeOf(const api::ModelSource& source, bool single) {
    const std::string path = shortened(source.reference.path, kLongestName);
    return cat("s3:", source.reference.place, "/", path, single || path.empty() ? "" : "/");
}

bool isOf(const api::ModelSource& source, bool single, const std::string& id) {
    return id.starts_with(cat(placeOf(source, single), kDigest));
}

std::string nameOf(const api::ModelSource& source) {
    return cat("s3://", source.reference.place, "/", source.reference.path);
}

Call S3Store::callOf(const api::ModelSource& source, const std::string& key, const Query& query,
                     const Query& headers, Timestamp now) const {
    const std::string endpoint =
        source.endpoint.empty() ? cat("https://s3.", identity_.region, ".amazonaws.com") : source.endpoint;
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
    out.headers = signedHeaders(request, identity_, now);
    out.headers.insert(headers.begin(), headers.end());
    // It is signed, and clients differ in whether they name a port.
    if (!identity_.accessKey.empty()) out.headers["host"] = request.host;
    // A redirect names another host or region, for which this is not signed.
    out.follow = false;
    return out;
}

Result<std::vector<S3Object>> S3Store::pages(const api::ModelSource& source, const Query& query,
                                             Result<S3Page> (*read)(std::string_view), Timestamp now) const {
    std::vector<S3Object> out;
    Query next;
    for (size_t page = 0;; ++page) {
        if (page == kMostPages) return invalid(cat(nameOf(source), " has too many objects"));
        Query asked = query;
        asked.insert(next.begin(), next.end());
        Call call = callOf(source, "", asked, {}, now);
        call.maxBytes = kMostPageBytes;
        const Result<HttpResponse> answer = calls_.ask(call);
        if (!answer) return answer.error();
        Result<S3Page> listed = read(answer->body);
        if (!listed)
            return Error{listed.error().code,
                         cat("the listing of ", nameOf(source), ": ", listed.error().message)};
        out.insert(out.end(), listed->objects.begin(), listed->objects.end());
        if (out.size() > kMostObjects) return invalid(cat(nameOf(source), " has too many objects"));
        if (listed->next.empty()) return out;
        next = listed->next;
    }
}

// The object whose key is the path, which comes first among those that begin so.
Result<std::vector<S3Object>> S3Store::objectItself(const api::ModelSource& source, Timestamp now) const {
    if (source.reference.path.empty()) return std::vector<S3Object>();
    const Query query{{"list-type", "2"}, {"max-keys", "1"}, {"prefix", source.reference.path}};
    const Result<HttpResponse> answer = calls_.ask(callOf(source, "", query, {}, now));
    if (!answer) return answer.error();
    Result<S3Page> page = readObjects(answer->body);
    if (!page) return invalid(cat("the listing of ", nameOf(source), ": ", page.error().message));
    return std::move(page->objects);
}

Result<S3Store::Listed> S3Store::list(const api::ModelSource& source, Timestamp now) const {
    const std::string& path = source.reference.path;
    for (const bool single : {false, true}) {
        const Query below{{"list-type", "2"}, {"prefix", path.empty() ? path : path + "/"}};
        const Result<std::vector<S3Object>> objects =
            single ? objectItself(source, now) : pages(source, below, readObjects, now);
        if (!objects) return objects.error();
        std::vector<File> files;
        for (const S3Object& object : *objects) {
            const std::string file = pathOf(path, single, object.key);
            if (!file.empty()) files.push_back({file, object.size, "", object.tag});
        }
        if (files.empty()) continue;
        if (files.size() > kMostFiles) {
            return invalid(cat(nameOf(source), " has more than ", kMostFiles, " objects"));
        }
        Result<std::vector<File>> kept = chosen(std::move(files), source, nameOf(source));
        if (!kept) return kept.error();
        return Listed{std::move(kept).value(), single};
    }
    return Error{ErrorCode::NotFound, cat(nameOf(source), " has no objects")};
}

Result<Resolution> S3Store::resolve(const api::ModelSource& source, Timestamp now) {
    Result<Listed> listed = list(source, now);
    if (!listed) return listed.error();
    const std::string digest = digestOf(listed->files);
    Resolution out;
    out.model.id = cat(placeOf(source, listed->single), kDigest, digest);
    out.model.version = digest.substr(0, kVersionLength);
    out.model.files = listed->files.size();
    out.model.bytes = bytesOf(listed->files);
    out.files = std::move(listed->files);
    return out;
}

Result<std::vector<File>> S3Store::filesOfBefore(const api::ModelSource& source, bool single,
                                                 const std::string& digest, Timestamp now) const {
    const std::string& path = source.reference.path;
    const Query query{{"versions", ""}, {"prefix", single || path.empty() ? path : path + "/"}};
    const Result<std::vector<S3Object>> versions = pages(source, query, readVersions, now);
    if (!versions) return versions.error();
    return filesOfThen(*versions, path, single, source, digest);
}

Result<std::vector<File>> S3Store::files(const api::ModelSource& source, const std::string& id,
                                         Timestamp now) {
    const bool single = isOf(source, true, id);
    if (!single && !isOf(source, false, id)) {
        return invalid(cat("'", plainly(id), "' is no id of a model of ", source.uri));
    }
    Result<Listed> listed = list(source, now);
    if (!listed && listed.error().code != ErrorCode::NotFound) return listed.error();
    const std::string present =
        listed ? cat(placeOf(source, listed->single), kDigest, digestOf(listed->files)) : "gone";
    if (present == id) return std::move(listed->files);
    const std::string digest = id.substr(id.rfind(kDigest) + kDigest.size());
    Result<std::vector<File>> before = filesOfBefore(source, single, digest, now);
    if (before || before.error().code == ErrorCode::Unavailable) return before;
    return invalid(cat("the objects of ", nameOf(source),
                       " have changed since they were resolved: now it is ", present, ", and wanted is ",
                       plainly(id), " (", before.error().message, ")"));
}

Result<Download> S3Store::download(const api::ModelSource& source, const std::string& id, const File& file,
                                   Timestamp now) {
    const std::string& path = source.reference.path;
    const bool whole = path.empty() || isOf(source, true, id);
    const std::string key = !whole ? cat(path, "/", file.path) : path.empty() ? file.path : path;
    const bool byTag = file.tag.starts_with('"');
    const Call call = callOf(source, key, byTag ? Query{} : Query{{"versionId", file.tag}},
                             byTag ? Query{{"if-match", file.tag}} : Query{}, now);
    return Download{call.url, call.headers};
}

}  // namespace

Result<std::unique_ptr<Store>> makeS3Store(const Credentials& credentials, Exchange& exchange) {
    S3Identity identity{valueOf(credentials, "AWS_ACCESS_KEY_ID"),
                        valueOf(credentials, "AWS_SECRET_ACCESS_KEY"),
                        valueOf(credentials, "AWS_SESSION_TOKEN"), valueOf(credentials, "AWS_REGION")};
    if (identity.region.empty()) identity.region = valueOf(credentials, "AWS_DEFAULT_REGION");
    if (identity.region.empty()) identity.region = "us-east-1";
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
    const bool region =
        identity.region.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
    if (!region) return invalid("the credentials' AWS_REGION is none, such as eu-west-1");
    for (const auto& [key, value] : {std::pair{"AWS_ACCESS_KEY_ID", identity.accessKey},
                                     std::pair{"AWS_SESSION_TOKEN", identity.sessionToken}}) {
        if (const Result<void> fits = fitsHeader(key, value); !fits) return fits.error();
    }
    return std::unique_ptr<Store>(std::make_unique<S3Store>(credentials, std::move(identity), exchange));
}

}  // namespace serin::sources
