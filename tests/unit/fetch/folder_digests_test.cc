// The bytes of a folder that is there.
#include "fetch/folder_digests.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

#include "base/sha256.h"
#include "tests/unit/fetch/temporary_folder.h"

namespace serin::fetch {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class FolderDigests : public testing::Test {
  protected:
    FolderDigests() {
        folder_ = makeTemporaryFolder("digests");
        write("model.bin", "a");
        write("deep/config.json", "b");
    }
    ~FolderDigests() override { fs::remove_all(folder_); }

    void write(const std::string& name, const std::string& text) const {
        fs::create_directories((folder_ / name).parent_path());
        std::ofstream(folder_ / name) << text;
    }
    Result<api::FileDigests> digests() const {
        return folderDigests(folder_, [](const std::string& path) { return path != "left-out"; });
    }

    fs::path folder_;
};

TEST_F(FolderDigests, AreOfAllFilesBelowIt) {
    write("left-out", "x");
    write(".serin-complete", "of serin-fetch");
    const auto are = digests();
    ASSERT_TRUE(are.ok()) << are.error().message;
    EXPECT_EQ(*are, (api::FileDigests{{"deep/config.json", sha256Hex("b")}, {"model.bin", sha256Hex("a")}}));
}

TEST_F(FolderDigests, NothingHidesInAFolderOfTheFileSystem) {
    write("lost+found/x", "c");
    EXPECT_TRUE(digests()->contains("lost+found/x"));
}

TEST_F(FolderDigests, OfAFileAreItsOwn) {
    const auto are = folderDigests(folder_ / "model.bin", [](const std::string&) { return true; });
    ASSERT_TRUE(are.ok());
    EXPECT_EQ(*are, (api::FileDigests{{"model.bin", sha256Hex("a")}}));
}

TEST_F(FolderDigests, ALinkIsRefusedWhereverItLeads) {
    fs::create_symlink("model.bin", folder_ / "deep" / "other");
    EXPECT_THAT(digests().error().message, HasSubstr("deep/other is a link"));
}

TEST_F(FolderDigests, AFolderThatIsNotThereIsTold) {
    EXPECT_THAT(folderDigests(folder_ / "none", [](const std::string&) { return true; }).error().message,
                HasSubstr("none cannot be read: No such file or directory"));
}

TEST_F(FolderDigests, ASignatureThatIsMissingIsNamedWithTheWayToMakeIt) {
    const std::string key = folder_ / "model.bin";
    EXPECT_THAT(
        signedExpectation(folder_, key).error().message,
        testing::AllOf(HasSubstr("the model has no SHA256SUMS,"), HasSubstr("cosign sign-blob --key")));
    write("SHA256SUMS", sha256Hex("a") + "  model.bin\n");
    EXPECT_THAT(signedExpectation(folder_, key).error().message,
                HasSubstr("the model has no SHA256SUMS.sig,"));
    EXPECT_THAT(signedExpectation(folder_, folder_ / "none").error().message,
                HasSubstr("see the name and the key of spec.model.source.verify.publicKeySecret"));
}

}  // namespace
}  // namespace serin::fetch
