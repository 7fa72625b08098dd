#include "api/identity_codec.h"

#include <algorithm>
#include <array>
#include <vector>

#include "api/object_names.h"
#include "api/source_uri_readers.h"
#include "api/spec_codec.h"
#include "base/shorten.h"
#include "base/text.h"

namespace serin::api {
namespace {

constexpr std::string_view kHex = "0123456789abcdefABCDEF";
constexpr size_t kLongestAudience = 256;  // of those that Google's providers are told

// As a federated credential has it where nobody chose otherwise; clouds of nations have others.
constexpr const char* kAzureAudience = "api://AzureADTokenExchange";
// What AWS' own SDKs and webhook have for OIDC providers.
constexpr const char* kAwsAudience = "sts.amazonaws.com";

constexpr std::string_view kPoolPrefix = "//iam.googleapis.com/";
constexpr std::string_view kClusterPrefix = "identitynamespace:";
constexpr std::string_view kProviderForms =
    "state "
    "//iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER, "
    "or for a cluster of GKE identitynamespace:PROJECT.svc.id.goog:https://container.googleapis.com/v1/…";

// A name of a region, a project or a pool.
bool isName(std::string_view text, std::string_view more = {}) {
    return !text.empty() && onlyOf(text, kLowerCase, cat(kDigits, "-", more));
}

// 8-4-4-4-12 hexadecimal digits.
bool isUuid(const std::string& text) {
    const std::vector<std::string> parts = split(text, '-');
    constexpr std::array<size_t, 5> kLengths{8, 4, 4, 4, 12};
    if (parts.size() != kLengths.size()) return false;
    for (size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].size() != kLengths[i] || !onlyOf(parts[i], kHex)) return false;
    }
    return true;
}

bool isAudience(std::string_view text) {
    return text.size() <= kLongestAudience && isVisible(text);
}

// arn:PARTITION:iam::ACCOUNT:role/NAME. Servers of one's own number their accounts otherwise, or not at all.
bool isRole(const std::string& text, bool ofAmazon) {
    const std::vector<std::string> parts = split(text, ':');
    if (parts.size() != 6 || parts[0] != "arn" || parts[2] != "iam" || !parts[3].empty()) return false;
    const std::string& account = parts[4];
    if (ofAmazon && !(parts[1].starts_with("aws") && account.size() == 12 && isNumber(account))) {
        return false;
    }
    return isName(parts[1]) && parts[5].starts_with("role/") && parts[5].size() > 5 &&
           isVisible(cat(account, parts[5]));
}

// "aws-cn" of a role of Amazon's that is in another partition than most; else empty.
std::string otherPartition(const std::string& role) {
    const std::string partition = role.empty() ? "" : split(role, ':').at(1);
    return partition.starts_with("aws-") ? partition : "";
}

bool isPoolProvider(const std::string& text) {
    if (!text.starts_with(kPoolPrefix)) return false;
    const std::vector<std::string> parts = split(text.substr(kPoolPrefix.size()), '/');
    return parts.size() == 8 && parts[0] == "projects" && isNumber(parts[1]) && parts[2] == "locations" &&
           isName(parts[3]) && parts[4] == "workloadIdentityPools" && isName(parts[5]) &&
           parts[6] == "providers" && isName(parts[7]);
}

// Between the prefix and the provider, which is an address; empty where the text is no such provider.
std::string poolOf(const std::string& text) {
    const size_t end = text.find(":https://");
    if (!text.starts_with(kClusterPrefix) || end == std::string::npos || !isAudience(text)) return "";
    // Of projects of a domain it has a colon.
    const std::string pool = text.substr(0, end).substr(kClusterPrefix.size());
    return isName(pool, ".:") ? pool : "";
}

// A provider takes its own name for an audience, and GKE's wants the pool's.
std::string audienceOf(const std::string& provider) {
    const std::string pool = poolOf(provider);
    return pool.empty() ? cat("https:", provider) : pool;
}

std::string shown(const std::string& text) {
    return cat("is \"", shortened(text, kLongestShown), "\"");
}

// A text that has to be there and to pass `fits`; empty where it does not.
template <typename Fits>
std::string decodeText(const Field& field, std::string_view wayOut, const Fits& fits) {
    std::string text = field.text();
    if (!text.empty() && fits(text)) return text;
    field.problem(cat(text.empty() ? std::string("is missing") : shown(text), "; ", wayOut));
    return "";
}

// An address that may be left out.
std::string decodeEndpoint(const Field& field, const std::string& example) {
    return field.present() ? decodeAddress(field, example) : "";
}

std::string decodeAudience(const Field& cloud, const std::string& fallback) {
    const Field field = cloud.at("audience");
    if (!field.present()) return fallback;
    return decodeText(
        field,
        "state the audience of tokens that the cloud was told to expect, at most 256 characters "
        "without blanks, or leave it out",
        isAudience);
}

