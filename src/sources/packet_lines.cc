#include "sources/packet_lines.h"

#include <optional>

#include "base/text.h"

namespace serin::sources {
namespace {

constexpr size_t kHead = 4;
constexpr size_t kLongest = 65'520;
constexpr size_t kMostPackets = 500'000;
constexpr std::string_view kDigits = "0123456789abcdef";

std::optional<size_t> lengthIn(std::string_view head) {
    size_t out = 0;
    for (const char c : lowerCase(head)) {
        const size_t digit = kDigits.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        out = out * 16 + digit;
    }
    return out;
}

}  // namespace

Result<std::vector<Packet>> readPackets(std::string_view bytes) {
    std::vector<Packet> out;
    while (!bytes.empty()) {
        if (out.size() == kMostPackets) return invalid(cat("it has more than ", kMostPackets, " lines"));
        const std::optional<size_t> length =
            bytes.size() < kHead ? std::nullopt : lengthIn(bytes.substr(0, kHead));
        if (!length || *length == 3 || *length > kLongest) {
            return invalid("it is not in the lines of Git's protocol");
        }
        if (*length < 3) {
            constexpr PacketKind kSigns[] = {PacketKind::Flush, PacketKind::Delimiter,
                                             PacketKind::ResponseEnd};
            out.push_back({kSigns[*length], {}});
            bytes.remove_prefix(kHead);
            continue;
        }
        if (*length > bytes.size()) return invalid("it ends within a line of Git's protocol");
        std::string_view text = bytes.substr(kHead, *length - kHead);
        if (text.ends_with('\n')) text.remove_suffix(1);
        out.push_back({PacketKind::Data, text});
        bytes.remove_prefix(*length);
    }
    return out;
}

std::string dataPacket(std::string_view text) {
    const size_t length = text.size() + kHead;
    std::string out;
    for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[(length >> shift) & 0xF];
    return cat(out, text);
}

}  // namespace serin::sources
