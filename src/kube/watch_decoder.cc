#include "kube/watch_decoder.h"

#include <optional>
#include <utility>

#include "base/text.h"
#include "kube/managed_fields.h"

namespace serin::kube {
namespace {

using Json = nlohmann::json;

// Deeper nesting than any object of Kubernetes; bounds the work of parsing.
constexpr int kMaxDepth = 512;

std::optional<WatchEventType> eventType(std::string_view name) {
    if (name == "ADDED") return WatchEventType::Added;
    if (name == "MODIFIED") return WatchEventType::Modified;
    if (name == "DELETED") return WatchEventType::Deleted;
    if (name == "BOOKMARK") return WatchEventType::Bookmark;
    if (name == "ERROR") return WatchEventType::Error;
    return std::nullopt;
}

std::string_view skipBlanks(std::string_view bytes) {
    const size_t start = bytes.find_first_not_of(" \t\r\n");
    return start == std::string_view::npos ? std::string_view{} : bytes.substr(start);
}

}  // namespace

Result<WatchEvent> parseWatchEvent(std::string_view frame) {
    try {
        Json value = Json::parse(withoutManagedFields(frame));
        const auto type = value.find("type");
        const auto object = value.find("object");
        if (type == value.end() || !type->is_string()) return invalid("watch frame without a type");
        if (object == value.end() || !object->is_object()) return invalid("watch frame without an object");
        const auto known = eventType(type->get_ref<const std::string&>());
        if (!known)
            return invalid(cat("unknown watch event type '", type->get_ref<const std::string&>(), "'"));
        return WatchEvent{*known, Object(std::move(*object))};
    } catch (const Json::exception& error) {
        return invalid(cat("watch frame is not JSON: ", error.what()));
    }
}

WatchDecoder::WatchDecoder(size_t maxFrameBytes) : maxFrameBytes_(maxFrameBytes) {}

size_t WatchDecoder::scan(std::string_view bytes) {
    for (size_t at = 0; at < bytes.size(); ++at) {
        const char letter = bytes[at];
        if (inString_) {
            if (escaped_) {
                escaped_ = false;
            } else if (letter == '\\') {
                escaped_ = true;
            } else if (letter == '"') {
                inString_ = false;
            }
            continue;
        }
        if (letter == '"') {
            inString_ = true;
        } else if (letter == '{' || letter == '[') {
            tooDeep_ = tooDeep_ || ++depth_ > kMaxDepth;
        } else if ((letter == '}' || letter == ']') && --depth_ == 0) {
            return at + 1;
        }
    }
    return std::string_view::npos;
}

Result<void> WatchDecoder::fail(std::string message) {
    failure_ = std::move(message);
    partial_.clear();
    depth_ = 0;
    return invalid(failure_);
}

Result<void> WatchDecoder::feed(std::string_view bytes, std::vector<WatchEvent>& out) {
    if (!failure_.empty()) return invalid(failure_);
    while (true) {
        if (depth_ == 0) bytes = skipBlanks(bytes);
        if (bytes.empty()) return {};
        if (depth_ == 0 && bytes.front() != '{') return fail("watch stream: bytes between frames");
        const size_t end = scan(bytes);
        const size_t length = partial_.size() + (end == std::string_view::npos ? bytes.size() : end);
        if (length > maxFrameBytes_) return fail(cat("watch frame above ", maxFrameBytes_, " bytes"));
        if (tooDeep_) return fail("watch frame nested too deeply");
        if (end == std::string_view::npos) {
            partial_ += bytes;
            return {};
        }
        std::string_view frame = bytes.substr(0, end);
        if (!partial_.empty()) frame = partial_ += frame;
        Result<WatchEvent> event = parseWatchEvent(frame);
        partial_.clear();
        if (!event) return fail(event.error().message);
        out.push_back(std::move(event).value());
        bytes.remove_prefix(end);
    }
}

}  // namespace serin::kube
