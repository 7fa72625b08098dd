#include "fetch/answer.h"

#include <charconv>
#include <string_view>

#include "base/text.h"
#include "fetch/backoff.h"

namespace serin::fetch {
namespace {

std::string header(const TransferHead& head, const std::string& name) {
    const auto found = head.headers.find(name);
    return found == head.headers.end() ? "" : found->second;
}

std::optional<uint64_t> number(std::string_view text) {
    uint64_t out = 0;
    const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    const bool whole = !text.empty() && stopped == text.data() + text.size();
    return error == std::errc() && whole ? std::optional(out) : std::nullopt;
}

struct ContentRange {
    std::optional<uint64_t> begin;  // nothing in "bytes */SIZE"
    std::optional<uint64_t> size;   // nothing in "bytes 0-9/*"
};

std::optional<ContentRange> contentRange(const TransferHead& head) {
    const std::string text = header(head, "content-range");
    if (!text.starts_with("bytes ")) return std::nullopt;
    const size_t slash = text.find('/');
    if (slash == std::string::npos) return std::nullopt;
    const std::string range = text.substr(6, slash - 6);
    return ContentRange{number(range.substr(0, range.find('-'))), number(text.substr(slash + 1))};
}

Verdict otherSize(uint64_t there, const sources::File& file) {
    return {Step::Fail, 0,
            cat("the file has ", there, " bytes there, and ", file.size,
                " where it was listed: it is not the model that was resolved"),
            std::nullopt};
}

Verdict partial(const TransferHead& head, const Asked& asked, const sources::File& file,
                const Validator& validator) {
    const std::optional<ContentRange> range = contentRange(head);
    if (!range || range->begin != asked.from) {
        return {Step::Again, 0, "it answered 206 with another range than it was asked for", std::nullopt};
    }
    if (range->size && *range->size != file.size) return otherSize(*range->size, file);
    if (!file.sha256.empty()) return {Step::Write, asked.from, "", std::nullopt};  // the digest will tell
    const std::string etag = strongTag(head);
    const bool sameTag = etag == validator.etag;
    const bool compared = asked.origin == validator.origin;  // by If-Range
    const bool joined = validator.etag.empty() || sameTag || (etag.empty() && compared);
    if (!joined)
        return {Step::Anew, 0, "the entity-tag is another one than of the part before", std::nullopt};
    return {Step::Write, asked.from, "", std::nullopt};
}

Verdict full(const TransferHead& head, const Asked& asked, const sources::File& file,
             const Validator& validator) {
    const std::optional<uint64_t> length = number(header(head, "content-length"));
    if (length && *length != file.size) return otherSize(*length, file);
    const std::string etag = strongTag(head);
    const bool ofStore = !file.tag.empty() && file.tag == validator.etag && asked.origin == validator.origin;
    if (ofStore && !etag.empty() && etag != file.tag && file.sha256.empty()) {
        return {Step::Fail, 0,
                cat("the file's entity-tag is ", etag, " and was ", file.tag,
                    " where it was listed: it is not the model that was resolved"),
                std::nullopt};
    }
    if (!asked.whole)
        return {Step::Anew, 0, "the server answered without the range it was asked for", std::nullopt};
    return {Step::Write, 0, "", std::nullopt};
}

std::string refusal(int status) {
    switch (status) {
        case 401:
            return "it wants credentials, or other ones: see spec.model.source.credentials";
        case 403:
            return "the credentials may not read it: let them read, or name others in "
                   "spec.model.source.credentials";
        case 404:
        case 410:
            return "it is not there any more: name a version that is";
        case 412:
            return "it has changed since it was resolved: the model of this id is not there any more";
        default:
            return "serin-fetch can do nothing with that";
    }
}

}  // namespace

std::string strongTag(const TransferHead& head) {
    const std::string etag = header(head, "etag");
    return etag.size() > 2 && etag.front() == '"' && etag.back() == '"' ? etag : "";
}

Verdict judgeAnswer(const TransferHead& head, const Asked& asked, const sources::File& file,
                    const Validator& validator, Timestamp now) {
    if (head.status == 206 && asked.ranged) return partial(head, asked, file, validator);
    if (head.status == 200) return full(head, asked, file, validator);
    const std::string said = cat("it answered ", head.status);
    if (mayPass(head.status)) return {Step::Again, 0, said, retryAfter(header(head, "retry-after"), now)};
    if (head.status == 416) {
        const std::optional<ContentRange> range = contentRange(head);
        if (range && range->size && *range->size != file.size) return otherSize(*range->size, file);
        return {Step::Anew, 0, said, std::nullopt};
    }
    return {Step::Fail, 0, cat(said, "; ", refusal(head.status)), std::nullopt};
}

}  // namespace serin::fetch
