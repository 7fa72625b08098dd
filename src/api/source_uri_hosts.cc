#include <algorithm>
#include <array>

#include "api/source_uri_readers.h"
#include "base/text.h"

namespace serin::api {

using Read = Result<SourceReference>;

namespace {

constexpr std::string_view kHex = "0123456789abcdef";
// Query parameters by which a signed URL opens an object for a while.
constexpr std::array<std::string_view, 6> kSignatures{"x-amz-signature", "x-goog-signature",     "sig",
                                                      "signature",       "x-amz-security-token", "token"};
// As KServe writes a blob's place too. Blobs are listed and signed for there, which no other web server
// knows.
constexpr std::string_view kAzureHost = ".blob.core.windows.net";

bool isDigest(std::string_view text) {
    return text.starts_with("sha256:") && text.size() == 71 && onlyOf(text.substr(7), kHex);
}

bool isSigned(std::string_view query) {
    while (!query.empty()) {
        std::string_view pair = takeTo(query, '&');
        const std::string name = lowerCase(takeTo(pair, '='));
        if (std::ranges::find(kSignatures, name) != kSignatures.end()) return true;
    }
    return false;
}

Read signedUrl(std::string_view uri) {
    return uriProblem(cat(uri.substr(0, uri.find('?')), "?…"),
                      "is a signed URL, which ends and which everybody who reads the object could use; "
                      "state the URL without the signature, and credentials.secretName");
}

// `rest` follows the host.
Read readAzureUrl(std::string_view uri, std::string_view host, std::string_view rest) {
    const size_t query = rest.find('?');
    if (query != std::string_view::npos && isSigned(rest.substr(query + 1))) return signedUrl(uri);
    if (rest.find_first_of("?%") != std::string_view::npos) {
        return uriProblem(uri,
                          "has '?' or '%', which names of blobs there have not; state "
                          "azureblob://ACCOUNT/CONTAINER/PREFIX, not encoded");
    }
    host.remove_suffix(kAzureHost.size());
    return readAzureUri(uri, cat(host, rest));
}

}  // namespace

Read readGitUri(std::string_view uri, std::string_view rest) {
    SourceReference out;
    out.store = StoreKind::Git;
    const size_t slash = rest.find('/');
    const std::string_view authority = rest.substr(0, slash);
    if (authority.empty()) return uriProblem(uri, "names no host");
    if (const std::string fault = authorityFault(authority); !fault.empty()) return uriProblem(uri, fault);
    if (slash == std::string_view::npos) return uriProblem(uri, "names no repository");
    rest.remove_prefix(slash + 1);
    std::string_view repository = takeTo(rest, '#');
    out.path = withoutEndSlashes(rest);
    const bool stated = repository.find('@') != std::string_view::npos;
    const std::string_view where = withoutEndSlashes(takeTo(repository, '@'));
    out.selector = repository;
    out.place = cat("https://", lowerCase(authority), "/", where);
    if (where.empty() || !isPath(where) || where.find('?') != std::string_view::npos) {
        return uriProblem(uri, "names no repository; state git+https://HOST/REPOSITORY.git[@REF][#PATH]");
    }
    if (stated && (out.selector.empty() || !isPath(out.selector))) {
        return uriProblem(uri,
                          "has a reference that is none; state a branch, a tag or a commit after the '@'");
    }
    if (!isPath(out.path)) return uriProblem(uri, kPathWords);
    return out;
}

Read readOciUri(std::string_view uri, std::string_view rest) {
    SourceReference out;
    out.store = StoreKind::Oci;
    constexpr std::string_view kForm = "state oci://REGISTRY/REPOSITORY:TAG or …@sha256:DIGEST";
    const size_t at = rest.find('@', std::min(rest.find('/'), rest.size()));
    const std::string_view digest = at == std::string_view::npos ? rest.substr(0, 0) : rest.substr(at + 1);
    rest = rest.substr(0, at);
    const size_t slash = rest.find('/');
    const std::string_view authority = rest.substr(0, slash);
    if (slash == std::string_view::npos || authority.empty()) {
        return uriProblem(uri, cat("names no registry and repository; ", kForm));
    }
    if (const std::string fault = authorityFault(authority); !fault.empty()) return uriProblem(uri, fault);
    std::string_view tag = rest.substr(slash + 1);
    const std::string_view repository = takeTo(tag, ':');
    if (repository.empty() || !isPath(repository) || !onlyOf(repository, kLowerCase, "0123456789-._/")) {
        return uriProblem(uri, cat("names no repository; ", kForm));
    }
    if (at != std::string_view::npos && !isDigest(digest)) {
        return uriProblem(uri, "has a digest that is not sha256: and 64 lower-case hexadecimal digits");
    }
    if (!onlyOf(tag, kWord, "-._") || tag.size() > 128 || (rest.ends_with(':'))) {
        return uriProblem(uri, "has a tag that is none");
    }
    if (tag.empty() && digest.empty()) return uriProblem(uri, cat("has neither a tag nor a digest; ", kForm));
    out.place = cat(lowerCase(authority), "/", repository);
    out.selector = tag;
    if (!tag.empty() && !digest.empty()) out.selector += '@';
    out.selector += digest;
    return out;
}

Read readHttpsUri(std::string_view uri, std::string_view rest) {
    SourceReference out;
    out.store = StoreKind::Https;
    if (rest.find('#') != std::string_view::npos)
        return uriProblem(uri, "has a fragment after '#', which no server sees");
    const size_t end = std::min(rest.find_first_of("/?"), rest.size());
    const std::string_view authority = rest.substr(0, end);
    if (authority.empty()) return uriProblem(uri, "names no host");
    if (const std::string fault = authorityFault(authority); !fault.empty()) return uriProblem(uri, fault);
    if (const std::string host = lowerCase(authority); host.ends_with(kAzureHost)) {
        return readAzureUrl(uri, host, rest.substr(end));
    }
    std::string_view query = rest.substr(end);
    const std::string_view path = takeTo(query, '?');
    if (withoutEndSlashes(path).empty() || path.ends_with('/')) {
        return uriProblem(uri, "names no file; a file, a .tar, .tar.gz, .tgz or .zip can be had over https");
    }
    if (path.ends_with(".git")) return uriProblem(uri, "is a Git repository; state it as git+https://…");
    if (isSigned(query)) return signedUrl(uri);
    out.place = cat("https://", lowerCase(authority), rest.substr(end));
    return out;
}

}  // namespace serin::api
