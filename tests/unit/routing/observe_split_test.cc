#include <gtest/gtest.h>

#include "routing/routing.h"

namespace serin::routing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Key;

constexpr const char* kA = "aaaaaaaaaa";
constexpr const char* kB = "bbbbbbbbbb";

api::ModelDeployment object(const std::string& name = "fraud") {
    api::ModelDeployment out;
    out.meta.name = name;
    out.meta.ns = "ml";
    out.meta.uid = "md1";
    return out;
}

api::Meta meta(const std::string& name, const std::string& uid, const std::string& owner) {
    api::Meta out;
    out.name = name;
    out.ns = "ml";
    out.uid = uid;
    out.ownerUid = owner;
    return out;
}

api::ReplicaSet replicaSet(const std::string& revision, const std::string& name = "fraud") {
    api::ReplicaSet out;
    out.meta = meta(name + "-" + revision, "rs-" + revision, "md1");
    out.revision = revision;
    return out;
}

api::Service mainService(const std::string& revision, const std::string& owner = "md1") {
    api::Service out;
    out.meta = meta("fraud", "svc", owner);
    out.selector = {{"serin.dev/model-deployment", "fraud"}};
    if (!revision.empty()) out.selector["serin.dev/revision"] = revision;
    return out;
}

api::Service revisionService(const std::string& revision) {
    api::Service out;
    out.meta = meta("fraud-" + revision, "svc-" + revision, "md1");
    out.revision = revision;
    return out;
}

api::Endpoint pod(const std::string& name, bool ready = true) {
    return {"uid-" + name, name, "10.0.0.1", ready};
}

api::EndpointSlice slice(const api::Service& service, std::vector<api::Endpoint> endpoints) {
    api::EndpointSlice out;
    out.meta = meta(service.meta.name + "-x", "slice-" + service.meta.uid, service.meta.uid);
    out.service = service.meta.name;
    out.endpoints = std::move(endpoints);
    return out;
}

TEST(ObserveSplit, CountsEveryRevisionsEndpointsBehindItsOwnAndTheMainService) {
    const auto main = mainService(""), a = revisionService(kA), b = revisionService(kB);
    const auto a1 = pod("fraud-aaaaaaaaaa-11111"), a2 = pod("fraud-aaaaaaaaaa-22222", false),
               b1 = pod("fraud-bbbbbbbbbb-33333");
    const api::Split split = observeSplit(object(), {replicaSet(kA), replicaSet(kB)}, {main, a, b},
                                          {slice(main, {b1, a2, a1}), slice(a, {a2, a1}), slice(b, {b1})});
    EXPECT_TRUE(split.wide());
    EXPECT_THAT(split.versions, ElementsAre(Key(kA), Key(kB)));
    const api::VersionEndpoints& first = split.versions.at(kA);
    EXPECT_EQ(first.endpoints.size(), 2u);
    EXPECT_EQ(first.endpoints[0].podName, "fraud-aaaaaaaaaa-11111");
    EXPECT_EQ(first.ready, 1);
    EXPECT_EQ(first.reachable, 2);
    EXPECT_EQ(first.reachableReady, 1);
    EXPECT_EQ(split.versions.at(kB).ready, 1);
    EXPECT_EQ(split.versions.at(kB).reachableReady, 1);
}

TEST(ObserveSplit, SeesThatANarrowServiceReachesOneRevisionOnly) {
    const auto main = mainService(kA), a = revisionService(kA), b = revisionService(kB);
    const auto a1 = pod("fraud-aaaaaaaaaa-11111"), b1 = pod("fraud-bbbbbbbbbb-33333");
    const api::Split split = observeSplit(object(), {replicaSet(kA), replicaSet(kB)}, {main, a, b},
                                          {slice(main, {a1}), slice(a, {a1}), slice(b, {b1})});
    EXPECT_EQ(split.revision, kA);
    EXPECT_EQ(split.versions.at(kA).reachable, 1);
    EXPECT_EQ(split.versions.at(kB).reachable, 0);
    EXPECT_EQ(split.versions.at(kB).ready, 1);
}

TEST(ObserveSplit, IgnoresAServiceOfTheSameNameThatIsNotOurs) {
    for (const char* owner : {"", "somebody"}) {
        const auto foreign = mainService("", owner);
        const api::Split split = observeSplit(object(), {replicaSet(kA)}, {foreign},
                                              {slice(foreign, {pod("fraud-aaaaaaaaaa-11111")})});
        EXPECT_FALSE(split.exists);
        EXPECT_EQ(split.versions.at(kA).reachable, 0);
    }
}

