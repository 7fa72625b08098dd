#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "api/observed.h"
#include "random.h"
#include "script.h"
#include "timeline.h"

namespace serin::simulation {

struct Pod {
    std::string uid;
    std::string name;
    std::string address;
    std::string setUid;
    std::string revision;
    Quality quality = Quality::Good;
    bool ready = false;
    bool modelReady = false;
    bool hangs = false;
    bool terminating = false;
    Timestamp madeAt;
    uint64_t total = 0;  // its counters
    uint64_t bad = 0;
    int resets = 0;  // how often its counters fell to zero
};

// User requests as clients count them.
struct UserRequests {
    uint64_t ok = 0;
    uint64_t bad = 0;   // the model's own errors
    uint64_t lost = 0;  // sent to a pod that answers no more
    uint64_t lostToEndedByScale =
        0;                  // of these: it was stopped by a scale-down while clients still reached it
    uint64_t unserved = 0;  // no endpoint at all, after the first answer of all
};

// A cluster without an API server: objects as values, and the actors that Kubernetes has beside them
// (ReplicaSet controller, scheduler and kubelet, EndpointSlice controller, kube-proxy) and clients, each with
// its own delay. All objects have names in one namespace. Writes come in through put* and erase*, which check
// nothing.
class Cluster {
  public:
    Cluster(Timeline& timeline, const Script& script);

    // What the API server holds.
    api::ModelDeployment object;
    bool exists = true;
    std::vector<api::ReplicaSet> sets;
    std::vector<api::Service> services;
    std::map<std::string, api::EndpointSlice> slices;  // by Service
    // What is behind them.
    std::vector<Pod> pods;
    std::vector<std::string>
        proxied;  // uids of the pods that kube-proxy sends requests for the main Service to
    UserRequests requests;
    std::map<std::string, std::string> labels;  // revision -> "r3", where revisions are digests
    std::map<std::string, uint64_t> visible;    // requests that counters of a revision's pods have shown
    uint64_t version = 1;                       // of everything: rises with each write by anybody

    void putSet(api::ReplicaSet set);
    void eraseSet(const std::string& uid);
    void putService(api::Service service);
    void eraseService(const std::string& uid);
    void erasePod(const std::string& uid);
    void statusWritten() { bump(); }
    // The owner is gone: what it owns follows.
    void collectGarbage();

    const api::Service* main() const;
    Quality qualityOf(const std::string& revision) const;
    // A version that sours errs by now.
    bool soured(const std::string& revision) const;
    Pod* pod(const std::string& uid);
    int readyPods(const std::string& revision) const;

    // Adversity.
    void resetCounters();
    // Any of the kinds of byCluster().
    void suffer(const Happening& happening);
    // The ReplicaSet controller is refused pods.
    bool quotaRefuses() const { return !refused_.empty(); }
    Timestamp countersStuckUntil{};

    // Told after each change, whoever made it.
    std::function<void()> changed;
    // Somebody ran into one of the kinds of byCluster().
    std::function<void(Kind)> felt;
    // The HorizontalPodAutoscaler wants so many pods.
    std::function<void(int replicas)> autoscaled;
    // An actor wrote an object (status of a ReplicaSet, endpoints of a Service): for a mirror of it.
    std::function<void(const api::ReplicaSet&)> setStatusWritten;
    std::function<void(const std::string& service)> endpointsWritten;

  private:
    void soon(bool& pending, int least, int most, void (Cluster::*what)());
    void autoscale();
    void flap(int which, Duration time);
    void kill(int which);
    void evict(int which);
    void failNode();
    void syncPods();
    void waitForQuota();
    void startPod(const api::ReplicaSet& set);
    void endPod(Pod& pod, bool byScale);
    void podReady(const std::string& uid);
    void crashLoop(const std::string& uid);
    void publishEndpoints();
    void publishStatus();
    void syncProxy();
    bool errs(const Pod& pod) const;
    void sendRequests();
    void podsChanged();
    void bump();
    std::vector<api::Endpoint> endpointsOf(const api::Service& service) const;

    Timeline& timeline_;
    const Script& script_;
    std::map<std::string, Timestamp> aloneSince_;  // first selected by the main Service alone
    Random random_;
    Random traffic_;
    int serial_ = 0;
    bool syncing_ = false;
    bool publishing_ = false;
    bool counting_ = false;
    bool proxying_ = false;
    bool stopped_ = false;
    Timestamp proxyDeafUntil_{};
    Timestamp proxyDeafLast_{};
    Timestamp slowUntil_{};
    Timestamp nodesFullUntil_{};
    Timestamp quotaUntil_{};
    bool quotaWaits_ = false;
    bool autoscales_ = false;
    int autoscaledTo_ = 0;
    std::set<std::string> refused_;         // uids of ReplicaSets that may not have the pods they lack
    std::set<std::string> stoppedByScale_;  // pods that end because their ReplicaSet was scaled down
};

// "r3" for the revision at index 3.
std::string revisionName(int index);

}  // namespace serin::simulation
