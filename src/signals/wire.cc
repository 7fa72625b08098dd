#include "signals/wire.h"

#include <bit>

namespace serin::signals {

namespace {

constexpr uint64_t maxFieldNumber = (1U << 29U) - 1;

bool takeFixed(std::string_view& bytes, size_t size, uint64_t& value) {
    if (bytes.size() < size) return false;
    value = 0;
    for (size_t i = size; i-- > 0;) value = value << 8U | static_cast<unsigned char>(bytes[i]);
    bytes.remove_prefix(size);
    return true;
}

int64_t unzigzag(uint64_t value) {
    return static_cast<int64_t>((value >> 1U) ^ (~(value & 1U) + 1));
}

// A number of a repeated field, or all of them packed into one. `read` takes the one, `take` the bits of the
// next packed one, of which `made` makes a number. False where they are none, or more than `most`.
template <typename Number, typename Read, typename Take, typename Made>
bool addRepeated(const WireField& field, size_t most, std::vector<Number>& out, Read read, Take take,
                 Made made) {
    Number one{};
    if (read(field, one)) {
        if (out.size() >= most) return false;
        out.push_back(one);
        return true;
    }
    if (field.type != WireType::Bytes) return false;
    std::string_view packed = field.bytes;
    for (uint64_t bits = 0; !packed.empty();) {
        if (out.size() >= most || !take(packed, bits)) return false;
        out.push_back(made(bits));
    }
    return true;
}

}  // namespace

bool takeVarint(std::string_view& bytes, uint64_t& value) {
    uint64_t out = 0;
    for (size_t i = 0; i < bytes.size() && i < 10; ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        if (i == 9 && byte > 1) return false;
        out |= static_cast<uint64_t>(byte & 0x7FU) << (7 * i);
        if (byte < 0x80) {
            value = out;
            bytes.remove_prefix(i + 1);
            return true;
        }
    }
    return false;
}

bool WireReader::next(WireField& field) {
    if (rest_.empty() || broken_) return false;
    broken_ = true;  // until the field is whole
    uint64_t tag = 0;
    if (!takeVarint(rest_, tag) || tag >> 3U == 0 || tag >> 3U > maxFieldNumber) return false;
    field.number = static_cast<uint32_t>(tag >> 3U);
    field.type = static_cast<WireType>(tag & 7U);
    field.bytes = {};
    switch (field.type) {
        case WireType::Varint:
            broken_ = !takeVarint(rest_, field.bits);
            break;
        case WireType::Fixed64:
            broken_ = !takeFixed(rest_, 8, field.bits);
            break;
        case WireType::Fixed32:
            broken_ = !takeFixed(rest_, 4, field.bits);
            break;
        case WireType::Bytes: {
            uint64_t length = 0;
            if (!takeVarint(rest_, length) || length > rest_.size()) return false;
            field.bytes = rest_.substr(0, length);
            rest_.remove_prefix(length);
            broken_ = false;
            break;
        }
        default:
            break;
    }
    return !broken_;
}

bool read(const WireField& field, double& out) {
    if (field.type != WireType::Fixed64) return false;
    out = std::bit_cast<double>(field.bits);
    return true;
}

bool read(const WireField& field, uint64_t& out) {
    if (field.type != WireType::Varint) return false;
    out = field.bits;
    return true;
}

bool read(const WireField& field, std::string_view& out) {
    if (field.type != WireType::Bytes) return false;
    out = field.bytes;
    return true;
}

bool readSigned(const WireField& field, int64_t& out) {
    if (field.type != WireType::Varint) return false;
    out = unzigzag(field.bits);
    return true;
}

bool addSigned(const WireField& field, size_t most, std::vector<int64_t>& out) {
    return addRepeated(field, most, out, readSigned, takeVarint, unzigzag);
}

bool addDoubles(const WireField& field, size_t most, std::vector<double>& out) {
    return addRepeated(
        field, most, out, [](const WireField& one, double& value) { return read(one, value); },
        [](std::string_view& packed, uint64_t& bits) { return takeFixed(packed, 8, bits); },
        [](uint64_t bits) { return std::bit_cast<double>(bits); });
}

}  // namespace serin::signals
