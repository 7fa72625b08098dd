#include "apply/requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace serin::apply {
namespace {

using ::testing::HasSubstr;

TEST(RequestOfAReplicaSet, HasTheImageThatLoadsItsKindOfSource) {
    api::ModelDeployment object;
    object.meta.name = "fraud";
    object.meta.ns = "ml";
    object.spec.revision = "rev1";
    object.spec.templateJson = R"({"spec":{"containers":[{"name":"server","image":"i"}]}})";
    object.spec.runtime.container = "server";
    api::ModelSource& source = object.spec.source.emplace();
    Bodies bodies;
    bodies.fetchImage = "plain:1";
    bodies.fetchGitImage = "with-git:1";
    const kube::RequestBuilder requests("test");
    for (const auto& [store, image] : {std::pair(api::StoreKind::Git, R"("image":"with-git:1")"),
                                       std::pair(api::StoreKind::S3, R"("image":"plain:1")")}) {
        source.reference.store = store;
        EXPECT_THAT(requestFor(object, api::CreateReplicaSet{"rev1", 1}, requests, bodies).body,
                    HasSubstr(image));
    }
}

}  // namespace
}  // namespace serin::apply
