// The input is the body of a watch. Where its chunks end must not matter.
#include <functional>

#include "kube/watch_decoder.h"
#include "tests/fuzz/fuzz.h"

namespace serin::fuzz {
namespace {

constexpr size_t kMostFrameBytes = 2048;

struct Decoded {
    std::vector<std::string> events;
    bool failed = false;
    bool midFrame = false;

    bool operator==(const Decoded&) const = default;
};

// `chunk` says how many bytes come next.
Decoded decode(std::string_view stream, const std::function<size_t()>& chunk) {
    kube::WatchDecoder decoder(kMostFrameBytes);
    std::vector<kube::WatchEvent> events;
    Decoded out;
    while (!stream.empty() && !out.failed) {
        const std::string_view bytes = stream.substr(0, chunk());
        out.failed = !decoder.feed(bytes, events);
        stream.remove_prefix(bytes.size());
    }
    out.midFrame = decoder.midFrame();
    for (const kube::WatchEvent& event : events) {
        const std::string text = kube::dumpJson(event.object.json());
        const Result<kube::Object> again = kube::Object::parse(text);
        require(again && again->json() == event.object.json(), "an object reads back as it was");
        out.events.push_back(std::to_string(static_cast<int>(event.type)) + text);
    }
    require(!out.failed || !decoder.feed("{}", events), "a decoder that failed takes nothing more");
    return out;
}

}  // namespace

void one(std::string_view input) {
    const Decoded whole = decode(input, [&] { return input.size(); });
    require(whole == decode(input, [] { return size_t{1}; }), "the events are the same byte by byte");
    size_t state = std::hash<std::string_view>{}(input);
    const auto some = [&] {
        state = state * 6364136223846793005U + 1442695040888963407U;
        return 1 + (state >> 33U) % 37;
    };
    require(whole == decode(input, some), "the events are the same in chunks of any size");
}

}  // namespace serin::fuzz
