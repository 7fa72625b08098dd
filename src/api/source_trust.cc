#include "api/source_trust.h"

#include <algorithm>
#include <array>

#include "api/file_digests.h"
#include "api/spec_codec.h"
#include "base/shorten.h"
#include "base/text.h"

namespace serin::api {
namespace {

// The pods get it as a variable of their environment, of which Linux takes 128 KiB (MAX_ARG_STRLEN).
constexpr size_t kLongestDigests = 65'536;
constexpr const char* kDefaultKey = "cosign.pub";  // as `cosign generate-key-pair` names it
constexpr std::string_view kForms =
    "state 64 hexadecimal digits, or lines \"DIGEST  PATH\" as sha256sum prints them";
constexpr std::array<std::string_view, 4> kArchives{".tar", ".tar.gz", ".tgz", ".zip"};

// A file that is none of several, so that nothing can stand beside it.
bool isAlone(const SourceReference& reference) {
    if (reference.store != StoreKind::Https) return false;
    const std::string path = lowerCase(reference.place.substr(0, reference.place.find('?')));
    return std::ranges::none_of(kArchives, [&](std::string_view end) { return path.ends_with(end); });
}

void decodeDigests(const Field& field, ModelSource& out) {
    if (!field.present()) return;
    const std::string text = field.text();
    const std::string_view plain = trim(text);
    if (plain.empty()) return field.problem(cat("is empty; ", kForms, ", or leave it out"));
    if (text.size() > kLongestDigests) {
        return field.problem(cat("has ", text.size(), " bytes, and at most ", kLongestDigests,
                                 " go into a pod; state the one digest of those lines"));
    }
    if (isSha256(plain)) {
        out.sha256 = lowerCase(plain);
        return;
    }
    if (text.find('\n') == std::string::npos && text.find(' ') == std::string::npos) {
        return field.problem(cat("is \"", shortened(plain, kLongestShown), "\"; ", kForms));
    }
    if (const Result<FileDigests> digests = parseDigests(text); !digests) {
        return field.problem(cat("cannot be read: ", digests.error().message));
    }
    out.sha256 = plain;
}

void decodeVerify(const Field& verify, ModelSource& out) {
    if (!verify.present()) return;
    const Field key = verify.at("publicKeySecret");
    out.publicKeySecret = decodeObjectName(key.at("name"), "Secret", "the public key, in PEM");
    out.publicKeyKey = key.at("key").text(kDefaultKey);
    const bool isKey = !out.publicKeyKey.empty() && out.publicKeyKey != "." &&
                       !out.publicKeyKey.starts_with("..") &&
                       std::ranges::all_of(out.publicKeyKey, [](char c) {
                           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                                  (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_';
                       });
    if (!isKey) {
        key.at("key").problem(cat("is \"", shortened(out.publicKeyKey, kLongestShown),
                                  "\"; state a key of the Secret, such as ", kDefaultKey));
        out.publicKeyKey = kDefaultKey;
    }
    if (!isAlone(out.reference)) return;
    verify.problem(
        "is stated, but the source is one file, beside which no signature can be; state a .tar, .tar.gz or "
        ".zip "
        "with the model, SHA256SUMS and SHA256SUMS.sig, or state sha256 instead");
}

}  // namespace

void decodeTrust(const Field& source, ModelSource& out) {
    decodeDigests(source.at("sha256"), out);
    decodeVerify(source.at("verify"), out);
}

}  // namespace serin::api
