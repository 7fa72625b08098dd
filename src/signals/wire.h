#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

// The wire format of Protocol Buffers (https://protobuf.dev/programming-guides/encoding/). A reader of our
// own and no library: the messages have a handful of fields, no code is generated, nothing is copied or kept,
// and a pod's bytes meet hard bounds before anything else.
namespace serin::signals {

enum class WireType : uint8_t { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

struct WireField {
    uint32_t number = 0;
    WireType type = WireType::Varint;
    uint64_t bits = 0;       // all but Bytes
    std::string_view bytes;  // Bytes: a text, a message or packed numbers, within the message that was read
};

// The fields of one message, in its order. Groups, which nobody writes any more, break it.
class WireReader {
  public:
    explicit WireReader(std::string_view message) : rest_(message) {}

    // False at the message's end and where it is broken.
    bool next(WireField& field);
    bool broken() const { return broken_; }

  private:
    std::string_view rest_;
    bool broken_ = false;
};

// Takes a number from the front; false where there is none, or one of more than 64 bits.
bool takeVarint(std::string_view& bytes, uint64_t& value);

// What a field holds as it is declared. False, with `out` as it was, where its wire type is another's.
bool read(const WireField& field, double& out);
bool read(const WireField& field, uint64_t& out);  // uint32, uint64, enum
bool read(const WireField& field, std::string_view& out);
bool readSigned(const WireField& field, int64_t& out);  // sint32, sint64
// Adds the numbers of a repeated field, packed or one by one. False also where `out` would have more than
// `most`.
bool addSigned(const WireField& field, size_t most, std::vector<int64_t>& out);
bool addDoubles(const WireField& field, size_t most, std::vector<double>& out);

// Hands every field to `take`, which returns whether it could be read. True when all could.
template <typename Take>
bool eachField(std::string_view message, Take take) {
    WireReader reader(message);
    WireField field;
    while (reader.next(field)) {
        if (!take(field)) return false;
    }
    return !reader.broken();
}

}  // namespace serin::signals
