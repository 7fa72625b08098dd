#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/http.h"
#include "base/time.h"
#include "kube/resource.h"

namespace serin::kube {

struct ListOptions {
    std::string labelSelector;
    int limit = 500;            // 0: everything in one answer
    std::string continueToken;  // of the page before
};

// The annotation of the bookmark that ends a streaming list; its value is "true".
inline constexpr const char* kInitialEventsEnd = "k8s.io/initial-events-end";

struct WatchOptions {
    std::string labelSelector;
    std::string resourceVersion;  // the watch tells what happened after it
    std::chrono::seconds serverTimeout{300};
    // A streaming list: every object as ADDED, then a bookmark that says so, then what happens after it.
    bool sendInitialEvents = false;
};

struct CreateOptions {
    bool strict = false;  // fieldValidation=Strict: unknown and duplicate fields are refused with 400
    bool dryRun = false;
};

// What must still hold for a delete to happen; otherwise the server answers 409. Empty members are not
// checked.
struct Preconditions {
    std::string uid;
    std::string resourceVersion;
};

// In Kubernetes' words. Background: the object goes now, what it owns afterwards.
enum class Propagation { Background, Foreground, Orphan };

// Builds the requests of the Kubernetes protocol. Pure, immutable, thread-safe.
//
// Bodies are JSON texts in UTF-8, sent as they are. Every write names its field manager, because the server
// otherwise derives one from the user-agent. Namespaces are empty for cluster-scoped kinds.
// All requests tell the server not to send metadata.managedFields; servers that do not know the wish ignore
// it.
class RequestBuilder {
  public:
    // `fieldManager` writes spec and metadata; `<fieldManager>-status` writes the status subresource.
    explicit RequestBuilder(std::string userAgent, std::string fieldManager = "serin-controller");

    HttpRequest list(const Resource& resource, std::string_view space, const ListOptions& options) const;
    // Streams bookmarks too. `timeout` (of silence) is serverTimeout + 5 s; a streaming list has a tick.
    HttpRequest watch(const Resource& resource, std::string_view space, const WatchOptions& options) const;
    HttpRequest get(const Resource& resource, std::string_view space, std::string_view name) const;

    HttpRequest create(const Resource& resource, std::string_view space, std::string body,
                       const CreateOptions& options = {}) const;
    // Of a subresource that an object has by its name and that is no object itself, such as a token.
    HttpRequest createOf(const Resource& resource, std::string_view space, std::string_view name,
                         std::string_view subresource, std::string body) const;
    // Server-side apply with force. `body` is the full intent and holds apiVersion, kind and metadata.name,
    // and metadata.uid unless it may create the object.
    HttpRequest apply(const Resource& resource, std::string_view space, std::string_view name,
                      std::string body) const;
    HttpRequest applyStatus(const Resource& resource, std::string_view space, std::string_view name,
                            std::string body) const;
    // RFC 7386. Put metadata.uid and metadata.resourceVersion into the body to make them preconditions.
    HttpRequest mergePatch(const Resource& resource, std::string_view space, std::string_view name,
                           std::string body) const;
    // PUT; the body holds metadata.resourceVersion.
    HttpRequest replace(const Resource& resource, std::string_view space, std::string_view name,
                        std::string body) const;
    HttpRequest del(const Resource& resource, std::string_view space, std::string_view name,
                    const Preconditions& preconditions,
                    Propagation propagation = Propagation::Background) const;

  private:
    HttpRequest base(std::string method, std::string target) const;
    HttpRequest write(std::string method, std::string target, std::string contentType,
                      std::string body) const;

    std::string userAgent_;
    std::string fieldManager_;
};

// "serin-operator/<version> (<pod name>)", as audit logs show it.
std::string userAgent(std::string_view version, std::string_view podName);

}  // namespace serin::kube
