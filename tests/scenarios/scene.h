#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/observed.h"
#include "api/plan.h"
#include "document.h"

namespace serin::scenarios {

// What stands in the cluster of one scenario. `observe` shows it to the planner; `obey` does what a plan
// says, with pods that come and go at once.
class Scene {
  public:
    // `given` as described in README.md, stage and defaults already merged. Throws BadTable.
    explicit Scene(const Json& given);

    api::Observed observe() const;
    void obey(const api::Plan& plan);
    // Only records the plan's status, as the API server would give it back.
    void record(const api::Plan& plan);

    const std::optional<Timestamp>& recordedAt() const { return recordedAt_; }
    void setTime(Timestamp at) { at_ = at; }
    Timestamp time() const { return at_; }

  private:
    struct Version {
        bool hasReplicaSet = true;
        bool hasService = true;
        int wanted = 0;  // spec.replicas
        int pods = 0;    // status.replicas
        int ready = 0;
        std::optional<int> endpoints;  // of its own Service; absent: as many as pods
        std::optional<int> reachable;  // behind the main Service; absent: as the selector says
        bool broken = false;           // new pods do not get ready
        bool deleting = false;
        std::string owner = "uid-fraud";
        std::string failure;
        std::string label;
        Timestamp createdAt = kStart;
        std::optional<api::ModelAnswer> model = api::ModelAnswer::Ready;
    };

    void readObject(const Json& given);
    void readLook(const Json& written);
    // What the spec owes to the status: the model's id. Revisions are named by its version.
    void adoptSource();
    void readVersion(const std::string& revision, const Json& written);
    void readMainService(const Json& written);
    void readRefusals(const Json& list);
    void readJudgement(const Json& written);
    void addVersion(api::Observed& seen, const std::string& revision, const Version& version) const;
    api::Meta metaOf(const std::string& name, const std::string& owner) const;
    void carryOut(const api::Intent& intent);

    Timestamp at_ = kStart;
    std::optional<Timestamp> recordedAt_;
    api::ModelDeployment object_;
    std::map<std::string, Version> versions_;
    std::optional<api::Service> main_;
    std::vector<api::Refusal> refusals_;
    std::optional<api::Diagnosis> diagnosis_;
    std::optional<api::Judgement> judgement_;
    std::optional<api::SourceLook> look_;
    std::optional<api::RegistryAnswer> told_;  // news empty: of the order as it stands
    bool orderGiven_ = false;
    Duration drainDelay_{std::chrono::seconds(5)};
};

}  // namespace serin::scenarios
