// Claims of volumes, of which nothing is asked.
#include "sources/claim_store.h"

#include <gmock/gmock.h>

#include "api/source_uri.h"
#include "base/sha256.h"

namespace serin::sources {
namespace {

api::ModelSource sourceOf(const std::string& uri, const std::string& sha256 = "") {
    api::ModelSource out;
    out.uri = uri;
    out.reference = *api::parseSource(uri);
    out.sha256 = sha256;
    return out;
}
api::ResolvedModel resolved(const api::ModelSource& source) {
    const auto store = makeClaimStore();
    EXPECT_TRUE(store.ok());
    const auto found = (*store)->resolve(source, {});
    EXPECT_TRUE(found.ok());
    return found->model;
}

TEST(ClaimStore, TheIdIsTheClaimAndThePath) {
    EXPECT_EQ(resolved(sourceOf("pvc://models/fraud/3")).id, "pvc:models/fraud/3");
    EXPECT_EQ(resolved(sourceOf("pvc://models/fraud/3")).version, "3");
    EXPECT_EQ(resolved(sourceOf("pvc://models")).id, "pvc:models");
    EXPECT_EQ(resolved(sourceOf("pvc://models")).version, "models");
}

TEST(ClaimStore, WhatIsStatedOfTheFilesIsPartOfTheId) {
    const std::string a(64, 'a');
    const std::string b(64, 'b');
    EXPECT_EQ(resolved(sourceOf("pvc://models/fraud", a)).id, "pvc:models/fraud sha256:" + a);
    EXPECT_EQ(resolved(sourceOf("pvc://models/fraud", a)).version, "aaaaaaaaaaaa");
    const std::string digest = sha256Hex(a + "  a\n" + b + "  b\n");
    EXPECT_EQ(resolved(sourceOf("pvc://models/fraud", b + " *./b\n" + a + " *./a")).id,
              "pvc:models/fraud sha256:" + digest);
}

TEST(ClaimStore, NothingOfItIsFetched) {
    const auto store = makeClaimStore();
    const auto files = (*store)->files(sourceOf("pvc://models/fraud"), "pvc:models/fraud", {});
    ASSERT_FALSE(files.ok());
    EXPECT_THAT(files.error().message,
                testing::HasSubstr("is mounted by the pods, and nothing of it is fetched"));
}

}  // namespace
}  // namespace serin::sources
