#include "sources/lfs.h"

#include <gtest/gtest.h>

namespace serin::sources {
namespace {

const std::string kSha256(64, 'd');
const std::string kStart = "version https://git-lfs.github.com/spec/v1\n";
const std::string kPointer = kStart + "oid sha256:" + kSha256 + "\nsize 12345\n";
const File kFile{"model.bin", 12345, kSha256, ""};

TEST(LfsPointer, SaysTheDigestAndTheSize) {
    const auto pointer = readPointer(kPointer);
    ASSERT_TRUE(pointer) << pointer.error().message;
    EXPECT_EQ(*pointer, (LfsPointer{kSha256, 12345}));
}

TEST(LfsPointer, IsNoneOfAnOrdinaryFile) {
    for (const std::string& content :
         {std::string(), std::string("{}"), std::string("version 3\n"),
          std::string("version https://example.org/spec/v1\noid x\n"), std::string(5000, 'x')}) {
        const auto pointer = readPointer(content);
        ASSERT_TRUE(pointer) << content;
        EXPECT_FALSE(*pointer) << content;
    }
}

TEST(LfsPointer, ThatCannotBeFollowedIsRefused) {
    const std::string oid = "oid sha256:" + kSha256 + "\n";
    for (const std::string& content :
         {kStart, kStart + oid, kStart + "size 1\n" + oid, kStart + oid + "size -1\n",
          kStart + oid + "size 1", kStart + oid + "size 99999999999999999999\n",
          kStart + oid + "size 1125899906842625\n", kStart + "oid md5:" + kSha256 + "\nsize 1\n",
          kStart + "oid sha256:" + std::string(64, 'D') + "\nsize 1\n",
          kStart + "ext-0-crypt sha256:" + kSha256 + "\n" + oid + "size 1\n",
          kPointer + "x " + std::string(1000, 'x') + "\n"}) {
        EXPECT_FALSE(readPointer(content)) << content;
    }
}

TEST(Lfs, AsksForOneObjectByItsDigest) {
    EXPECT_EQ(lfsRequest(kFile), R"({"hash_algo":"sha256","objects":[{"oid":")" + kSha256 +
                                     R"(","size":12345}],"operation":"download","transfers":["basic"]})");
}

std::string answered(const std::string& object) {
    return R"({"transfer": "basic", "objects": [{"oid": ")" + kSha256 + R"(", "size": 12345, )" + object +
           "}]}";
}

TEST(Lfs, DownloadsAreWhereTheServerSays) {
    const auto download =
        readLfsAnswer(answered(R"("actions": {"download": {"href": "https://s.example/o?sig=x",
                    "header": {"Authorization": "Basic abc", "Range": "bytes=0-1", "X-Key": "k"}}})"),
                      kFile);
    ASSERT_TRUE(download) << download.error().message;
    EXPECT_EQ(download->url, "https://s.example/o?sig=x");
    EXPECT_EQ(download->headers,
              (std::map<std::string, std::string>{{"authorization", "Basic abc"}, {"x-key", "k"}}));
}

TEST(Lfs, RefusalsOfAnObjectKeepTheirKind) {
    const std::vector<std::pair<int, ErrorCode>> codes{{404, ErrorCode::NotFound},
                                                       {403, ErrorCode::Forbidden},
                                                       {503, ErrorCode::Unavailable},
                                                       {422, ErrorCode::Invalid}};
    for (const auto& [code, kind] : codes) {
        const auto refused = readLfsAnswer(
            answered(R"("error": {"code": )" + std::to_string(code) + R"(, "message": "no\u001b"})"), kFile);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, kind) << code;
        EXPECT_NE(refused.error().message.find("for model.bin"), std::string::npos);
    }
}

TEST(Lfs, AnswersThatCannotBeFollowedAreRefused) {
    for (const std::string& body :
         {std::string("<html>"), std::string("{}"), answered(R"("actions": {})"),
          answered(R"("actions": {"download": {"href": "http://s.example/o"}})"),
          answered(R"("actions": {"download": {"href": "https://s.example/ o"}})"),
          answered(R"("actions": {"download": {"href": "https://s.example/o", "header": {"A\r\nB": "x"}}})"),
          answered(
              R"("actions": {"download": {"href": "https://s.example/o", "header": {"A": "x\r\nB: y"}}})"),
          R"({"transfer": "tus", "objects": []})" + std::string()}) {
        EXPECT_FALSE(readLfsAnswer(body, kFile)) << body;
    }
}

}  // namespace
}  // namespace serin::sources
