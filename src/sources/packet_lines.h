#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace serin::sources {

// The framing of Git's wire protocol (gitprotocol-common(5), gitprotocol-v2(5)): four hexadecimal digits say
// how long a packet is, themselves included, and the lengths 0, 1 and 2 are signs of their own.
enum class PacketKind { Data, Flush, Delimiter, ResponseEnd };

struct Packet {
    PacketKind kind = PacketKind::Flush;
    std::string_view text;  // of Data, without the line break at its end; lives as long as the bytes

    bool operator==(const Packet&) const = default;
};

// All packets of an answer. Invalid where the bytes end within one, a length is none, or there are more than
// any repository has references.
Result<std::vector<Packet>> readPackets(std::string_view bytes);

// One packet of Data. Precondition: at most 65,516 bytes.
std::string dataPacket(std::string_view text);

inline constexpr std::string_view kFlushPacket = "0000";
inline constexpr std::string_view kDelimiterPacket = "0001";

}  // namespace serin::sources
