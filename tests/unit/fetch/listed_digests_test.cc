#include "fetch/listed_digests.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "base/text.h"

namespace serin::fetch {
namespace {

class StepClock final : public Clock {
  public:
    Timestamp wall() const override { return Timestamp{}; }
    // Two seconds pass from each look to the next.
    Duration sinceBoot() const override { return now_ += Duration(2000); }

  private:
    mutable Duration now_{0};
};

class NoWait final : public Waiter {
  public:
    bool wait(Duration) override {
        ++waits;
        return !stopped;
    }
    void stop() override { stopped = true; }
    int waits = 0;
    bool stopped = false;
};

// Files are at http://store/PATH.
class Shelf final : public sources::Store {
  public:
    Result<sources::Resolution> resolve(const api::ModelSource&, Timestamp) override {
        return invalid("nobody asks");
    }
    Result<std::vector<sources::File>> files(const api::ModelSource&, const std::string&,
                                             Timestamp) override {
        return invalid("nobody asks");
    }
    Result<sources::Download> download(const api::ModelSource&, const std::string&, const sources::File& file,
                                       Timestamp) override {
        asked.push_back(file.path);
        return sources::Download{cat("http://store/", file.path), {}};
    }
    std::vector<std::string> asked;
};

// One answer after the other, whatever is asked for.
struct Answer {
    TransferHead head;
    std::vector<std::string> bytes;
    bool breaks = false;
};

class Script final : public Transfers {
  public:
    Result<TransferEnd> get(const std::string&, const std::map<std::string, std::string>& headers,
                            TransferReader& reader) override {
        const auto range = headers.find("range");
        ranges.push_back(range == headers.end() ? "" : range->second);
        if (answers.empty()) return Error{ErrorCode::Unavailable, "nobody is there"};
        const Answer answer = answers.front();
        answers.pop_front();
        if (!reader.head(answer.head)) return TransferEnd::Stopped;
        for (const std::string& bytes : answer.bytes) {
            if (!reader.bytes(bytes)) return TransferEnd::Stopped;
        }
        if (answer.breaks) return Error{ErrorCode::Unknown, "it broke"};
        return TransferEnd::Complete;
    }
    std::deque<Answer> answers;
    std::vector<std::string> ranges;
};

TransferHead whole(const std::string& etag = "") {
    TransferHead out{200, {}, ""};
    if (!etag.empty()) out.headers["etag"] = etag;
    return out;
}

TransferHead rest(const std::string& range, const std::string& etag) {
    return {206, {{"content-range", range}, {"etag", etag}}, ""};
}

// SHA-256 of "abcdef" and of nothing (FIPS 180-4; sha256sum says the same).
constexpr const char* kAbcdef = "bef57ec7f53a6d40beb640a780a639c83bc29ac8a9816f1fc6c5c6dcd93c4721";
constexpr const char* kNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

class ListedDigests : public ::testing::Test {
  protected:
    Result<api::FileDigests> digests(const std::vector<sources::File>& files) {
        return listedDigests(files, errand);
    }
    static sources::File file(const std::string& path, uint64_t size, const std::string& sha256 = "") {
        sources::File out;
        out.path = path;
        out.size = size;
        out.sha256 = sha256;
        return out;
    }

