// The objects that cases write.
#include "base/text.h"
#include "play.h"

namespace serin::conformance {

Json Play::metadata(const std::string& word) const {
    return {{"name", name(word)}, {"labels", {{"case", std::to_string(number_)}}}};
}

Json Play::service(const std::string& word, const Json& labels) const {
    Json out = {{"apiVersion", "v1"},
                {"kind", "Service"},
                {"metadata", metadata(word)},
                {"spec", {{"ports", Json::array({{{"name", "http"}, {"port", 80}}})}}}};
    out["metadata"]["labels"].update(labels);
    return out;
}

Json Play::modelDeployment(const std::string& word) const {
    return {{"apiVersion", "serin.dev/v1alpha1"},
            {"kind", "ModelDeployment"},
            {"metadata", metadata(word)},
            {"spec",
             {{"model", {{"name", "fraud"}}},
              {"template",
               {{"spec",
                 {{"containers", Json::array({{{"name", "server"}, {"image", "example/model:1"}}})}}}}}}}};
}

// Without pods, so that nothing is started for it.
Json Play::replicaSet(const std::string& word) const {
    const Json labels = {{"app", name(word)}};
    return {{"apiVersion", "apps/v1"},
            {"kind", "ReplicaSet"},
            {"metadata", metadata(word)},
            {"spec",
             {{"replicas", 0},
              {"selector", {{"matchLabels", labels}}},
              {"template",
               {{"metadata", {{"labels", labels}}},
                {"spec",
                 {{"containers", Json::array({{{"name", "server"}, {"image", "example/model:1"}}})}}}}}}}};
}

Json Play::lease(const std::string& word) const {
    return {{"apiVersion", "coordination.k8s.io/v1"},
            {"kind", "Lease"},
            {"metadata", metadata(word)},
            {"spec",
             {{"holderIdentity", "somebody"},
              {"leaseDurationSeconds", 15},
              {"acquireTime", "2026-01-02T03:04:05.000000Z"},
              {"renewTime", "2026-01-02T03:04:06.123456Z"},
              {"leaseTransitions", 0}}}};
}

Json Play::event(const std::string& word) const {
    return {{"apiVersion", "events.k8s.io/v1"},
            {"kind", "Event"},
            {"metadata", metadata(word)},
            {"eventTime", "2026-01-02T03:04:05.123456Z"},
            {"reportingController", "serin.dev/conformance"},
            {"reportingInstance", "conformance"},
            {"action", "Test"},
            {"reason", "Tested"},
            {"type", "Normal"},
            {"note", "a note"},
            {"regarding",
             {{"apiVersion", "v1"}, {"kind", "Service"}, {"namespace", space_}, {"name", name(word)}}}};
}

Json Play::owner(const Answer& made) const {
    return {{"apiVersion", made.body["apiVersion"]},
            {"kind", made.body["kind"]},
            {"name", made.at("/metadata/name")},
            {"uid", made.uid()}};
}

}  // namespace serin::conformance
