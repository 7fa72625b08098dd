#include "sources/s3_signature.h"
#include "base/base64.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "base/time.h"
#include "sources/hmac.h"

namespace serin::sources {
namespace {

// The examples of "Signature Calculations for the Authorization Header: Transferring Payload in a Single
// Chunk" in the S3 API reference.
const S3Identity kIdentity{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "",
                           "us-east-1"};

std::string signature(const S3Request& request) {
    const auto headers = signedHeaders(request, kIdentity, *parseTime("2013-05-24T00:00:00Z"));
    EXPECT_EQ(headers.at("x-amz-date"), "20130524T000000Z");
    const std::string& text = headers.at("authorization");
    return text.substr(text.rfind('=') + 1);
}

TEST(S3Signature, OfAnObjectIsThatOfTheReference) {
    EXPECT_EQ(signature({"GET", "examplebucket.s3.amazonaws.com", "/test.txt", {}, {{"range", "bytes=0-9"}}}),
              "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(S3Signature, OfAQueryWithoutAValueIsThatOfTheReference) {
    EXPECT_EQ(signature({"GET", "examplebucket.s3.amazonaws.com", "/", {{"lifecycle", ""}}, {}}),
              "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

TEST(S3Signature, OfAListingIsThatOfTheReference) {
    EXPECT_EQ(
        signature({"GET", "examplebucket.s3.amazonaws.com", "/", {{"max-keys", "2"}, {"prefix", "J"}}, {}}),
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(S3Signature, OfNobodyIsNone) {
    EXPECT_TRUE(signedHeaders({}, {}, {}).empty());
}

TEST(S3Signature, QueriesAreSortedAndEncoded) {
    EXPECT_EQ(canonicalQuery({{"prefix", "a/b c+~"}, {"list-type", "2"}}),
              "list-type=2&prefix=a%2Fb%20c%2B~");
}

// RFC 4231, test case 2; RFC 4648, section 10.
TEST(Hmac, IsThatOfTheStandard) {
    EXPECT_EQ(hexOf(hmacSha256("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(encodeBase64("foob"), "Zm9vYg==");
    EXPECT_EQ(encodeBase64("foobar"), "Zm9vYmFy");
    EXPECT_EQ(encodeBase64(""), "");
}

}  // namespace
}  // namespace serin::sources
