#include "watch.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace serin::fake {
namespace {

// The API server sends a bookmark so long before it ends a stream.
constexpr Duration kBeforeEnd{2'000};

void frame(const char* type, std::string_view object, std::string& out) {
    out += "{\"type\":\"";
    out += type;
    out += "\",\"object\":";
    out += object;
    out += "}\n";
}

}  // namespace

Watch::Watch(Store& store, const Clock& clock, Options options)
    : store_(store), clock_(clock), options_(std::move(options)) {
    cursor_.kind = options_.kind;
    store_.open(cursor_, options_.from);
    const Duration now = clock_.sinceBoot();
    deadline_ = now + options_.lifetime;
    bookmarkAt_ = now + options_.bookmarkInterval;
}

Watch::~Watch() {
    store_.close(cursor_);
}

bool Watch::concerns(const Version& version) const {
    return (options_.space.empty() || version.space == options_.space) && options_.fields.matches(version) &&
           options_.selector.matches(version.object);
}

void Watch::tell(const Change& change, std::string& out) const {
    const bool was = change.before && concerns(*change.before);
    const bool is = change.type != Change::Type::Deleted && concerns(*change.after);
    if (is) {
        frame(was ? "MODIFIED" : "ADDED", change.after->text(), out);
    } else if (was && change.type == Change::Type::Deleted) {
        frame("DELETED", change.after->text(), out);
    } else if (was) {
        // It left the selection: its last selected state, with the revision of the change.
        const Version left(change.before->kind, change.before->object, change.resourceVersion);
        frame("DELETED", left.text(), out);
    }
}

void Watch::bookmark(bool endsInitialEvents, std::string& out) {
    const kube::Resource& resource = factsOf(options_.kind).resource;
    Json object = {
        {"apiVersion", resource.apiVersion()},
        {"kind", resource.kind},
        {"metadata",
         {{"resourceVersion",
           std::to_string(endsInitialEvents ? options_.from : std::min(store_.revision(), upTo_))}}}};
    if (endsInitialEvents) object["metadata"]["annotations"]["k8s.io/initial-events-end"] = "true";
    frame("BOOKMARK", dump(object), out);
}

void Watch::begin(std::string& out) {
    begun_ = true;
    if (options_.failure) {
        frame("ERROR", dump(statusBody(*options_.failure)), out);
        ended_ = true;
        return;
    }
    for (const ObjectPtr& object : options_.initial) frame("ADDED", object->text(), out);
    options_.initial.clear();
    if (options_.initialEvents) bookmark(true, out);
}

std::string Watch::pull() {
    std::string out;
    if (ended_) return out;
    if (!begun_) begin(out);
    if (ended_) return out;
    while (const Change* change = store_.read(cursor_, upTo_)) {
        if (change->resourceVersion > options_.from) tell(*change, out);
    }
    const Duration now = clock_.sinceBoot();
    if (options_.bookmarks && !lastBookmark_ && now >= std::min(bookmarkAt_, deadline_ - kBeforeEnd)) {
        lastBookmark_ = now >= deadline_ - kBeforeEnd;
        bookmarkAt_ = now + options_.bookmarkInterval;
        bookmark(false, out);
    }
    ended_ = closing_ || now >= deadline_;
    return out;
}

bool Watch::ready() const {
    return !ended_ && (!begun_ || closing_ || store_.hasMore(cursor_) || clock_.sinceBoot() >= nextDue());
}

Duration Watch::nextDue() const {
    if (!options_.bookmarks || lastBookmark_) return deadline_;
    return std::min(bookmarkAt_, deadline_ - kBeforeEnd);
}

}  // namespace serin::fake
