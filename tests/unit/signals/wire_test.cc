#include "signals/wire.h"

#include <gtest/gtest.h>

#include <string>

namespace serin::signals {
namespace {

using namespace std::string_view_literals;

std::vector<uint32_t> numbersOf(std::string_view message, bool& broken) {
    std::vector<uint32_t> out;
    WireReader reader(message);
    WireField field;
    while (reader.next(field)) out.push_back(field.number);
    broken = reader.broken();
    return out;
}

// The examples of the format's documentation.
TEST(Wire, ReadsNumbersTextsAndMessages) {
    uint64_t number = 0;
    std::string_view text;
    WireField field;
    WireReader reader("\x08\x96\x01\x12\x07testing\x1a\x03\x08\x96\x01"sv);
    ASSERT_TRUE(reader.next(field));
    EXPECT_TRUE(read(field, number) && number == 150);
    EXPECT_FALSE(read(field, text));
    ASSERT_TRUE(reader.next(field));
    EXPECT_TRUE(read(field, text) && text == "testing");
    EXPECT_FALSE(read(field, number));
    ASSERT_TRUE(reader.next(field));
    EXPECT_EQ(field.number, 3u);
    EXPECT_FALSE(reader.next(field));
    EXPECT_FALSE(reader.broken());
}

TEST(Wire, ReadsFixedNumbersLittleEndian) {
    double number = 0;
    WireField field;
    WireReader reader("\x09\0\0\0\0\0\0\xf8\x3f\x15\x01\x02\0\0"sv);
    ASSERT_TRUE(reader.next(field));
    EXPECT_TRUE(read(field, number) && number == 1.5);
    ASSERT_TRUE(reader.next(field));
    EXPECT_EQ(field.bits, 0x201u);
    EXPECT_FALSE(read(field, number));
}

TEST(Wire, ReadsSignedNumbersPackedAndOneByOne) {
    std::vector<int64_t> numbers;
    WireField one{1, WireType::Varint, 3, {}};
    EXPECT_TRUE(addSigned(one, 9, numbers));
    EXPECT_TRUE(addSigned({1, WireType::Bytes, 0, "\0\x01\x02\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv}, 9,
                          numbers));
    EXPECT_EQ(numbers, (std::vector<int64_t>{-2, 0, -1, 1, INT64_MAX}));
    EXPECT_FALSE(addSigned({1, WireType::Fixed64, 0, {}}, 9, numbers));
    EXPECT_FALSE(addSigned({1, WireType::Bytes, 0, "\x80"sv}, 9, numbers));
    std::vector<double> doubles;
    EXPECT_TRUE(addDoubles({1, WireType::Bytes, 0, "\0\0\0\0\0\0\xf8\x3f\0\0\0\0\0\0\0\0"sv}, 9, doubles));
    EXPECT_EQ(doubles, (std::vector<double>{1.5, 0}));
    EXPECT_FALSE(addDoubles({1, WireType::Bytes, 0, "\0\0\0"sv}, 9, doubles));
}

TEST(Wire, AddsNoMoreNumbersThanItMay) {
    std::vector<int64_t> numbers;
    EXPECT_FALSE(addSigned({1, WireType::Bytes, 0, "\0\0\0"sv}, 2, numbers));
    EXPECT_FALSE(addSigned({1, WireType::Varint, 3, {}}, 2, numbers));
    EXPECT_EQ(numbers.size(), 2u);
    std::vector<double> doubles;
    EXPECT_TRUE(addDoubles({1, WireType::Fixed64, 0, {}}, 1, doubles));
    EXPECT_FALSE(addDoubles({1, WireType::Fixed64, 0, {}}, 1, doubles));
    EXPECT_FALSE(addDoubles({1, WireType::Bytes, 0, "\0\0\0\0\0\0\xf8\x3f"sv}, 1, doubles));
    EXPECT_EQ(doubles.size(), 1u);
}

TEST(Wire, IsBrokenWhereAFieldIsNotWhole) {
    const std::string_view broken[] = {
        "\x08"sv,                                              // no number
        "\x08\x80"sv,                                          // half a number
        "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"sv,      // more than 64 bits
        "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv,  // eleven bytes
        "\x09\0\0\0"sv,
        "\x15\0"sv,        // half of what is fixed
        "\x12\x05test"sv,  // longer than the message
        "\x0b\x0c"sv,
        "\x0e"sv,    // groups, and a type that is none
        "\0\x01"sv,  // field 0
    };
    for (const std::string_view message : broken) {
        bool said = false;
        EXPECT_TRUE(numbersOf(message, said).empty()) << testing::PrintToString(message);
        EXPECT_TRUE(said) << testing::PrintToString(message);
    }
    bool said = true;
    EXPECT_TRUE(numbersOf("", said).empty());
    EXPECT_FALSE(said);
    EXPECT_EQ(numbersOf("\x08\x01\x10"sv, said), std::vector<uint32_t>{1});
    EXPECT_TRUE(said);
}

}  // namespace
}  // namespace serin::signals
