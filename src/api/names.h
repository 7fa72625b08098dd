#pragma once

#include <string>

namespace serin::api {

// Names that are part of the contract with users and with older versions of Serin. They never change.
inline constexpr const char* kGroup = "serin.dev";
inline constexpr const char* kApiVersion = "serin.dev/v1alpha1";
inline constexpr const char* kKind = "ModelDeployment";
inline constexpr const char* kModelDeploymentLabel = "serin.dev/model-deployment";
inline constexpr const char* kRevisionLabel = "serin.dev/revision";
inline constexpr const char* kVersionAnnotation = "serin.dev/version";
inline constexpr const char* kModelIdAnnotation = "serin.dev/model-id";
// On the main Service: "<revision>.<attempt>.<end>" of the attempt whose traffic this very write took back,
// so that the decision and its effect are one write; and its reason in words.
inline constexpr const char* kReturnedAnnotation = "serin.dev/returned";
inline constexpr const char* kReturnedBecauseAnnotation = "serin.dev/returned-because";
// Decisions of people on a ModelDeployment.
inline constexpr const char* kApproveAnnotation = "serin.dev/approve";
inline constexpr const char* kPromoteAnnotation = "serin.dev/promote";
inline constexpr const char* kAbortAnnotation = "serin.dev/abort";
inline constexpr const char* kRetryAnnotation = "serin.dev/retry";
// On a ModelDeployment: another value than before has its source looked up at once.
inline constexpr const char* kRefreshAnnotation = "serin.dev/refresh";
// Parts of a pod that loads its model from a source.
inline constexpr const char* kFetchContainer = "serin-fetch";
inline constexpr const char* kModelVolume = "serin-model";
inline constexpr const char* kAuthoritiesVolume = "serin-authorities";

inline std::string childName(const std::string& name, const std::string& revision) {
    return name + "-" + revision;
}
// Name of the ConfigMap with what was seen and said in the hours before.
inline std::string recordName(const std::string& name) {
    return name + "-serin-record";
}
// Name of the container port that Serin adds for a Service port (15 characters at most).
inline std::string portName(const std::string& servicePort) {
    return "serin-" + servicePort;
}

}  // namespace serin::api
