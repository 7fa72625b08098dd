#include "sources/mlflow_store.h"

#include <gtest/gtest.h>

#include "base/sha256.h"
#include "base/text.h"
#include "sources/mlmodel.h"
#include "tests/unit/sources/fake_server.h"

namespace serin::sources {
namespace {

using testing::FakeServer;
using testing::sourceOf;

constexpr const char* kEndpoint = "http://mlflow:5000/prefix";
const std::string kApi = "GET http://mlflow:5000/prefix/api/2.0/";
const std::string kFolder = "1/models/m-1/artifacts";
const std::string kMlmodel = R"(run_id: r1
utc_time_created: '2026-11-26 12:00:00.123456'
signature:
  inputs: '[{"type": "long", "name": "age", "required": true}, {"type": "double", "name": "income"}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]'
)";

class MlflowStoreTest : public ::testing::Test {
  protected:
    MlflowStoreTest() {
        alias("READY");
        server.set(kApi + "mlflow/model-versions/get-download-uri?name=fraud&version=13",
                   R"({"artifact_uri": "mlflow-artifacts:/1/models/m-1/artifacts"})");
        listing("", cat(R"({"files": [{"path": "MLmodel", "is_dir": false, "file_size": )", kMlmodel.size(),
                        R"(}, {"path": "data", "is_dir": true}]})"));
        listing("%2Fdata",
                R"({"files": [{"path": "model bin", "is_dir": false, "file_size": "5000000000"}]})");
        server.set(kApi + "mlflow-artifacts/artifacts/" + kFolder + "/MLmodel", kMlmodel);
        server.set(
            kApi + "mlflow/runs/get?run_id=r1",
            R"({"run": {"info": {"artifact_uri": "mlflow-artifacts:/1/r1/artifacts"}, "data": {"tags": [)"
            R"({"key": "mlflow.source.git.commit", "value": "c0ffee"}]}, "outputs": {"model_outputs": )"
            R"([{"model_id": "m-1"}]}}})");
        server.set(kApi + "mlflow/logged-models/m-1",
                   R"({"model": {"info": {"name": "model", "status": "LOGGED_MODEL_READY", "artifact_uri": )"
                   R"("mlflow-artifacts:/1/models/m-1/artifacts"}}})");
    }

    void alias(const std::string& status) {
        server.set(kApi + "mlflow/registered-models/alias?name=fraud&alias=champion",
                   cat(R"({"model_version": {"name": "fraud", "version": "13", "run_id": "r1", "status": ")",
                       status, R"(", "status_message": "upload broke"}})"));
    }
    static std::string listed(const std::string& below) {
        return kApi + "mlflow-artifacts/artifacts?path=1%2Fmodels%2Fm-1%2Fartifacts" + below;
    }
    void listing(const std::string& below, const std::string& body) { server.set(listed(below), body); }

    Result<Resolution> resolve(const std::string& uri = "mlflow://fraud@champion") {
        const auto store = makeMlflowStore(credentials, server);
        if (!store) return store.error();
        return (*store)->resolve(sourceOf(uri, kEndpoint), {});
    }
    Result<std::vector<File>> files(const std::string& id) {
        return (*makeMlflowStore(credentials, server))
            ->files(sourceOf("mlflow://fraud@champion", kEndpoint), id, {});
    }
    void expectError(const Result<Resolution>& result, ErrorCode code, const std::string& words) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, code) << result.error().message;
        EXPECT_NE(result.error().message.find(words), std::string::npos) << result.error().message;
    }

    FakeServer server;
    Credentials credentials;
};

TEST_F(MlflowStoreTest, AnAliasIsTheVersionThatItPointsTo) {
    const auto out = resolve();
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_TRUE(out->model.id.starts_with("mlflow:fraud/13 sha256:")) << out->model.id;
    EXPECT_EQ(out->model.version, "13");
    EXPECT_EQ(out->model.files, 2U);
    EXPECT_EQ(out->model.bytes, 5000000000U + kMlmodel.size());
    ASSERT_EQ(out->files.size(), 2U);
    EXPECT_EQ(out->files[0], (File{"MLmodel", kMlmodel.size(), sha256Hex(kMlmodel), ""}));
    EXPECT_EQ(out->files[1], (File{"data/model bin", 5000000000U, "", ""}));
}

