#include "runtime/store_opener.h"

#include <utility>

#include "base/text.h"
#include "runtime/bounded_exchange.h"
#include "runtime/store_access.h"

namespace serin::runtime {
namespace {

// Further reasons, for which a person is needed.
constexpr const char* kForbidden = "StoreForbidden";
constexpr const char* kNotFound = "NotFound";
constexpr const char* kInvalid = "Invalid";
constexpr const char* kCredentials = "CredentialsForbidden";

const char* reasonOf(ErrorCode code) {
    switch (code) {
        case ErrorCode::Forbidden:
        case ErrorCode::Unauthorized:
            return kForbidden;
        case ErrorCode::NotFound:
            return kNotFound;
        case ErrorCode::Invalid:
        case ErrorCode::Conflict:
        case ErrorCode::Expired:
            return kInvalid;
        default:
            return kStoreUnavailable;
    }
}

// What the source names could not be read.
StoreTrouble unread(const Trouble& trouble) {
    return {trouble.failed ? kStoreUnavailable : kCredentials, trouble.why};
}

}  // namespace

std::optional<StoreTrouble> openStore(const StoreParts& parts, const std::string& space,
                                      const api::ModelSource& source, const std::stop_token& stop,
                                      OpenedStore& out) {
    StoreAccess access;
    const Trouble trouble = readStoreAccess({parts.transport, parts.requests, stop}, space, source, access);
    if (!trouble.why.empty()) return unread(trouble);
    out.credentials = std::move(access.credentials);
    out.unused = std::move(access.unused);
    out.connection = parts.exchange(access.authorities, stop);
    out.exchange = std::make_unique<BoundedExchange>(*out.connection, parts.clock, stop);
    auto store = parts.store(source.reference.store, out.credentials, *out.exchange, access.identity);
    if (!store) return storeTrouble(store.error());
    out.store = std::move(store).value();
    return std::nullopt;
}

StoreTrouble storeTrouble(const Error& error) {
    return {reasonOf(error.code), error.message};
}

StoreTrouble storeTrouble(const Error& error, const OpenedStore& opened) {
    StoreTrouble out = storeTrouble(error);
    // Registries hide what one may not see.
    if (out.reason == kNotFound && !opened.unused.ungranted.empty()) {
        out.message += cat("; if it is private: ", opened.unused.ungranted);
    }
    if (out.reason != kForbidden) return out;
    if (!opened.unused.ungranted.empty() && !opened.credentials.empty()) {
        out.message += cat("; besides, ", opened.unused.ungranted);
        return out;
    }
    // The commands alone: the status has little room, and the registry may say more once it is shown who
    // asks.
    if (!opened.unused.ungranted.empty()) {
        return {kCredentials, cat("the registry wants credentials, and ", opened.unused.ungranted)};
    }
    if (!opened.unused.passedOver.empty()) {
        out.message += cat("; template.spec.imagePullSecrets do not open it: ", opened.unused.passedOver);
    }
    return out;
}

}  // namespace serin::runtime
