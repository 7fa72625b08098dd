#include "runtime/model_profile_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/sha256.h"
#include "tests/unit/apply/fakes.h"

namespace serin::runtime {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kProfile =
    R"({"format":"serin-profile/1","features":{"a":{"edges":[1,2],"counts":[1,2,3]}}})";

// Answers every URL alike, and remembers what was asked.
struct Wire {
    std::vector<std::string> asked;
    std::vector<size_t> bounds;
    Result<HttpResponse> answer = HttpResponse{200, {}, kProfile};
};

class FakeExchange final : public sources::Exchange {
  public:
    explicit FakeExchange(Wire& wire) : wire_(wire) {}
    Result<HttpResponse> send(const std::string& url, const HttpRequest& request, size_t maxBytes) override {
        wire_.asked.push_back(request.method + " " + url);
        wire_.bounds.push_back(maxBytes);
        return wire_.answer;
    }

  private:
    Wire& wire_;
};

// Lists what it was told to, and hands files out at an address of its own.
class FakeStore final : public sources::Store {
  public:
    FakeStore(Result<std::vector<sources::File>> files, std::map<std::string, std::string> headers)
        : files_(std::move(files)), headers_(std::move(headers)) {}
    Result<sources::Resolution> resolve(const api::ModelSource&, Timestamp) override {
        return invalid("not asked");
    }
    Result<std::vector<sources::File>> files(const api::ModelSource&, const std::string& id,
                                             Timestamp) override {
        if (id != "mlflow:fraud/13") return invalid("another id");
        return files_;
    }
    Result<sources::Download> download(const api::ModelSource&, const std::string&, const sources::File& file,
                                       Timestamp) override {
        return sources::Download{"http://mlflow:5000/" + file.path, headers_};
    }

  private:
    Result<std::vector<sources::File>> files_;
    std::map<std::string, std::string> headers_;
};

class ModelProfileReaderTest : public ::testing::Test {
  protected:
    ModelProfileReaderTest() {
        wanted.source.uri = "mlflow://fraud@champion";
        wanted.source.reference.store = api::StoreKind::Mlflow;
        wanted.id = "mlflow:fraud/13";
        wanted.path = "profile.json";
    }
    ModelProfileReading read(std::stop_token stop = {}) {
        const ReadModelProfile reader = modelProfileReader(
            {transport, kube::RequestBuilder("test"), clock,
             [this](const std::string&, const std::stop_token& stops) {
                 handed = stops;
                 return std::make_unique<FakeExchange>(wire);
             },
             [this](api::StoreKind, const sources::Credentials& given, sources::Exchange&,
                    const auto&) -> Result<std::unique_ptr<sources::Store>> {
                 credentials = given;
                 if (refusal) return *refusal;
                 return std::unique_ptr<sources::Store>(std::make_unique<FakeStore>(files, headers));
             }});
        return reader("ml", wanted, std::move(stop));
    }

