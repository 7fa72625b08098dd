#include "sources/git_references.h"

#include <gtest/gtest.h>

#include "sources/packet_lines.h"

namespace serin::sources {
namespace {

const std::string kA(40, 'a');
const std::string kB(40, 'b');
const std::string kC(40, 'c');

std::string lines(const std::vector<std::string>& texts) {
    std::string out;
    for (const std::string& text : texts) out += dataPacket(text + "\n");
    return out + "0000";
}

std::string inHead(const std::string& body) {
    return dataPacket("# service=git-upload-pack\n") + "0000" + body;
}

TEST(PacketLines, AreReadWithTheSignsBetweenThem) {
    const auto packets = readPackets("0006a\n0001000bfoobar\n00000004");
    ASSERT_TRUE(packets) << packets.error().message;
    EXPECT_EQ(*packets, (std::vector<Packet>{{PacketKind::Data, "a"},
                                             {PacketKind::Delimiter, ""},
                                             {PacketKind::Data, "foobar"},
                                             {PacketKind::Flush, ""},
                                             {PacketKind::Data, ""}}));
}

TEST(PacketLines, ThatEndTooEarlyOrHaveNoLengthAreRefused) {
    for (const char* bytes : {"0", "000", "0003", "0009abc", "<htm", "ffffx", "00 5a", "-005a"}) {
        EXPECT_FALSE(readPackets(bytes)) << bytes;
    }
    EXPECT_FALSE(readPackets(std::string(3'000'000, '0'))) << "750,000 flushes";
}

TEST(PacketLines, AreWrittenAsTheyAreRead) {
    EXPECT_EQ(dataPacket("a\n"), "0006a\n");
    EXPECT_EQ(dataPacket(std::string(65516, 'x')).substr(0, 4), "fff0");
}

TEST(GitReferences, OfVersion2AreAskedForWithPrefixes) {
    const auto told = readAdvertisement(inHead(
        lines({"version 2", "agent=git/2.39", "ls-refs=unborn", "fetch=shallow", "object-format=sha1"})));
    ASSERT_TRUE(told) << told.error().message;
    EXPECT_FALSE(told->listed);
    EXPECT_EQ(referencesRequest(*told, {"refs/heads/main"}),
              "0014command=ls-refs\n0016object-format=sha10001"
              "0009peel\n000csymrefs\n001fref-prefix refs/heads/main\n0000");
    const auto references =
        readReferences(lines({"unborn HEAD symref-target:refs/heads/x", kA + " refs/heads/main",
                              kB + " refs/tags/v1 peeled:" + kC, kA + " HEAD symref-target:refs/heads/main"}),
                       40);
    ASSERT_TRUE(references) << references.error().message;
    EXPECT_EQ(*references, (std::vector<GitReference>{{"refs/heads/main", kA, "", ""},
                                                      {"refs/tags/v1", kB, kC, ""},
                                                      {"HEAD", kA, "", "refs/heads/main"}}));
}

TEST(GitReferences, OfOlderServersStandInTheFirstAnswer) {
    for (const char* version : {"", "version 1"}) {
        std::string body = *version == 0 ? "" : dataPacket(std::string(version) + "\n");
        body += dataPacket(kA + " HEAD" + std::string(1, '\0') +
                           "multi_ack symref=HEAD:refs/heads/main agent=x\n");
        body += lines({kA + " refs/heads/main", kB + " refs/tags/v1", kC + " refs/tags/v1^{}"});
        const auto told = readAdvertisement(inHead(body));
        ASSERT_TRUE(told) << told.error().message;
        EXPECT_TRUE(told->listed);
        EXPECT_EQ(told->references, (std::vector<GitReference>{{"HEAD", kA, "", "refs/heads/main"},
                                                               {"refs/heads/main", kA, "", ""},
                                                               {"refs/tags/v1", kB, kC, ""}}));
    }
}

TEST(GitReferences, OfAnEmptyRepositoryAreNone) {
    const auto told = readAdvertisement(inHead(
        dataPacket(std::string(40, '0') + " capabilities^{}" + std::string(1, '\0') + "agent=x\n") + "0000"));
    ASSERT_TRUE(told) << told.error().message;
    EXPECT_TRUE(told->references.empty());
    EXPECT_FALSE(chooseReference(told->references, "", "here"));
}

TEST(GitReferences, OfSha256HaveLongNames) {
    const std::string name(64, 'd');
    const auto told = readAdvertisement(
        inHead(dataPacket(name + " HEAD" + std::string(1, '\0') + "object-format=sha256\n") + "0000"));
    ASSERT_TRUE(told) << told.error().message;
    EXPECT_EQ(told->objectDigits, 64u);
    EXPECT_EQ(told->references[0].object, name);
    EXPECT_FALSE(readAdvertisement(inHead(lines({name + " HEAD"})))) << "without saying so";
}

TEST(GitReferences, ThatAreNoneAreRefused) {
    for (const std::string& body :
         {std::string("<html>log in</html>"), std::string(), std::string("0000"),
          inHead(lines({"version 2", "agent=x"})), inHead(lines({kA})), inHead(lines({"xyz HEAD"})),
          inHead(lines({kA + " a\x01"
                             "b"})),
          inHead(lines({kA + " refs/tags/v2", kB + " refs/tags/v1^{}"}))}) {
        EXPECT_FALSE(readAdvertisement(body)) << body;
    }
    const auto refused = readAdvertisement(inHead(lines({"ERR no such\x1b[31m repository"})));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "the server says: no such?[31m repository");
    EXPECT_FALSE(readReferences(dataPacket(kA + " HEAD\n"), 40)) << "cut off";
}

TEST(GitReferences, AreChosenByBranchAndByTag) {
    const std::vector<GitReference> all{
        {"HEAD", kA, "", ""},           {"refs/heads/main", kA, "", ""}, {"refs/heads/v1-fix", kA, "", ""},
        {"refs/tags/v1", kB, kC, ""},   {"refs/heads/same", kC, "", ""}, {"refs/tags/same", kB, kC, ""},
        {"refs/heads/two", kA, "", ""}, {"refs/tags/two", kB, "", ""}};
    EXPECT_EQ(chooseReference(all, "", "here")->commit, kA);
    EXPECT_EQ(chooseReference(all, "main", "here")->reference, "refs/heads/main");
    EXPECT_EQ(chooseReference(all, "v1", "here")->commit, kC) << "what the annotated tag points to";
    EXPECT_EQ(chooseReference(all, "v1", "here")->tag, "v1");
    EXPECT_EQ(chooseReference(all, "same", "here")->commit, kC);
    EXPECT_EQ(chooseReference(all, "refs/tags/two", "here")->commit, kB);
    const auto both = chooseReference(all, "two", "here");
    ASSERT_FALSE(both);
    EXPECT_EQ(both.error().code, ErrorCode::Invalid);
    EXPECT_EQ(both.error().message, "here has both a branch and a tag 'two', which are " + kA + " and " + kB +
                                        "; state @refs/heads/two or @refs/tags/two");
    const auto none = chooseReference(all, "v", "here");
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, ErrorCode::NotFound);
}

TEST(GitReferences, ThatAreNearToWhatIsMissingAreNamed) {
    const std::vector<GitReference> all{{"HEAD", kA, "", ""},
                                        {"refs/heads/production", kA, "", ""},
                                        {"refs/heads/main", kA, "", ""},
                                        {"refs/tags/v1.0", kA, "", ""},
                                        {"refs/heads/trial", kA, "", ""}};
    EXPECT_EQ(nearNames(all, "mian"), "; it has 'main', 'trial', 'v1.0' and 1 more");
    EXPECT_EQ(nearNames({all[0], all[1]}, "prod"), "; it has 'production'");
    EXPECT_EQ(nearNames({}, "main"), "");
}

}  // namespace
}  // namespace serin::sources
