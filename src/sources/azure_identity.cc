#include "sources/azure_identity.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "sources/cloud_identity.h"
#include "sources/hmac.h"
#include "sources/listing.h"
#include "sources/opening.h"

namespace serin::sources {
namespace {

constexpr const char* kKey = "AZURE_STORAGE_ACCESS_KEY";
constexpr const char* kSas = "AZURE_STORAGE_SAS_TOKEN";
constexpr const char* kConnection = "AZURE_STORAGE_CONNECTION_STRING";
constexpr const char* kTenant = "AZURE_TENANT_ID";
constexpr const char* kClient = "AZURE_CLIENT_ID";
constexpr const char* kSecret = "AZURE_CLIENT_SECRET";
constexpr const char* kAuthority = "AZURE_AUTHORITY_HOST";
constexpr const char* kPublicAuthority = "https://login.microsoftonline.com";
constexpr std::string_view kPublicSuffix = "core.windows.net";
constexpr const char* kScope = "https://storage.azure.com/.default";
constexpr const char* kAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

Result<void> readKey(const std::string& name, const std::string& text, AzureIdentity& out) {
    const auto bytes = bytesOfBase64(text);
    if (!bytes || bytes->empty()) {
        return invalid(cat("the credentials' ", name, " has no key in base64, as Azure shows it"));
    }
    out.key = *bytes;
    return {};
}

Result<void> readSas(const std::string& name, std::string text, AzureIdentity& out) {
    // Some paste the whole URL.
    text.erase(0, text.find('?') == std::string::npos ? 0 : text.find('?') + 1);
    const bool fits =
        std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~' && c != '#' && c != '"'; });
    if (!fits || (!text.starts_with("sig=") && text.find("&sig=") == std::string::npos)) {
        return invalid(cat("the credentials' ", name,
                           " has no shared access signature, which is what follows the ? in a signed URL"));
    }
    out.sas = text;
    return {};
}

Result<void> readConnection(const std::string& text, AzureIdentity& out) {
    for (const std::string& pair : split(text, ';')) {
        const size_t equals = pair.find('=');
        const std::string name = lowerCase(trim(pair.substr(0, equals)));
        const std::string value = equals == std::string::npos ? "" : pair.substr(equals + 1);
        Result<void> read;
        if (name == "accountname") out.account = value;
        if (name == "accountkey") read = readKey(kConnection, value, out);
        if (name == "sharedaccesssignature") read = readSas(kConnection, value, out);
        if (!read) return read;
        const bool elsewhere =
            (name == "blobendpoint" && value.find(cat(".blob.", kPublicSuffix)) == std::string::npos) ||
            (name == "endpointsuffix" && lowerCase(value) != kPublicSuffix) ||
            name == "usedevelopmentstorage";
        if (elsewhere) {
            return invalid(
                cat("the credentials' ", kConnection,
                    " is of another cloud or an emulator; state the address of its Blob service as "
                    "source.endpoint, and the key as ",
                    kKey));
        }
    }
    if (out.key.empty() != out.sas.empty()) return {};
    return invalid(cat("the credentials' ", kConnection, " has ",
                       out.key.empty() ? "neither AccountKey nor" : "both AccountKey and",
                       " SharedAccessSignature; state one of them"));
}

bool isTenant(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
               c == '.';
    });
}

std::string authorityOf(const std::string& stated) {
    return stated.empty() ? kPublicAuthority : withoutTrailing(stated, '/');
}

Result<void> readPrincipal(const Credentials& credentials, AzureIdentity& out) {
    out.tenant = valueOf(credentials, kTenant);
    out.client = valueOf(credentials, kClient);
    out.secret = valueOf(credentials, kSecret);
    for (const auto& [name, value] :
         {std::pair{kTenant, out.tenant}, std::pair{kClient, out.client}, std::pair{kSecret, out.secret}}) {
        if (value.empty()) {
            return invalid(cat("the credentials have no ", name, "; a service principal has ", kTenant, ", ",
                               kClient, " and ", kSecret));
        }
    }
    if (!isTenant(out.tenant))
        return invalid(cat("the credentials' ", kTenant, " is neither a tenant's id nor its domain"));
    out.authority = authorityOf(valueOf(credentials, kAuthority));
    // Over plain HTTP only to this machine itself.
    if (!out.authority.starts_with("https://") && !out.authority.starts_with("http://127.0.0.1:")) {
        return invalid(cat("the credentials' ", kAuthority,
                           " begins with other than https://, and a secret is sent there"));
    }
    return {};
}

}  // namespace

Result<AzureIdentity> azureIdentityOf(const Credentials& credentials) {
    AzureIdentity out;
    if (credentials.empty()) return out;
    std::vector<std::string> ways;
    for (const char* name : {kKey, kSas, kConnection, kSecret}) {
        if (!valueOf(credentials, name).empty()) ways.emplace_back(name);
    }
    if (ways.size() > 1) {
        return invalid(cat("the credentials have ", join(ways, " and "), "; keep one of them"));
    }
    const bool principal = !valueOf(credentials, kTenant).empty() || !valueOf(credentials, kClient).empty();
    if (ways.empty() && !principal) {
        return invalid(cat("the credentials have none of the keys ", kKey, ", ", kSas, ", ", kConnection,
                           " and ", kSecret));
    }
    const std::string way = ways.empty() ? kSecret : ways[0];
    const Result<void> read = way == kKey          ? readKey(kKey, valueOf(credentials, kKey), out)
                              : way == kSas        ? readSas(kSas, valueOf(credentials, kSas), out)
                              : way == kConnection ? readConnection(valueOf(credentials, kConnection), out)
                                                   : readPrincipal(credentials, out);
    if (!read) return read.error();
    return out;
}

Result<AzureIdentity> azureWorkload(const CloudIdentity& identity) {
    AzureIdentity out;
    out.tenant = identity.who.tenant;
    out.client = identity.who.client;
    out.assertion = identity.token;
    out.authority = authorityOf(identity.who.authority);
    if (!isTenant(out.tenant)) {
        return invalid(
            cat("the identity's tenant is \"", plainly(out.tenant), "\"; state a tenant's id or its domain"));
    }
    if (!isVisible(out.client)) {
        return invalid(cat("the identity's client is \"", plainly(out.client),
                           "\"; state the id of an application or of a managed identity"));
    }
    if (const Result<void> url = endpointFault("authority", out.authority); !url) return url.error();
    return out;
}

Result<Query> azureForm(const AzureIdentity& identity) {
    Query out{{"grant_type", "client_credentials"}, {"client_id", identity.client}, {"scope", kScope}};
    if (!identity.assertion) {
        out["client_secret"] = identity.secret;
        return out;
    }
    Result<std::string> token = identity.assertion();
    if (!token) return token.error();
    out["client_assertion_type"] = kAssertionType;
    out["client_assertion"] = std::move(token).value();
    return out;
}

}  // namespace serin::sources
