#include "sources/docker_config.h"

#include <gtest/gtest.h>

namespace serin::sources {
namespace {

Result<RegistryIdentity> identity(const std::string& auths,
                                  const std::string& place = "registry.example/ml/fraud") {
    return registryIdentity({{".dockerconfigjson", "{\n\t\"auths\": {" + auths + "}}\n"}}, place);
}

void expectRefused(const Result<RegistryIdentity>& out, const std::string& words) {
    ASSERT_FALSE(out);
    EXPECT_NE(out.error().message.find(words), std::string::npos) << out.error().message;
    EXPECT_EQ(out.error().message.find("hush"), std::string::npos) << out.error().message;
}

TEST(DockerConfig, AnEntrysPairIsReadInBothOfItsForms) {
    const RegistryIdentity me{"me", "hush:hush", ""};
    EXPECT_EQ(*identity(R"("registry.example": {"auth": "bWU6aHVzaDpodXNo"})"), me);
    EXPECT_EQ(*identity(R"("https://registry.example/v2/": {"username": "me", "password": "hush:hush"})"),
              me);
    EXPECT_EQ(*identity(R"("registry.example": {"username": "me", "auth": "bWU6aHVzaDpodXNo"})"), me);
}

TEST(DockerConfig, TheEntryThatSaysMostOfThePlaceCounts) {
    const std::string entries = R"("registry.example": {"username": "host", "password": "hush"},
        "registry.example/ml": {"username": "team", "password": "hush"},
        "registry.example/m": {"username": "no part of a name", "password": "hush"})";
    EXPECT_EQ(identity(entries)->username, "team");
    EXPECT_EQ(identity(entries, "registry.example/other/x")->username, "host");
}

TEST(DockerConfig, AStarIsAnyCharactersOfOneLabelOfAHostAndWholeHostsComeFirst) {
    const auto userAt = [](const std::string& name, const std::string& place) {
        const auto out = identity("\"" + name + R"(": {"username": "me", "password": "hush"})", place);
        return out ? out->username : "";
    };
    EXPECT_EQ(userAt("*.example", "registry.example/ml/fraud"), "me");
    EXPECT_EQ(userAt("https://reg*.example/ml", "registry.example/ml/fraud"), "me");
    EXPECT_EQ(userAt("*.example:5000", "registry.example:5000/ml/fraud"), "me");
    EXPECT_EQ(userAt("*.example", "registry.example:5000/ml/fraud"), "");
    EXPECT_EQ(userAt("*.example", "a.registry.example/ml/fraud"), "");
    EXPECT_EQ(userAt("*.example", "example/ml/fraud"), "");
    EXPECT_EQ(userAt("*", "registry.example/ml/fraud"), "");
    EXPECT_EQ(userAt("registry.example/m*", "registry.example/ml/fraud"), "");
    EXPECT_EQ(identity(R"("*.example/ml": {"username": "any", "password": "hush"},
        "registry.example": {"username": "whole", "password": "hush"})")
                  ->username,
              "whole");
    EXPECT_EQ(identity(R"("*.example/ml": {"username": "team", "password": "hush"},
        "registry*.example": {"username": "host", "password": "hush"})")
                  ->username,
              "team");
}

TEST(DockerConfig, AnEntryCanBeWrittenAgainForAnotherPlace) {
    const RegistryIdentity me{"me", "hush", "bearer", "eyJ.refresh"};
    const std::string config = configOf(me, "registry.example/ml/v2");
    EXPECT_EQ(*registryIdentity({{".dockerconfigjson", config}}, "registry.example/ml/v2"), me);
    EXPECT_FALSE(registryIdentity({{".dockerconfigjson", config}}, "mirror.example/ml/v2"));
    const RegistryIdentity bytes{"me", "hush\xff\xfe", ""};
    EXPECT_EQ(*registryIdentity({{".dockerconfigjson", configOf(bytes, "a.example/b")}}, "a.example/b"),
              bytes);
}

TEST(DockerConfig, APlaceIsAskedForByTheHostOfItsEndpoint) {
    EXPECT_EQ(placeAsked("registry.example/ml/fraud", ""), "registry.example/ml/fraud");
    EXPECT_EQ(placeAsked("registry.example/ml/fraud", "http://Registry.example"),
              "registry.example/ml/fraud");
    EXPECT_EQ(placeAsked("registry.example/ml/fraud", "http://mirror.internal:5000/hub"),
              "mirror.internal:5000/ml/fraud");
    EXPECT_EQ(placeAsked("docker.io/me/fraud", "https://registry-1.docker.io"), "docker.io/me/fraud");
}

TEST(DockerConfig, DockersOwnRegistryHasTheNamesThatDockerGivesIt) {
    for (const char* name : {"https://index.docker.io/v1/", "docker.io", "registry-1.docker.io"}) {
        EXPECT_EQ(identity("\"" + std::string(name) + R"(": {"username": "me", "password": "hush"})",
                           "docker.io/me/fraud")
                      ->username,
                  "me")
            << name;
    }
}

TEST(DockerConfig, ATokenOfAnEntryCountsBeforeTheNameThatStandsForNobody) {
    const RegistryIdentity azure{"", "", "", "eyJ.refresh"};
    EXPECT_EQ(*identity(R"("registry.example": {"auth": "MDAwMDo=", "identitytoken": "eyJ.refresh"})"),
              azure);
    EXPECT_EQ(*identity(R"("registry.example": {"identitytoken": "eyJ.refresh"})"), azure);
    EXPECT_EQ(*identity(R"("registry.example": {"auth": "bWU6aHVzaA==", "identitytoken": "eyJ.refresh"})"),
              (RegistryIdentity{"me", "hush", "", "eyJ.refresh"}));
    EXPECT_EQ(*identity(R"("registry.example": {"auth": "none", "identitytoken": "eyJ.refresh"})"), azure);
    EXPECT_EQ(identity(R"("registry.example": {"registrytoken": "bearer"})")->token, "bearer");
    EXPECT_FALSE(identity(R"("registry.example": {"identitytoken": "eyJ.refresh"})")->empty());
}

TEST(DockerConfig, AnotherPortIsAnotherRegistry) {
    expectRefused(identity(R"("registry.example:5000": {"username": "me", "password": "hush"})"),
                  "no entry for registry.example, but for registry.example:5000");
    expectRefused(identity(""), "no entry for registry.example");
}

TEST(DockerConfig, WhatCannotBeUsedIsSaidWithoutTheSecret) {
    expectRefused(identity(R"("registry.example": {})"), "neither a user and a password nor a token");
    expectRefused(identity(R"("registry.example": {"auth": "aHVzaA=="})"), "not USER:PASSWORD in base64");
    expectRefused(identity(R"("registry.example": {"auth": "hush!"})"), "not USER:PASSWORD in base64");
    expectRefused(registryIdentity({{".dockerconfigjson", "hush"}}, "a/b"), "not the JSON");
}

TEST(RegistryIdentity, KeysOfItsOwnComeBeforeAConfiguration) {
    const std::string config = R"({"auths": {"r": {"username": "other", "password": "x"}}})";
    EXPECT_EQ(*registryIdentity(
                  {{"OCI_USERNAME", "me"}, {"OCI_PASSWORD", "hush\n"}, {".dockerconfigjson", config}}, "r/x"),
              (RegistryIdentity{"me", "hush", ""}));
    EXPECT_EQ(registryIdentity({{"OCI_TOKEN", "t"}}, "r/x")->token, "t");
    EXPECT_TRUE(registryIdentity({}, "r/x")->empty());
}

TEST(RegistryIdentity, AKeyThatLacksIsNamed) {
    expectRefused(registryIdentity({{"OCI_USERNAME", "me"}}, "r/x"), "no OCI_PASSWORD beside OCI_USERNAME");
    expectRefused(registryIdentity({{"password", "hush"}}, "r/x"),
                  "neither .dockerconfigjson nor OCI_TOKEN nor OCI_USERNAME and OCI_PASSWORD");
    expectRefused(registryIdentity({{"OCI_USERNAME", "a:b"}, {"OCI_PASSWORD", "hush"}}, "r/x"), "colon");
    expectRefused(registryIdentity({{"OCI_TOKEN", "hush\nx"}}, "r/x"), "OCI_TOKEN");
}

}  // namespace
}  // namespace serin::sources
