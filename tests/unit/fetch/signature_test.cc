// Signatures that the real openssl makes, in its own form and in cosign's.
#include "fetch/signature.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/text.h"
#include "tests/unit/fetch/temporary_folder.h"

namespace serin::fetch {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kText = "a manifest\nof two lines\n";

class SignatureTest : public testing::Test {
  protected:
    SignatureTest() {
        folder_ = makeTemporaryFolder("signature");
        write("text", kText);
    }
    ~SignatureTest() override { fs::remove_all(folder_); }

    void write(const std::string& name, const std::string& text) const {
        std::ofstream(folder_ / name, std::ios::binary) << text;
    }
    std::string read(const std::string& name) const {
        std::ifstream in(folder_ / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void openssl(const std::string& arguments) const {
        const std::string command = cat("cd ", folder_.string(), " && openssl ", arguments, " 2>errors");
        ASSERT_EQ(std::system(command.c_str()), 0) << command << "\n" << read("errors");
    }
    // "key.pem", and its public half as `key_`.
    void makeKey(const std::string& arguments) {
        openssl(cat("genpkey ", arguments, " -out key.pem"));
        openssl("pkey -in key.pem -pubout -out key.pub");
        key_ = read("key.pub");
    }
    std::string signedBy(const std::string& arguments) const {
        openssl(arguments);
        return read("signature");
    }
    static std::string problem(const Result<void>& result) { return result ? "" : result.error().message; }
    void expectTaken(const std::string& signature) {
        write("raw", signature);
        openssl("base64 -A -in raw -out line");  // as cosign writes it
        openssl("base64 -in raw -out lines");
        for (const std::string& form : {signature, read("line"), read("line") + "\n", read("lines")}) {
            EXPECT_EQ(problem(checkSignature(kText, form, key_)), "");
            EXPECT_THAT(problem(checkSignature(cat(kText, "more"), form, key_)),
                        HasSubstr("is not of this text"));
        }
    }

    fs::path folder_;
    std::string key_;
};

TEST_F(SignatureTest, OfP256OverSha256IsTaken) {
    makeKey("-algorithm EC -pkeyopt ec_paramgen_curve:P-256");
    expectTaken(signedBy("dgst -sha256 -sign key.pem -out signature text"));
}

TEST_F(SignatureTest, OfP384OverSha256AndSha384IsTaken) {
    makeKey("-algorithm EC -pkeyopt ec_paramgen_curve:P-384");
    expectTaken(signedBy("dgst -sha256 -sign key.pem -out signature text"));
    expectTaken(signedBy("dgst -sha384 -sign key.pem -out signature text"));
}

TEST_F(SignatureTest, OfEd25519IsTaken) {
    makeKey("-algorithm ED25519");
    expectTaken(signedBy("pkeyutl -sign -inkey key.pem -rawin -in text -out signature"));
}

TEST_F(SignatureTest, OfAnotherKeyIsNotTaken) {
    makeKey("-algorithm ED25519");
    const std::string signature = signedBy("pkeyutl -sign -inkey key.pem -rawin -in text -out signature");
    makeKey("-algorithm ED25519");
    EXPECT_THAT(problem(checkSignature(kText, signature, key_)),
                HasSubstr("is not of this text by this key"));
}

TEST_F(SignatureTest, WhatIsNoSignatureIsNotTaken) {
    makeKey("-algorithm EC -pkeyopt ec_paramgen_curve:P-256");
    for (const std::string& text : {std::string(), std::string("\n"), std::string("AAAA"),
                                    std::string(64, '\0'), std::string(70, '0'), std::string("====")}) {
        EXPECT_THAT(problem(checkSignature(kText, text, key_)), HasSubstr("is not of this text by this key"));
    }
}

TEST_F(SignatureTest, AWeakDigestOrCurveIsNotTaken) {
    makeKey("-algorithm EC -pkeyopt ec_paramgen_curve:P-256");
    const std::string weak = signedBy("dgst -sha1 -sign key.pem -out signature text");
    EXPECT_THAT(problem(checkSignature(kText, weak, key_)), HasSubstr("is not of this text by this key"));
    makeKey("-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1");
    EXPECT_THAT(problem(checkSignature(kText, weak, key_)), HasSubstr("is of a kind that is not checked"));
}

TEST_F(SignatureTest, AnotherKindOfKeyIsNamedWithTheWayOut) {
    makeKey("-algorithm RSA -pkeyopt rsa_keygen_bits:2048");
    EXPECT_THAT(problem(checkSignature(kText, "x", key_)),
                HasSubstr("sign with ECDSA on P-256 or P-384, as cosign does, or with Ed25519"));
    EXPECT_THAT(problem(checkSignature(kText, "x", read("key.pem"))), HasSubstr("has a private key in it"));
    EXPECT_THAT(problem(checkSignature(kText, "x", "cosign.pub")),
                HasSubstr("is no key in PEM; put the public"));
}

}  // namespace
}  // namespace serin::fetch
