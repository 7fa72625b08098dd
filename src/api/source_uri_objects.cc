#include <algorithm>
#include <array>

#include "api/source_uri_readers.h"
#include "base/text.h"

namespace serin::api {

using Read = Result<SourceReference>;

namespace {

// "PLACE/PATH" of stores that keep objects under keys.
Read readBucket(StoreKind store, std::string_view uri, std::string_view rest) {
    SourceReference out;
    out.store = store;
    out.place = takeTo(rest, '/');
    out.path = withoutEndSlashes(rest);
    if (out.place.size() < 3 || out.place.size() > 63 ||
        !onlyOf(out.place, kLowerCase, store == StoreKind::Gcs ? "0123456789-._" : "0123456789-.") ||
        !isPath(split(out.place, '.').size() > 1 ? join(split(out.place, '.'), "/") : out.place)) {
        return uriProblem(uri, "names no bucket (3 to 63 lower-case letters, digits, '-' and '.')");
    }
    if (!isPath(out.path)) return uriProblem(uri, kPathWords);
    return out;
}

}  // namespace

Read readS3Uri(std::string_view uri, std::string_view rest) {
    return readBucket(StoreKind::S3, uri, rest);
}

Read readGcsUri(std::string_view uri, std::string_view rest) {
    return readBucket(StoreKind::Gcs, uri, rest);
}

Read readAzureUri(std::string_view uri, std::string_view rest) {
    SourceReference out;
    out.store = StoreKind::AzureBlob;
    out.place = takeTo(rest, '/');
    out.container = takeTo(rest, '/');
    out.path = withoutEndSlashes(rest);
    if (out.place.size() < 3 || out.place.size() > 24 || !onlyOf(out.place, kLowerCase, kDigits)) {
        return uriProblem(uri,
                          "names no storage account (3 to 24 lower-case letters and digits); state "
                          "azureblob://ACCOUNT/CONTAINER/PREFIX");
    }
    if (out.container.size() < 3 || out.container.size() > 63 ||
        !onlyOf(out.container, kLowerCase, "0123456789-")) {
        return uriProblem(uri,
                          "names no container (3 to 63 lower-case letters, digits and '-'); state "
                          "azureblob://ACCOUNT/CONTAINER/PREFIX");
    }
    if (!isPath(out.path)) return uriProblem(uri, kPathWords);
    return out;
}

Read readClaimUri(std::string_view uri, std::string_view rest) {
    SourceReference out;
    out.store = StoreKind::VolumeClaim;
    out.place = takeTo(rest, '/');
    out.path = withoutEndSlashes(rest);
    if (out.place.empty() || out.place.size() > 253 || !onlyOf(out.place, kLowerCase, "0123456789-.")) {
        return uriProblem(uri, "names no claim; state pvc://CLAIM/PATH");
    }
    if (!isPath(out.path)) return uriProblem(uri, kPathWords);
    return out;
}

}  // namespace serin::api
