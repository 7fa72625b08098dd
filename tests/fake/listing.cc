#include "listing.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "kube/resource_version.h"

namespace serin::fake {
namespace {

constexpr Duration kSnapshotLife = std::chrono::minutes(5);
constexpr size_t kSnapshots = 256;
constexpr std::int64_t kInconsistent = -1;
constexpr std::string_view kHex = "0123456789abcdef";

const std::string kExpired =
    "The provided continue parameter is too old to display a consistent list result. You can start a new "
    "list "
    "without the continue parameter, or use the continue token in this response to retrieve the remainder of "
    "the results. Continuing with the provided token results in an inconsistent list - objects that were "
    "created, modified, or deleted between the time the first chunk was returned and now may show up in the "
    "list.";

Failure badContinue() {
    return badRequest("continue key is not valid: it is not one of this server's");
}

size_t limitOf(const Target& target) {
    const std::string text = target.option("limit");
    size_t limit = 0;
    std::from_chars(text.data(), text.data() + text.size(), limit);
    return limit;
}

Failure invalidListOption(Kind kind, const std::string& field, const std::string& why) {
    Failure failure = invalidObject(kind, "", {{"FieldValueForbidden", cat("Forbidden: ", why), field}});
    failure.message = cat("ListOptions.meta.k8s.io \"\" is invalid: ", field, ": Forbidden: ", why);
    failure.details["kind"] = "ListOptions";
    failure.details["group"] = "meta.k8s.io";
    return failure;
}

}  // namespace

std::optional<FieldSelection> parseFieldSelector(const std::string& text) {
    FieldSelection out;
    if (text.empty()) return out;
    for (const std::string& part : split(text, ',')) {
        const size_t equals = part.find('=');
        if (equals == std::string::npos) return std::nullopt;
        const std::string value = part.substr(part[equals + 1] == '=' ? equals + 2 : equals + 1);
        if (const std::string key = part.substr(0, equals); key == "metadata.name") {
            out.name = value;
        } else if (key == "metadata.namespace") {
            out.space = value;
        } else {
            return std::nullopt;
        }
    }
    return out;
}

Listing::Listing(const Store& store, const Clock& clock) : store_(store), clock_(clock) {}

// Opaque to clients: the revision, a dot, and the key to go on at in hexadecimal digits.
std::string Listing::encode(const Token& token) {
    std::string out = cat(token.resourceVersion, '.');
    for (const char letter : token.start) {
        out += kHex[static_cast<unsigned char>(letter) >> 4];
        out += kHex[static_cast<unsigned char>(letter) & 15];
    }
    return out;
}

std::optional<Listing::Token> Listing::decode(const std::string& text) {
    Token out;
    const char* const end = text.data() + text.size();
    const auto revision = std::from_chars(text.data(), end, out.resourceVersion);
    if (revision.ec != std::errc() || revision.ptr == end || *revision.ptr != '.') return std::nullopt;
    for (const char* place = revision.ptr + 1; place + 1 < end; place += 2) {
        const size_t high = kHex.find(place[0]);
        const size_t low = kHex.find(place[1]);
        if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
        out.start += static_cast<char>(high * 16 + low);
    }
    return out;
}

Page Listing::cut(const Target& target, std::uint64_t revision, const std::vector<ObjectPtr>& all,
                  const std::string& start, size_t limit) {
    Page page;
    page.kind = *target.kind;
    page.resourceVersion = revision;
    page.countsRemaining = target.option("labelSelector").empty();
    const auto begin =
        std::lower_bound(all.begin(), all.end(), start,
                         [](const ObjectPtr& object, const std::string& key) { return object->key < key; });
    const auto left = static_cast<size_t>(all.end() - begin);
    const size_t taken = limit == 0 ? left : std::min(limit, left);
    page.objects.assign(begin, begin + static_cast<std::ptrdiff_t>(taken));
    page.remaining = left - taken;
    return page;
}

Outcome<Page> Listing::fresh(const Target& target, const Selector& selector, size_t limit,
                             std::uint64_t upTo) {
    const auto fields = parseFieldSelector(target.option("fieldSelector"));
    if (!fields) return badRequest("field label not supported");
    std::vector<ObjectPtr> all =
        store_.listAt(upTo, *target.kind, target.space.empty() ? fields->space : target.space, selector);
    if (!fields->name.empty()) {
        all.erase(std::remove_if(all.begin(), all.end(),
                                 [&](const ObjectPtr& object) { return object->name != fields->name; }),
                  all.end());
    }
    Page page = cut(target, std::min(upTo, store_.revision()), all, "", limit);
    if (page.remaining == 0) return page;
    page.continueToken =
        encode({static_cast<std::int64_t>(page.resourceVersion), page.objects.back()->key + '\0'});
    snapshots_.push_back({page.resourceVersion, target.path, target.option("labelSelector"), std::move(all),
                          clock_.sinceBoot()});
    if (snapshots_.size() > kSnapshots) snapshots_.pop_front();
    return page;
}

Outcome<Page> Listing::next(const Target& target, const Selector& selector, size_t limit) {
    const auto token = decode(target.option("continue"));
    if (!token) return badContinue();
    if (!target.option("resourceVersion").empty() && target.option("resourceVersion") != "0")
        return badRequest("specifying resource version is not allowed when using continue");
    Page page;
    if (token->resourceVersion == kInconsistent) {
        page = cut(target, store_.revision(), store_.list(*target.kind, target.space, selector), token->start,
                   limit);
    } else {
        const auto found = std::find_if(snapshots_.begin(), snapshots_.end(), [&](const Snapshot& s) {
            return static_cast<std::int64_t>(s.resourceVersion) == token->resourceVersion &&
                   s.path == target.path && s.selector == target.option("labelSelector") &&
                   clock_.sinceBoot() - s.taken < kSnapshotLife;
        });
        if (found == snapshots_.end()) {
            Failure failure = expired(kExpired);
            failure.continueToken = encode({kInconsistent, token->start});
            return failure;
        }
        page = cut(target, found->resourceVersion, found->objects, token->start, limit);
    }
    if (page.remaining > 0) {
        const std::int64_t revision = token->resourceVersion == kInconsistent
                                          ? kInconsistent
                                          : static_cast<std::int64_t>(page.resourceVersion);
        page.continueToken = encode({revision, page.objects.back()->key + '\0'});
    }
    return page;
}

Outcome<Page> Listing::list(const Target& target, std::uint64_t upTo) {
    const auto selector = Selector::parse(target.option("labelSelector"));
    if (!selector) {
        return badRequest(cat("unable to parse requirement: found '", target.option("labelSelector"),
                              "', expected: in, notin, =, ==, !=, gt, lt"));
    }
    const std::string version = target.option("resourceVersion");
    const std::string match = target.option("resourceVersionMatch");
    if (target.query.contains("sendInitialEvents"))
        return invalidListOption(*target.kind, "sendInitialEvents",
                                 "sendInitialEvents is forbidden for list");
    if (!match.empty() && version.empty()) {
        return invalidListOption(*target.kind, "resourceVersionMatch",
                                 "resourceVersionMatch is forbidden unless resourceVersion is provided");
    }
    if (!version.empty()) {
        const auto ahead = kube::compareResourceVersions(version, std::to_string(store_.revision()));
        if (!ahead) return badRequest(cat("Invalid value: \"", version, "\": invalid resource version"));
        if (*ahead > 0) {
            return Failure{504,
                           "Timeout",
                           cat("Too large resource version: ", version, ", current: ", store_.revision()),
                           {{"causes", Json::array({{{"reason", "ResourceVersionTooLarge"},
                                                     {"message", "Too large resource version"}}})},
                            {"retryAfterSeconds", 1}}};
        }
    }
    // A list at resourceVersion 0 is served whole, from the watch cache.
    const size_t limit = version == "0" ? 0 : limitOf(target);
    return target.option("continue").empty() ? fresh(target, *selector, limit, upTo)
                                             : next(target, *selector, limit);
}

HttpResponse answer(const Page& page) {
    const kube::Resource& resource = factsOf(page.kind).resource;
    std::string body = cat("{\"apiVersion\":\"", resource.apiVersion(), "\",\"kind\":\"", resource.kind,
                           "List\",\"metadata\":{\"resourceVersion\":\"", page.resourceVersion, '"');
    if (!page.continueToken.empty()) {
        body += cat(",\"continue\":\"", page.continueToken, '"');
        if (page.countsRemaining) body += cat(",\"remainingItemCount\":", page.remaining);
    }
    body += "},\"items\":[";
    const bool custom = factsOf(page.kind).custom;
    for (const ObjectPtr& object : page.objects) {
        if (&object != &page.objects.front()) body += ',';
        if (!custom) body += '{';
        body += object->textInList();
    }
    body += "]}";
    return {200, {{"content-type", "application/json"}}, std::move(body)};
}

}  // namespace serin::fake