TEST_F(MlflowStoreTest, OneRequestTellsWhetherAnAliasStillPointsToAVersion) {
    const auto known = resolve();
    ASSERT_TRUE(known) << known.error().message;
    const size_t before = server.asked.size();
    const auto store = makeMlflowStore(credentials, server);
    const api::ModelSource source = sourceOf("mlflow://fraud@champion", kEndpoint);
    EXPECT_EQ((*store)->stillMeans(source, known->model, {}).value(), true);
    EXPECT_EQ(server.asked.size(), before + 1);
    server.set(kApi + "mlflow/registered-models/alias?name=fraud&alias=champion",
               R"({"model_version": {"name": "fraud", "version": "1", "status": "READY"}})");
    EXPECT_EQ((*store)->stillMeans(source, known->model, {}).value(), false);
    alias("FAILED_REGISTRATION");
    EXPECT_FALSE((*store)->stillMeans(source, known->model, {}));
}

TEST_F(MlflowStoreTest, TellsHowTheModelCameAbout) {
    const auto out = resolve();
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->model.lineage.run, "r1");
    EXPECT_EQ(out->model.lineage.commit, "c0ffee");
    EXPECT_EQ(out->model.lineage.trainedAt, "2026-11-26T12:00:00Z");
    EXPECT_EQ(out->model.lineage.signature, "age: long, income: double -> tensor int64 [-1]");
}

TEST(Mlmodel, ASignatureThatIsNoneIsLeftOut) {
    const auto signature = [](const std::string& shape) {
        return readMlmodel(
                   "signature:\n  inputs: '[{\"type\": \"tensor\", \"tensor-spec\": {\"dtype\": \"f\", "
                   "\"shape\": " +
                   shape + "}}]'\n")
            .signature;
    };
    EXPECT_EQ(signature("[-1, 3]"), "tensor f [-1,3] -> ");
    EXPECT_EQ(signature("[[[1]]]"), "tensor f -> ");
    EXPECT_EQ(signature(std::string(300'000, '[') + std::string(300'000, ']')), "");
}

TEST_F(MlflowStoreTest, ARunThatIsGoneTakesTheCommitAlong) {
    server.set(kApi + "mlflow/runs/get?run_id=r1", HttpResponse{404, {}, ""});
    const auto out = resolve();
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->model.lineage.commit, "");
}

TEST_F(MlflowStoreTest, AVersionThatIsNotReadyIsNone) {
    alias("PENDING_REGISTRATION");
    expectError(resolve(), ErrorCode::Unavailable, "PENDING_REGISTRATION");
    alias("FAILED_REGISTRATION");
    expectError(resolve(), ErrorCode::Invalid, "upload broke");
}

TEST_F(MlflowStoreTest, OfAStageAndOfLatestTheHighestNumberCounts) {
    const std::string versions =
        R"({"model_versions": [{"name": "fraud", "version": "9", "status": "READY"},)"
        R"( {"name": "fraud", "version": "13", "status": "READY"}]})";
    server.set(kApi + "mlflow/registered-models/get-latest-versions?name=fraud", versions);
    server.set(kApi + "mlflow/registered-models/get-latest-versions?name=fraud&stages=Production", versions);
    for (const char* uri : {"mlflow://fraud/latest", "mlflow://fraud/Production"}) {
        const auto out = resolve(uri);
        ASSERT_TRUE(out) << out.error().message;
        EXPECT_EQ(out->model.version, "13");
    }
}

TEST_F(MlflowStoreTest, AStageWithoutAVersionIsNotFound) {
    server.set(kApi + "mlflow/registered-models/get-latest-versions?name=fraud&stages=Staging", "{}");
    expectError(resolve("mlflow://fraud/Staging"), ErrorCode::NotFound, "no such version");
}

TEST_F(MlflowStoreTest, AnAliasThatDoesNotExistIsNotFoundInMlflowsWords) {
    server.set(kApi + "mlflow/registered-models/alias?name=fraud&alias=champion",
               HttpResponse{400,
                            {},
                            R"({"error_code": "INVALID_PARAMETER_VALUE", "message": "Registered model alias )"
                            R"(champion not found."})"});
    expectError(resolve(), ErrorCode::NotFound, "answered 400: Registered model alias champion not found.");
}

TEST_F(MlflowStoreTest, AModelOfARunIsFoundAmongThoseThatItLogged) {
    server.set(kApi + "mlflow-artifacts/artifacts?path=1%2Fr1%2Fartifacts%2Fmodel", "{}");
    const auto out = resolve("runs:/r1/model");
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_TRUE(out->model.id.starts_with("mlflow:runs/r1/model sha256:")) << out->model.id;
    EXPECT_EQ(out->files.size(), 2U);
}

