#include "fetch/answer.h"

#include <gtest/gtest.h>

namespace serin::fetch {
namespace {

const Timestamp kNow = *parseTime("2026-01-02T03:04:05Z");
const sources::File kFile{"model.bin", 100, "", "\"one\""};
const sources::File kWithDigest{"model.bin", 100, std::string(64, 'a'), ""};
const Validator kValidator{"\"one\"", "https://a:443"};

// Of bytes 40 to 99, from the origin whose the validator is.
Asked rest() {
    return {{0, 100}, 40, true, true, "https://a:443"};
}

Verdict judged(const TransferHead& head, const Asked& asked, const sources::File& file = kFile,
               const Validator& validator = kValidator) {
    return judgeAnswer(head, asked, file, validator, kNow);
}

TransferHead part(const std::string& range, const std::string& etag) {
    TransferHead out{206, {{"content-range", range}}, ""};
    if (!etag.empty()) out.headers["etag"] = etag;
    return out;
}

TEST(Answer, APartThatWasAskedForIsWrittenWhereItBegins) {
    const Verdict verdict = judged(part("bytes 40-99/100", "\"one\""), rest());
    EXPECT_EQ(verdict.step, Step::Write);
    EXPECT_EQ(verdict.offset, 40u);
}

TEST(Answer, AnotherPartThanWasAskedForIsAskedForAgain) {
    EXPECT_EQ(judged(part("bytes 0-99/100", "\"one\""), rest()).step, Step::Again);
    EXPECT_EQ(judged(part("nonsense", "\"one\""), rest()).step, Step::Again);
}

TEST(Answer, APartOfOtherBytesIsNotJoined) {
    EXPECT_EQ(judged(part("bytes 40-99/100", "\"two\""), rest()).step, Step::Anew);
}

TEST(Answer, APartWithoutATagIsJoinedOnlyWhereIfRangeComparedIt) {
    EXPECT_EQ(judged(part("bytes 40-99/100", ""), rest()).step, Step::Write);
    Asked elsewhere = rest();
    elsewhere.origin = "https://cdn:443";
    EXPECT_EQ(judged(part("bytes 40-99/100", ""), elsewhere).step, Step::Anew);
}

TEST(Answer, WithADigestPartsAreJoinedWhateverTheirTags) {
    EXPECT_EQ(judged(part("bytes 40-99/100", "\"two\""), rest(), kWithDigest).step, Step::Write);
}

TEST(Answer, AllInsteadOfTheRestIsWrittenFromTheBeginning) {
    const Verdict verdict = judged({200, {{"content-length", "100"}}, ""}, rest());
    EXPECT_EQ(verdict.step, Step::Write);
    EXPECT_EQ(verdict.offset, 0u);
}

TEST(Answer, AllInsteadOfOneOfSeveralPartsBeginsTheFileAnew) {
    Asked one = rest();
    one.whole = false;
    EXPECT_EQ(judged({200, {}, ""}, one).step, Step::Anew);
}

TEST(Answer, AnotherLengthOrTagThanWasListedIsAnotherModel) {
    EXPECT_EQ(judged({200, {{"content-length", "99"}}, ""}, rest()).step, Step::Fail);
    EXPECT_EQ(judged(part("bytes 40-98/99", "\"one\""), rest()).step, Step::Fail);
    EXPECT_EQ(judged({416, {{"content-range", "bytes */7"}}, ""}, rest()).step, Step::Fail);
    EXPECT_EQ(judged({200, {{"etag", "\"two\""}}, ""}, rest()).step, Step::Fail);
    EXPECT_EQ(judged({412, {}, ""}, rest()).step, Step::Fail);
}

TEST(Answer, WhatMayPassIsWaitedForAsAsked) {
    const Verdict verdict = judged({503, {{"retry-after", "7"}}, ""}, rest());
    EXPECT_EQ(verdict.step, Step::Again);
    EXPECT_EQ(verdict.wait, std::chrono::seconds(7));
    EXPECT_EQ(verdict.reason, "it answered 503");
}

TEST(Answer, WhatDoesNotPassSaysWhatToDo) {
    for (const int status : {204, 304, 400, 401, 403, 404, 410, 501}) {
        const Verdict verdict = judged({status, {}, ""}, rest());
        EXPECT_EQ(verdict.step, Step::Fail) << status;
        EXPECT_NE(verdict.reason.find(';'), std::string::npos);
    }
    EXPECT_NE(judged({403, {}, ""}, rest()).reason.find("credentials"), std::string::npos);
}

TEST(Answer, APartThatNobodyAskedForIsRefused) {
    Asked all = rest();
    all.ranged = false;
    all.from = 0;
    EXPECT_EQ(judged(part("bytes 0-99/100", "\"one\""), all).step, Step::Fail);
}

TEST(Answer, WeakTagsSayNothing) {
    EXPECT_EQ(strongTag({200, {{"etag", "W/\"one\""}}, ""}), "");
    EXPECT_EQ(strongTag({200, {{"etag", "one"}}, ""}), "");
    EXPECT_EQ(strongTag({200, {{"etag", "\"\""}}, ""}), "");
    EXPECT_EQ(strongTag({200, {{"etag", "\"one\""}}, ""}), "\"one\"");
}

}  // namespace
}  // namespace serin::fetch
