#include "fetch/options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string_view>

#include "api/file_digests.h"
#include "api/identity_json.h"
#include "api/source_uri.h"
#include "base/text.h"

namespace serin::fetch {
namespace {

constexpr size_t kMostConnections = 64;
constexpr int kMostAttempts = 1000;
constexpr int kMostPorts = 65'535;
constexpr Duration kLongestSilence = std::chrono::hours(1);

constexpr std::string_view kUsage =
    R"(serin-fetch: downloads exactly the files of a model's id into a folder

usage: serin-fetch --uri URI --into FOLDER [--id ID] [option…]

  --uri URI            where the model is: mlflow://NAME@ALIAS, mlflow://NAME/VERSION, hf://OWNER/NAME@REVISION,
                       azureblob://ACCOUNT/CONTAINER/PREFIX, s3://BUCKET/PREFIX, gs://BUCKET/PREFIX,
                       git+https://HOST/REPOSITORY.git@REF#PATH, oci://REGISTRY/REPOSITORY:TAG, https://HOST/FILE;
                       .tar, .tar.gz, .tgz and .zip of https and the layers of an image are unpacked
                       [SERIN_SOURCE_URI]
  --into FOLDER        where its files go; it is made where there is none [SERIN_SOURCE_INTO]
  --id ID              what the URI was resolved to; without it what it means now [SERIN_SOURCE_ID]
  --sha256 DIGESTS     what the files have to be: the digest of the one file (or archive), of the manifest that
                       sha256sum prints of several, or that manifest itself [SERIN_SOURCE_SHA256]
  --public-key FILE    in PEM; the model has to have a manifest SHA256SUMS, and SHA256SUMS.sig, its signature by
                       this key (cosign sign-blob, openssl dgst -sha256 -sign) [SERIN_SOURCE_PUBLIC_KEY]
  --check FOLDER       instead of --uri and --into: fetches nothing, and says whether the files that are there
                       are what --sha256 and --public-key want [SERIN_SOURCE_CHECK]
  --endpoint URL       the server, such as http://mlflow.ml.svc:5000 [SERIN_SOURCE_ENDPOINT]
  --include GLOB       only files that match; may be repeated [SERIN_SOURCE_INCLUDE, one a line]
  --exclude GLOB       not these; may be repeated [SERIN_SOURCE_EXCLUDE, one a line]
  --ca FILE            authorities in PEM that are trusted instead of the system's [SERIN_SOURCE_CA]
  --connections N      at a time, 1 to 64; 4 [SERIN_FETCH_CONNECTIONS]
  --attempts N         in a row without a byte, 1 to 1000; 8 [SERIN_FETCH_ATTEMPTS]
  --silence DURATION   after which a connection counts as broken; 30s [SERIN_FETCH_SILENCE]
  --progress-port N    answers GETs with how far it is, in Prometheus' text format; nowhere
                       [SERIN_FETCH_PROGRESS_PORT]
  --termination-log F  where the last error is written too, if the file is there; /dev/termination-log
                       [SERIN_FETCH_TERMINATION_LOG]
  --version            prints the version
  --help               prints this

Credentials come by the environment alone: MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and
MLFLOW_TRACKING_PASSWORD; HF_TOKEN; one of AZURE_STORAGE_ACCESS_KEY, AZURE_STORAGE_SAS_TOKEN and
AZURE_STORAGE_CONNECTION_STRING, or AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET; AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_REGION; GOOGLE_APPLICATION_CREDENTIALS_JSON or
GOOGLE_OAUTH_ACCESS_TOKEN; GIT_TOKEN, or GIT_USERNAME and GIT_PASSWORD; OCI_TOKEN, or OCI_USERNAME and OCI_PASSWORD,
or SERIN_DOCKER_CONFIG (the text of a Docker configuration); HTTPS_TOKEN, or HTTPS_USERNAME and HTTPS_PASSWORD.
SERIN_SOURCE_CREDENTIALS is the name of the Secret that they should come of: with it, none at all is an error.
Instead of keys a workload's identity, as the clouds' webhooks and tools write it: AZURE_FEDERATED_TOKEN_FILE,
AZURE_TENANT_ID and AZURE_CLIENT_ID; AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN (AWS_ROLE_SESSION_NAME,
AWS_ENDPOINT_URL_STS); GOOGLE_APPLICATION_CREDENTIALS, a file that names the file of a token, or of a key. In the pods
that Serin makes (SERIN_SOURCE_ID) only SERIN_SOURCE_IDENTITY and SERIN_SOURCE_IDENTITY_TOKEN count, the identity as
JSON and the file with the service account's token.
HTTP_PROXY, HTTPS_PROXY and NO_PROXY count as for curl. Git repositories need the program git beside this one.

What was complete when it ended is not fetched again by the next run; when everything is there already, nothing
is asked of anybody.

A model whose files are not what --sha256 and --public-key want never appears in the folder.

Exit code: 0 the model is there; 1 it is not, and the last line says why; 2 the command line is wrong.
)";

struct Setting {
    std::string_view flag;
    std::string_view variable;
};

constexpr std::array<Setting, 15> kSettings{{{"--uri", "SERIN_SOURCE_URI"},
                                             {"--into", "SERIN_SOURCE_INTO"},
                                             {"--id", "SERIN_SOURCE_ID"},
                                             {"--sha256", "SERIN_SOURCE_SHA256"},
                                             {"--public-key", "SERIN_SOURCE_PUBLIC_KEY"},
                                             {"--check", "SERIN_SOURCE_CHECK"},
                                             {"--endpoint", "SERIN_SOURCE_ENDPOINT"},
                                             {"--include", "SERIN_SOURCE_INCLUDE"},
                                             {"--exclude", "SERIN_SOURCE_EXCLUDE"},
                                             {"--ca", "SERIN_SOURCE_CA"},
                                             {"--connections", "SERIN_FETCH_CONNECTIONS"},
                                             {"--attempts", "SERIN_FETCH_ATTEMPTS"},
                                             {"--silence", "SERIN_FETCH_SILENCE"},
                                             {"--progress-port", "SERIN_FETCH_PROGRESS_PORT"},
                                             {"--termination-log", "SERIN_FETCH_TERMINATION_LOG"}}};

// Each setting's values, under its flag, and where they come from.
class Values {
  public:
    Result<void> read(const std::vector<std::string>& arguments, const Environment& environment) {
        for (const Setting& setting : kSettings) readVariable(setting, environment);
        std::map<std::string, bool> seen;
        for (size_t i = 0; i < arguments.size(); ++i) {
            std::string flag = arguments[i];
            std::optional<std::string> value;
            if (const size_t equals = flag.find('='); flag.starts_with("--") && equals != std::string::npos) {
                value = flag.substr(equals + 1);
                flag.resize(equals);
            }
            const auto known = std::ranges::find(kSettings, flag, &Setting::flag);
            if (known == kSettings.end()) return invalid(cat("there is no option ", withoutControls(flag)));
            if (!value && ++i < arguments.size()) value = arguments[i];
            if (!value || value->empty()) return invalid(cat(flag, " has no value; state one after it"));
            if (!seen.contains(flag)) values_[flag].clear();
            const bool repeats = flag == "--include" || flag == "--exclude";
            if (seen[flag] && !repeats) return invalid(cat(flag, " stands there twice; state it once"));
            seen[flag] = true;
            values_[flag].push_back(*value);
            origin_[flag] = flag;
        }
        return {};
    }

