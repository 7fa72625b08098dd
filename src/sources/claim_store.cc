#include "sources/claim_store.h"

#include "api/file_digests.h"
#include "base/sha256.h"
#include "base/text.h"

namespace serin::sources {
namespace {

constexpr size_t kVersionLength = 12;

// One digest for all that is stated of the files; empty where nothing is.
std::string statedDigest(const api::ModelSource& source) {
    if (source.sha256.empty() || api::isSha256(source.sha256)) return lowerCase(source.sha256);
    // However the lines stand.
    const Result<api::FileDigests> digests = api::parseDigests(source.sha256);
    return sha256Hex(digests ? api::digestsText(*digests) : source.sha256);
}

class ClaimStore : public Store {
  public:
    Result<Resolution> resolve(const api::ModelSource& source, Timestamp) override {
        const api::SourceReference& reference = source.reference;
        const std::string digest = statedDigest(source);
        Resolution out;
        out.model.id = cat("pvc:", reference.place, reference.path.empty() ? "" : "/", reference.path);
        if (!digest.empty()) out.model.id += cat(" sha256:", digest);
        const std::string& place = reference.path.empty() ? reference.place : reference.path;
        out.model.version =
            digest.empty() ? place.substr(place.rfind('/') + 1) : digest.substr(0, kVersionLength);
        return out;
    }

    Result<std::vector<File>> files(const api::ModelSource& source, const std::string&, Timestamp) override {
        return mounted(source);
    }

    Result<Download> download(const api::ModelSource& source, const std::string&, const File&,
                              Timestamp) override {
        return mounted(source);
    }

  private:
    static Error mounted(const api::ModelSource& source) {
        return invalid(cat(source.uri,
                           " is mounted by the pods, and nothing of it is fetched; serin-fetch --check says "
                           "whether the files of a folder are what they have to be"));
    }
};

}  // namespace

Result<std::unique_ptr<Store>> makeClaimStore() {
    return std::unique_ptr<Store>(std::make_unique<ClaimStore>());
}

}  // namespace serin::sources