    api::ModelSource source;
    std::string id = "id";
    Shelf shelf;
    Script script;
    StepClock clock;
    NoWait waiter;
    std::vector<std::string> said;
    Errand errand{source,
                  id,
                  shelf,
                  script,
                  clock,
                  waiter,
                  [] { return 0.0; },
                  [this](const std::string& line) { said.push_back(line); },
                  3};
};

TEST_F(ListedDigests, WhatTheStoreSaysIsNotRead) {
    const auto out = digests({file("weights", 9'000'000'000, std::string(64, 'A'))});
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(*out, (api::FileDigests{{"weights", std::string(64, 'a')}}));
    EXPECT_TRUE(shelf.asked.empty());
}

TEST_F(ListedDigests, OthersAreThoseOfTheirBytes) {
    script.answers = {{whole(), {"abc", "def"}, false}};
    const auto out =
        digests({file("data/letters", 6), file("known", 3, std::string(64, '1')), file("empty", 0)});
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(*out, (api::FileDigests{
                        {"data/letters", kAbcdef}, {"known", std::string(64, '1')}, {"empty", kNothing}}));
    EXPECT_EQ(shelf.asked, std::vector<std::string>{"data/letters"});
}

TEST_F(ListedDigests, AConnectionThatBrokeIsGoneOnWithWhereTheFileIsTheSame) {
    script.answers = {{whole("\"1\""), {"abc"}, true}, {rest("bytes 3-5/6", "\"1\""), {"def"}, false}};
    const auto out = digests({file("letters", 6)});
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->at("letters"), kAbcdef);
    EXPECT_EQ(script.ranges, (std::vector<std::string>{"", "bytes=3-5"}));
    EXPECT_EQ(waiter.waits, 1);
}

TEST_F(ListedDigests, WithoutAnEntityTagItIsReadAnewFromItsBeginning) {
    script.answers = {{whole(), {"xyz"}, true}, {whole(), {"abcdef"}, false}};
    const auto out = digests({file("letters", 6)});
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->at("letters"), kAbcdef);
    EXPECT_EQ(script.ranges, (std::vector<std::string>{"", ""}));
}

TEST_F(ListedDigests, AFileThatChangesMeanwhileIsReadAnewFromItsBeginning) {
    script.answers = {{whole("\"1\""), {"xyz"}, true},
                      {rest("bytes 3-5/6", "\"2\""), {"def"}, false},
                      {whole("\"2\""), {"abcdef"}, false}};
    const auto out = digests({file("letters", 6)});
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->at("letters"), kAbcdef);
}

// MD5 of "abcdef" (md5sum says so).
constexpr const char* kAbcdefMd5 = "e80b5017098950fc58aad83c8c14978e";

TEST_F(ListedDigests, WhatDiffersFromTheMd5ThatTheStoreKeepsIsReadAnewOnce) {
    sources::File letters = file("letters", 6);
    letters.md5 = kAbcdefMd5;
    script.answers = {{whole(), {"abc", "dex"}, false}, {whole(), {"abc", "def"}, false}};
    const auto out = digests({letters});
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->at("letters"), kAbcdef);
    EXPECT_EQ(std::ranges::count_if(said,
                                    [](const std::string& line) {
                                        return line.ends_with(
                                            cat(" and should be ", kAbcdefMd5, "; it is read anew"));
                                    }),
              1);
}

TEST_F(ListedDigests, WhatDiffersAgainFromThatMd5IsRefusedWithTheWayOut) {
    sources::File letters = file("letters", 6);
    letters.md5 = kAbcdefMd5;
    script.answers = {{whole(), {"abcdex"}, false}, {whole(), {"abcdex"}, false}};
    const auto out = digests({letters});
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().code, ErrorCode::Invalid);
    EXPECT_TRUE(out.error().message.starts_with("letters: its MD5 is ")) << out.error().message;
    EXPECT_NE(out.error().message.find("also when it was read anew; the store keeps that MD5 of it"),
              std::string::npos)
        << out.error().message;
}

TEST_F(ListedDigests, AServerThatGivesOtherBytesEachTimeIsNamedWithTheFile) {
    for (int i = 0; i < 4; ++i) {
        script.answers.push_back({whole(cat("\"", i, "\"")), {"abc"}, true});
        script.answers.push_back({rest("bytes 3-5/6", "\"x\""), {"def"}, false});
    }
    const auto out = digests({file("letters", 6)});
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().message, "letters: begun anew 3 times, for the server gives other bytes each time");
}

TEST_F(ListedDigests, AFileOfAnotherSizeThanListedIsRefused) {
    TransferHead head = whole();
    head.headers["content-length"] = "7";
    script.answers = {{head, {"abcdefg"}, false}};
    const auto out = digests({file("letters", 6)});
    ASSERT_FALSE(out);
    EXPECT_EQ(
        out.error().message,
        "letters: http://store/letters: the file has 7 bytes there, and 6 where it was listed: it is not "
        "the model that was resolved");
}

