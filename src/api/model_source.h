#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace serin::api {

enum class StoreKind { Mlflow, HuggingFace, AzureBlob, S3, Gcs, Git, Oci, Https, VolumeClaim };

// A reference to a model as its URI says it, taken apart. What a store does not have is empty.
struct SourceReference {
    StoreKind store = StoreKind::Https;
    // Mlflow: empty. HuggingFace: owner/name. AzureBlob: the account. S3, Gcs: the bucket. Git: https URL of
    // the repository. Oci: registry/repository. Https: the URL. VolumeClaim: the claim.
    std::string place;
    std::string container;  // AzureBlob
    std::string path;       // within the place, without slashes at its ends; a prefix, a folder or a file
    // Mlflow: the registered model's name. Runs of MLflow: the run.
    std::string name;
    // What may move: alias, stage, "latest", branch, tag. What cannot: version number, commit, digest.
    // Mlflow: after '@' an alias, else a version, a stage or "latest".
    std::string selector;
    bool alias = false;  // Mlflow: the selector is an alias
    bool run = false;    // Mlflow: runs:/RUN/PATH

    bool operator==(const SourceReference&) const = default;
};

// What the registry is told of an attempt's end. MLflow alone can be told.
struct RegistryReport {
    bool tags = false;       // the version's tags serin.stage, serin.outcome, serin.reason and serin.evidence
    std::string onPromoted;  // alias that then points to the promoted version; empty: none moves
    std::string onRolledBack;  // alias that then points to the version that was taken back; empty: none moves

    bool operator==(const RegistryReport&) const = default;
};

// Who the pods' service account is in a cloud, where no key is in a Secret: the service account's own token,
// made for an audience, is exchanged for one of the cloud's. Of the source's store: Azure's, Amazon's or
// Google's fields, the others are empty. Nothing in it is secret.
struct WorkloadIdentity {
    std::string serviceAccount;  // of the pods, in their namespace
    std::string audience;        // of its token
    // AzureBlob: an application's federated credential.
    std::string tenant;
    std::string client;
    std::string authority;  // https://HOST; empty: the public cloud's
    // S3: a role that trusts the cluster's issuer.
    std::string role;    // its ARN
    std::string region;  // empty: us-east-1, or what the endpoint says
    // Gcs: a provider of a workload identity pool.
    std::string provider;  // //iam.googleapis.com/projects/…, or identitynamespace:…
    std::string
        impersonated;         // a service account of Google's, its address; empty: the pool's identity itself
    std::string iamEndpoint;  // http(s)://…; empty: Google's
    // S3, Gcs: what exchanges tokens; http(s)://…; empty: the cloud's own.
    std::string tokenEndpoint;

    bool operator==(const WorkloadIdentity&) const = default;
};

// Where a model comes from, defaults filled in: spec.model.source with what stands beside it.
struct ModelSource {
    std::string uri;  // in its canonical form
    SourceReference reference;
    std::string endpoint;  // http(s)://host[:port][/prefix], no slash at the end; empty: the store's own
    std::string credentialsSecret;  // keys as the store's own tools name their environment; empty: anonymous
    std::optional<WorkloadIdentity> identity;  // instead of a Secret
    // Secrets of the type kubernetes.io/dockerconfigjson by which the kubelet pulls, as the template names
    // them; read where the kubelet and not serin-fetch gets the model, and credentialsSecret is empty.
    std::vector<std::string> pullSecrets;
    std::string caConfigMap;  // with `caKey`: authorities in PEM instead of the system's; empty: those
    std::string caKey;
    std::vector<std::string> include;  // globs over paths; empty: all
    std::vector<std::string> exclude;
    // What the files must be, else they never serve: 64 hexadecimal digits (of the one file, or of the
    // manifest of several), or lines "DIGEST  PATH" as sha256sum prints them; empty: not stated.
    std::string sha256;
    std::string publicKeySecret;  // with `publicKeyKey`: whose signature the manifest must carry; empty: none
    std::string publicKeyKey;
    RegistryReport report;
    std::string mountPath = "/mnt/models";
    bool imageVolume = false;        // Oci: the kubelet mounts the image, and nothing is fetched
    std::optional<Duration> follow;  // between two looks; absent: at each change of the spec

    bool operator==(const ModelSource&) const = default;
};

// What a registry tells of how a model came about, for people; what it does not say is empty.
struct Lineage {
    std::string run;
    std::string commit;
    std::string signature;  // of the model's inputs and outputs, in short
    std::string trainedAt;  // RFC 3339

    bool operator==(const Lineage&) const = default;
};

// What a reference meant at one moment. The id names the same bytes for ever: it is part of the revision.
struct ResolvedModel {
    std::string id;  // such as "mlflow:fraud/13 sha256:…", "hf:owner/name@<commit>", at most 256 characters
    std::string version;  // for people: "13", the first characters of a commit, a tag
    Lineage lineage;
    uint64_t files = 0;
    uint64_t bytes = 0;

    bool operator==(const ResolvedModel&) const = default;
};

}  // namespace serin::api
