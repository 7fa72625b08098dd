#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace serin::signals {

// Writes the messages of a page in protobuf field by field, also such as no client would.
class Message {
  public:
    Message& number(uint32_t field, uint64_t value) {
        varint(field << 3U);
        varint(value);
        return *this;
    }
    Message& signedNumber(uint32_t field, int64_t value) {
        return number(field, static_cast<uint64_t>(value) << 1U ^ static_cast<uint64_t>(value >> 63));
    }
    Message& real(uint32_t field, double value) {
        varint(field << 3U | 1U);
        const auto bits = std::bit_cast<uint64_t>(value);
        for (unsigned i = 0; i < 8; ++i) text_ += static_cast<char>(bits >> (8 * i));
        return *this;
    }
    Message& bytes(uint32_t field, std::string_view value) {
        varint(field << 3U | 2U);
        varint(value.size());
        text_ += value;
        return *this;
    }
    const std::string& text() const { return text_; }
    // As a page has it: behind its length.
    std::string delimited() const {
        Message length;
        length.varint(text_.size());
        return length.text_ + text_;
    }

  private:
    void varint(uint64_t value) {
        for (; value >= 0x80; value >>= 7U) text_ += static_cast<char>((value & 0x7FU) | 0x80U);
        text_ += static_cast<char>(value);
    }

    std::string text_;
};

inline std::string span(int64_t offset, uint64_t length) {
    return Message().signedNumber(1, offset).number(2, length).text();
}

// The buckets of one span from `first` on, with these counts.
struct NativeText {
    int schema = 3;
    int64_t first = 0;
    std::vector<int64_t> counts;
    int64_t created = 0;  // seconds
};

inline std::string nativeMessage(const NativeText& histogram) {
    Message out;
    int64_t all = 0, last = 0;
    for (const int64_t count : histogram.counts) all += count;
    out.number(1, static_cast<uint64_t>(all)).real(2, 1).signedNumber(5, histogram.schema).real(6, 0x1p-128);
    out.bytes(12, span(histogram.first, histogram.counts.size()));
    for (const int64_t count : histogram.counts) out.signedNumber(13, count - std::exchange(last, count));
    if (histogram.created > 0)
        out.bytes(15, Message().number(1, static_cast<uint64_t>(histogram.created)).text());
    return out.text();
}

inline std::string familyMessage(std::string_view name, uint64_t type,
                                 const std::vector<std::string>& metrics) {
    Message out;
    out.bytes(1, name).number(3, type);
    for (const std::string& metric : metrics) out.bytes(4, metric);
    return out.delimited();
}

// A family of one native histogram without labels.
inline std::string nativeFamily(std::string_view name, const NativeText& histogram) {
    return familyMessage(name, 4, {Message().bytes(7, nativeMessage(histogram)).text()});
}

}  // namespace serin::signals
