#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/source_uri.h"
#include "base/clock.h"
#include "base/small_file.h"
#include "base/text.h"
#include "manifest.h"
#include "net/web_exchange.h"
#include "sources/calls.h"
#include "sources/registry.h"
#include "sources/store.h"
#include "sources/surroundings.h"

namespace {

using namespace serin;

constexpr int kUsageError = 2;
constexpr size_t kMostBytes = size_t{64} << 20;

constexpr std::string_view kUsage =
    R"(serin-source: what a model's source means, as Serin reads it

usage: serin-source resolve URI [OPTION]…
       serin-source files URI --id ID [OPTION]…
       serin-source cat URI --id ID --path PATH [OPTION]…
       serin-source manifest URI [--id ID] [OPTION]…
       serin-source report URI --model-version N [--stage STAGE] [--alias ALIAS] [OPTION]…

  resolve           what the reference means now: id, version, lineage and files, as JSON
  files             the files of an id that was resolved before
  cat               one of these files, at most 64 MiB
  manifest          the digests of all files, as sha256sum prints them: for spec.model.source.sha256, or to be
                    signed as SHA256SUMS. What the store says of a file counts; the others are read, and kept
                    nowhere
  report            writes to MLflow as Serin does: tags of a version, an alias that points to it; to try
                    whether credentials allow it
  URI               as spec.model.source.uri has it: mlflow://…, runs:/…, hf://…, azureblob://…, s3://…,
                    gs://…, git+https://…, oci://…, https://…
  --endpoint URL    of the server; required for MLflow
  --include GLOB    leaves these files alone; may be stated several times
  --exclude GLOB    leaves these files out; may be stated several times
  --verified        the source has `verify`, so that SHA256SUMS and SHA256SUMS.sig are among its files whatever
                    the globs say, and the id is that of such a source; a manifest is of the others
  --ca FILE         authorities in PEM instead of the system's
  --stage STAGE     of report: canary, stable, rolled-back, withdrawn or superseded, for the tag serin.stage
  --outcome WORD    of report: for the tag serin.outcome, as status.history has it
  --reason TEXT     of report: for the tag serin.reason
  --alias ALIAS     of report: points this alias to the version
  --from N          of report: only where the alias points to this version now
  --version         prints the version
  --help            prints this

Credentials are read from the environment, as the stores' own tools do: MLFLOW_TRACKING_TOKEN, or
MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD; HF_TOKEN; one of AZURE_STORAGE_ACCESS_KEY,
AZURE_STORAGE_SAS_TOKEN and AZURE_STORAGE_CONNECTION_STRING, or AZURE_TENANT_ID, AZURE_CLIENT_ID and
AZURE_CLIENT_SECRET; AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_REGION;
GOOGLE_APPLICATION_CREDENTIALS_JSON (what the file of a service account's key holds) or GOOGLE_OAUTH_ACCESS_TOKEN;
GIT_TOKEN, or GIT_USERNAME and GIT_PASSWORD; OCI_TOKEN, or OCI_USERNAME and OCI_PASSWORD, or SERIN_DOCKER_CONFIG (the
text of a Docker configuration); HTTPS_TOKEN, or HTTPS_USERNAME and HTTPS_PASSWORD. Instead of keys a workload's
identity, as the clouds' webhooks and tools write it: AZURE_FEDERATED_TOKEN_FILE, AZURE_TENANT_ID and AZURE_CLIENT_ID;
AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN (AWS_ROLE_SESSION_NAME, AWS_ENDPOINT_URL_STS);
GOOGLE_APPLICATION_CREDENTIALS, a file that names the file of a token, or of a key. Where there are both, keys count.
Which files a commit of Git has is known to serin-fetch alone.

Exit code: 0 done; 1 the store says no, or other than the id; 2 the command line is wrong.
)";

struct Arguments {
    std::string command;
    api::ModelSource source;
    std::string id;
    std::string path;
    std::string ca;
    api::VersionReport report;
    api::AliasMove move;
};

class Log final : public Logger {
  public:
    void log(LogLevel, std::string_view message, const LogFields&) override { std::cerr << message << '\n'; }
};

// Whether it is one of report's.
bool takeReportOption(const std::string& option, const std::string& value, Arguments& out) {
    const std::map<std::string, std::string*> options{
        {"--model-version", &out.report.version},
        {"--stage", &out.report.stage},
        {"--outcome", &out.report.outcome},
        {"--reason", &out.report.reason},
        {"--alias", &out.move.alias},
    };
    if (option == "--from") {
        out.move.from.push_back(value);
        return true;
    }
    const auto found = options.find(option);
    if (found != options.end()) *found->second = value;
    return found != options.end();
}

Result<void> takeOption(const std::string& option, const std::string& value, Arguments& out) {
    if (out.command == "report" && takeReportOption(option, value, out)) return {};
    if (option == "--endpoint") {
        out.source.endpoint = withoutTrailing(value, '/');
    } else if (option == "--include") {
        out.source.include.push_back(value);
    } else if (option == "--exclude") {
        out.source.exclude.push_back(value);
    } else if (option == "--ca") {
        out.ca = value;
    } else if (option == "--id" &&
               (out.command == "files" || out.command == "cat" || out.command == "manifest")) {
        out.id = value;
    } else if (option == "--path" && out.command == "cat") {
        out.path = value;
    } else {
        return invalid(cat(out.command, " has no option ", option));
    }
    return {};
}

Result<void> checkComplete(const Arguments& arguments) {
    if (arguments.command == "report") {
        if (arguments.report.version.empty()) return invalid("state --model-version, a number");
        const bool move = !arguments.move.alias.empty();
        if (arguments.report.stage.empty() && !move) return invalid("state --stage or --alias");
        return move || arguments.move.from.empty() ? Result<void>() : invalid("state --alias with --from");
    }
    if (arguments.command == "resolve" || arguments.command == "manifest") return {};
    if (arguments.id.empty()) return invalid("state --id, as resolve printed it");
    const bool pathless = arguments.command == "cat" && arguments.path.empty();
    return pathless ? invalid("state --path, as files printed it") : Result<void>();
}

Result<Arguments> parse(const std::vector<std::string>& words) {
    Arguments out;
    out.command = words.empty() ? "" : words[0];
    if (out.command != "resolve" && out.command != "files" && out.command != "cat" &&
        out.command != "manifest" && out.command != "report") {
        return invalid(
            "it wants \"resolve URI\", \"files URI\", \"cat URI\", \"manifest URI\" or \"report URI\"");
    }
    if (words.size() < 2) return invalid("the URI is missing");
    const Result<api::SourceReference> reference = api::parseSource(words[1]);
    if (!reference) return reference.error();
    out.source.reference = *reference;
    out.source.uri = api::sourceUri(*reference);
    for (size_t i = 2; i < words.size(); i += 2) {
        if (words[i] == "--verified" && out.command != "report") {
            out.source.publicKeyKey = "cosign.pub";  // which one it is decides nothing here
            --i;
            continue;
        }
        if (i + 1 == words.size()) return invalid(cat(words[i], " wants a value"));
        if (const Result<void> taken = takeOption(words[i], words[i + 1], out); !taken) return taken.error();
    }
    const Result<void> complete = checkComplete(out);
    return complete ? Result<Arguments>(out) : Result<Arguments>(complete.error());
}

Result<std::string> contentOf(const std::string& path) {
    if (path.empty()) return path;
    std::ifstream file(path, std::ios::binary);
    if (!file) return invalid(cat("cannot read ", path));
    return std::string(std::istreambuf_iterator<char>(file), {});
}

std::optional<std::string> variable(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
}

Result<std::string> readFile(const std::string& path) {
    return smallFile(path, sources::kMostTokenFileBytes);
}

nlohmann::json jsonOf(const std::vector<sources::File>& files) {
    nlohmann::json out = nlohmann::json::array();
    for (const sources::File& file : files) {
        nlohmann::json one = {{"path", file.path}, {"size", file.size}};
        if (!file.sha256.empty()) one["sha256"] = file.sha256;
        if (!file.tag.empty()) one["tag"] = file.tag;
        if (file.layer) one["layer"] = true;
        out.push_back(std::move(one));
    }
    return out;
}

void print(const nlohmann::json& value) {
    std::cout << value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
}

Result<void> resolve(const Arguments& arguments, sources::Store& store, Timestamp now) {
    const auto out = store.resolve(arguments.source, now);
    if (!out) return out.error();
    const api::ResolvedModel& model = out->model;
    print({{"uri", arguments.source.uri},
           {"id", model.id},
           {"version", model.version},
           {"lineage",
            {{"run", model.lineage.run},
             {"commit", model.lineage.commit},
             {"signature", model.lineage.signature},
             {"trainedAt", model.lineage.trainedAt}}},
           {"bytes", model.bytes},
           {"files", jsonOf(out->files)}});
    return {};
}

Result<void> printFile(const Arguments& arguments, const std::vector<sources::File>& files,
                       const sources::Credentials& credentials, sources::Store& store,
                       net::Exchange& exchange, Timestamp now) {
    for (const sources::File& file : files) {
        if (file.path != arguments.path) continue;
        const auto download = store.download(arguments.source, arguments.id, file, now);
        if (!download) return download.error();
        const sources::Calls calls(exchange, credentials, [](const HttpResponse&) { return std::string(); });
        const auto answer = calls.ask({"GET", download->url, download->headers, kMostBytes, true, ""});
        if (!answer) return answer.error();
        std::cout << answer->body;
        return {};
    }
    return Error{ErrorCode::NotFound, cat("there is no file ", arguments.path)};
}

Result<void> report(const Arguments& arguments, net::Exchange& exchange) {
    api::RegistryOrder order;
    order.deployment = order.evidence = "serin-source report";
    if (!arguments.report.stage.empty()) order.versions.push_back(arguments.report);
    if (!arguments.move.alias.empty()) {
        order.aliases.push_back({arguments.move.alias, arguments.report.version, arguments.move.from});
    }
    const sources::Credentials keys = sources::keysIn(arguments.source.reference.store, variable);
    return sources::tellRegistry(arguments.source, order, keys, exchange);
}

Result<void> run(const Arguments& arguments) {
    const Result<std::string> ca = contentOf(arguments.ca);
    if (!ca) return ca.error();
    const api::StoreKind kind = arguments.source.reference.store;
    Log log;
    const auto exchange = net::makeExchange(*ca, log);
    if (arguments.command == "report") return report(arguments, *exchange);
    const auto asker = sources::askerIn(kind, variable, readFile);
    if (!asker) return asker.error();
    if (!asker->remark.empty()) std::cerr << withoutControls(asker->remark) << '\n';
    if (arguments.command == "manifest") {
        return printManifest(arguments.source, arguments.id, *asker, arguments.ca);
    }
    const auto store = sources::makeStore(kind, asker->credentials, *exchange, asker->identity);
    if (!store) return store.error();
    const Timestamp now = systemClock().wall();
    if (arguments.command == "resolve") return resolve(arguments, **store, now);
    const auto files = (*store)->files(arguments.source, arguments.id, now);
    if (!files) return files.error();
    if (arguments.command == "cat") {
        return printFile(arguments, *files, asker->credentials, **store, *exchange, now);
    }
    print(jsonOf(*files));
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words == std::vector<std::string>{"--help"}) {
        std::cout << kUsage;
        return 0;
    }
    if (words == std::vector<std::string>{"--version"}) {
        std::cout << SERIN_VERSION << "\n";
        return 0;
    }
    const Result<Arguments> arguments = parse(words);
    if (!arguments) {
        std::cerr << "serin-source: " << arguments.error().message << ". Try --help.\n";
        return kUsageError;
    }
    Result<void> done = run(*arguments);
    if (done && !std::cout.flush()) done = invalid("not all of it could be written to the standard output");
    if (done) return 0;
    std::cerr << "serin-source: " << withoutControls(done.error().message) << "\n";
    return 1;
}
