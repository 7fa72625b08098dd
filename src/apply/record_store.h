#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "api/observed.h"
#include "kube/request.h"
#include "net/transport.h"

namespace serin::apply {

// Which write of the ConfigMap a record is of.
struct RecordVersion {
    std::string uid;
    std::string resourceVersion;

    bool operator==(const RecordVersion&) const = default;
};

enum class RecordEnding {
    Done,
    Absent,   // there is no such ConfigMap (any more)
    Moved,    // it is another one than was read last
    Refused,  // the same will be said again until a person does something: `why` says what
    Failed,   // the API server did not say, or the write is not ours to make now
};

struct RecordAnswer {
    RecordEnding ending = RecordEnding::Failed;
    std::string why;        // Refused, Failed: in words
    std::string text;       // of a reading that is Done
    RecordVersion version;  // Done
};

// Keeps the hourly record of a ModelDeployment (judge/own_past.h) in the ConfigMap NAME-serin-record beside
// it, which it owns and which goes with it. The ConfigMap is created by POST and only ever changed with the
// uid and resourceVersion that were read or written last; one of that name that is somebody else's is not
// touched. Waits for the API server. Holds no state; safe to call from several threads at once.
class RecordStore {
  public:
    // As Applier::MayWrite: asked before each write.
    using MayWrite = std::function<bool()>;

    // The transport outlives it.
    RecordStore(net::Transport& transport, kube::RequestBuilder requests, MayWrite mayWrite);

    RecordAnswer read(const api::ModelDeployment& object, std::stop_token stop) const;
    // `known` absent: it is to be created.
    RecordAnswer write(const api::ModelDeployment& object, const std::string& text,
                       const std::optional<RecordVersion>& known, std::stop_token stop) const;

  private:
    net::Transport& transport_;
    kube::RequestBuilder requests_;
    MayWrite mayWrite_;
};

}  // namespace serin::apply
