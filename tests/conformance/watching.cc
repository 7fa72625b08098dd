#include "base/text.h"
#include "kube/object.h"
#include "play.h"

namespace serin::conformance {
namespace {

constexpr Duration kPatience{20'000};

const char* nameOf(kube::WatchEventType type) {
    static constexpr const char* names[] = {"ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"};
    return names[static_cast<size_t>(type)];
}

}  // namespace

Watching::Watching(Play& play, std::unique_ptr<Stream> stream, std::string asked)
    : play_(play),
      stream_(std::move(stream)),
      recorded_({{"watched", play.mask_.maskedText(asked)}, {"events", Json::array()}}) {}

Watching::~Watching() {
    play_.record_.push_back(std::move(recorded_));
}

void Watching::fetch() {
    const Duration limit = play_.server_.clock().sinceBoot() + kPatience;
    while (events_.empty() && !stream_->end() && play_.server_.clock().sinceBoot() < limit) {
        std::vector<kube::WatchEvent> read;
        const auto fed = decoder_.feed(stream_->pull(), read);
        play_.that(fed.ok(), cat("the stream cannot be read: ", fed ? "" : fed.error().message));
        for (const kube::WatchEvent& event : read)
            events_.push_back({nameOf(event.type), event.object.json()});
        if (!fed) return;
    }
}

Event Watching::next(std::source_location here) {
    if (events_.empty()) fetch();
    if (events_.empty()) {
        play_.that(false, stream_->end() ? "the stream ended where an event was wanted" : "no event came",
                   here);
        return {};
    }
    Event event = std::move(events_.front());
    events_.pop_front();
    recorded_["events"].push_back({{"type", event.type}, {"object", play_.mask_.masked(event.object)}});
    return event;
}

std::string Watching::told(size_t count, std::source_location here) {
    std::vector<std::string> out;
    for (size_t i = 0; i < count; ++i) {
        const Event event = next(here);
        if (event.type.empty()) break;
        const std::string name = fake::textAt(fake::metadataOf(event.object), "name");
        out.push_back(name.empty() ? event.type : cat(event.type, ' ', name.substr(0, name.rfind('-'))));
    }
    return join(out, ", ");
}

Answer Watching::end(std::source_location here) {
    while (events_.empty() && !stream_->end()) {
        fetch();
        if (events_.empty() && !stream_->end()) {
            play_.that(false, "the stream did not end", here);
            return {};
        }
        while (!events_.empty()) static_cast<void>(next(here));
    }
    Answer out;
    const Result<HttpResponse>& end = *stream_->end();
    if (!end) {
        play_.that(false, cat("the stream broke: ", end.error().message), here);
        return out;
    }
    out.status = end->status;
    out.headers = end->headers;
    if (!end->body.empty()) out.body = Json::parse(end->body, nullptr, false);
    if (out.body.is_discarded()) out.body = end->body;
    recorded_["end"] = {{"status", out.status}, {"body", play_.mask_.masked(out.body)}};
    return out;
}

}  // namespace serin::conformance
