#pragma once

#include <string>
#include <vector>

namespace serin::api {

// What a registry is told of one version of a model: tags of that version.
struct VersionReport {
    std::string version;  // its number in the registry
    std::string stage;    // canary, stable, rolled-back, withdrawn, superseded
    std::string outcome;  // of its newest attempt, as the history has it; Pending while that is under way
    std::string reason;   // one sentence for people

    bool operator==(const VersionReport&) const = default;
};

// An alias that is to point to a version.
struct AliasMove {
    std::string alias;
    std::string version;
    std::vector<std::string> from;  // it moves only where it points to one of these; empty: from wherever

    bool operator==(const AliasMove&) const = default;
};

// What the registry of one ModelDeployment's source has not been told yet. Telling it twice does no harm.
struct RegistryOrder {
    std::string news;        // names what is told; ReportStatus::told once the registry took it
    std::string deployment;  // "NAMESPACE/NAME"
    std::string evidence;    // where more of it is found, for people
    std::vector<VersionReport> versions;
    std::vector<AliasMove> aliases;

    bool operator==(const RegistryOrder&) const = default;
};

// What telling it came to; kept by the process, not persisted.
struct RegistryAnswer {
    std::string news;     // of the order
    std::string problem;  // which call answered what, for people, without secrets; empty: all was taken
    bool over = false;    // it is not tried again: all was taken, or what was not never will be

    bool operator==(const RegistryAnswer&) const = default;
};

}  // namespace serin::api
