#include "base/md5.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

namespace serin {
namespace {

// The test suite of RFC 1321.
TEST(Md5, IsThatOfItsSpecification) {
    Md5 digest;
    EXPECT_EQ(digest.hex(), "d41d8cd98f00b204e9800998ecf8427e");
    digest.add("a");
    digest.add("bc");
    EXPECT_EQ(digest.hex(), "900150983cd24fb0d6963f7d28e17f72");
    digest.add("message digest");
    EXPECT_EQ(digest.hex(), "f96b697d7cb7938d525a2f31aaf161d0");
}

TEST(Md5, IsNoneWhereTheSystemIsHeldToFips) {
    ASSERT_EQ(EVP_default_properties_enable_fips(nullptr, 1), 1);
    Md5 digest;
    EXPECT_EQ(EVP_default_properties_enable_fips(nullptr, 0), 1);
    EXPECT_FALSE(digest.works());
    digest.add("a");
    EXPECT_EQ(digest.hex(), "");
    EXPECT_TRUE(Md5().works());
}

}  // namespace
}  // namespace serin
