// What a registry is told of, as a person writes it; and which versions of a registry ids are of.
#include <gmock/gmock.h>

#include "api/registered_version.h"
#include "api/spec_codec.h"
#include "tests/unit/api/objects.h"

namespace serin::api {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const std::string kMlflow = R"("uri":"mlflow://fraud@champion","endpoint":"http://mlflow:5000")";

Spec specWith(const std::string& source) {
    const auto decoded = decodeModelDeployment(
        rawObject(R"({"model":{"name":"fraud","source":{)" + source +
                  R"(}},"template":{"spec":{"containers":[{"name":"server","image":"mlserver:1"}]}}})"));
    EXPECT_TRUE(decoded.ok());
    return decoded.ok() ? decoded->spec : Spec();
}
void expectProblem(const std::string& source, const std::string& field, const std::string& sentence) {
    EXPECT_THAT(specWith(source).problems,
                ElementsAre(AllOf(StartsWith("spec.model.source." + field + ": "), HasSubstr(sentence))))
        << source;
}

TEST(RegistryReport, IsNoneUnlessItIsStated) {
    EXPECT_EQ(specWith(kMlflow).source->report, RegistryReport());
    EXPECT_EQ(specWith(kMlflow + R"(,"report":false)").source->report, RegistryReport());
}

TEST(RegistryReport, HasAllThatIsWritten) {
    const Spec spec = specWith(
        kMlflow + R"(,"report":true,"moveAlias":{"onPromoted":"champion","onRolledBack":"rejected"})");
    EXPECT_THAT(spec.problems, IsEmpty());
    EXPECT_EQ(spec.source->report, (RegistryReport{true, "champion", "rejected"}));
}

TEST(RegistryReport, AVersionThatIsNamedByItsNumberCanBeToldOf) {
    const Spec spec = specWith(R"("uri":"mlflow://fraud/3","endpoint":"http://mlflow:5000","report":true)");
    EXPECT_THAT(spec.problems, IsEmpty());
    EXPECT_TRUE(spec.source->report.tags);
}

TEST(RegistryReport, WhereThereIsNoVersionOfARegistryItIsRefused) {
    for (const char* source :
         {R"("uri":"hf://a/b")", R"("uri":"runs:/1f/model","endpoint":"http://m:5000")"}) {
        expectProblem(std::string(source) + R"(,"report":true)", "report",
                      "has no effect on a source that is no version of a registered model of MLflow");
        expectProblem(std::string(source) + R"(,"moveAlias":{"onPromoted":"champion"})", "moveAlias",
                      "state mlflow://NAME@ALIAS and the like, or remove it");
        EXPECT_THAT(specWith(std::string(source) + R"(,"report":false)").problems, IsEmpty());
    }
}

TEST(RegistryReport, AliasesThatCannotBeAreRefusedWithTheWayOut) {
    const auto moving = [](const std::string& moves) { return kMlflow + R"(,"moveAlias":{)" + moves + "}"; };
    expectProblem(moving(""), "moveAlias", "names no alias; state onPromoted or onRolledBack");
    for (const char* alias : {"", "a b", "latest", "Latest", "v13", "V1", "a@b"}) {
        expectProblem(moving(std::string(R"("onPromoted":")") + alias + "\""), "moveAlias.onPromoted",
                      "such as champion");
    }
    expectProblem(moving(R"("onPromoted":")" + std::string(256, 'a') + "\""), "moveAlias.onPromoted",
                  "state an alias");
    for (const char* alias : {"v", "v1a", "production_eu-1"}) {
        EXPECT_THAT(specWith(moving(std::string(R"("onPromoted":")") + alias + "\"")).problems, IsEmpty());
    }
    expectProblem(moving(R"("onPromoted":"best","onRolledBack":"best")"), "moveAlias.onRolledBack",
                  "which onPromoted names too");
    expectProblem(moving(R"("onRolledBack":"champion")"), "moveAlias.onRolledBack",
                  "or name it as onPromoted to have it put back to the version that serves");
}

TEST(RegistryReport, IsNoPartOfTheRevision) {
    const Spec with = specWith(kMlflow + R"(,"report":true,"moveAlias":{"onPromoted":"champion"})");
    EXPECT_EQ(with.written, specWith(kMlflow).written);
}

TEST(RegisteredVersion, IsTheNumberInAnIdOfThatModel) {
    EXPECT_EQ(registeredVersionOf("fraud", "mlflow:fraud/13 sha256:5f1d"), "13");
    EXPECT_EQ(registeredVersionOf("a/b", "mlflow:a/b/2 sha256:5f1d"), "2");
    EXPECT_EQ(registeredVersionOf("fraud", registeredIdOf("fraud", "7")), "7");
    const std::string longName(400, 'n');
    EXPECT_EQ(registeredVersionOf(longName, registeredIdOf(longName, "7") + " sha256:5f1d"), "7");
}

TEST(RegisteredVersion, IsNoneOfAnotherModelARunOrAnotherStore) {
    for (const char* id : {"", "13", "mlflow:churn/13 sha256:5f1d", "mlflow:runs/1f/model sha256:5f1d",
                           "mlflow:fraud/ sha256:5f1d", "mlflow:fraud/013 sha256:5f1d",
                           "mlflow:fraud/v1 sha256:5f1d", "hf:fraud/13@5f1d", "registry.example/fraud:13"}) {
        EXPECT_EQ(registeredVersionOf("fraud", id), "") << id;
    }
}

}  // namespace
}  // namespace serin::api