TEST_F(ListedDigests, AServerThatIsAwayIsToldAfterAllAttempts) {
    errand.onceMore = "try again";
    const auto out = digests({file("letters", 6)});
    ASSERT_FALSE(out);
    EXPECT_EQ(
        out.error().message,
        "letters: http://store/letters: nobody is there, 3 times in a row; see that the server answers, then "
        "try again");
    EXPECT_EQ(waiter.waits, 2);
}

TEST_F(ListedDigests, HowFarItIsIsSaidWhileBytesCome) {
    script.answers = {{whole(), {"a", "b", "c", "d", "e", "f"}, false}};
    ASSERT_TRUE(digests({file("letters", 6), file("known", 600, std::string(64, '1'))}));
    ASSERT_FALSE(said.empty());
    EXPECT_TRUE(said.front().starts_with("fetched 1 of 6 B (16 %)")) << said.front();
}

api::ModelSource sourceOf(api::StoreKind store, const std::string& place) {
    api::ModelSource out;
    out.uri = "the URI";
    out.reference.store = store;
    out.reference.place = place;
    return out;
}

TEST(CheckListed, FilesOfAStoreAreListed) {
    const std::vector<sources::File> files{{"model", 3, "", "", false}};
    EXPECT_TRUE(checkListable(sourceOf(api::StoreKind::S3, "bucket")));
    EXPECT_TRUE(checkListed(sourceOf(api::StoreKind::S3, "bucket"), files));
    EXPECT_TRUE(checkListed(sourceOf(api::StoreKind::Https, "https://host/model.onnx"), files));
}

TEST(CheckListed, WhatIsUnpackedIsRefusedWithTheCommands) {
    const std::vector<sources::File> files{{"model", 3, "", "", false}};
    const std::vector<sources::File> layers{{"layer", 3, "", "", true}};
    EXPECT_TRUE(checkListable(sourceOf(api::StoreKind::Oci, "host/model")));
    for (const Result<void>& refused :
         {checkListable(sourceOf(api::StoreKind::Https, "https://host/model.tar.gz?token=x")),
          checkListable(sourceOf(api::StoreKind::Git, "https://host/model.git")),
          checkListed(sourceOf(api::StoreKind::Oci, "host/model"), layers)}) {
        ASSERT_FALSE(refused);
        EXPECT_EQ(
            refused.error().message,
            "which files the URI has is known where they are unpacked; fetch it, and print its manifest "
            "there: serin-fetch --uri … --into FOLDER && cd FOLDER && find . -type f ! -path './.serin-*' "
            "-printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum --");
    }
}

TEST(CheckListed, TheCommandLeavesOutWhatASignedManifestLeavesOut) {
    api::ModelSource signedOne = sourceOf(api::StoreKind::Git, "https://host/model.git");
    signedOne.publicKeyKey = "cosign.pub";
    const Result<void> refused = checkListable(signedOne);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("! -path './.serin-*' ! -path ./SHA256SUMS ! -path "
                                           "./SHA256SUMS.sig -printf"),
              std::string::npos)
        << refused.error().message;
}

TEST(CheckListed, AVolumeIsRefusedWithTheCommand) {
    const Result<void> refused = checkListable(sourceOf(api::StoreKind::VolumeClaim, "claim"));
    ASSERT_FALSE(refused);
    EXPECT_TRUE(
        refused.error().message.starts_with("the URI is on a volume; its manifest is printed in its "
                                            "folder there: find . -type f"))
        << refused.error().message;
}

TEST(CheckListed, AModelWithoutFilesIsRefused) {
    const Result<void> refused = checkListed(sourceOf(api::StoreKind::S3, "bucket"), {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "the URI has no files, or include and exclude leave none");
}

}  // namespace
}  // namespace serin::fetch
