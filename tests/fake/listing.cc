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

size_t limitOf(const Target& target) {
    const std::string text = target.option("limit");
    size_t limit = 0;
    std::from_chars(text.data(), text.data() + text.size(), limit);
    return limit;
}

// What the API server's validation of ListOptions says of a list.
std::vector<Cause> checkOptions(const Target& target) {
    const std::string match = target.option("resourceVersionMatch");
    const std::string version = target.option("resourceVersion");
    std::vector<Cause> causes;
    const auto forbid = [&](const char* field, const char* why) { causes.push_back(forbidden(field, why)); };
    if (!match.empty()) {
        if (version.empty())
            forbid("resourceVersionMatch",
                   "resourceVersionMatch is forbidden unless resourceVersion is provided");
        if (!target.option("continue").empty())
            forbid("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided");
        if (match != "Exact" && match != "NotOlderThan")
            causes.push_back(unsupported("resourceVersionMatch", match, {"Exact", "NotOlderThan", ""}));
        if (match == "Exact" && version == "0")
            forbid("resourceVersionMatch",
                   "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
    }
    if (target.query.contains("sendInitialEvents"))
        forbid("sendInitialEvents", "sendInitialEvents is forbidden for list");
    return causes;
}

// Why a list at this version cannot be given; nothing: it is the present one.
std::optional<Failure> checkVersion(const Target& target, std::uint64_t present) {
    const std::string version = target.option("resourceVersion");
    if (version.empty()) return std::nullopt;
    const auto ahead = kube::compareResourceVersions(version, std::to_string(present));
    if (!ahead) return badRequest(cat("Invalid value: \"", version, "\": invalid resource version"));
    if (*ahead > 0) {
        return Failure{504,
                       "Timeout",
                       cat("Too large resource version: ", version, ", current: ", present),
                       {{"causes", Json::array({{{"reason", "ResourceVersionTooLarge"},
                                                 {"message", "Too large resource version"}}})},
                        {"retryAfterSeconds", 1}}};
    }
    const bool exact =
        target.option("resourceVersionMatch") == "Exact" ||
        (target.option("resourceVersionMatch").empty() && version != "0" && limitOf(target) > 0);
    if (exact && *ahead < 0)
        return Failure{501, "NotImplemented", "the simulated API server keeps no past states",
                       Json::object()};
    return std::nullopt;
}

}  // namespace

bool FieldSelection::matches(const Version& version) const {
    return std::all_of(requirements.begin(), requirements.end(), [&](const Requirement& wanted) {
        return ((wanted.ofName ? version.name : version.space) == wanted.value) == wanted.equal;
    });
}

