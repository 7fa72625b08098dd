// The input is what a model's store answers, whichever it is.
#include <algorithm>

#include "sources/azure_answers.h"
#include "sources/azure_identity.h"
#include "sources/azure_sas.h"
#include "sources/gcs_answers.h"
#include "sources/globs.h"
#include "sources/google_key.h"
#include "sources/hub_answers.h"
#include "sources/listing.h"
#include "sources/mlflow_answers.h"
#include "sources/mlmodel.h"
#include "sources/object_history.h"
#include "sources/s3_answers.h"
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

void checkFiles(std::vector<sources::File> files) {
    const auto chosen = sources::chosen(std::move(files), {}, "the listing");
    checkReason(chosen);
    if (!chosen) return;
    require(!chosen->empty(), "an empty listing is no model");
    for (const sources::File& file : *chosen) {
        require(sources::isSafePath(file.path), "no file leads out of its folder");
        sources::matches("a*?b/**/*.bin", file.path);
    }
    require(sources::digestOf(*chosen).size() == 64, "files have a digest");
}

std::vector<sources::File> filesOf(const std::vector<sources::StoredObject>& objects) {
    std::vector<sources::File> out;
    for (const sources::StoredObject& object : objects) {
        const std::string path = sources::pathOf("a", false, object.key);
        if (!path.empty()) out.push_back({path, object.size, "", object.tag});
    }
    return out;
}

void checkVersions(const Result<sources::ObjectPage>& versions) {
    checkReason(versions);
    if (versions) {
        checkReason(sources::filesOfThen(versions->objects, "a", false, {}, std::string(64, '0')));
    }
}

void checkCredentials(const std::string& text) {
    const auto connection = sources::azureIdentityOf({{"AZURE_STORAGE_CONNECTION_STRING", text}});
    checkReason(connection);
    const auto sas = sources::azureIdentityOf({{"AZURE_STORAGE_SAS_TOKEN", text}});
    checkReason(sas);
    checkReason(sources::readGoogleKey(text));
    if (sas) require(isPlain(sources::sasFault(sas->sas, {})), "a fault of a signature is plain");
}

}  // namespace

void one(std::string_view input) {
    checkReason(sources::readVersion(input));
    checkReason(sources::readLatest(input));
    checkReason(sources::readArtifactUri(input));
    checkReason(sources::readRun(input));
    checkReason(sources::readLoggedModel(input));
    const auto artifacts = sources::readArtifacts(input);
    checkReason(artifacts);
    checkReason(sources::readCommit(input));
    const auto tree = sources::readTree(input);
    checkReason(tree);
    if (tree) checkFiles(*tree);
    const auto objects = sources::readObjects(input);
    checkReason(objects);
    if (objects) checkFiles(filesOf(objects->objects));
    checkVersions(sources::readVersions(input));
    const auto blobs = sources::readBlobs(input);
    checkReason(blobs);
    if (blobs) checkFiles(filesOf(blobs->objects));
    checkVersions(sources::readBlobVersions(input));
    const auto generations = sources::readGcsObjects(input);
    checkReason(generations);
    if (generations) checkFiles(filesOf(generations->objects));
    auto lives = sources::readGcsVersions(input);
    if (lives) lives->objects = sources::withTrueEnds(std::move(lives->objects));
    checkVersions(lives);
    const sources::Mlmodel card = sources::readMlmodel(input);
    require(card.signature.size() <= 200 && isPlain(card.signature) && isPlain(card.run),
            "what a model says of itself is short and plain");
    const HttpResponse answer{404, {{"link", std::string(input)}}, std::string(input)};
    require(sources::plainly(sources::mlflowWords(answer)).size() <= 200, "words are cut");
    require(isPlain(sources::plainly(sources::s3Words(answer) + sources::hubWords(answer) +
                                     sources::azureWords(answer) + sources::gcsWords(answer))),
            "and plain");
    checkCredentials(std::string(input));
    sources::nextPage(std::string(input));
}

}  // namespace serin::fuzz
