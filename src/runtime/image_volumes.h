#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "api/model_source.h"
#include "base/clock.h"
#include "kube/request.h"
#include "net/transport.h"
#include "runtime/store_trouble.h"

namespace serin::runtime {

// Whether the API server keeps volumes that are images (KEP-4639, feature gate ImageVolume). One whose gate
// is off takes them and their mounts out of a pod without a word, and one that knows none makes an empty
// folder of them: pods would start without their model. Asks by creating a ReplicaSet with such a volume as a
// dry run. What it said is kept for some minutes, for any namespace; that it could not be asked, for some
// seconds and that namespace. Thread-safe; threads do not wait for one another.
class ImageVolumes {
  public:
    static constexpr Duration kKeepsYes = std::chrono::minutes(10);
    static constexpr Duration kKeepsNo = std::chrono::minutes(1);
    static constexpr Duration kKeepsFailure = std::chrono::seconds(5);

    // `transport` to the API server, and `clock`, outlive it.
    ImageVolumes(net::Transport& transport, kube::RequestBuilder requests, const Clock& clock);

    // Why the image of `modelId` (api::imageReference) cannot be a volume in that namespace; nothing where it
    // can. Blocks until the API server has answered.
    std::optional<StoreTrouble> trouble(const std::string& space, const api::ModelSource& source,
                                        const std::string& modelId, const std::stop_token& stop);

  private:
    struct Kept {
        Duration until{0};  // sinceBoot
        std::optional<StoreTrouble> trouble;
    };

    // What counts still; nothing where the API server has to be asked.
    std::optional<Kept> kept(const std::string& space);
    // Whether the image is in what the API server would create.
    Result<bool> ask(const std::string& space, const std::string& probe, const std::stop_token& stop) const;
    // " (Kubernetes v1.34.4)", as far as it says.
    std::string version(const std::stop_token& stop) const;

    net::Transport& transport_;
    const kube::RequestBuilder requests_;
    const Clock& clock_;
    std::mutex mutex_;
    Kept said_;
    std::map<std::string, Kept> failed_;  // by namespace
};

}  // namespace serin::runtime