TEST_F(MlflowStoreTest, TwoModelsOfOneNameInARunAreNotGuessedBetween) {
    server.set(kApi + "mlflow-artifacts/artifacts?path=1%2Fr1%2Fartifacts%2Fmodel", "{}");
    server.set(kApi + "mlflow/runs/get?run_id=r1",
               R"({"run": {"info": {"artifact_uri": "mlflow-artifacts:/1/r1/artifacts"}, "outputs": )"
               R"({"model_outputs": [{"model_id": "m-1"}, {"model_id": "m-1"}]}}})");
    expectError(resolve("runs:/r1/model"), ErrorCode::Invalid, "more than one model named model");
}

TEST_F(MlflowStoreTest, AVersionOfAModelThatMlflow3LoggedLeadsToItsArtifacts) {
    server.set(kApi + "mlflow/model-versions/get-download-uri?name=fraud&version=13",
               R"({"artifact_uri": "models:/m-1"})");
    EXPECT_TRUE(resolve());
}

TEST_F(MlflowStoreTest, ArtifactsThatLieElsewhereAreRefusedWithTheWayOut) {
    server.set(kApi + "mlflow/model-versions/get-download-uri?name=fraud&version=13",
               R"({"artifact_uri": "s3://bucket/models"})");
    expectError(resolve(), ErrorCode::Invalid, "start it with --serve-artifacts");
}

TEST_F(MlflowStoreTest, AFolderThatDoesNotExistIsNotAnEmptyModel) {
    listing("", "{}");
    expectError(resolve(), ErrorCode::NotFound, "has no files");
}

TEST_F(MlflowStoreTest, AListingThatChangesWhileItIsReadIsNoAnswer) {
    server.then(listed("%2Fdata"),
                HttpResponse{200, {}, R"({"files": [{"path": "other", "file_size": 1}]})"});
    expectError(resolve(), ErrorCode::Unavailable, "change while they are listed");
}

TEST_F(MlflowStoreTest, ModelsOfAnotherMlmodelHaveAnotherId) {
    const auto before = resolve();
    std::string other = kMlmodel;
    other[8] = 'x';
    server.set(kApi + "mlflow-artifacts/artifacts/" + kFolder + "/MLmodel", other);
    const auto after = resolve();
    ASSERT_TRUE(before && after);
    EXPECT_NE(before->model.id, after->model.id);
}

TEST_F(MlflowStoreTest, PathsThatLeadOutOfTheModelAreRefused) {
    listing("", R"({"files": [{"path": "../../x", "file_size": 1}]})");
    expectError(resolve(), ErrorCode::Invalid, "which no folder may hold");
}

TEST_F(MlflowStoreTest, AFileWithoutASizeIsRefused) {
    listing("", R"({"files": [{"path": "x"}]})");
    expectError(resolve(), ErrorCode::Invalid, "without a size");
}

TEST_F(MlflowStoreTest, TheFilesOfAnIdAreThoseOfItsVersionWhereverTheAliasPoints) {
    const auto out = resolve();
    ASSERT_TRUE(out);
    server.answers.erase(kApi + "mlflow/registered-models/alias?name=fraud&alias=champion");
    server.set(kApi + "mlflow/model-versions/get?name=fraud&version=13",
               R"({"model_version": {"name": "fraud", "version": "13", "status": "READY"}})");
    const auto same = files(out->model.id);
    ASSERT_TRUE(same) << same.error().message;
    EXPECT_EQ(*same, out->files);
}

TEST_F(MlflowStoreTest, FilesThatHaveChangedSinceAreRefusedWithBothIds) {
    const auto out = resolve();
    ASSERT_TRUE(out);
    listing("%2Fdata", R"({"files": [{"path": "model bin", "is_dir": false, "file_size": 7}]})");
    const auto now = files(out->model.id);
    ASSERT_FALSE(now);
    EXPECT_EQ(now.error().code, ErrorCode::Invalid);
    EXPECT_NE(now.error().message.find(out->model.id), std::string::npos) << now.error().message;
}

TEST_F(MlflowStoreTest, AnIdOfAnotherModelIsRefused) {
    for (const char* id : {"mlflow:other/13 sha256:ab", "mlflow:fraud/x sha256:ab", "hf:a/b@c", ""}) {
        EXPECT_FALSE(files(id)) << id;
    }
}

TEST_F(MlflowStoreTest, DownloadsGoThroughTheProxyWithTheCredentials) {
    credentials = {{"MLFLOW_TRACKING_USERNAME", "ada"}, {"MLFLOW_TRACKING_PASSWORD", "secret\n"}};
    const auto store = makeMlflowStore(credentials, server);
    ASSERT_TRUE(store);
    const auto out = (*store)->download(sourceOf("mlflow://fraud@champion", kEndpoint),
                                        "mlflow:fraud/13 sha256:ab", {"data/model bin", 1, "", ""}, {});
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->url, "http://mlflow:5000/prefix/api/2.0/mlflow-artifacts/artifacts/" + kFolder +
                            "/data/model%20bin");
    EXPECT_EQ(out->headers.at("authorization"), "Basic YWRhOnNlY3JldA==");
}

