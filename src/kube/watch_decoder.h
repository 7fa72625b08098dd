#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kube/object.h"

namespace serin::kube {

enum class WatchEventType { Added, Modified, Deleted, Bookmark, Error };

// For Error, `object` is a metav1.Status: read it with parseStatusBody(dumpJson(object.json())).
struct WatchEvent {
    WatchEventType type = WatchEventType::Error;
    Object object;
};

// Cuts the body of a watch into events. Frames are found by counting braces outside of strings, so it does
// not matter where chunks end: in the middle of a string, of an escape, of a UTF-8 sequence. Not thread-safe.
class WatchDecoder {
  public:
    explicit WatchDecoder(size_t maxFrameBytes = size_t{16} << 20);

    // Appends every event that these bytes complete to `out`. On an error (bytes between frames, a frame that
    // is too large, too deep or no JSON, an unknown event type) the events before it are in `out`, and the
    // decoder refuses everything more: the stream cannot be trusted any further.
    Result<void> feed(std::string_view bytes, std::vector<WatchEvent>& out);
    // True inside a frame: a stream that ends here was cut off.
    bool midFrame() const { return depth_ > 0; }

  private:
    // The number of bytes of `bytes` up to and including the end of the present frame; npos when it goes on.
    size_t scan(std::string_view bytes);
    Result<void> fail(std::string message);

    size_t maxFrameBytes_;
    std::string partial_;  // the beginning of a frame that earlier chunks brought
    int depth_ = 0;
    bool tooDeep_ = false;
    bool inString_ = false;
    bool escaped_ = false;
    std::string failure_;
};

// One frame, one event.
Result<WatchEvent> parseWatchEvent(std::string_view frame);

}  // namespace serin::kube
