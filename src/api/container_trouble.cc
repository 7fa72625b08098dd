#include "api/container_trouble.h"

#include <array>
#include <string_view>

#include "api/json_read.h"
#include "base/text.h"

namespace serin::api {

using nlohmann::json;

namespace {

constexpr size_t kBeginning = 200;
constexpr size_t kEnd = 300;

// Continuation bytes of UTF-8, where no text may be cut.
bool insideCharacter(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

std::string withMessage(const std::string& text, const std::string& message) {
    const std::string line = oneLine(message);
    return line.empty() ? text : cat(text, ": ", line);
}

bool isPullReason(std::string_view reason) {
    constexpr std::array<std::string_view, 6> kPull{"ErrImagePull",        "ImagePullBackOff",
                                                    "InvalidImageName",    "ErrImageNeverPull",
                                                    "RegistryUnavailable", "ImageInspectError"};
    for (const std::string_view known : kPull) {
        if (reason == known) return true;
    }
    return false;
}

bool isBeingMade(std::string_view reason) {
    return reason == "ContainerCreating" || reason == "PodInitializing";
}

std::string exitText(const std::string& name, const json& terminated, bool again) {
    const std::string reason = textAt(terminated, "reason");
    const int64_t exitSignal = integerAt(terminated, "signal");
    std::string text = cat("container ", name, again ? " exits" : " exited");
    text += exitSignal != 0 ? cat(" on signal ", exitSignal)
                            : cat(" with code ", integerAt(terminated, "exitCode"));
    if (!reason.empty()) text += cat(" (", reason, ")");
    if (again) text += " again and again";
    if (reason == "OOMKilled") text += ", it needs more memory than its limit";
    return withMessage(text, textAt(terminated, "message"));
}

// The image that the kubelet's message is about: the container's own, or one of a volume, which it names.
std::string imageIn(const std::string& message, const json& status,
                    const std::vector<std::string>& volumeImages) {
    for (const std::string& image : volumeImages) {
        if (message.find(image) != std::string::npos) return image;
    }
    return textAt(status, "image");
}

// Kubelets and runtimes that cannot mount images say something else, each in its own way, or nothing.
std::string hintOf(std::string_view reason, const std::vector<std::string>& volumeImages) {
    if (volumeImages.empty()) return "";
    if (reason == "ContainerCreating")
        return "; if it stays so: a volume that is an image takes the kubelet's feature gate ImageVolume";
    // CreateContainerConfigError is about the environment and what it is taken from.
    if (reason != "CreateContainerError") return "";
    return "; a volume that is an image takes containerd 2.1 or CRI-O 1.31 on the node";
}

Trouble waitingTrouble(const std::string& name, const json& status, const json& waiting,
                       const std::vector<std::string>& volumeImages) {
    const std::string reason = textAt(waiting, "reason");
    const std::string message = textAt(waiting, "message");
    if (isPullReason(reason)) {
        const std::string text =
            cat("image \"", imageIn(message, status, volumeImages), "\" cannot be pulled (", reason, ")");
        return {Trouble::Failing, withMessage(text, message)};
    }
    if (reason.empty()) return {};
    if (isBeingMade(reason)) {
        return {Trouble::Waiting,
                cat("container ", name, " is not made yet (", reason,
                    "): an image, a volume or the network is not there", hintOf(reason, volumeImages))};
    }
    return {Trouble::Failing,
            cat(withMessage(cat("container ", name, " cannot be started (", reason, ")"), message),
                hintOf(reason, volumeImages))};
}

}  // namespace

Trouble containerTrouble(const json& status, const std::vector<std::string>& volumeImages) {
    const std::string name = textAt(status, "name");
    const json& state = objectAt(status, "state");
    const bool restarted = integerAt(status, "restartCount") > 0;
    const json* last = find(objectAt(status, "lastState"), "terminated");
    const json& waiting = objectAt(state, "waiting");
    // A crash explains more than the back-off that follows it.
    if (last != nullptr && restarted && !isPullReason(textAt(waiting, "reason"))) {
        return {Trouble::Failing, exitText(name, *last, true)};
    }
    if (find(state, "waiting") != nullptr) return waitingTrouble(name, status, waiting, volumeImages);
    if (const json* terminated = find(state, "terminated")) {
        return {Trouble::Failing, exitText(name, *terminated, false)};
    }
    return {};
}

std::string oneLine(const std::string& text) {
    std::string line;
    for (const char c : text) {
        const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
        if (!blank) line += c;
        if (blank && !line.empty() && line.back() != ' ') line += ' ';
    }
    if (!line.empty() && line.back() == ' ') line.pop_back();
    if (line.size() <= kBeginning + kEnd) return line;
    size_t head = kBeginning;
    while (insideCharacter(line[head])) --head;
    size_t tail = line.size() - kEnd;
    while (tail < line.size() && insideCharacter(line[tail])) ++tail;
    return cat(line.substr(0, head), " … ", line.substr(tail));
}

}  // namespace serin::api