void decodeAzure(const Field& azure, WorkloadIdentity& out) {
    out.tenant = decodeText(azure.at("tenantId"), "state the tenant's id, or its domain",
                            [](const std::string& text) { return isHostName(text); });
    out.client = decodeText(azure.at("clientId"),
                            "state the client id of an application or of a managed identity, such as "
                            "11111111-2222-3333-4444-555555555555",
                            isUuid);
    out.authority = decodeEndpoint(azure.at("authorityHost"), "https://login.microsoftonline.com");
    out.audience = decodeAudience(azure, kAzureAudience);
}

void decodeAws(const Field& aws, WorkloadIdentity& out) {
    const bool ofAmazon = !aws.at("stsEndpoint").present();
    out.role =
        decodeText(aws.at("roleArn"),
                   "state the role that trusts the cluster, such as arn:aws:iam::123456789012:role/models",
                   [&](const std::string& text) { return isRole(text, ofAmazon); });
    if (const Field region = aws.at("region"); region.present()) {
        out.region = decodeText(region, "state a region, such as eu-central-1, or leave it out",
                                [](const std::string& text) { return isName(text); });
    }
    const std::string partition = ofAmazon ? otherPartition(out.role) : "";
    if (!partition.empty() && !aws.at("region").present()) {
        aws.at("region").problem(cat("is missing, and the role is of the partition ",
                                     shortened(partition, kLongestShown),
                                     ", which us-east-1 is not in; state region, or stsEndpoint"));
    }
    out.tokenEndpoint = decodeEndpoint(aws.at("stsEndpoint"), "https://sts.eu-central-1.amazonaws.com");
    out.audience = decodeAudience(aws, kAwsAudience);
}

void decodeGoogle(const Field& google, WorkloadIdentity& out) {
    out.provider = decodeText(google.at("provider"), kProviderForms, [](const std::string& text) {
        return isPoolProvider(text) || !poolOf(text).empty();
    });
    if (const Field account = google.at("serviceAccount"); account.present()) {
        out.impersonated = decodeText(account,
                                      "state the address of a service account of Google's, such as "
                                      "models@project.iam.gserviceaccount.com, or leave it out",
                                      [](const std::string& text) {
                                          const size_t at = text.find('@');
                                          return at != std::string::npos && isName(text.substr(0, at)) &&
                                                 isHostName(text.substr(at + 1));
                                      });
    }
    out.tokenEndpoint = decodeEndpoint(google.at("stsEndpoint"), "https://sts.googleapis.com");
    const Field iam = google.at("iamEndpoint");
    out.iamEndpoint = decodeEndpoint(iam, "https://iamcredentials.googleapis.com");
    if (iam.present() && !google.at("serviceAccount").present()) {
        iam.problem(
            "has no effect without serviceAccount, in whose name alone something is asked there; state "
            "serviceAccount, or remove iamEndpoint");
    }
    out.audience = decodeAudience(google, out.provider.empty() ? "" : audienceOf(out.provider));
}

struct Cloud {
    const char* name;
    StoreKind store;
    void (*decode)(const Field& cloud, WorkloadIdentity& out);
};
constexpr std::array kClouds = {Cloud{"azure", StoreKind::AzureBlob, decodeAzure},
                                Cloud{"aws", StoreKind::S3, decodeAws},
                                Cloud{"google", StoreKind::Gcs, decodeGoogle}};

void decodeIdentity(const Field& identity, ModelSource& out) {
    const auto ours = std::ranges::find(kClouds, out.reference.store, &Cloud::store);
    if (ours == kClouds.end()) {
        return identity.problem(
            "has no effect on a source that is neither in Azure Blob Storage nor in S3 nor in Google Cloud "
            "Storage; state credentials.secretName instead, or remove credentials");
    }
    std::vector<std::string> stated;
    for (const Cloud& cloud : kClouds) {
        if (identity.at(cloud.name).present()) stated.emplace_back(cloud.name);
    }
    if (stated.empty()) return identity.problem(cat("names no cloud; state ", ours->name));
    if (stated.size() > 1) {
        return identity.problem(
            cat("names ", join(stated, " and "), "; keep ", ours->name, ", which is the store's"));
    }
    if (stated.front() != ours->name) {
        return identity.at(stated.front().c_str())
            .problem(cat("has no effect, for ", shortened(out.uri, kLongestShown),
                         " is in another cloud; state ", ours->name, " instead"));
    }
    WorkloadIdentity decoded;
    ours->decode(identity.at(ours->name), decoded);
    out.identity = std::move(decoded);
}

}  // namespace

void decodeCredentials(const Field& credentials, ModelSource& out) {
    const Field secret = credentials.at("secretName");
    const Field identity = credentials.at("workloadIdentity");
    if (secret.present() && identity.present()) {
        return credentials.problem("states both secretName and workloadIdentity; keep one of them");
    }
    if (identity.present()) return decodeIdentity(identity, out);
    out.credentialsSecret = decodeObjectName(
        secret, "Secret",
        "the store's credentials, with keys named as the store's own tools name their environment");
}

bool isPlain(const WorkloadIdentity& identity) {
    const auto plain = [](const std::string& address) { return address.starts_with("http://"); };
    if (!identity.tenant.empty()) return plain(identity.authority);
    return plain(identity.tokenEndpoint) && (identity.impersonated.empty() || plain(identity.iamEndpoint));
}

}  // namespace serin::api
