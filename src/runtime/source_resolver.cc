#include "runtime/source_resolver.h"

#include <limits>
#include <memory>
#include <utility>

#include "api/status_limits.h"
#include "base/shorten.h"
#include "base/text.h"
#include "runtime/image_volumes.h"

namespace serin::runtime {
namespace {

SourceAnswer failed(const StoreTrouble& trouble) {
    return {std::nullopt, trouble.reason, shortened(trouble.message, api::kLongestMessage)};
}

class Resolver {
  public:
    explicit Resolver(ResolverParts parts)
        : parts_(std::move(parts)),
          imageVolumes_(std::make_shared<ImageVolumes>(parts_.transport, parts_.requests, parts_.clock)) {}

    // An image is asked for as a volume once its digest is known, as pods would have it.
    SourceAnswer operator()(const std::string& space, const api::ModelSource& source,
                            const std::optional<api::ResolvedModel>& known,
                            const std::stop_token& stop) const {
        SourceAnswer answer = resolved(space, source, known, stop);
        if (!source.imageVolume || !answer.model) return answer;
        const auto trouble = imageVolumes_->trouble(space, source, answer.model->id, stop);
        return trouble ? failed(*trouble) : answer;
    }

  private:
    SourceAnswer resolved(const std::string& space, const api::ModelSource& source,
                          const std::optional<api::ResolvedModel>& known, const std::stop_token& stop) const {
        OpenedStore opened;
        if (const auto trouble = openStore(parts_, space, source, stop, opened)) return failed(*trouble);
        if (known) {
            const Result<bool> same = opened.store->stillMeans(source, *known, parts_.clock.wall());
            if (!same) return failed(storeTrouble(same.error(), opened));
            if (*same) return {known, "", ""};
        }
        Result<sources::Resolution> found = opened.store->resolve(source, parts_.clock.wall());
        if (!found) return failed(storeTrouble(found.error(), opened));
        api::ResolvedModel model = std::move(found).value().model;
        if (model.id.empty() || model.id.size() > api::kLongestId) {
            return failed(
                storeTrouble(invalid(cat(source.uri, " has an id of ", model.id.size(),
                                         " characters, and 1 to ", api::kLongestId, " can be recorded"))));
        }
        // The status counts in 64 bits with a sign.
        if (model.bytes > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
            return failed(storeTrouble(invalid(cat(source.uri, " is said to have ", model.bytes, " bytes"))));
        }
        model.version = shortened(model.version, api::kLongestVersion);
        return {std::move(model), "", ""};
    }

    ResolverParts parts_;
    std::shared_ptr<ImageVolumes> imageVolumes_;
};

}  // namespace

ResolveSource sourceResolver(ResolverParts parts) {
    return Resolver(std::move(parts));
}

}  // namespace serin::runtime
