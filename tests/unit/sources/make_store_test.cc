#include <gtest/gtest.h>

#include "sources/store.h"
#include "tests/unit/sources/fake_server.h"
#include "tests/unit/sources/test_workload.h"

namespace serin::sources {
namespace {

std::string problem(api::StoreKind kind, const Credentials& credentials) {
    testing::FakeServer server;
    testing::TestWorkload workload;
    const auto made = makeStore(kind, credentials, server, workload.identity({}));
    return made ? "" : made.error().message;
}

TEST(MakeStore, AStoreThatIsNoCloudsKnowsNoIdentities) {
    for (const api::StoreKind kind :
         {api::StoreKind::Mlflow, api::StoreKind::HuggingFace, api::StoreKind::Git, api::StoreKind::Oci,
          api::StoreKind::Https, api::StoreKind::VolumeClaim}) {
        EXPECT_NE(problem(kind, {}).find("knows no workload identities"), std::string::npos);
    }
}

TEST(MakeStore, CredentialsAndAnIdentityAreNotTakenTogether) {
    EXPECT_NE(problem(api::StoreKind::S3, {{"AWS_REGION", "eu-west-1"}}).find("state one of them"),
              std::string::npos);
}

}  // namespace
}  // namespace serin::sources
