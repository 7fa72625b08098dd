// Who the pods' service account is in a cloud, as a person writes it.
#include <gmock/gmock.h>

#include "api/spec_codec.h"
#include "tests/unit/api/objects.h"

namespace serin::api {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* kAzure = "azureblob://acct1/models/fraud";
constexpr const char* kS3 = "s3://models/fraud";
constexpr const char* kGoogle = "gs://models/fraud";
constexpr const char* kRole = R"("roleArn":"arn:aws:iam::123456789012:role/models")";
constexpr const char* kTenant =
    R"("tenantId":"11111111-2222-3333-4444-555555555555","clientId":"66666666-7777-8888-9999-000000000000")";
constexpr const char* kProvider =
    R"("provider":"//iam.googleapis.com/projects/12/locations/global/workloadIdentityPools/p-1/providers/x-1")";

// `pod` is members of the pod's spec, each followed by a comma.
Spec specWith(const std::string& uri, const std::string& credentials, const std::string& pod = {},
              const std::string& more = {}) {
    return specOf(R"({"model":{"name":"fraud","source":{"uri":")" + uri + R"(","credentials":)" +
                  credentials + more + R"(}},"template":{"spec":{)" + pod +
                  R"("containers":[{"name":"server","image":"mlserver:1"}]}}})");
}
std::string inCloud(const std::string& cloud, const std::string& fields) {
    return R"({"workloadIdentity":{")" + cloud + R"(":{)" + fields + "}}}";
}
WorkloadIdentity identityOf(const std::string& uri, const std::string& credentials,
                            const std::string& pod = {}) {
    const Spec spec = specWith(uri, credentials, pod);
    EXPECT_THAT(spec.problems, IsEmpty());
    EXPECT_TRUE(spec.source && spec.source->identity);
    return spec.source && spec.source->identity ? *spec.source->identity : WorkloadIdentity();
}
// `field` is below spec.model.source.credentials.
void expectProblem(const std::string& uri, const std::string& credentials, const std::string& field,
                   const std::string& sentence) {
    EXPECT_THAT(
        specWith(uri, credentials).problems,
        ElementsAre(AllOf(StartsWith("spec.model.source.credentials" + field + ": "), HasSubstr(sentence))))
        << uri << " " << credentials;
}

TEST(WorkloadIdentities, OfAzureHaveAllThatIsWritten) {
    WorkloadIdentity expected;
    expected.serviceAccount = "default";
    expected.audience = "api://AzureADTokenExchange";
    expected.tenant = "11111111-2222-3333-4444-555555555555";
    expected.client = "66666666-7777-8888-9999-000000000000";
    EXPECT_EQ(identityOf(kAzure, inCloud("azure", kTenant)), expected);
    expected.authority = "https://login.microsoftonline.us";
    expected.audience = "api://AzureADTokenExchangeUSGov";
    EXPECT_EQ(identityOf(kAzure, inCloud("azure", std::string(kTenant) +
                                                      R"(,"authorityHost":"https://login.microsoftonline.us/",
            "audience":"api://AzureADTokenExchangeUSGov")")),
              expected);
}

TEST(WorkloadIdentities, OfAmazonHaveAllThatIsWritten) {
    WorkloadIdentity expected;
    expected.serviceAccount = "default";
    expected.audience = "sts.amazonaws.com";
    expected.role = "arn:aws:iam::123456789012:role/models";
    EXPECT_EQ(identityOf(kS3, inCloud("aws", kRole)), expected);
    expected.audience = "minio";
    expected.region = "eu-central-1";
    expected.tokenEndpoint = "http://minio.ml.svc:9000";
    EXPECT_EQ(identityOf(kS3, inCloud("aws", std::string(kRole) +
                                                 R"(,"region":"eu-central-1","audience":"minio",
            "stsEndpoint":"http://minio.ml.svc:9000")")),
              expected);
}

TEST(WorkloadIdentities, OfGoogleHaveAllThatIsWritten) {
    WorkloadIdentity expected;
    expected.serviceAccount = "default";
    expected.provider =
        "//iam.googleapis.com/projects/12/locations/global/workloadIdentityPools/p-1/providers/x-1";
    expected.audience =
        "https://iam.googleapis.com/projects/12/locations/global/workloadIdentityPools/p-1/providers/x-1";
    EXPECT_EQ(identityOf(kGoogle, inCloud("google", kProvider)), expected);
    expected.audience = "models";
    expected.impersonated = "models@project.iam.gserviceaccount.com";
    expected.tokenEndpoint = "https://sts.example.com";
    expected.iamEndpoint = "https://iam.example.com";
    EXPECT_EQ(identityOf(kGoogle, inCloud("google", std::string(kProvider) +
                                                        R"(,"audience":"models",
            "serviceAccount":"models@project.iam.gserviceaccount.com",
            "stsEndpoint":"https://sts.example.com/","iamEndpoint":"https://iam.example.com")")),
              expected);
}

TEST(WorkloadIdentities, OfAClusterOfGkeHaveItsPoolForAnAudience) {
    const std::string provider =
        "identitynamespace:models-1.svc.id.goog:https://container.googleapis.com/v1/projects/models-1/"
        "locations/europe-west3/clusters/c";
    const WorkloadIdentity identity =
        identityOf(kGoogle, inCloud("google", R"("provider":")" + provider + '"'));
    EXPECT_EQ(identity.provider, provider);
    EXPECT_EQ(identity.audience, "models-1.svc.id.goog");
    // The projects of a domain have its name before theirs.
    EXPECT_EQ(identityOf(kGoogle, inCloud("google",
                                          R"("provider":"identitynamespace:example.com:models-1.svc.id.goog:)"
                                          R"(https://gkehub.googleapis.com/projects/models-1")"))
                  .audience,
              "example.com:models-1.svc.id.goog");
}

TEST(WorkloadIdentities, AreOfTheServiceAccountThatTheTemplateNames) {
    EXPECT_EQ(identityOf(kS3, inCloud("aws", kRole), R"("serviceAccountName":"models",)").serviceAccount,
              "models");
    EXPECT_EQ(identityOf(kS3, inCloud("aws", kRole), R"("serviceAccount":"older",)").serviceAccount, "older");
    EXPECT_EQ(identityOf(kS3, inCloud("aws", kRole), R"("serviceAccountName":"",)").serviceAccount,
              "default");
}

// It goes into commands that a person is shown.
TEST(WorkloadIdentities, OfAServiceAccountThatCannotBeAreRefused) {
    for (const char* field : {"serviceAccountName", "serviceAccount"}) {
        const std::string pod = '"' + std::string(field) + R"(":"x; touch /tmp/here #",)";
        EXPECT_THAT(
            specWith(kS3, inCloud("aws", kRole), pod).problems,
            ElementsAre(AllOf(StartsWith("spec.template.spec.serviceAccountName: is \"x; touch /tmp/"),
                              HasSubstr("state the name of a ServiceAccount in the same namespace"))))
            << field;
        EXPECT_THAT(specWith(kS3, R"({"secretName":"s3"})", pod).problems, IsEmpty()) << "the API server's";
    }
}

TEST(WorkloadIdentities, StandInsteadOfASecret) {
    expectProblem(kS3, R"({"secretName":"s3","workloadIdentity":{"aws":{)" + std::string(kRole) + "}}}", "",
                  "states both secretName and workloadIdentity; keep one of them");
    expectProblem(kS3, "{}", ".secretName", "is missing");
}

TEST(WorkloadIdentities, NameTheCloudOfTheStore) {
    expectProblem(kAzure, R"({"workloadIdentity":{}})", ".workloadIdentity", "names no cloud; state azure");
    expectProblem(kS3,
                  R"({"workloadIdentity":{"azure":{)" + std::string(kTenant) + R"(},"aws":{)" + kRole + "}}}",
                  ".workloadIdentity", "names azure and aws; keep aws, which is the store's");
    expectProblem(kGoogle, inCloud("aws", kRole), ".workloadIdentity.aws",
                  "has no effect, for gs://models/fraud is in another cloud; state google instead");
}

TEST(WorkloadIdentities, HaveNoEffectOnOtherStores) {
    for (const char* uri : {"hf://a/b", "git+https://git.example/a.git", "https://models.example/fraud.zip",
                            "oci://registry.example/fraud:1", "mlflow://fraud/1"}) {
        const Spec spec =
            specWith(uri, inCloud("aws", kRole), "",
                     std::string(uri).starts_with("mlflow") ? R"(,"endpoint":"http://m:5000")" : "");
        EXPECT_THAT(
            spec.problems,
            ElementsAre(AllOf(StartsWith("spec.model.source.credentials.workloadIdentity: has no effect"),
                              HasSubstr("state credentials.secretName instead"))))
            << uri;
    }
    EXPECT_THAT(specWith("pvc://models/fraud", inCloud("aws", kRole)).problems,
                ElementsAre(HasSubstr("credentials: has no effect on a claim")));
}

TEST(WorkloadIdentities, WhatCannotBeIsRefusedWithTheWayOut) {
    const std::string in = ".workloadIdentity.";
    expectProblem(kAzure, inCloud("azure", R"("clientId":"66666666-7777-8888-9999-000000000000")"),
                  in + "azure.tenantId", "is missing; state the tenant's id, or its domain");
    expectProblem(kAzure,
                  inCloud("azure", R"("tenantId":"a/b","clientId":"66666666-7777-8888-9999-000000000000")"),
                  in + "azure.tenantId", "is \"a/b\"");
    expectProblem(kAzure, inCloud("azure", R"("tenantId":"example.com","clientId":"models")"),
                  in + "azure.clientId", "is \"models\"; state the client id");
    expectProblem(kAzure, inCloud("azure", std::string(kTenant) + R"(,"authorityHost":"login.example.com")"),
                  in + "azure.authorityHost", "state http:// or https://");
    expectProblem(kAzure, inCloud("azure", std::string(kTenant) + R"(,"audience":"a b")"),
                  in + "azure.audience", "is \"a b\"; state the audience");
    for (const char* role : {"", "models", "arn:aws:iam::12:role/models", "arn:aws:iam::123456789012:user/me",
                             "arn:aws:sts::123456789012:role/models", "arn:aws:iam::123456789012:role/"}) {
        expectProblem(
            kS3, inCloud("aws", R"("roleArn":")" + std::string(role) + '"'), in + "aws.roleArn",
            "state the role that trusts the cluster, such as arn:aws:iam::123456789012:role/models");
    }
    expectProblem(kS3, inCloud("aws", std::string(kRole) + R"(,"region":"Frankfurt")"), in + "aws.region",
                  "is \"Frankfurt\"; state a region");
    expectProblem(kS3, inCloud("aws", std::string(kRole) + R"(,"stsEndpoint":"https://me:pw@sts")"),
                  in + "aws.stsEndpoint", "has a name or a password before @");
    for (const char* provider :
         {"projects/12/locations/global/workloadIdentityPools/p/providers/x",
          "//iam.googleapis.com/projects/name/locations/global/workloadIdentityPools/p/providers/x",
          "//iam.googleapis.com/projects/12/locations/global/workloadIdentityPools/p",
          "identitynamespace:models-1.svc.id.goog", "identitynamespace::https://container.googleapis.com"}) {
        expectProblem(kGoogle, inCloud("google", R"("provider":")" + std::string(provider) + '"'),
                      in + "google.provider", "state //iam.googleapis.com/projects/NUMBER/locations/global/");
    }
    expectProblem(kGoogle, inCloud("google", std::string(kProvider) + R"(,"serviceAccount":"models")"),
                  in + "google.serviceAccount",
                  "is \"models\"; state the address of a service account of Google's");
    expectProblem(kGoogle,
                  inCloud("google", std::string(kProvider) + R"(,"iamEndpoint":"https://iam.example")"),
                  in + "google.iamEndpoint", "has no effect without serviceAccount");
}

TEST(WorkloadIdentities, OfServersOfOnesOwnHaveRolesOfTheirs) {
    const std::string own = R"(,"stsEndpoint":"https://ceph.example")";
    EXPECT_EQ(identityOf(kS3, inCloud("aws", R"("roleArn":"arn:aws:iam:::role/models")" + own)).role,
              "arn:aws:iam:::role/models");
    EXPECT_EQ(identityOf(kS3, inCloud("aws", R"("roleArn":"arn:minio:iam:::role/a-b_C=")" + own)).role,
              "arn:minio:iam:::role/a-b_C=");
}

TEST(WorkloadIdentities, OfOtherPartitionsOfAmazonsSayWhereTheyAre) {
    const std::string role = R"("roleArn":"arn:aws-cn:iam::123456789012:role/models")";
    expectProblem(kS3, inCloud("aws", role), ".workloadIdentity.aws.region",
                  "is missing, and the role is of the partition aws-cn, which us-east-1 is not in; state "
                  "region, or stsEndpoint");
    EXPECT_EQ(identityOf(kS3, inCloud("aws", role + R"(,"region":"cn-north-1")")).region, "cn-north-1");
    EXPECT_EQ(
        identityOf(kS3, inCloud("aws", role + R"(,"stsEndpoint":"https://sts.cn-north-1.amazonaws.com.cn")"))
            .region,
        "");
}

TEST(WorkloadIdentities, MayBeAskedOfAnAuthorityOfOnesOwnBesideAStoreInTheClear) {
    const Spec spec =
        specWith(kS3, inCloud("aws", std::string(kRole) + R"(,"stsEndpoint":"https://sts.example")"), "",
                 R"(,"endpoint":"http://s3.ml.svc:9000","ca":{"configMap":{"name":"authorities"}})");
    EXPECT_THAT(spec.problems, IsEmpty());
    EXPECT_EQ(spec.source->caConfigMap, "authorities");
    EXPECT_THAT(
        specWith(kS3, inCloud("aws", std::string(kRole) + R"(,"stsEndpoint":"http://sts.ml.svc")"), "",
                 R"(,"endpoint":"http://s3.ml.svc:9000","ca":{"configMap":{"name":"authorities"}})")
            .problems,
        ElementsAre(HasSubstr("there is no certificate to check")));
}

TEST(WorkloadIdentities, AreNoPartOfTheRevision) {
    const Spec before = specWith(kS3, R"({"secretName":"s3"})", R"("serviceAccountName":"models",)");
    const Spec after = specWith(kS3, inCloud("aws", kRole), R"("serviceAccountName":"models",)");
    // To which the id is added that the store has.
    EXPECT_EQ(before.written, after.written);
    EXPECT_NE(after.written,
              specWith(kS3, inCloud("aws", kRole), R"("serviceAccountName":"other",)").written);
}

}  // namespace
}  // namespace serin::api
