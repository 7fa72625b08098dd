// Manifests as sha256sum prints them.
#include "api/file_digests.h"

#include <gmock/gmock.h>

namespace serin::api {
namespace {

using testing::HasSubstr;

const std::string kA(64, 'a');
const std::string kB(64, 'b');

std::string problem(const std::string& text) {
    const auto digests = parseDigests(text);
    return digests ? "" : digests.error().message;
}

TEST(FileDigests, AreReadAsSha256sumPrintsThem) {
    const auto digests =
        parseDigests(kA + "  deep/model.bin\n" + std::string(64, 'B') + " *./a file\r\n\n" + kA + "   blank");
    ASSERT_TRUE(digests.ok()) << digests.error().message;
    EXPECT_EQ(*digests, (FileDigests{{"deep/model.bin", kA}, {"a file", kB}, {" blank", kA}}));
}

TEST(FileDigests, ALineThatIsNoneIsNamed) {
    EXPECT_THAT(problem(""), HasSubstr("it has no line; state one a file"));
    EXPECT_THAT(problem("\n \n"), HasSubstr("it has no line"));
    EXPECT_THAT(problem(kA + "  a\n# of the model\n"),
                HasSubstr("line 2 (\"# of the model\") is no line of"));
    EXPECT_THAT(problem(kA.substr(1) + "  a"), HasSubstr("is no line of sha256sum"));
    EXPECT_THAT(problem(kA + " a"), HasSubstr("is no line of sha256sum"));
    EXPECT_THAT(problem(kA + "  "), HasSubstr("is no line of sha256sum"));
    EXPECT_THAT(problem(kA + "  a\n" + kB + "  ./a\n"), HasSubstr("line 2"));
    EXPECT_THAT(problem(kA + "  a\n" + kB + "  ./a\n"), HasSubstr("a path that stands there twice"));
    EXPECT_THAT(problem("\\" + kA + "  a\\\\b"), HasSubstr("a name with a backslash"));
}

TEST(FileDigests, APathThatLeadsOutOfTheModelIsRefused) {
    EXPECT_THAT(problem(kA + "  /etc/passwd"), HasSubstr("has an absolute path"));
    for (const char* path : {"../a", "a/../b", "a//b", "a/", "..", "a\tb"}) {
        EXPECT_THAT(problem(kA + "  " + path), HasSubstr("state it plainly")) << path;
    }
}

TEST(FileDigests, AreWrittenByTheirPathsBytes) {
    EXPECT_EQ(digestsText({{"b", kB}, {"B", kA}, {"a/c", kA}, {"a.c", kB}}),
              kA + "  B\n" + kB + "  a.c\n" + kA + "  a/c\n" + kB + "  b\n");
    EXPECT_EQ(digestsText({{"a\\b", kA}}), "\\" + kA + "  a\\\\b\n");  // as coreutils escapes it
}

TEST(FileDigests, TheManifestIsOfItselfNoFile) {
    EXPECT_TRUE(isOfManifest("SHA256SUMS"));
    EXPECT_TRUE(isOfManifest("SHA256SUMS.sig"));
    EXPECT_FALSE(isOfManifest("deep/SHA256SUMS"));
}

}  // namespace
}  // namespace serin::api
