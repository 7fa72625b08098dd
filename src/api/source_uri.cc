#include "api/source_uri.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/shorten.h"
#include "base/text.h"

namespace serin::api {
namespace {

constexpr size_t kLongestUri = 1024;
constexpr size_t kLongestShown = 80;
constexpr std::string_view kLowerCase = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kWord = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
// MLflow: get_canonical_stage() takes them in any case.
constexpr std::array<std::string_view, 4> kStages{"None", "Staging", "Production", "Archived"};
// Query parameters by which a signed URL opens an object for a while.
constexpr std::array<std::string_view, 6> kSignatures{"x-amz-signature", "x-goog-signature",     "sig",
                                                      "signature",       "x-amz-security-token", "token"};

using Read = Result<SourceReference>;

// What stands before an '@' in the place of a user and a password is not repeated.
std::string withoutUser(std::string_view uri) {
    const size_t start = uri.find("://");
    if (start == std::string_view::npos || uri.starts_with("mlflow:") || uri.starts_with("hf:")) {
        return std::string(uri);
    }
    const size_t at = uri.substr(0, uri.find_first_of("/?#", start + 3)).rfind('@');
    if (at == std::string_view::npos || at < start) return std::string(uri);
    return cat(uri.substr(0, start + 3), "…", uri.substr(at));
}

// "'mlflow://fraud' …": a problem of a URI, which is cut where it is long.
Error problem(std::string_view uri, std::string_view what) {
    return invalid(cat("'", shortened(withoutUser(uri), kLongestShown), "' ", what));
}

bool onlyOf(std::string_view text, std::string_view allowed, std::string_view more = {}) {
    return std::ranges::all_of(text, [&](char c) {
        return allowed.find(c) != std::string_view::npos || more.find(c) != std::string_view::npos;
    });
}

bool isNumber(std::string_view text) {
    return !text.empty() && onlyOf(text, kDigits);
}

std::string_view withoutEndSlashes(std::string_view path) {
    while (path.starts_with('/')) path.remove_prefix(1);
    while (path.ends_with('/')) path.remove_suffix(1);
    return path;
}

// A path below a place: what no file can be below, or that could lead out of it, is none.
bool isPath(std::string_view path) {
    const std::vector<std::string> parts = split(path, '/');
    return path.empty() || std::ranges::none_of(parts, [](const std::string& part) {
               return part.empty() || part == "." || part == "..";
           });
}

constexpr std::string_view kPathWords = "has a path with an empty part, '.' or '..'; state the path plainly";

// What stands before the first `separator`, and `rest` after it; all of it where there is none.
std::string_view takeTo(std::string_view& rest, char separator) {
    const std::string_view out = rest.substr(0, rest.find(separator));
    rest.remove_prefix(std::min(rest.size(), out.size() + 1));
    return out;
}

Read readVersionOrStage(std::string_view uri, SourceReference out, std::string_view selector) {
    if (isNumber(selector)) {
        if (selector.starts_with('0')) return problem(uri, "has a version that begins with 0");
        out.selector = selector;
        return out;
    }
    if (lowerCase(selector) == "latest") {
        out.selector = "latest";
        return out;
    }
    for (const std::string_view stage : kStages) {
        if (lowerCase(selector) == lowerCase(stage)) {
            out.selector = stage;
            return out;
        }
    }
    return problem(uri, cat("names neither a version, a stage nor 'latest' after the slash; an alias is "
                            "written mlflow://",
                            out.name, "@", selector));
}

// The grammar of MLflow's models:/ (mlflow/store/artifact/utils/models.py): of several '@' the last counts.
Read readMlflow(std::string_view uri, std::string_view rest) {
    constexpr std::string_view kForms =
        "mlflow://NAME@ALIAS, mlflow://NAME/VERSION, mlflow://NAME/latest or mlflow://NAME/STAGE";
    SourceReference out;
    out.store = StoreKind::Mlflow;
    const size_t slash = rest.find('/');
    const size_t at = slash == std::string_view::npos ? rest.rfind('@') : std::string_view::npos;
    const size_t end = std::min(slash, at);
    out.name = rest.substr(0, end);
    const std::string_view selector =
        end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (out.name.empty() || selector.empty()) {
        return problem(uri, cat("names no model and version; state ", kForms));
    }
    // MLflow's own rules for names and aliases (mlflow/utils/validation.py).
    if (out.name.find_first_of(":?#") != std::string::npos) {
        return problem(uri, "has ':', '?' or '#' in the model's name, which MLflow does not allow");
    }
    if (selector.find('/') != std::string_view::npos) {
        return problem(uri, cat("has more than one slash; state ", kForms));
    }
    if (slash != std::string_view::npos) return readVersionOrStage(uri, std::move(out), selector);
    if (!std::ranges::all_of(selector, [](char c) {
            return kWord.find(c) != std::string_view::npos || c == '_' || c == '-' || (c & 0x80) != 0;
        })) {
        return problem(uri, "has an alias with other characters than letters, digits, '_' and '-'");
    }
    if (lowerCase(selector) == "latest") {
        return problem(uri, cat("has 'latest' for an alias; state mlflow://", out.name, "/latest"));
    }
    out.selector = selector;
    out.alias = true;
    return out;
}

Read readRun(std::string_view uri, std::string_view rest) {
    SourceReference out;
    out.store = StoreKind::Mlflow;
    out.run = true;
    rest = withoutEndSlashes(rest);
    out.name = takeTo(rest, '/');
    out.path = rest;
    if (out.name.empty() || out.path.empty() || !onlyOf(out.name, kWord, "_-")) {
        return problem(uri, "names no run and path of an artifact; state runs:/RUN/PATH");
    }
    if (!isPath(out.path)) return problem(uri, kPathWords);
    return out;
}

Read readHub(std::string_view uri, std::string_view rest) {
    constexpr std::string_view kForm = "state hf://OWNER/NAME or hf://OWNER/NAME@REVISION";
    SourceReference out;
    out.store = StoreKind::HuggingFace;
    const bool revision = rest.find('@') != std::string_view::npos;
    out.place = withoutEndSlashes(takeTo(rest, '@'));
    out.selector = rest;
    std::string_view name = out.place;
    const std::string_view owner = takeTo(name, '/');
    if (owner.empty() || name.empty()) return problem(uri, cat("names no owner and repository; ", kForm));
    if (name.find('/') != std::string_view::npos) {
        return problem(uri, cat("has a path in the repository; ", kForm, ", and choose files by include"));
    }
    if (out.place.find(':') != std::string::npos) {
        return problem(uri, cat("has ':' before its revision; ", kForm));
    }
    if (!onlyOf(owner, kWord, "-_.") || !onlyOf(name, kWord, "-_.") || owner.find("..") != owner.npos ||
        name.find("..") != name.npos || owner == "." || name == ".") {
        return problem(uri, "has other characters than letters, digits, '-', '_' and '.' in the repository");
    }
    if (revision && (rest.empty() || !isPath(rest) || rest.find_first_of("?#") != rest.npos)) {
        return problem(uri, "has a revision that is none; state a branch, a tag or a commit after the '@'");
    }
    return out;
}

// "PLACE/PATH" of stores that keep objects under keys.
Read readBucket(StoreKind store, std::string_view uri, std::string_view rest) {
    SourceReference out;
    out.store = store;
    out.place = takeTo(rest, '/');
    out.path = withoutEndSlashes(rest);
    if (out.place.size() < 3 || out.place.size() > 63 ||
        !onlyOf(out.place, kLowerCase, store == StoreKind::Gcs ? "0123456789-._" : "0123456789-.") ||
        !isPath(split(out.place, '.').size() > 1 ? join(split(out.place, '.'), "/") : out.place)) {
        return problem(uri, "names no bucket (3 to 63 lower-case letters, digits, '-' and '.')");
    }
    if (!isPath(out.path)) return problem(uri, kPathWords);
    return out;
}

Read readAzure(std::string_view uri, std::string_view rest) {
    SourceReference out;
    out.store = StoreKind::AzureBlob;
    out.place = takeTo(rest, '/');
    out.container = takeTo(rest, '/');
    out.path = withoutEndSlashes(rest);
    if (out.place.size() < 3 || out.place.size() > 24 || !onlyOf(out.place, kLowerCase, kDigits)) {
        return problem(uri,
                       "names no storage account (3 to 24 lower-case letters and digits); state "
                       "azureblob://ACCOUNT/CONTAINER/PREFIX");
    }
    if (out.container.size() < 3 || out.container.size() > 63 ||
        !onlyOf(out.container, kLowerCase, "0123456789-")) {
        return problem(uri,
                       "names no container (3 to 63 lower-case letters, digits and '-'); state "
                       "azureblob://ACCOUNT/CONTAINER/PREFIX");
    }
    if (!isPath(out.path)) return problem(uri, kPathWords);
    return out;
}

// What stands between "https://" and the path; empty: it can be used.
std::string authorityFault(std::string_view authority) {
    if (authority.find('@') != std::string_view::npos) {
        return "has credentials in it, which everybody who reads the object would see; put them into a "
               "Secret, and name it as credentials.secretName";
    }
    const size_t bracket = authority.find(']');
    const size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    const std::string_view host = authority.substr(0, colon);
    if (colon != std::string_view::npos) {
        const std::string_view port = authority.substr(colon + 1);
        if (!isNumber(port) || port.size() > 5) return "has a port that is no number";
    }
    const bool address = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
    if (address ? !onlyOf(host.substr(1, host.size() - 2), "0123456789abcdefABCDEF:.")
                : host.empty() || !onlyOf(host, kWord, "-._")) {
        return "names no host";
    }
    return "";
}

Read readGit(std::string_view uri, std::string_view rest) {
    SourceReference out;
    out.store = StoreKind::Git;
    const size_t slash = rest.find('/');
    const std::string_view authority = rest.substr(0, slash);
    if (authority.empty()) return problem(uri, "names no host");
    if (const std::string fault = authorityFault(authority); !fault.empty()) return problem(uri, fault);
    if (slash == std::string_view::npos) return problem(uri, "names no repository");
    rest.remove_prefix(slash + 1);
    std::string_view repository = takeTo(rest, '#');
    out.path = withoutEndSlashes(rest);
    const bool stated = repository.find('@') != std::string_view::npos;
    const std::string_view where = withoutEndSlashes(takeTo(repository, '@'));
    out.selector = repository;
    out.place = cat("https://", lowerCase(authority), "/", where);
    if (where.empty() || !isPath(where) || where.find('?') != std::string_view::npos) {
        return problem(uri, "names no repository; state git+https://HOST/REPOSITORY.git[@REF][#PATH]");
    }
    if (stated && (out.selector.empty() || !isPath(out.selector))) {
        return problem(uri, "has a reference that is none; state a branch, a tag or a commit after the '@'");
    }
    if (!isPath(out.path)) return problem(uri, kPathWords);
    return out;
}

bool isDigest(std::string_view text) {
    return text.starts_with("sha256:") && text.size() == 71 && onlyOf(text.substr(7), kHex);
}

Read readOci(std::string_view uri, std::string_view rest) {
    SourceReference out;
    out.store = StoreKind::Oci;
    constexpr std::string_view kForm = "state oci://REGISTRY/REPOSITORY:TAG or …@sha256:DIGEST";
    const size_t at = rest.find('@', std::min(rest.find('/'), rest.size()));
    const std::string_view digest = at == std::string_view::npos ? rest.substr(0, 0) : rest.substr(at + 1);
    rest = rest.substr(0, at);
    const size_t slash = rest.find('/');
    const std::string_view authority = rest.substr(0, slash);
    if (slash == std::string_view::npos || authority.empty()) {
        return problem(uri, cat("names no registry and repository; ", kForm));
    }
    if (const std::string fault = authorityFault(authority); !fault.empty()) return problem(uri, fault);
    std::string_view tag = rest.substr(slash + 1);
    const std::string_view repository = takeTo(tag, ':');
    if (repository.empty() || !isPath(repository) || !onlyOf(repository, kLowerCase, "0123456789-._/")) {
        return problem(uri, cat("names no repository; ", kForm));
    }
    if (at != std::string_view::npos && !isDigest(digest)) {
        return problem(uri, "has a digest that is not sha256: and 64 lower-case hexadecimal digits");
    }
    if (!onlyOf(tag, kWord, "-._") || tag.size() > 128 || (rest.ends_with(':'))) {
        return problem(uri, "has a tag that is none");
    }
    if (tag.empty() && digest.empty()) return problem(uri, cat("has neither a tag nor a digest; ", kForm));
    out.place = cat(lowerCase(authority), "/", repository);
    out.selector = tag;
    if (!tag.empty() && !digest.empty()) out.selector += '@';
    out.selector += digest;
    return out;
}

bool isSigned(std::string_view query) {
    while (!query.empty()) {
        std::string_view pair = takeTo(query, '&');
        const std::string name = lowerCase(takeTo(pair, '='));
        if (std::ranges::find(kSignatures, name) != kSignatures.end()) return true;
    }
    return false;
}

Read readHttps(std::string_view uri, std::string_view rest) {
    SourceReference out;
    out.store = StoreKind::Https;
    if (rest.find('#') != std::string_view::npos)
        return problem(uri, "has a fragment after '#', which no server sees");
    const size_t end = std::min(rest.find_first_of("/?"), rest.size());
    const std::string_view authority = rest.substr(0, end);
    if (authority.empty()) return problem(uri, "names no host");
    if (const std::string fault = authorityFault(authority); !fault.empty()) return problem(uri, fault);
    std::string_view query = rest.substr(end);
    const std::string_view path = takeTo(query, '?');
    if (withoutEndSlashes(path).empty() || path.ends_with('/')) {
        return problem(uri, "names no file; a file, a .tar, .tar.gz, .tgz or .zip can be had over https");
    }
    if (path.ends_with(".git")) return problem(uri, "is a Git repository; state it as git+https://…");
    if (isSigned(query)) {
        return problem(cat(uri.substr(0, uri.find('?')), "?…"),
                       "is a signed URL, which ends and which everybody who reads the object could use; "
                       "state the URL without the signature, and credentials.secretName");
    }
    out.place = cat("https://", lowerCase(authority), rest.substr(end));
    return out;
}

Read readClaim(std::string_view uri, std::string_view rest) {
    SourceReference out;
    out.store = StoreKind::VolumeClaim;
    out.place = takeTo(rest, '/');
    out.path = withoutEndSlashes(rest);
    if (out.place.empty() || out.place.size() > 253 || !onlyOf(out.place, kLowerCase, "0123456789-.")) {
        return problem(uri, "names no claim; state pvc://CLAIM/PATH");
    }
    if (!isPath(out.path)) return problem(uri, kPathWords);
    return out;
}

struct Scheme {
    std::string_view prefix;
    Read (*read)(std::string_view uri, std::string_view rest);
};
constexpr std::array<Scheme, 11> kSchemes{{
    {"mlflow://", readMlflow},
    {"models:/", readMlflow},  // as MLflow itself writes it
    {"runs:/", readRun},
    {"hf://", readHub},
    {"azureblob://", readAzure},
    {"s3://", [](auto uri, auto rest) { return readBucket(StoreKind::S3, uri, rest); }},
    {"gs://", [](auto uri, auto rest) { return readBucket(StoreKind::Gcs, uri, rest); }},
    {"git+https://", readGit},
    {"oci://", readOci},
    {"https://", readHttps},
    {"pvc://", readClaim},
}};

std::string withPath(const std::string& place, std::string_view before, const std::string& path) {
    return path.empty() ? place : cat(place, before, path);
}

}  // namespace

Result<SourceReference> parseSource(const std::string& uri) {
    if (uri.empty())
        return invalid("it is empty; state where the model lives, such as mlflow://fraud@champion");
    if (uri.size() > kLongestUri) return problem(uri, cat("has more than ", kLongestUri, " bytes"));
    const bool controls = std::ranges::any_of(uri, [](char c) { return (c >= 0 && c < ' ') || c == 127; });
    if (controls || trim(uri) != uri) {
        return invalid("it has control characters, or blanks at its ends");
    }
    const std::string_view whole = uri;
    const bool mlflow = whole.starts_with("mlflow://") || whole.starts_with("models:/");
    if (!mlflow && whole.find(' ') != std::string_view::npos) return problem(uri, "has a blank in it");
    for (const Scheme& scheme : kSchemes) {
        if (whole.starts_with(scheme.prefix)) return scheme.read(uri, whole.substr(scheme.prefix.size()));
    }
    if (whole.starts_with("http://")) {
        return problem(uri,
                       "would come in the clear, and be changed by whoever sits between; state https://");
    }
    return problem(uri,
                   "begins with none of mlflow://, runs:/, hf://, azureblob://, s3://, gs://, "
                   "git+https://, oci://, https:// and pvc://");
}

std::string sourceUri(const SourceReference& reference) {
    switch (reference.store) {
        case StoreKind::Mlflow:
            if (reference.run) return cat("runs:/", reference.name, "/", reference.path);
            return cat("mlflow://", reference.name, reference.alias ? '@' : '/', reference.selector);
        case StoreKind::HuggingFace:
            return withPath(cat("hf://", reference.place), "@", reference.selector);
        case StoreKind::AzureBlob:
            return withPath(cat("azureblob://", reference.place, "/", reference.container), "/",
                            reference.path);
        case StoreKind::S3:
            return withPath(cat("s3://", reference.place), "/", reference.path);
        case StoreKind::Gcs:
            return withPath(cat("gs://", reference.place), "/", reference.path);
        case StoreKind::Git:
            return withPath(withPath(cat("git+", reference.place), "@", reference.selector), "#",
                            reference.path);
        case StoreKind::Oci:
            return cat("oci://", reference.place, reference.selector.starts_with("sha256:") ? '@' : ':',
                       reference.selector);
        case StoreKind::Https:
            return reference.place;
        case StoreKind::VolumeClaim:
            return withPath(cat("pvc://", reference.place), "/", reference.path);
    }
    return "";
}

}  // namespace serin::api