    serin::testing::ScriptedTransport transport;
    serin::testing::ManualClock clock;
    Wire wire;
    std::stop_token handed;
    std::optional<Error> refusal;
    Result<std::vector<sources::File>> files =
        std::vector<sources::File>{{"MLmodel", 5, "", ""}, {"profile.json", 0, "", ""}};
    std::map<std::string, std::string> headers;  // of a download
    ModelProfile wanted;
    sources::Credentials credentials;
};

TEST_F(ModelProfileReaderTest, AStopReachesTheRequestUnderWay) {
    std::stop_source stop;
    read(stop.get_token());
    EXPECT_FALSE(handed.stop_requested());
    stop.request_stop();
    EXPECT_TRUE(handed.stop_requested());
}

TEST_F(ModelProfileReaderTest, ReadsTheOneFileAndNoMoreOfItThanAProfileMayHave) {
    const ModelProfileReading reading = read();
    ASSERT_TRUE(reading.reference.profile) << reading.reference.trouble;
    EXPECT_THAT(reading.reference.profile->features.at("a").buckets, ElementsAre(1, 2, 3));
    EXPECT_TRUE(reading.final) << "the id names the same bytes for ever";
    EXPECT_FALSE(reading.absent);
    EXPECT_THAT(wire.asked, ElementsAre("GET http://mlflow:5000/profile.json"));
    EXPECT_THAT(wire.bounds, ElementsAre(api::kMostProfileBytes));
    EXPECT_THAT(transport.requests, IsEmpty());
}

TEST_F(ModelProfileReaderTest, TheStoreIsOpenedByWhatTheSourceNames) {
    wanted.source.credentialsSecret = "mlflow";
    transport.answer(200, R"({"data":{"MLFLOW_TRACKING_TOKEN":"YWJjCg=="}})");
    EXPECT_TRUE(read().reference.profile);
    EXPECT_THAT(transport.lines(), ElementsAre("GET /api/v1/namespaces/ml/secrets/mlflow"));
    EXPECT_EQ(credentials, (sources::Credentials{{"MLFLOW_TRACKING_TOKEN", "abc"}}));
}

TEST_F(ModelProfileReaderTest, WhatCannotBeOpenedOrListedIsToldAndTriedAgain) {
    wanted.source.credentialsSecret = "mlflow";
    transport.fail(ErrorCode::Unavailable);
    EXPECT_THAT(read().reference.trouble,
                HasSubstr("the profile profile.json of mlflow:fraud/13 could not be read: the Secret"));
    wanted.source.credentialsSecret.clear();
    refusal = invalid("the credentials lack MLFLOW_TRACKING_PASSWORD");
    EXPECT_THAT(read().reference.trouble, HasSubstr("lack MLFLOW_TRACKING_PASSWORD"));
    refusal.reset();
    files = Error{ErrorCode::Forbidden, "GET http://mlflow:5000/api answered 403: no"};
    const ModelProfileReading reading = read();
    EXPECT_EQ(reading.reference.trouble,
              "the profile profile.json of mlflow:fraud/13 could not be read: GET http://mlflow:5000/api "
              "answered 403: no");
    EXPECT_FALSE(reading.final);
    EXPECT_FALSE(reading.absent);
}

TEST_F(ModelProfileReaderTest, AnAnswerThatIsNoFileIsToldWithItsCall) {
    wire.answer = HttpResponse{503, {}, ""};
    EXPECT_THAT(read().reference.trouble, HasSubstr("GET http://mlflow:5000/profile.json answered 503"));
    EXPECT_FALSE(read().final);
    wire.answer = Error{ErrorCode::Unavailable, "connection refused"};
    EXPECT_THAT(read().reference.trouble, HasSubstr("did not answer: connection refused"));
}

TEST_F(ModelProfileReaderTest, NothingIsRepeatedOfWhatAServerIsShown) {
    const std::string token = "ya29." + std::string(200, 'x');
    headers = {{"authorization", "Bearer " + token}, {"x-amz-security-token", "FwoGZXIvYXdz"}};
    const auto trouble = [&](Result<HttpResponse> answer) {
        wire.answer = std::move(answer);
        const std::string out = read().reference.trouble;
        EXPECT_THAT(out, AllOf(Not(HasSubstr("ya29.")), Not(HasSubstr("FwoGZXIvYXdz"))));
        return out;
    };
    EXPECT_THAT(trouble(Error{ErrorCode::Unavailable, "bad header Bearer " + token + ", FwoGZXIvYXdz"}),
                HasSubstr("did not answer: bad header •••, •••"));
    EXPECT_THAT(trouble(HttpResponse{302, {{"location", "/" + token + "/FwoGZXIvYXdz"}}, ""}),
                HasSubstr("/•••/••• redirected too often"));
    EXPECT_THAT(
        trouble(HttpResponse{200, {}, R"({"format":"serin-profile/1","features":{")" + token + R"(":5}})"}),
        HasSubstr("cannot be used: features.•••"));
}

TEST_F(ModelProfileReaderTest, NothingIsAskedAfterAStopRequest) {
    std::stop_source stop;
    stop.request_stop();
    EXPECT_THAT(read(stop.get_token()).reference.trouble, HasSubstr("the operator stops"));
    EXPECT_THAT(wire.asked, IsEmpty());
}

TEST_F(ModelProfileReaderTest, AFileThatIsNotThereIsNamedBesideTheLikeliest) {
    files = std::vector<sources::File>{{"MLmodel", 5, "", ""},
                                       {"a.bin", 5, "", ""},
                                       {"b.bin", 5, "", ""},
                                       {"c.bin", 5, "", ""},
                                       {"config.json", 5, "", ""},
                                       {"d.bin", 5, "", ""},
                                       {"training/Profile.json", 5, "", ""}};
    const ModelProfileReading reading = read();
    EXPECT_THAT(reading.reference.trouble,
                AllOf(HasSubstr("mlflow:fraud/13 has no file profile.json but training/Profile.json, "
                                "config.json, MLmodel, a.bin, b.bin, …;"),
                      HasSubstr("reference.modelFile")));
    EXPECT_TRUE(reading.absent);
    EXPECT_TRUE(reading.final);
    EXPECT_THAT(wire.asked, IsEmpty());
}

TEST_F(ModelProfileReaderTest, OfLayersItIsSaidThatNobodyLooksIntoThem) {
    files = std::vector<sources::File>{{"model.tar", 5, "", "", true}, {"profile.json", 5, "", "", true}};
    const ModelProfileReading reading = read();
    EXPECT_THAT(reading.reference.trouble,
                AllOf(HasSubstr("Serin does not look into layers"), HasSubstr("put it into a ConfigMap")));
    EXPECT_TRUE(reading.absent);
    EXPECT_THAT(wire.asked, IsEmpty());
}

TEST_F(ModelProfileReaderTest, AFileThatExcludeLeavesOutIsSaidBeforeAnybodyIsAsked) {
    wanted.source.exclude = {"*.json"};
    const ModelProfileReading reading = read();
    EXPECT_THAT(reading.reference.trouble,
                HasSubstr("include and exclude of model.source leave the profile"));
    EXPECT_TRUE(reading.absent);
}

TEST_F(ModelProfileReaderTest, WhatIsNoProfileIsNamedWithWhatIsWrongOnceAndForAll) {
    wire.answer = HttpResponse{200, {}, "{}"};
    const ModelProfileReading reading = read();
    EXPECT_THAT(reading.reference.trouble,
                HasSubstr("the profile profile.json of mlflow:fraud/13 cannot be used: profile.format"));
    EXPECT_TRUE(reading.final);
    EXPECT_FALSE(reading.absent);
}

TEST_F(ModelProfileReaderTest, AFileThatIsTooLargeIsNotAskedFor) {
    files = std::vector<sources::File>{{"profile.json", api::kMostProfileBytes + 1, "", ""}};
    const ModelProfileReading reading = read();
    EXPECT_THAT(reading.reference.trouble, HasSubstr("has 524289 bytes, more than 524288"));
    EXPECT_TRUE(reading.final);
    EXPECT_THAT(wire.asked, IsEmpty());
}

TEST_F(ModelProfileReaderTest, OtherBytesThanTheStoreListsAreNotTaken) {
    const std::string text = kProfile;
    files = std::vector<sources::File>{{"profile.json", text.size(), sha256Hex(text), ""}};
    EXPECT_TRUE(read().reference.profile);
    files = std::vector<sources::File>{{"profile.json", text.size() + 1, "", ""}};
    EXPECT_THAT(read().reference.trouble, HasSubstr("and lists "));
    files = std::vector<sources::File>{{"profile.json", text.size(), sha256Hex("other"), ""}};
    EXPECT_THAT(read().reference.trouble, HasSubstr("its SHA-256 is " + sha256Hex(text)));
    EXPECT_FALSE(read().final);
}

TEST_F(ModelProfileReaderTest, OtherBytesThanTheSourcesManifestSaysAreNotTaken) {
    const ModelProfile before = wanted;
    wanted.source.sha256 = sha256Hex(kProfile) + "  profile.json\n" + sha256Hex("x") + "  MLmodel\n";
    EXPECT_FALSE(sameFile(before, wanted));
    EXPECT_TRUE(read().reference.profile);
    wanted.source.sha256 = sha256Hex("other") + "  profile.json\n";
    EXPECT_THAT(read().reference.trouble,
                HasSubstr("its SHA-256 is " + sha256Hex(kProfile) + ", and spec.model.source.sha256 says " +
                          sha256Hex("other")));
    EXPECT_TRUE(read().final) << "only another spec helps";
    // Of all files together, or of others.
    for (const std::string& sha256 : {sha256Hex("all"), sha256Hex("x") + "  MLmodel\n"}) {
        wanted.source.sha256 = sha256;
        EXPECT_TRUE(read().reference.profile);
    }
}

}  // namespace
}  // namespace serin::runtime
