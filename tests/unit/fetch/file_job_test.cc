#include "fetch/file_job.h"
#include "tests/unit/fetch/temporary_folder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace serin::fetch {
namespace {

namespace fs = std::filesystem;

const std::string kBytes = "0123456789abcdefghijklmno";  // parts of 10, 10 and 5

std::string md5Hex(const std::string& bytes) {
    Md5 digest;
    digest.add(bytes);
    return digest.hex();
}

class FileJobTest : public testing::Test {
  protected:
    FileJobTest() { folder_ = makeTemporaryFolder("file-job"); }
    ~FileJobTest() override { fs::remove_all(folder_); }

    FileJob job() { return {file_, folder_ / "deep" / "file", folder_ / "log"}; }

    // As a worker does it.
    static void fetch(FileJob& job, size_t part) {
        const Span span = job.span(part);
        ASSERT_EQ(pwrite(job.descriptor(), kBytes.data() + span.begin, span.end - span.begin,
                         static_cast<off_t>(span.begin)),
                  static_cast<ssize_t>(span.end - span.begin));
        ASSERT_TRUE(job.arrived(part).ok());
        while (const auto next = job.toDigest()) {
            ASSERT_TRUE(job.addToDigest(*next).ok());
            job.digested();
        }
        ASSERT_TRUE(job.give(part).ok());
    }

