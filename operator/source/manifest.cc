#include "manifest.h"

#include <algorithm>
#include <iostream>
#include <random>

#include "base/clock.h"
#include "base/sha256.h"
#include "base/text.h"
#include "fetch/curl_client.h"
#include "fetch/listed_digests.h"
#include "fetch/waiter.h"

using namespace serin;

namespace {

void say(const std::string& line) {
    std::cerr << withoutControls(line) << std::endl;
}

// With the id that they are of.
Result<sources::Resolution> listed(const api::ModelSource& source, const std::string& id,
                                   sources::Store& store) {
    const Timestamp now = systemClock().wall();
    if (id.empty()) return store.resolve(source, now);
    Result<std::vector<sources::File>> files = store.files(source, id, now);
    if (!files) return files.error();
    sources::Resolution out;
    out.model.id = id;
    out.files = std::move(files).value();
    return out;
}

}  // namespace

Result<void> printManifest(const api::ModelSource& source, const std::string& id, const sources::Asker& asker,
                           const std::string& caFile) {
    if (const Result<void> listable = fetch::checkListable(source); !listable) return listable;
    fetch::CurlSettings settings;
    settings.caFile = caFile;
    fetch::CurlClient client(settings);
    const auto store = sources::makeStore(source.reference.store, asker.credentials, client, asker.identity);
    if (!store) return store.error();
    Result<sources::Resolution> model = listed(source, id, **store);
    if (!model) return model.error();
    say(cat(source.uri, " is ", model->model.id));
    if (const Result<void> fit = fetch::checkListed(source, model->files); !fit) return fit;
    if (!source.publicKeyKey.empty()) {
        std::erase_if(model->files, [](const sources::File& file) { return api::isOfManifest(file.path); });
    }
    fetch::SystemWaiter waiter;
    std::mt19937_64 random{std::random_device()()};
    const auto lot = [&] { return std::uniform_real_distribution<double>(0, 1)(random); };
    fetch::Errand errand{source, model->model.id, **store, client, systemClock(), waiter, lot, say};
    errand.onceMore = "start again";
    const Result<api::FileDigests> digests = fetch::listedDigests(model->files, errand);
    if (!digests) return digests.error();
    const std::string text = api::digestsText(*digests);
    std::cout << text << std::flush;
    if (!std::cout) return invalid("the manifest could not be written whole to the standard output");
    if (digests->size() > 1) {
        say(cat("SHA-256 of these lines, which may stand for them in spec.model.source.sha256: ",
                sha256Hex(text)));
    }
    return {};
}
