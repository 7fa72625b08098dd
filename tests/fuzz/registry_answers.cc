// The input is what a registry answers: a manifest, a header that asks for a token, or what people put into a
// Secret for it.
#include <algorithm>
#include <set>

#include "sources/docker_config.h"
#include "sources/listing.h"
#include "sources/oci_challenge.h"
#include "sources/oci_manifest.h"
#include "tests/fuzz/fuzz.h"

namespace serin::fuzz {
namespace {

bool isPlain(const std::string& text) {
    return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; });
}

template <typename T>
void checkReason(const Result<T>& result) {
    if (result) return;
    const std::string& why = result.error().message;
    require(!why.empty() && why.size() < 4000 && isPlain(why), "a refusal has a short reason in plain text");
}

void checkManifest(std::string_view input) {
    const auto manifest = sources::readOciManifest(input);
    checkReason(manifest);
    if (!manifest) return;
    require(!manifest->index || manifest->files.empty(), "what is an index is no model");
    require(isPlain(manifest->version) && isPlain(manifest->revision), "what it says of itself is plain");
    checkReason(sources::imageFor(manifest->platforms, "linux/amd64"));
    std::vector<std::string> layers;
    for (const sources::File& file : manifest->files) {
        require(sources::isHex(file.sha256, 64), "each file has a digest");
        if (file.layer) layers.push_back(file.path);
    }
    require(std::ranges::is_sorted(layers), "layers are in their order");
    require(std::set(layers.begin(), layers.end()).size() == layers.size(), "each is another one");
    const auto chosen = sources::chosen(manifest->files, {}, "the manifest");
    checkReason(chosen);
    if (!chosen) return;
    for (const sources::File& file : *chosen) {
        require(sources::isSafePath(file.path), "no file leads out of its folder");
    }
}

void checkChallenge(std::string_view input) {
    const auto challenge = sources::readChallenge(input);
    if (!challenge || challenge->basic) return;
    require(!challenge->realm.empty(), "a token is asked for somewhere");
    const auto url = sources::tokenUrl(*challenge, "https://registry.example", "repository:a:pull");
    checkReason(url);
    if (!url) return;
    require(url->starts_with("https://") && isPlain(*url) && url->find(' ') == std::string::npos,
            "a registry over https sends nobody anywhere in the clear");
    require(url->size() < 20'000, "a URL has an end");
}

}  // namespace

void one(std::string_view input) {
    checkManifest(input);
    checkChallenge(input);
    const auto identity =
        sources::registryIdentity({{".dockerconfigjson", std::string(input)}}, "registry.example/ml/fraud");
    checkReason(identity);
    if (identity) require(!identity->empty(), "an entry that is taken says who we are");
    require(isPlain(sources::plainly(sources::registryWords({404, {}, std::string(input)}))),
            "words are plain");
}

}  // namespace serin::fuzz