    const std::vector<std::string>& all(const std::string& flag) { return values_[flag]; }
    std::string one(const std::string& flag) { return all(flag).empty() ? "" : all(flag)[0]; }
    // How the one who wrote the value calls it.
    const std::string& origin(const std::string& flag) { return origin_[flag]; }

  private:
    void readVariable(const Setting& setting, const Environment& environment) {
        const std::optional<std::string> text = environment(std::string(setting.variable));
        if (!text || text->empty()) return;
        const std::string flag(setting.flag);
        origin_[flag] = setting.variable;
        if (flag != "--include" && flag != "--exclude") {
            values_[flag] = {*text};
            return;
        }
        for (const std::string& line : split(*text, '\n')) {
            if (!line.empty()) values_[flag].push_back(line);
        }
    }

    std::map<std::string, std::vector<std::string>> values_;
    std::map<std::string, std::string> origin_;
};

template <typename Int>
Result<void> readNumber(Values& values, const std::string& flag, Int most, Int& out) {
    const std::string text = values.one(flag);
    if (text.empty()) return {};
    Int number = 0;
    const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || stopped != text.data() + text.size() || number < 1 || number > most) {
        return invalid(cat(values.origin(flag), " is \"", withoutControls(text),
                           "\"; state a whole number from 1 to ", most));
    }
    out = number;
    return {};
}

