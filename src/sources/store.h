#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/credential_keys.h"
#include "api/model_source.h"
#include "base/http.h"
#include "base/result.h"
#include "base/time.h"
#include "sources/exchange.h"

namespace serin::sources {

// What opens a store: the keys of the Secret, named as the store's own tools name their environment
// (MLFLOW_TRACKING_TOKEN, HF_TOKEN, AWS_ACCESS_KEY_ID, …). Never logged, never in an Error.
using Credentials = std::map<std::string, std::string>;

// A workload's identity in a cloud, and what gives the token of its service account, for each exchange anew:
// such tokens end within the hour. Errors of `token` are passed on as they are. Safe to call from several
// threads.
struct CloudIdentity {
    api::WorkloadIdentity who;
    std::function<Result<std::string>()> token;
    std::string session{};  // S3: what the log of the cloud calls it; empty: after the service account
};

struct File {
    std::string path;    // relative, '/' between folders, never absolute and without ".."
    uint64_t size = 0;   // bytes
    std::string sha256;  // hexadecimal; empty where the store does not say
    std::string
        tag;  // what the store says changes with the bytes: ETag, version id, generation; may be empty
    // A tar, packed or not, whose entries are the model's files: they stand over those of the layers before
    // it (ascending by path), and whiteouts hide some of these, as in images.
    bool layer = false;
    std::string
        md5{};  // hexadecimal, where the store keeps one of the bytes and no sha256; no part of the id

    bool operator==(const File&) const = default;
};

// What a reference means now, and which files that is (those that include and exclude leave), ascending by
// path. Of layers, include and exclude choose what is unpacked.
struct Resolution {
    api::ResolvedModel model;
    std::vector<File> files;
};

// How the bytes of a file are asked for. `headers` may hold secrets, which must not follow a redirect to
// another host.
struct Download {
    std::string url;
    std::map<std::string, std::string> headers;
};

// One kind of store. Holds no connection and keeps nothing between calls but a token that still lives; time
// comes in where a signature or a token needs it. download() is safe to call from several threads at once.
// Errors say which call answered what, in words for people, without secrets: Unavailable (down, slow, 429,
// 5xx: look again later), Forbidden (401, 403), NotFound (no such model, version, alias, file) and Invalid
// (an answer that cannot be true, a reference that means nothing).
class Store {
  public:
    virtual ~Store() = default;
    // What the reference means now.
    virtual Result<Resolution> resolve(const api::ModelSource& source, Timestamp now) = 0;
    // Whether the reference still means the model that a resolve() of the same source gave, found by one
    // request; false: it may mean another one, or a request cannot tell. What one request does not show (a
    // version of MLflow whose files were written over) it does not tell.
    virtual Result<bool> stillMeans(const api::ModelSource& source, const api::ResolvedModel& known,
                                    Timestamp now);
    // The files of that id, which a resolve() of the same source gave at some time. Invalid with both in
    // words when what is there now is not what the id says.
    virtual Result<std::vector<File>> files(const api::ModelSource& source, const std::string& id,
                                            Timestamp now) = 0;
    // How to get one of those files, exactly these bytes where the store can be asked for them (commit,
    // version, generation, If-Match). Asked anew for every request, for signatures age.
    virtual Result<Download> download(const api::ModelSource& source, const std::string& id, const File& file,
                                      Timestamp now) = 0;
};

// The exchange outlives the store. Invalid where no such store is known, credentials lack a key, which it
// names, or a store that knows no identities is given one.
Result<std::unique_ptr<Store>> makeStore(api::StoreKind kind, const Credentials& credentials,
                                         Exchange& exchange,
                                         const std::optional<CloudIdentity>& identity = std::nullopt);

// The keys by which credentials for such a store are known.
using api::credentialKeys;

}  // namespace serin::sources
