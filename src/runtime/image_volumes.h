#pragma once

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
// dry run. What it said is kept for some minutes, for any namespace. Thread-safe; one thread at a time asks.
class ImageVolumes {
  public:
    static constexpr Duration kKeepsYes = std::chrono::minutes(10);
    static constexpr Duration kKeepsNo = std::chrono::minutes(1);

    // `transport` to the API server, and `clock`, outlive it.
    ImageVolumes(net::Transport& transport, kube::RequestBuilder requests, const Clock& clock);

    // Why a source of an image volume cannot be had in that namespace; nothing where it can. Blocks until the
    // API server has answered.
    std::optional<StoreTrouble> trouble(const std::string& space, const api::ModelSource& source,
                                        const std::stop_token& stop);

  private:
    // Whether the image is in what the API server would create.
    Result<bool> ask(const std::string& space, const api::ModelSource& source,
                     const std::stop_token& stop) const;
    // " (Kubernetes v1.34.4)", as far as it says.
    std::string version(const std::stop_token& stop) const;

    net::Transport& transport_;
    const kube::RequestBuilder requests_;
    const Clock& clock_;
    std::mutex mutex_;
    Duration keptUntil_{0};                // sinceBoot
    std::optional<StoreTrouble> trouble_;  // what was found last
};

}  // namespace serin::runtime
