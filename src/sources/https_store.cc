#include "sources/https_store.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/sha256.h"
#include "base/shorten.h"
#include "base/text.h"
#include "sources/archive_kind.h"
#include "sources/calls.h"
#include "sources/hmac.h"
#include "sources/listing.h"
#include "sources/opening.h"

namespace serin::sources {
namespace {

constexpr size_t kLongestName = 100;
constexpr size_t kVersionLength = 12;
constexpr size_t kSha256Bytes = 32;

// Nothing of a page for people belongs into a sentence.
std::string noWords(const HttpResponse&) {
    return "";
}

int valueOf(char c) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const size_t at = kDigits.find(c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

std::string percentDecoded(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && valueOf(text[i + 1]) >= 0 && valueOf(text[i + 2]) >= 0) {
            out += static_cast<char>(valueOf(text[i + 1]) * 16 + valueOf(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

// The SHA-256 of the bytes, where the server tells it; else empty.
std::string sha256In(const HttpResponse& answer) {
    const std::string checksum = lowerCase(headerOf(answer, "x-checksum-sha256"));
    if (isHex(checksum, 64)) return checksum;
    std::string linked = headerOf(answer, "x-linked-etag");
    std::erase(linked, '"');
    if (isHex(linked, 64)) return linked;
    const std::string digest = headerOf(answer, "repr-digest");
    const size_t start = digest.find("sha-256=:");
    if (start == std::string::npos) return "";
    const size_t end = digest.find(':', start + 9);
    if (end == std::string::npos) return "";
    return hexOfBase64(std::string_view(digest).substr(start + 9, end - start - 9), kSha256Bytes);
}

std::optional<uint64_t> lengthIn(const HttpResponse& answer) {
    // "bytes 0-0/1234" of an answer to a part of it.
    const std::string range = headerOf(answer, "content-range");
    const std::string text =
        answer.status == 206 ? range.substr(range.rfind('/') + 1) : headerOf(answer, "content-length");
    uint64_t out = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, out);
    if (text.empty() || error != std::errc() || stopped != end) return std::nullopt;
    return out;
}

struct Seen {
    std::string id;
    File file;
    std::string version;
};

class HttpsStore : public Store {
  public:
    HttpsStore(const Credentials& credentials, std::string opening, Exchange& exchange)
        : credentials_(credentials), opening_(std::move(opening)), calls_(exchange, credentials_, noWords) {}

    Result<Resolution> resolve(const api::ModelSource& source, Timestamp) override {
        const Result<Seen> seen = look(source);
        if (!seen) return seen.error();
        Resolution out;
        out.model.id = seen->id;
        out.model.version = seen->version;
        out.model.files = 1;
        out.model.bytes = seen->file.size;
        out.files = {seen->file};
        return out;
    }

    Result<std::vector<File>> files(const api::ModelSource& source, const std::string& id,
                                    Timestamp) override {
        const Result<Seen> seen = look(source);
        if (!seen) return seen.error();
        if (seen->id == id) return std::vector<File>{seen->file};
        return invalid(cat(source.reference.place, " has changed since it was resolved: now it is ", seen->id,
                           ", and wanted is ", plainly(id)));
    }

    Result<Download> download(const api::ModelSource& source, const std::string&, const File& file,
                              Timestamp) override {
        Call call = callOf(source);
        // Another file than that which was resolved is answered with 412.
        if (file.tag.starts_with('"')) call.headers["if-match"] = file.tag;
        return Download{call.url, call.headers};
    }

  private:
    Call callOf(const api::ModelSource& source) const {
        Call out;
        out.url = source.reference.place;
        if (!opening_.empty()) out.headers["authorization"] = opening_;
        return out;
    }

    // Some servers answer no HEAD: they are asked for the first byte.
    Result<HttpResponse> headers(const api::ModelSource& source) const {
        Call call = callOf(source);
        call.method = "HEAD";
        const Result<HttpResponse> answer = calls_.answerTo(call);
        if (!answer) return answer.error();
        if (answer->status >= 200 && answer->status < 300) return answer;
        if (answer->status != 405 && answer->status != 501) return calls_.refusal(call, *answer);
        call.method = "GET";
        call.headers["range"] = "bytes=0-0";
        return calls_.ask(call);
    }

    Result<Seen> look(const api::ModelSource& source) const;

    Credentials credentials_;
    std::string opening_;
    Calls calls_;
};

Result<Seen> HttpsStore::look(const api::ModelSource& source) const {
    const std::string& url = source.reference.place;
    const Result<HttpResponse> answer = headers(source);
    if (!answer) return answer.error();
    const std::optional<uint64_t> length = lengthIn(*answer);
    if (!length) return invalid(cat(url, " does not say how long it is (Content-Length)"));
    Seen out;
    const std::string path = url.substr(0, url.find('?'));
    out.file.path = percentDecoded(path.substr(path.rfind('/') + 1));
    if (!isSafePath(out.file.path) || out.file.path.find('/') != std::string::npos) {
        return invalid(cat("the name '", plainly(out.file.path), "' is none for a file"));
    }
    out.file.size = *length;
    out.file.sha256 = sha256In(*answer);
    const std::string tag = plainly(headerOf(*answer, "etag"));
    const std::string modified = headerOf(*answer, "last-modified");
    const bool strong = tag.starts_with('"') && tag.size() > 2;
    out.file.tag = tag.size() > 2 ? tag : plainly(modified);
    if (out.file.tag.empty() && out.file.sha256.empty()) {
        return invalid(cat(url,
                           " tells neither an ETag nor Last-Modified, so that nobody can see when it "
                           "changes; serve it with one of them"));
    }
    const std::string digest = out.file.sha256.empty()
                                   ? sha256Hex(cat(tag, "\n", strong ? "" : modified, "\n", *length))
                                   : out.file.sha256;
    out.id = cat("https:", shortened(out.file.path, kLongestName),
                 out.file.sha256.empty() ? " tag:" : " sha256:", digest);
    out.version = digest.substr(0, kVersionLength);
    // What an archive holds is chosen when it is unpacked.
    if (archiveKind(out.file.path) == ArchiveKind::None) {
        if (const auto kept = chosen({out.file}, source, url); !kept) return kept.error();
    }
    return out;
}

}  // namespace

Result<std::unique_ptr<Store>> makeHttpsStore(const Credentials& credentials, Exchange& exchange) {
    const Result<std::string> opening =
        openingOf(credentials, {"HTTPS_TOKEN", "HTTPS_USERNAME", "HTTPS_PASSWORD"});
    if (!opening) return opening.error();
    return std::unique_ptr<Store>(std::make_unique<HttpsStore>(credentials, *opening, exchange));
}

}  // namespace serin::sources
