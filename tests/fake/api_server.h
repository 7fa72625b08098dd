#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/http.h"
#include "base/result.h"
#include "listing.h"
#include "schema.h"
#include "store.h"
#include "watch.h"
#include "writes.h"

namespace serin::fake {

// The schemas as a path to the checkout has them: crds/modeldeployments.serin.dev.yaml and
// tests/fake/builtin.yaml. Read once, share among servers.
Result<std::shared_ptr<const Schemas>> loadSchemasOf(const std::string& checkout);

// A write request and what came of it, refused ones included; dry runs are not.
struct JournalEntry {
    std::string verb;  // create, update, patch, apply, delete
    Kind kind{};
    std::string key;  // "namespace/name"
    std::string subresource;
    std::string userAgent;  // of HTTP requests; the actor's name of direct ones
    std::string manager;
    int code = 0;                       // HTTP status
    bool changed = false;               // made a revision; false for refusals and no-ops
    std::uint64_t resourceVersion = 0;  // of the object afterwards; 0 when refused
    ObjectPtr before;                   // null: there was none
    ObjectPtr after;                    // null: refused, or gone
};

// A simulated kube-apiserver: one value, one thread, no sockets, no clock but the given one. The same calls
// in the same order with the same seed give the same answers, byte for byte.
//
// It knows the kinds that Serin speaks of (kinds.h) and the behaviour of Kubernetes 1.34 that Serin relies
// on; the conformance tests compare it with a real one case by case. docs/testing.md has the list of what it
// does and does not do.
class ApiServer {
  public:
    struct Options {
        std::uint64_t seed = 1;
        std::uint64_t firstRevision = 100;
        size_t history = 1000;  // changes of each kind that a watch may begin before; else 410
        bool watchList = true;  // sendInitialEvents; off: refused, as by a server without the feature
        Duration bookmarkInterval{60'000};
        std::vector<std::string> namespaces{"default"};
    };

    // `clock` must outlive it. wall() is for creationTimestamp, sinceBoot() for watches and snapshots.
    ApiServer(const Clock& clock, std::shared_ptr<const Schemas> schemas, const Options& options);

    // Every request but watches. `upTo`: what lists show, of a server that lags behind that far.
    HttpResponse handle(const HttpRequest& request, std::uint64_t upTo = kPresent);
    // A GET with watch=1 (or true): a refusal, or a stream that lives as long as its reader keeps it.
    std::variant<HttpResponse, std::unique_ptr<Watch>> openWatch(const HttpRequest& request,
                                                                 std::uint64_t upTo = kPresent);
    static bool isWatch(const HttpRequest& request);

    // Drops the history of watches and the snapshots of lists: what began before gets 410.
    void compact();
    std::uint64_t revision() const { return store_.revision(); }

    // For simulated controllers and people, without HTTP and its texts. `actor` is the journal's user-agent
    // and the field manager. Objects are named by namespace and name; `space` is empty for Namespaces.
    ObjectPtr find(Kind kind, const std::string& space, const std::string& name) const;
    ObjectPtr findUid(const std::string& uid) const { return store_.findUid(uid); }
    std::vector<ObjectPtr> list(Kind kind, const std::string& space = "",
                                const Selector& selector = {}) const;
    std::vector<ObjectPtr> dependents(const std::string& uid) const { return store_.dependents(uid); }
    Outcome<Written> create(Kind kind, const std::string& space, Json object, const std::string& actor);
    // Reads the object, lets `change` change it, and writes it. `subresource`: "" or "status".
    Outcome<Written> update(Kind kind, const std::string& space, const std::string& name,
                            const std::function<void(Json&)>& change, const std::string& actor,
                            const std::string& subresource = "");
    Outcome<Written> remove(Kind kind, const std::string& space, const std::string& name,
                            const std::string& actor, const DeleteOptions& options = {});

    // The garbage collector and the namespace controller, as one step: deletes what no owner is left of,
    // finishes foreground and orphan deletions, empties namespaces that terminate. Returns the number of
    // writes; repeat until 0 for the whole cascade.
    size_t collectGarbage();

    // Grows until it is cleared.
    const std::vector<JournalEntry>& journal() const { return journal_; }
    void clearJournal() { journal_.clear(); }

  private:
    struct Call;  // one write request
    HttpResponse read(const Target& target, std::uint64_t upTo);
    HttpResponse readScale(const Target& target, const ObjectPtr& found) const;
    HttpResponse write(const HttpRequest& request, const Target& target);
    Outcome<Written> dispatch(Call& call);
    Outcome<Written> patch(Call& call);
    Outcome<Written> scale(const Call& call);
    Outcome<Written> remove(const Call& call);
    HttpResponse answerWritten(const Call& call, const Written& written) const;
    Outcome<Written> record(JournalEntry entry, Outcome<Written> outcome);
    size_t collectNamespaces();
    void dropAbsentOwners(const ObjectPtr& dependent);
    size_t collectDependents(const std::string& owner);
    size_t finishDeletions();
    bool ownerIsGone(const Json& reference, const ObjectPtr& dependent) const;

    const Clock& clock_;
    std::shared_ptr<const Schemas> schemas_;
    Options options_;
    Store store_;
    Writes writes_;
    Listing listing_;
    std::vector<JournalEntry> journal_;
};

}  // namespace serin::fake
