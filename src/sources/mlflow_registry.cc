#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/shorten.h"
#include "base/text.h"
#include "sources/mlflow_server.h"
#include "sources/mlflow_store.h"
#include "sources/registry.h"

namespace serin::sources {
namespace {

constexpr size_t kLongestValue = 500;  // of a tag; MLflow takes more

bool isForever(const Error& error) {
    return error.code == ErrorCode::NotFound || error.code == ErrorCode::Invalid;
}

// A value that a table of tags can show: one line.
std::string tagValue(const std::string& text) {
    std::string line = text;
    std::ranges::replace(line, '\n', ' ');
    return shortened(withoutControls(line), kLongestValue);
}

class Telling {
  public:
    Telling(const MlflowServer& server, const api::ModelSource& source) : server_(server), source_(source) {}

    // The stage comes last: whoever waits for it finds the others. Of one version nothing more is told once
    // it was refused.
    Result<void> tags(const api::RegistryOrder& order, const api::VersionReport& version) const {
        const std::vector<std::pair<const char*, std::string>> tags{{"serin.outcome", version.outcome},
                                                                    {"serin.reason", version.reason},
                                                                    {"serin.evidence", order.evidence},
                                                                    {"serin.deployment", order.deployment},
                                                                    {"serin.stage", version.stage}};
        for (const auto& [key, value] : tags) {
            const Result<void> told = server_.setTag(source_, version.version, key, tagValue(value));
            if (!told) return told;
        }
        return {};
    }

    Result<void> move(const api::AliasMove& move) const {
        if (!move.from.empty()) {
            const Result<RegisteredVersion> now = server_.versionOfAlias(source_, move.alias);
            // One that is not there has nothing to be put back from.
            if (!now && now.error().code == ErrorCode::NotFound) return {};
            if (!now) return now.error();
            if (std::ranges::find(move.from, now->version) == move.from.end()) return {};
        }
        return server_.setAlias(source_, move.alias, move.version);
    }

  private:
    const MlflowServer& server_;
    const api::ModelSource& source_;
};

}  // namespace

Result<void> tellRegistry(const api::ModelSource& source, const api::RegistryOrder& order,
                          const Credentials& credentials, Exchange& exchange) {
    if (source.reference.store != api::StoreKind::Mlflow || source.reference.run) {
        return invalid("a registered model of MLflow alone can be told what came of its versions");
    }
    const Result<std::string> opening = mlflowOpening(credentials);
    if (!opening) return Error{ErrorCode::Forbidden, opening.error().message};
    const MlflowServer server(credentials, *opening, exchange);
    const Telling telling(server, source);
    std::optional<Error> refused;
    // Whether to go on.
    const auto note = [&](const Result<void>& told) {
        if (told) return true;
        if (!refused) refused = told.error();
        return isForever(told.error());
    };
    for (const api::VersionReport& version : order.versions) {
        if (const Result<void> told = telling.tags(order, version); !note(told)) return told;
    }
    for (const api::AliasMove& move : order.aliases) {
        if (const Result<void> told = telling.move(move); !note(told)) return told;
    }
    return refused ? Result<void>(*refused) : Result<void>();
}

}  // namespace serin::sources