Outcome<FieldSelection> parseFieldSelector(const std::string& text) {
    FieldSelection out;
    if (text.empty()) return out;
    for (const std::string& part : split(text, ',')) {
        const size_t equals = part.find('=');
        if (equals == std::string::npos || equals == 0) {
            return badRequest(cat("unable to find \"fieldSelector\": invalid selector: '", text,
                                  "'; can't understand '", part, "'"));
        }
        const bool negated = part[equals - 1] == '!';
        const size_t value = part.substr(equals).starts_with("==") ? equals + 2 : equals + 1;
        const std::string key = part.substr(0, negated ? equals - 1 : equals);
        if (key != "metadata.name" && key != "metadata.namespace")
            return badRequest(cat("\"", key, "\" is not a known field selector: only \"metadata.name\", ",
                                  "\"metadata.namespace\""));
        out.requirements.push_back({key == "metadata.name", !negated, part.substr(value)});
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

Page Listing::cut(const Target& target, const Selection& selection, std::uint64_t revision,
                  const Objects& all, const std::string& start, size_t limit) {
    Page page;
    page.kind = *target.kind;
    page.resourceVersion = revision;
    page.countsRemaining = selection.empty();
    auto next =
        std::lower_bound(all.begin(), all.end(), start,
                         [](const ObjectPtr& object, const std::string& key) { return object->key < key; });
    for (; next != all.end() && (limit == 0 || page.objects.size() < limit); ++next) {
        const Version& version = **next;
        if (selection.labels.matches(version.object) && selection.fields.matches(version))
            page.objects.push_back(*next);
    }
    page.remaining = static_cast<size_t>(all.end() - next);
    if (page.remaining > 0)
        page.continueToken = encode({static_cast<std::int64_t>(revision), page.objects.back()->key + '\0'});
    return page;
}

void Listing::keep(const Target& target, std::uint64_t revision, Objects all) {
    snapshots_.push_back({revision, target.path, std::move(all), clock_.sinceBoot()});
    if (snapshots_.size() > kSnapshots) snapshots_.pop_front();
}

Outcome<Page> Listing::fresh(const Target& target, const Selection& selection, size_t limit,
                             std::uint64_t upTo) {
    // Without pages nobody has to know what does not match.
    Objects all = store_.listAt(upTo, *target.kind, target.space, limit == 0 ? selection.labels : Selector());
    Page page = cut(target, selection, std::min(upTo, store_.revision()), all, "", limit);
    if (page.remaining > 0) keep(target, page.resourceVersion, std::move(all));
    return page;
}

Outcome<Page> Listing::next(const Target& target, const Selection& selection, size_t limit) {
    const auto token = decode(target.option("continue"));
    if (!token) return badRequest("continue key is not valid: it is not one of this server's");
    if (!target.option("resourceVersion").empty() && target.option("resourceVersion") != "0")
        return badRequest("specifying resource version is not allowed when using continue");
    if (token->resourceVersion == kInconsistent) {
        Objects all = store_.list(*target.kind, target.space, {});
        Page page = cut(target, selection, store_.revision(), all, token->start, limit);
        if (page.remaining > 0) keep(target, page.resourceVersion, std::move(all));
        return page;
    }
    const auto found = std::find_if(snapshots_.begin(), snapshots_.end(), [&](const Snapshot& s) {
        return static_cast<std::int64_t>(s.resourceVersion) == token->resourceVersion &&
               s.path == target.path && clock_.sinceBoot() - s.taken < kSnapshotLife;
    });
    if (found != snapshots_.end())
        return cut(target, selection, found->resourceVersion, found->objects, token->start, limit);
    Failure failure = expired(kExpired);
    failure.continueToken = encode({kInconsistent, token->start});
    return failure;
}

Outcome<Page> Listing::list(const Target& target, std::uint64_t upTo) {
    if (std::vector<Cause> causes = checkOptions(target); !causes.empty())
        return invalidOptions("ListOptions", causes);
    const auto selector = Selector::parse(target.option("labelSelector"));
    if (!selector) {
        return badRequest(cat("unable to parse requirement: found '", target.option("labelSelector"),
                              "', expected: in, notin, =, ==, !=, gt, lt"));
    }
    const Outcome<FieldSelection> fields = parseFieldSelector(target.option("fieldSelector"));
    if (const Failure* failure = failureOf(fields)) return *failure;
    const Selection selection{*selector, std::get<FieldSelection>(fields)};
    if (!target.option("continue").empty()) return next(target, selection, limitOf(target));
    if (auto failure = checkVersion(target, store_.revision())) return *failure;
    // A list at resourceVersion 0 is served whole, from the watch cache.
    return fresh(target, selection, target.option("resourceVersion") == "0" ? 0 : limitOf(target), upTo);
}

HttpResponse answer(const Page& page) {
    const kube::Resource& resource = factsOf(page.kind).resource;
    std::string body = cat("{\"apiVersion\":\"", resource.apiVersion(), "\",\"kind\":\"", resource.kind,
                           "List\",\"metadata\":{\"resourceVersion\":\"", page.resourceVersion, '"');
    if (page.continueToken.empty()) {
        if (factsOf(page.kind).custom) body += ",\"continue\":\"\"";
    } else {
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