Result<void> readSilence(Values& values, Duration& out) {
    const std::string text = values.one("--silence");
    if (text.empty()) return {};
    const Result<Duration> silence = parseDuration(text);
    if (!silence || *silence < std::chrono::seconds(1) || *silence > kLongestSilence) {
        return invalid(cat(values.origin("--silence"), " is \"", withoutControls(text),
                           "\"; state a duration from 1s to 1h"));
    }
    out = *silence;
    return {};
}

Result<void> readSource(Values& values, Options& out) {
    out.source.uri = values.one("--uri");
    if (out.source.uri.empty()) return invalid("--uri is missing; state where the model is");
    const Result<api::SourceReference> reference = api::parseSource(out.source.uri);
    if (!reference) return invalid(cat(values.origin("--uri"), ": ", reference.error().message));
    out.source.reference = *reference;
    out.source.endpoint = withoutTrailing(values.one("--endpoint"), '/');
    const bool http =
        out.source.endpoint.starts_with("http://") || out.source.endpoint.starts_with("https://");
    if (!out.source.endpoint.empty() && !http) {
        return invalid(cat(values.origin("--endpoint"), " is no http:// or https:// URL"));
    }
    if (out.source.endpoint.empty() && reference->store == api::StoreKind::Mlflow) {
        return invalid("--endpoint is missing; state the tracking server, such as http://mlflow.ml.svc:5000");
    }
    const bool complete =
        reference->store == api::StoreKind::Https || reference->store == api::StoreKind::Git;
    if (!out.source.endpoint.empty() && complete) {
        return invalid(cat(values.origin("--endpoint"),
                           " has no effect on a source whose URI says where it is; leave it out"));
    }
    out.source.include = values.all("--include");
    out.source.exclude = values.all("--exclude");
    return {};
}

// What the files have to be.
Result<void> readTrust(Values& values, Options& out) {
    const std::string digests = values.one("--sha256");
    out.source.sha256 = api::isSha256(digests) ? lowerCase(digests) : digests;
    if (!digests.empty() && !api::isSha256(digests)) {
        if (const Result<api::FileDigests> read = api::parseDigests(digests); !read) {
            return invalid(cat(values.origin("--sha256"),
                               " is neither 64 hexadecimal digits nor a manifest: ", read.error().message));
        }
    }
    out.publicKeyFile = values.one("--public-key");
    out.source.publicKeyKey = std::filesystem::path(out.publicKeyFile).filename().string();
    if (!out.publicKeyFile.empty() && out.source.publicKeyKey.empty()) {
        return invalid(
            cat(values.origin("--public-key"), " is a folder; state the file with the public key"));
    }
    out.check = values.one("--check");
    if (out.check.empty()) return {};
    if (digests.empty() && out.publicKeyFile.empty()) {
        return invalid(cat(values.origin("--check"),
                           " has nothing to hold the files against; state --sha256 or --public-key"));
    }
    for (const char* flag : {"--uri", "--into", "--id", "--endpoint", "--include", "--exclude", "--ca"}) {
        if (values.all(flag).empty()) continue;
        return invalid(
            cat(values.origin(flag), " has no effect beside --check, which fetches nothing; remove it"));
    }
    return {};
}

Result<void> readPace(Values& values, Options& out) {
    if (const auto read = readNumber(values, "--connections", kMostConnections, out.connections); !read) {
        return read;
    }
    if (const auto read = readNumber(values, "--attempts", kMostAttempts, out.attempts); !read) return read;
    if (const auto read = readNumber(values, "--progress-port", kMostPorts, out.progressPort); !read)
        return read;
    return readSilence(values, out.silence);
}

