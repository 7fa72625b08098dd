// The input is what a Git server answers, or one of LFS, or the pointer of a large file.
#include <algorithm>

#include "sources/git_references.h"
#include "sources/lfs.h"
#include "sources/listing.h"
#include "sources/packet_lines.h"
#include "tests/fuzz/fuzz.h"

namespace serin::fuzz {
namespace {

bool isPlain(const std::string& text) {
    return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; });
}

template <typename T>
void checkReason(const Result<T>& result) {
    if (result) return;
    const std::string& why = result.error().message;
    require(!why.empty() && why.size() < 4000 && isPlain(why), "a refusal has a short reason in plain text");
}

void checkReferences(const std::vector<sources::GitReference>& references, size_t digits) {
    for (const sources::GitReference& reference : references) {
        require(
            sources::isHex(reference.object, digits) && !reference.name.empty() && isPlain(reference.name),
            "a reference has a name and an object");
        require(reference.peeled.empty() || sources::isHex(reference.peeled, digits),
                "and what it points to");
    }
    for (const std::string selector : {"", "main", "refs/tags/v1"}) {
        const auto chosen = sources::chooseReference(references, selector, "the repository");
        checkReason(chosen);
        require(!chosen || sources::isCommitName(chosen->commit), "what is chosen is a commit's name");
    }
    require(isPlain(sources::nearNames(references, "mian")), "names for people are plain");
}

void checkPackets(std::string_view input) {
    const auto packets = sources::readPackets(input);
    checkReason(packets);
    if (!packets) return;
    size_t bytes = 0;
    for (const sources::Packet& packet : *packets) bytes += 4 + packet.text.size();
    require(bytes <= input.size(), "packets are no longer than what they were read of");
    for (const sources::Packet& packet : *packets) {
        if (packet.kind != sources::PacketKind::Data || packet.text.size() > 60'000) continue;
        const std::string written = sources::dataPacket(packet.text);
        const auto again = sources::readPackets(written);
        require(again && again->size() == 1, "what is written is one packet");
    }
}

}  // namespace

void one(std::string_view input) {
    checkPackets(input);
    const auto told = sources::readAdvertisement(input);
    checkReason(told);
    if (told) checkReferences(told->references, told->objectDigits);
    const auto listed = sources::readReferences(input, 40);
    checkReason(listed);
    if (listed) checkReferences(*listed, 40);
    const auto pointer = sources::readPointer(input);
    checkReason(pointer);
    require(!pointer || !*pointer ||
                (sources::isHex((*pointer)->sha256, 64) && input.size() <= sources::kLongestPointer),
            "a pointer is short and has a digest");
    const sources::File file{"model.bin", 3, std::string(64, 'd'), ""};
    const auto download = sources::readLfsAnswer(input, file);
    checkReason(download);
    if (download) {
        require(download->url.starts_with("https://") && isPlain(download->url),
                "what is downloaded comes over https");
        for (const auto& [name, value] : download->headers) {
            require(isPlain(name) && isPlain(value), "no header ends its line");
        }
    }
    require(sources::plainly(sources::lfsWords({404, {}, std::string(input)})).size() <= 200,
            "words are cut");
}

}  // namespace serin::fuzz