TEST_F(MlflowStoreTest, IncludeAndExcludeChooseTheFilesThatTheIdIsOf) {
    api::ModelSource source = sourceOf("mlflow://fraud@champion", kEndpoint);
    source.exclude = {"data/"};
    const auto out = (*makeMlflowStore({}, server))->resolve(source, {});
    ASSERT_TRUE(out) << out.error().message;
    ASSERT_EQ(out->files.size(), 1U);
    EXPECT_NE(out->model.id, resolve()->model.id);
}

TEST_F(MlflowStoreTest, WithoutAnEndpointItSaysWhatToState) {
    const auto out = (*makeMlflowStore({}, server))->resolve(sourceOf("mlflow://fraud/13"), {});
    expectError(out, ErrorCode::Invalid, "state source.endpoint");
}

TEST_F(MlflowStoreTest, ATokenIsSentAndNeverRepeated) {
    credentials = {{"MLFLOW_TRACKING_TOKEN", "hunter2hunter2"}};
    server.set(kApi + "mlflow/registered-models/alias?name=fraud&alias=champion",
               HttpResponse{403, {{"content-type", "text/plain"}}, "no, hunter2hunter2"});
    const auto out = resolve();
    expectError(out, ErrorCode::Forbidden, "answered 403: no, •••");
    EXPECT_EQ(server.asked.at(0).headers.at("authorization"), "Bearer hunter2hunter2");
}

TEST_F(MlflowStoreTest, NoPartOfATokenThatIsLongerThanWhatIsShownIsToldOn) {
    const std::string token(600, 'k');
    credentials = {{"MLFLOW_TRACKING_TOKEN", token}};
    server.set(kApi + "mlflow/registered-models/alias?name=fraud&alias=champion",
               HttpResponse{401, {{"content-type", "text/plain"}}, "invalid token: " + token});
    const auto out = resolve();
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().message.find("kk"), std::string::npos) << out.error().message;
}

TEST_F(MlflowStoreTest, AHeaderThatTheServerRepeatsIsNotToldOn) {
    credentials = {{"MLFLOW_TRACKING_USERNAME", "ada"}, {"MLFLOW_TRACKING_PASSWORD", "secret"}};
    server.set(
        kApi + "mlflow/registered-models/alias?name=fraud&alias=champion",
        HttpResponse{403, {{"content-type", "text/plain"}}, "not Basic YWRhOnNlY3JldA== of ada:secret"});
    expectError(resolve(), ErrorCode::Forbidden, "answered 403: not Basic ••• of ada:•••");
}

TEST_F(MlflowStoreTest, CredentialsWithoutAKnownKeyAreRefusedByTheNamesOfTheKeys) {
    credentials = {{"token", "x"}};
    expectError(resolve(), ErrorCode::Invalid, "MLFLOW_TRACKING_TOKEN");
    credentials = {{"MLFLOW_TRACKING_USERNAME", "x"}};
    expectError(resolve(), ErrorCode::Invalid, "MLFLOW_TRACKING_PASSWORD");
}

TEST_F(MlflowStoreTest, AServerThatIsDownIsUnavailableInWords) {
    server.failure = Error{ErrorCode::Unknown, "timed out"};
    expectError(
        resolve(), ErrorCode::Unavailable,
        "GET http://mlflow:5000/prefix/api/2.0/mlflow/registered-models/alias did not answer: timed out");
}

}  // namespace
}  // namespace serin::sources
