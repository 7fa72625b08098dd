// How a pod's init container is told who its service account is in a cloud.
#include <gmock/gmock.h>

#include "api/identity_json.h"

namespace serin::api {
namespace {

using testing::HasSubstr;

WorkloadIdentity anAzureOne() {
    WorkloadIdentity identity;
    identity.serviceAccount = "models";
    identity.audience = "api://AzureADTokenExchange";
    identity.tenant = "3f0c2a51-0000-4000-8000-000000000001";
    identity.client = "3f0c2a51-0000-4000-8000-000000000002";
    return identity;
}

TEST(IdentityJson, HasTheMembersUnderTheirOwnNamesAndNoneThatIsEmpty) {
    EXPECT_EQ(identityJson(anAzureOne()),
              R"({"audience":"api://AzureADTokenExchange","client":"3f0c2a51-0000-4000-8000-000000000002",)"
              R"("serviceAccount":"models","tenant":"3f0c2a51-0000-4000-8000-000000000001"})");
}

TEST(IdentityJson, ReadsBackAsWhatItWasMadeOf) {
    WorkloadIdentity amazon;
    amazon.serviceAccount = "models";
    amazon.audience = "sts.amazonaws.com";
    amazon.role = "arn:aws:iam::123456789012:role/models";
    amazon.region = "eu-central-1";
    amazon.tokenEndpoint = "https://sts.example";
    WorkloadIdentity google;
    google.serviceAccount = "models";
    google.audience = "models.svc.id.goog";
    google.provider = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x";
    google.impersonated = "models@project.iam.gserviceaccount.com";
    google.iamEndpoint = "https://iam.example";
    WorkloadIdentity azure = anAzureOne();
    azure.authority = "https://login.microsoftonline.us";
    for (const WorkloadIdentity& identity : {azure, amazon, google}) {
        const auto read = readIdentity(identityJson(identity));
        ASSERT_TRUE(read.ok());
        EXPECT_EQ(*read, identity);
    }
}

TEST(IdentityJson, PassesOverWhatANewerVersionAdds) {
    const auto read = readIdentity(R"({"role":"arn:aws:iam::1:role/a","session":"fraud"})");
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->role, "arn:aws:iam::1:role/a");
}

TEST(IdentityJson, OfATextThatIsNoneIsRefused) {
    const auto why = [](const char* text) {
        const auto read = readIdentity(text);
        return read.ok() ? std::string() : read.error().message;
    };
    EXPECT_THAT(why(""), HasSubstr("is no object of JSON"));
    EXPECT_THAT(why("[]"), HasSubstr("is no object of JSON"));
    EXPECT_THAT(why(R"({"role":1})"), HasSubstr("has a role that is no text"));
    EXPECT_THAT(why(R"({"role":"arn:aws:iam::1:role/a","serviceAccount":"x; touch /tmp/here #"})"),
                HasSubstr("has a serviceAccount that is no name of one"));
    EXPECT_THAT(why(R"({"tenant":"t"})"), HasSubstr("names no cloud"));
    EXPECT_THAT(why(R"({"role":"arn:aws:iam::1:role/a","provider":"//iam.googleapis.com/p"})"),
                HasSubstr("names several clouds"));
}

}  // namespace
}  // namespace serin::api
