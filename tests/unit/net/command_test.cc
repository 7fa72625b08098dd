#include "net/command.h"

#include <gtest/gtest.h>

#include <thread>

namespace serin::net {
namespace {

using namespace std::chrono_literals;

Result<CommandOutput> shell(const std::string& script, const CommandLimits& limits = {}) {
    return runCommand({"sh", {"-c", script}, {{"GREETING", "it's"}, {"HOME", "/nowhere"}}}, limits, {});
}

TEST(Command, GivesStatusOutputAndErrors) {
    const auto ran = shell("printf '%s %s' \"$GREETING\" \"$HOME\"; echo oh >&2; exit 7");
    ASSERT_TRUE(ran.ok()) << ran.error().message;
    EXPECT_EQ(ran->status, 7);
    EXPECT_EQ(ran->output, "it's /nowhere");
    EXPECT_EQ(ran->errors, "oh\n");
}

TEST(Command, HasNothingToRead) {
    const auto ran = shell("cat; echo end");
    ASSERT_TRUE(ran.ok()) << ran.error().message;
    EXPECT_EQ(ran->output, "end\n");
}

TEST(Command, GetsNoneOfOurFiles) {
    const auto ran = shell("ls /proc/self/fd | wc -l");
    ASSERT_TRUE(ran.ok()) << ran.error().message;
    EXPECT_EQ(ran->output, "4\n") << "its own three, and the folder that is listed";
}

TEST(Command, TakesMoreThanAPipeHolds) {
    const auto ran = shell("head -c 300000 /dev/zero");
    ASSERT_TRUE(ran.ok()) << ran.error().message;
    EXPECT_EQ(ran->output.size(), 300000U);
}

TEST(Command, KeepsTheEndOfALotOfErrors) {
    const auto ran = shell("head -c 100000 /dev/zero >&2; echo last >&2");
    ASSERT_TRUE(ran.ok()) << ran.error().message;
    EXPECT_EQ(ran->errors.size(), 1024U);
    EXPECT_TRUE(ran->errors.ends_with("last\n"));
}

TEST(Command, TellsOfAProgramThatIsNotThere) {
    for (const char* program : {"no-such-program", "/no/such/program"}) {
        const auto ran = runCommand({program, {}, {}}, {}, {});
        ASSERT_FALSE(ran.ok());
        EXPECT_EQ(ran.error().code, ErrorCode::NotFound);
    }
    const auto ran = runCommand({"/etc/passwd", {}, {}}, {}, {});
    ASSERT_FALSE(ran.ok());
    EXPECT_EQ(ran.error().code, ErrorCode::Unavailable);
    EXPECT_EQ(ran.error().message, "Permission denied");
}

TEST(Command, IsKilledWhenItTakesTooLong) {
    const auto ran = shell("sleep 100", {50ms, 100});
    ASSERT_FALSE(ran.ok());
    EXPECT_EQ(ran.error().code, ErrorCode::Unavailable);
    EXPECT_EQ(ran.error().message, "it did not end within 50ms");
}

TEST(Command, IsKilledWhenItWritesTooMuch) {
    const auto ran = shell("while :; do echo much; done", {20s, 100});
    ASSERT_FALSE(ran.ok());
    EXPECT_EQ(ran.error().code, ErrorCode::Invalid);
    EXPECT_EQ(ran.error().message, "it wrote more than 100 bytes");
}

TEST(Command, IsKilledWhenAStopIsAskedFor) {
    std::stop_source stop;
    std::jthread later([&] { stop.request_stop(); });
    const auto ran = runCommand({"sleep", {"100"}, {}}, {}, stop.get_token());
    ASSERT_FALSE(ran.ok());
    EXPECT_EQ(ran.error().code, ErrorCode::Stopped);
}

TEST(Command, EndsWithItsOwnProcessNotWithWhatItLeavesBehind) {
    const auto ran = shell("sleep 10 & echo done", {5s, 100});
    ASSERT_TRUE(ran.ok()) << ran.error().message;
    EXPECT_EQ(ran->output, "done\n");
}

TEST(Command, NamesTheSignalThatEndedIt) {
    const auto ran = shell("kill -TERM $$");
    ASSERT_TRUE(ran.ok()) << ran.error().message;
    EXPECT_EQ(ran->status, 128 + 15);
}

}  // namespace
}  // namespace serin::net