// What says who asks, of what Serin itself puts into the pods that it makes.
Result<void> readPodsIdentity(const std::string& text, const Environment& environment,
                              const sources::ReadFile& readFile, Options& out) {
    Result<api::WorkloadIdentity> who = api::readIdentity(text);
    if (!who) return invalid(cat(api::kIdentityVariable, " ", who.error().message));
    const std::string path = environment(api::kIdentityTokenVariable).value_or("");
    if (path.empty()) {
        return invalid(cat(api::kIdentityTokenVariable, " is missing beside ", api::kIdentityVariable,
                           "; state the file with the token of the service account"));
    }
    out.identity = sources::CloudIdentity{std::move(who).value(), sources::tokenIn(path, "", readFile)};
    return {};
}

// Of the Secret that has this name.
Result<void> readSecretsKeys(const std::string& secret, const Environment& environment, Options& out) {
    const api::StoreKind kind = out.source.reference.store;
    out.credentials = sources::keysIn(kind, environment);
    // The kubelet leaves out what it does not find, and nobody is to be asked without a name by mistake.
    if (!out.credentials.empty()) return {};
    return invalid(cat("the Secret ", withoutControls(secret), " is not there or has none of the keys ",
                       join(sources::credentialKeys(kind), ", "),
                       "; make it, or take spec.model.source.credentials out where none are wanted"));
}

// A cloud's webhook puts who its workload is into pods of Serin's too, where the ModelDeployment says that
// nobody in particular asks.
void readNobodysKeys(const Environment& environment, Options& out) {
    out.credentials = sources::keysIn(out.source.reference.store, environment);
    if (!environment("AZURE_FEDERATED_TOKEN_FILE") || out.credentials.contains("AZURE_CLIENT_SECRET")) return;
    for (const char* key : {"AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_AUTHORITY_HOST"}) {
        out.credentials.erase(key);
    }
}

Result<void> readCredentials(const Environment& environment, const sources::ReadFile& readFile,
                             Options& out) {
    const std::string secret = environment("SERIN_SOURCE_CREDENTIALS").value_or("");
    const std::string identity = environment(api::kIdentityVariable).value_or("");
    if (!secret.empty() && !identity.empty()) {
        return invalid(
            cat("SERIN_SOURCE_CREDENTIALS and ", api::kIdentityVariable, " are both there; state one"));
    }
    if (!secret.empty()) return readSecretsKeys(secret, environment, out);
    if (!identity.empty()) return readPodsIdentity(identity, environment, readFile, out);
    if (environment("SERIN_SOURCE_ID")) {
        readNobodysKeys(environment, out);
        return {};
    }
    Result<sources::Asker> asker = sources::askerIn(out.source.reference.store, environment, readFile);
    if (!asker) return asker.error();
    out.credentials = std::move(asker->credentials);
    out.identity = std::move(asker->identity);
    out.remark = std::move(asker->remark);
    return {};
}

Result<void> readModel(Values& values, const Environment& environment, const sources::ReadFile& readFile,
                       Options& out) {
    if (const Result<void> read = readSource(values, out); !read) return read;
    out.id = values.one("--id");
    out.into = values.one("--into");
    if (out.into.empty()) return invalid("--into is missing; state the folder that the files go to");
    out.caFile = values.one("--ca");
    return readCredentials(environment, readFile, out);
}

}  // namespace

std::string usage() {
    return std::string(kUsage);
}

Result<Options> parseOptions(const std::vector<std::string>& arguments, const Environment& environment,
                             const sources::ReadFile& readFile) {
    Options out;
    out.help = std::ranges::find(arguments, "--help") != arguments.end();
    out.version = std::ranges::find(arguments, "--version") != arguments.end();
    if (out.help || out.version) return out;
    // An empty id would quietly mean another model than the one that was resolved.
    if (environment("SERIN_SOURCE_ID") == "")
        return invalid("SERIN_SOURCE_ID is empty; state the id, or leave it out");
    Values values;
    if (const Result<void> read = values.read(arguments, environment); !read) return read.error();
    if (const Result<void> read = readTrust(values, out); !read) return read.error();
    if (const Result<void> read = readPace(values, out); !read) return read.error();
    if (const std::string log = values.one("--termination-log"); !log.empty()) out.terminationLog = log;
    if (!out.check.empty()) return out;
    if (const Result<void> read = readModel(values, environment, readFile, out); !read) return read.error();
    return out;
}

}  // namespace serin::fetch