TEST(ObserveSplit, IgnoresReplicaSetsAndServicesOfOtherOwners) {
    auto set = replicaSet(kA);
    set.meta.ownerUid = "somebody";
    auto service = revisionService(kB);
    service.meta.ownerUid = "";
    EXPECT_THAT(
        observeSplit(object(), {set}, {service}, {slice(service, {pod("fraud-bbbbbbbbbb-1")})}).versions,
        IsEmpty());
}

TEST(ObserveSplit, IgnoresSlicesThatAServiceLeftBehindWhenItWasMadeAnew) {
    const auto main = mainService("");
    auto stale = slice(main, {pod("fraud-aaaaaaaaaa-11111")});
    stale.meta.ownerUid = "former";
    EXPECT_EQ(observeSplit(object(), {replicaSet(kA)}, {main}, {stale}).versions.at(kA).reachable, 0);
    auto elsewhere = slice(main, {pod("fraud-aaaaaaaaaa-11111")});
    elsewhere.meta.ns = "other";
    EXPECT_EQ(observeSplit(object(), {replicaSet(kA)}, {main}, {elsewhere}).versions.at(kA).reachable, 0);
}

TEST(ObserveSplit, IgnoresSlicesThatSomebodyElseMadeForOurService) {
    const auto own = revisionService(kA);
    for (const char* owner : {"", "somebody"}) {
        auto forged = slice(own, {pod("fraud-aaaaaaaaaa-11111")});
        forged.meta.ownerUid = owner;
        const api::Split split = observeSplit(object(), {replicaSet(kA)}, {own}, {forged});
        EXPECT_THAT(split.versions.at(kA).endpoints, IsEmpty()) << "owner " << owner;
    }
}

TEST(ObserveSplit, CountsAPodOnceThoughItStandsInSeveralSlices) {
    const auto main = mainService(""), a = revisionService(kA);
    const auto ready = pod("fraud-aaaaaaaaaa-11111"), notYet = pod("fraud-aaaaaaaaaa-11111", false);
    const api::Split split =
        observeSplit(object(), {replicaSet(kA)}, {main, a},
                     {slice(main, {notYet}), slice(main, {ready}), slice(a, {ready, ready})});
    EXPECT_EQ(split.versions.at(kA).endpoints.size(), 1u);
    EXPECT_EQ(split.versions.at(kA).reachable, 1);
    EXPECT_EQ(split.versions.at(kA).reachableReady, 1);
}

TEST(ObserveSplit, KnowsAPodByItsNameBeforeItsOwnServiceListsItAndAfterItsReplicaSetIsGone) {
    const auto main = mainService("");
    const auto slices = {slice(main, {pod("fraud-aaaaaaaaaa-11111"), pod("fraud-bbbbbbbbbb-22222")})};
    const api::Split split = observeSplit(object(), {replicaSet(kA)}, {main}, slices);
    EXPECT_EQ(split.versions.at(kA).reachable, 1);
    EXPECT_EQ(split.versions.at(kB).reachable, 1);
}

TEST(ObserveSplit, KnowsPodsWhoseNameKubernetesCutShort) {
    const std::string longName(52, 'n');
    auto main = mainService("");
    main.meta.name = longName;
    const std::string podName = (longName + "-" + kA + "-").substr(0, 58) + "x7k2p";
    const api::Split split =
        observeSplit(object(longName), {replicaSet(kB, longName), replicaSet(kA, longName)}, {main},
                     {slice(main, {pod(podName)})});
    EXPECT_EQ(split.versions.at(kA).reachable, 1);
    EXPECT_EQ(split.versions.at(kB).reachable, 0);
}

TEST(ObserveSplit, LeavesOutPodsThatAreNobodys) {
    const auto main = mainService("");
    const api::Split split =
        observeSplit(object(), {replicaSet(kA)}, {main}, {slice(main, {pod("stranger"), pod("fraud")})});
    EXPECT_THAT(split.versions, ElementsAre(Key(kA)));
    EXPECT_EQ(split.versions.at(kA).reachable, 0);
}

}  // namespace
}  // namespace serin::routing
