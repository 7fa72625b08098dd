#include "runtime/recording_shelf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/recordings_page.h"

namespace serin::runtime {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Which = RecordingShelf::Which;

// "head", then the lines.
std::string latest(const RecordingShelf& shelf, const std::string& key) {
    return shelf.text(key, Which::Latest, "").value_or("nothing");
}
std::string previous(const RecordingShelf& shelf, const std::string& key) {
    return shelf.text(key, Which::Previous, "").value_or("nothing");
}

TEST(RecordingShelf, KeepsTheLatestAttemptAndTheOneBefore) {
    RecordingShelf shelf;
    const auto sink = shelf.open("ml/fraud");
    EXPECT_EQ(latest(shelf, "ml/fraud"), "nothing");
    sink->begin("first\n", true);
    EXPECT_TRUE(sink->append("1"));
    EXPECT_EQ(previous(shelf, "ml/fraud"), "nothing");
    sink->begin("second\n", true);
    EXPECT_TRUE(sink->append("2"));
    EXPECT_THAT(latest(shelf, "ml/fraud"), EndsWith("second\n2\n"));
    EXPECT_THAT(previous(shelf, "ml/fraud"), EndsWith("first\n1\n"));
    sink->begin("third\n", true);
    EXPECT_THAT(previous(shelf, "ml/fraud"), EndsWith("second\n2\n"));
    EXPECT_EQ(latest(shelf, "ml/other"), "nothing");
}

TEST(RecordingShelf, AnotherPartIsOfTheSameAttempt) {
    RecordingShelf shelf;
    const auto sink = shelf.open("ml/fraud");
    sink->begin("head\n", true);
    sink->append("1");
    sink->begin("part\n", false);
    sink->append("2");
    EXPECT_THAT(latest(shelf, "ml/fraud"), EndsWith("head\n1\n2\n"));
    EXPECT_EQ(previous(shelf, "ml/fraud"), "nothing");
}

TEST(RecordingShelf, DropsWhatWasWrittenToTheLongestAgo) {
    RecordingShelf shelf(40, 100);
    const auto quiet = shelf.open("ml/quiet");
    const auto busy = shelf.open("ml/busy");
    quiet->begin("q1\n", true);
    quiet->begin("q2\n", true);
    busy->begin("b\n", true);
    EXPECT_TRUE(busy->append("123456789012345678901234567890"));
    EXPECT_EQ(shelf.size(), 39u);
    EXPECT_TRUE(busy->append("1"));
    EXPECT_EQ(previous(shelf, "ml/quiet"), "nothing") << "an attempt that is over goes first";
    EXPECT_THAT(latest(shelf, "ml/quiet"), EndsWith("q2\n"));
    EXPECT_TRUE(busy->append("12"));
    EXPECT_EQ(latest(shelf, "ml/quiet"), "nothing");
    EXPECT_FALSE(quiet->append("lost")) << "it is asked to begin again";
    quiet->begin("q3\n", false);
    EXPECT_THAT(latest(shelf, "ml/quiet"), EndsWith("q3\n"));
    EXPECT_LE(shelf.size(), 40u);
}

TEST(RecordingShelf, HoldsNothingThatIsLongerThanAllOfIt) {
    RecordingShelf shelf(10, 100);
    const auto sink = shelf.open("ml/fraud");
    sink->begin("a head that is too long\n", true);
    EXPECT_FALSE(sink->append("1"));
    EXPECT_EQ(shelf.size(), 0u);
}

TEST(RecordingShelf, ForgetsWithTheSink) {
    RecordingShelf shelf;
    auto sink = shelf.open("ml/fraud");
    sink->begin("head\n", true);
    sink.reset();
    EXPECT_EQ(latest(shelf, "ml/fraud"), "nothing");
    EXPECT_EQ(shelf.size(), 0u);
}

TEST(RecordingShelf, WhoWroteBeforeAModelDeploymentWasMadeAnewWritesNoMore) {
    RecordingShelf shelf;
    auto old = shelf.open("ml/fraud");
    old->begin("old\n", true);
    const auto made = shelf.open("ml/fraud");
    EXPECT_TRUE(old->append("of the round under way"));
    made->begin("anew\n", true);
    EXPECT_EQ(previous(shelf, "ml/fraud"), "nothing") << "that was another object's";
    EXPECT_FALSE(old->append("late"));
    old->begin("late\n", false);
    old.reset();
    EXPECT_THAT(latest(shelf, "ml/fraud"), EndsWith("\nanew\n"));
}

TEST(RecordingsPage, ServesTheLatestAttemptAndTheOneBefore) {
    RecordingShelf shelf;
    const auto sink = shelf.open("ml/fraud");
    sink->begin("first\n", true);
    sink->begin("second\n", true);
    const HttpResponse now = answerRecording(shelf, "/recordings/ml/fraud", "0.1.0");
    EXPECT_EQ(now.status, 200);
    EXPECT_EQ(now.body, "serin-recording/4\n# ml/fraud, recorded by serin-operator 0.1.0\nsecond\n");
    const HttpResponse before = answerRecording(shelf, "/recordings/ml/fraud/previous", "0.1.0");
    EXPECT_EQ(before.status, 200);
    EXPECT_THAT(before.body, EndsWith("\nfirst\n"));
}

TEST(RecordingsPage, SaysWhatToDoWhenNothingIsRecorded) {
    RecordingShelf shelf;
    const auto sink = shelf.open("ml/fraud");
    const HttpResponse none = answerRecording(shelf, "/recordings/ml/fraud", "0.1.0");
    EXPECT_EQ(none.status, 404);
    EXPECT_THAT(none.body,
                StartsWith("nothing is recorded of ml/fraud; only the replica that leads records"));
    sink->begin("only\n", true);
    const HttpResponse before = answerRecording(shelf, "/recordings/ml/fraud/previous", "0.1.0");
    EXPECT_EQ(before.status, 404);
    EXPECT_THAT(before.body, StartsWith("nothing is recorded of an attempt before the latest of ml/fraud"));
}

TEST(RecordingsPage, AnyOtherPathIsNotFound) {
    RecordingShelf shelf;
    const auto sink = shelf.open("ml/fraud");
    sink->begin("head\n", true);
    for (const char* path :
         {"/recordings/", "/recordings/ml", "/recordings/ml/", "/recordings//fraud", "/recordings/ml/fraud/",
          "/recordings/ml/fraud/next", "/recordings/x/../ml/fraud", "/recordings/ml/fraud/previous/x"}) {
        EXPECT_TRUE(asksForRecording(path)) << path;
        const HttpResponse answer = answerRecording(shelf, path, "0.1.0");
        EXPECT_EQ(answer.status, 404) << path;
        EXPECT_THAT(answer.body, HasSubstr("the path is /recordings/NAMESPACE/NAME")) << path;
    }
    EXPECT_FALSE(asksForRecording("/recordings"));
    EXPECT_FALSE(asksForRecording("/metrics"));
}

}  // namespace
}  // namespace serin::runtime