    fs::path folder_;
    sources::File file_{"file", 25, sha256Hex(kBytes), ""};
    const Validator validator_{"\"one\"", "https://a:443"};
};

TEST_F(FileJobTest, OnePartAloneUntilTheFirstAnswerToARange) {
    FileJob job = this->job();
    ASSERT_TRUE(job.open(10).ok());
    EXPECT_EQ(job.take(), 0u);
    EXPECT_FALSE(job.take());
    EXPECT_TRUE(*job.learned(validator_));
    EXPECT_EQ(job.take(), 1u);
    EXPECT_EQ(job.take(), 2u);
    EXPECT_FALSE(job.take());
}

TEST_F(FileJobTest, IsBegunAnewWhereAnotherDigestIsWantedThanBefore) {
    FileJob first = job();
    ASSERT_TRUE(first.open(100).ok());
    fetch(first, *first.take());
    ASSERT_FALSE(*first.check());
    file_.sha256 = sha256Hex("another");
    FileJob second = job();
    ASSERT_TRUE(second.open(100).ok());
    EXPECT_FALSE(second.finished());
    EXPECT_EQ(second.take(), 0u);
}

TEST_F(FileJobTest, IsCompleteWhenAllPartsAreThereInWhateverOrder) {
    FileJob job = this->job();
    ASSERT_TRUE(job.open(10).ok());
    (void)job.take();
    (void)job.learned(validator_);
    (void)job.take();
    (void)job.take();
    for (const size_t part : {2U, 0U, 1U}) {
        EXPECT_FALSE(job.complete());
        fetch(job, part);
    }
    EXPECT_TRUE(job.complete());
    const auto differs = job.check();
    ASSERT_TRUE(differs.ok());
    EXPECT_FALSE(*differs);
    EXPECT_TRUE(job.finished());
}

TEST_F(FileJobTest, GoesOnWithThePartsThatAnEarlierProcessHad) {
    {
        FileJob before = job();
        ASSERT_TRUE(before.open(10).ok());
        (void)before.take();
        (void)before.learned(validator_);
        fetch(before, 0);
    }
    FileJob job = this->job();
    ASSERT_TRUE(job.open(10).ok());
    EXPECT_EQ(job.presentBytes(), 10u);
    EXPECT_EQ(job.validator(), validator_);
    ASSERT_EQ(job.take(), 1u);
    ASSERT_EQ(job.take(), 2u);
    fetch(job, 1);
    fetch(job, 2);
    EXPECT_TRUE(job.complete());
    EXPECT_FALSE(*job.check());
}

TEST_F(FileJobTest, WithAllPartsButNoCheckSomebodyComesByForTheLast) {
    {
        FileJob before = job();
        ASSERT_TRUE(before.open(10).ok());
        (void)before.take();
        (void)before.learned(validator_);
        (void)before.take();
        (void)before.take();
        for (const size_t part : {0U, 1U, 2U}) fetch(before, part);
    }
    FileJob job = this->job();
    ASSERT_TRUE(job.open(10).ok());
    EXPECT_FALSE(job.finished());
    EXPECT_EQ(job.take(), 2u);
    EXPECT_FALSE(job.take());
}

TEST_F(FileJobTest, AFileThatWasCheckedIsDone) {
    file_ = {"file", 4, "", "\"tag\""};
    {
        FileJob before = job();
        ASSERT_TRUE(before.open(10).ok());
        (void)before.take();
        fetch(before, 0);
        EXPECT_FALSE(*before.check());
    }
    FileJob same = job();
    ASSERT_TRUE(same.open(10).ok());
    EXPECT_TRUE(same.finished());
    file_.tag = "\"another\"";
    FileJob other = job();
    ASSERT_TRUE(other.open(10).ok());
    EXPECT_FALSE(other.finished());
}

TEST_F(FileJobTest, WithoutDigestAndTagPartsAreNotJoined) {
    file_.sha256 = "";
    FileJob job = this->job();
    ASSERT_TRUE(job.open(10).ok());
    (void)job.take();
    EXPECT_FALSE(*job.learned({"", "https://a:443"}));
}

TEST_F(FileJobTest, BeginsAnewWhenTheLastPartIsGivenBack) {
    FileJob job = this->job();
    ASSERT_TRUE(job.open(10).ok());
    (void)job.take();
    (void)job.learned(validator_);
    (void)job.take();
    const int generation = job.generation();
    job.begin(true);
    EXPECT_NE(job.generation(), generation);
    ASSERT_TRUE(job.give(0).ok());
    EXPECT_FALSE(job.take());
    ASSERT_TRUE(job.give(1).ok());
    ASSERT_EQ(job.take(), 0u);
    EXPECT_EQ(job.span(0), (Span{0, 25}));
    fetch(job, 0);
    EXPECT_TRUE(job.complete());
    EXPECT_FALSE(*job.check());
}

TEST_F(FileJobTest, OtherBytesAreToldWithBothDigests) {
    file_.sha256 = std::string(64, 'a');
    FileJob job = this->job();
    ASSERT_TRUE(job.open(100).ok());
    (void)job.take();
    fetch(job, 0);
    EXPECT_EQ(**job.check(), "its SHA-256 is " + sha256Hex(kBytes) + " and should be " + file_.sha256);
    EXPECT_FALSE(job.finished());
}

TEST_F(FileJobTest, AnMd5CountsWhereThereIsNoOtherDigest) {
    file_.md5 = std::string(32, 'a');
    {
        FileJob job = this->job();
        ASSERT_TRUE(job.open(100).ok());
        fetch(job, *job.take());
        EXPECT_EQ(*job.check(), std::nullopt);
    }
    fs::remove(folder_ / "log");
    file_.sha256.clear();
    FileJob job = this->job();
    ASSERT_TRUE(job.open(100).ok());
    fetch(job, *job.take());
    const auto fault = job.check();
    ASSERT_TRUE(fault.ok() && fault->has_value());
    EXPECT_EQ(**fault, "its MD5 is " + md5Hex(kBytes) + " and should be " + file_.md5);
    file_.md5 = md5Hex(kBytes);
    ASSERT_TRUE(job.discard().ok());
    fetch(job, *job.take());
    EXPECT_EQ(*job.check(), std::nullopt);
    EXPECT_TRUE(job.finished());
}

TEST_F(FileJobTest, ThatAFileWasCheckedIsAddedToTheLogOfItsParts) {
    FileJob first = job();
    ASSERT_TRUE(first.open(10).ok());
    const size_t part = *first.take();
    ASSERT_TRUE(*first.learned(validator_));
    fetch(first, part);
    for (auto next = first.take(); next; next = first.take()) fetch(first, *next);
    std::ifstream before(folder_ / "log", std::ios::binary);
    const std::string parts{std::istreambuf_iterator<char>(before), {}};
    ASSERT_EQ(*first.check(), std::nullopt);
    std::ifstream after(folder_ / "log", std::ios::binary);
    EXPECT_EQ((std::string{std::istreambuf_iterator<char>(after), {}}), parts + checkedLine());
    FileJob second = job();
    ASSERT_TRUE(second.open(10).ok());
    EXPECT_TRUE(second.finished());
}

TEST_F(FileJobTest, ALineOfTheLogThatAFullVolumeCutIsNotJoinedWithTheNextOne) {
    file_.sha256.clear();
    {
        FileJob first = job();
        ASSERT_TRUE(first.open(10).ok());
        const size_t part = *first.take();
        ASSERT_TRUE(*first.learned(validator_));
        fetch(first, part);
    }
    // "1", cut off from "11", say, after which "2" is written.
    std::ofstream(folder_ / "log", std::ios::app) << "1";
    FileJob second = job();
    ASSERT_TRUE(second.open(10).ok());
    EXPECT_EQ(second.take(), 1u);
    const size_t last = *second.take();
    fetch(second, last);
    std::ifstream in(folder_ / "log", std::ios::binary);
    const auto log = parsePartLog(std::string{std::istreambuf_iterator<char>(in), {}});
    ASSERT_TRUE(log.ok());
    EXPECT_EQ(log->complete, (std::set<size_t>{0, last}));
}

}  // namespace
}  // namespace serin::fetch
