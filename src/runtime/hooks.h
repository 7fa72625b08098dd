#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/http.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"

namespace serin::runtime {

// Of a body that a hook may have, in bytes. It is read for its signature alone.
inline constexpr size_t kMostHookBytes = size_t{64} << 10;

// "NAMESPACE/NAME" of the path /hooks/NAMESPACE/NAME; nothing where it is none.
std::optional<std::string> hookedKey(std::string_view path);

// Whether a request shows that its sender knows the secret, in one of the ways that registries have: the
// header X-MLflow-Signature ("v1," and the base64 of HMAC-SHA256 over "ID.TIMESTAMP.BODY", with the headers
// X-MLflow-Delivery-Id and X-MLflow-Timestamp, in seconds, five minutes from `now` at most;
// mlflow/webhooks/delivery.py), or the secret itself as X-Webhook-Secret (Hugging Face), as X-Serin-Token or
// as a bearer token. Takes as long for a wrong secret as for a right one.
bool knowsSecret(const HttpRequest& request, std::string_view secret, Timestamp now);

// The secret of a file, without the line break at its end. Invalid where it is shorter than 16 bytes.
Result<std::string> readHookSecret(const std::string& path);

// Answers to hooks, which say that a registry has something new: what it is is looked up, and nothing of what
// a hook says is believed. Whoever does not know the secret gets 401, and who knows it 202 for an object that
// is there and for one that is not.
class Hooks {
  public:
    struct Parts {
        std::string secretFile;  // read for each request, for it may be renewed
        const Clock& clock;      // these outlive it
        Logger& log;
        std::function<bool()> leads;  // who does not sends the caller to another replica, by 503
        std::function<void(const std::string& key)> hint;  // must be quick
    };
    explicit Hooks(Parts parts) : parts_(std::move(parts)) {}

    HttpResponse answer(const HttpRequest& request) const;

  private:
    Parts parts_;
};

}  // namespace serin::runtime
