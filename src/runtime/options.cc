#include "runtime/options.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace serin::runtime {
namespace {

struct Flag {
    std::string name;
    std::string value;  // what stands for it in the help; empty for switches
    std::string help;
    std::function<Result<void>(Options&, const std::string&)> set;
};

template <typename T>
Result<void> assign(T& place, Result<T> value) {
    if (!value) return value.error();
    place = std::move(value).value();
    return {};
}

Result<int> parseInteger(const std::string& text, int least, int most) {
    int value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || value < least ||
        value > most) {
        return invalid(cat("is \"", text, "\", not a whole number from ", least, " to ", most));
    }
    return value;
}

Result<bool> parseSwitch(const std::string& text) {
    if (text == "true" || text.empty()) return true;
    if (text == "false") return false;
    return invalid(cat("is \"", text, "\", not true or false"));
}

Result<Duration> parseWait(const std::string& text) {
    Result<Duration> parsed = parseDuration(text);
    if (!parsed) return invalid(cat("is \"", text, "\": ", parsed.error().message));
    return parsed;
}

Result<std::vector<std::string>> parseNames(const std::string& text) {
    std::vector<std::string> names;
    for (const std::string& part : split(text, ',')) {
        const std::string name(trim(part));
        if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
            names.push_back(name);
    }
    return names;
}

std::vector<Flag> clusterFlags() {
    return {
        {"watch-namespaces", "a,b", "Look after the ModelDeployments of these namespaces only (default: all)",
         [](Options& o, const std::string& v) { return assign(o.watchNamespaces, parseNames(v)); }},
        {"leader-elect", "true|false",
         "Only one of several replicas acts, the one that holds the Lease (default true)",
         [](Options& o, const std::string& v) { return assign(o.leaderElect, parseSwitch(v)); }},
        {"lease-name", "NAME", "Name of that Lease (default serin-operator)",
         [](Options& o, const std::string& v) { return assign(o.leaseName, Result<std::string>(v)); }},
        {"namespace", "NAME", "Namespace of that Lease (default: $POD_NAMESPACE, else the present context's)",
         [](Options& o, const std::string& v) { return assign(o.space, Result<std::string>(v)); }},
        {"kubeconfig", "PATH",
         "How to reach the cluster (default: the pod's service account, else ~/.kube/config)",
         [](Options& o, const std::string& v) { return assign(o.kubeconfig, Result<std::string>(v)); }},
        {"drain-delay", "DURATION", "How long pods are kept that no route reaches any more (default 5s)",
         [](Options& o, const std::string& v) { return assign(o.drainDelay, parseWait(v)); }},
        {"workers", "N", "ModelDeployments that are worked on at the same time (default 2)",
         [](Options& o, const std::string& v) { return assign(o.workers, parseInteger(v, 1, 64)); }},
        {"fetch-image", "IMAGE",
         "Image of serin-fetch, which loads models from spec.model.source.uri (default: none, such specs are "
         "not "
         "accepted)",
         [](Options& o, const std::string& v) { return assign(o.fetchImage, Result<std::string>(v)); }},
        {"fetch-git-image", "IMAGE",
         "Image of serin-fetch with git, which loads models from git+https:// (default: none, such specs are "
         "not accepted)",
         [](Options& o, const std::string& v) { return assign(o.fetchGitImage, Result<std::string>(v)); }},
    };
}

std::vector<Flag> processFlags() {
    return {
        {"metrics-port", "PORT", "Where /metrics is served, 0 for nowhere (default 8080)",
         [](Options& o, const std::string& v) { return assign(o.metricsPort, parseInteger(v, 0, 65535)); }},
        {"metrics-authorization", "true|false",
         "Serve /metrics over TLS to those who may get that path in the cluster (default true); false: plain "
         "HTTP to everybody",
         [](Options& o, const std::string& v) { return assign(o.metricsAuthorization, parseSwitch(v)); }},
        {"metrics-certificate", "PATH",
         "Certificate of /metrics in PEM, read again when it changes (default: signed by itself)",
         [](Options& o, const std::string& v) {
             return assign(o.metricsCertificate, Result<std::string>(v));
         }},
        {"metrics-key", "PATH", "The private key of that certificate in PEM",
         [](Options& o, const std::string& v) { return assign(o.metricsKey, Result<std::string>(v)); }},
        {"health-port", "PORT", "Where /healthz and /readyz are served, 0 for nowhere (default 8081)",
         [](Options& o, const std::string& v) { return assign(o.healthPort, parseInteger(v, 0, 65535)); }},
        {"log-format", "text|json", "Form of the log on standard error (default text)",
         [](Options& o, const std::string& v) { return assign(o.logFormat, parseLogFormat(v)); }},
        {"log-level", "LEVEL", "Least level that is logged: debug, info, warning or error (default info)",
         [](Options& o, const std::string& v) { return assign(o.logLevel, parseLogLevel(v)); }},
        {"version", "", "Print the version and end",
         [](Options& o, const std::string& v) { return assign(o.version, parseSwitch(v)); }},
        {"help", "", "Print this and end",
         [](Options& o, const std::string& v) { return assign(o.help, parseSwitch(v)); }},
    };
}

std::vector<Flag> webhookFlags() {
    return {
        {"webhook-port", "PORT",
         "Where registries say by POST /hooks/NAMESPACE/NAME that a source has something new, 0 for nowhere "
         "(default 0)",
         [](Options& o, const std::string& v) { return assign(o.webhookPort, parseInteger(v, 0, 65535)); }},
        {"webhook-secret", "PATH", "File of the secret that they have to know, of 16 bytes or more",
         [](Options& o, const std::string& v) { return assign(o.webhookSecret, Result<std::string>(v)); }},
        {"webhook-certificate", "PATH",
         "Certificate of that port in PEM, read again when it changes (default: none, plain HTTP)",
         [](Options& o, const std::string& v) {
             return assign(o.webhookCertificate, Result<std::string>(v));
         }},
        {"webhook-key", "PATH", "The private key of that certificate in PEM",
         [](Options& o, const std::string& v) { return assign(o.webhookKey, Result<std::string>(v)); }},
    };
}

const std::vector<Flag>& flags() {
    static const std::vector<Flag> all = [] {
        std::vector<Flag> list = clusterFlags();
        for (Flag& flag : webhookFlags()) list.push_back(std::move(flag));
        for (Flag& flag : processFlags()) list.push_back(std::move(flag));
        return list;
    }();
    return all;
}

const Flag* flagNamed(const std::string& name) {
    const auto found =
        std::find_if(flags().begin(), flags().end(), [&](const Flag& f) { return f.name == name; });
    return found == flags().end() ? nullptr : &*found;
}

std::string variableOf(const Flag& flag) {
    std::string name = "SERIN_";
    for (const char c : flag.name)
        name += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return name;
}

// A switch may stand alone: --leader-elect.
bool standsAlone(const Flag& flag) {
    return flag.value.empty() || flag.value == "true|false";
}

Result<void> readEnvironment(Options& options, const Environment& environment) {
    if (const auto space = environment("POD_NAMESPACE")) options.space = *space;
    for (const Flag& flag : flags()) {
        const auto value = environment(variableOf(flag));
        if (!value) continue;
        const Result<void> set = flag.set(options, *value);
        if (!set) return invalid(cat("environment variable ", variableOf(flag), ' ', set.error().message));
    }
    return {};
}

Result<void> readArgument(Options& options, const std::vector<std::string>& arguments, size_t& index) {
    const std::string& argument = arguments[index];
    if (!argument.starts_with("--")) return invalid(cat("unknown argument \"", argument, "\""));
    const size_t equals = argument.find('=');
    const std::string name = argument.substr(2, equals == std::string::npos ? equals : equals - 2);
    const Flag* flag = flagNamed(name);
    if (!flag) return invalid(cat("unknown flag --", name));
    std::string value;
    if (equals != std::string::npos) {
        value = argument.substr(equals + 1);
    } else if (!standsAlone(*flag)) {
        if (index + 1 == arguments.size())
            return invalid(cat("--", name, " needs a value: --", name, '=', flag->value));
        value = arguments[++index];
    }
    const Result<void> set = flag->set(options, value);
    if (!set) return invalid(cat("--", name, ' ', set.error().message));
    return {};
}

Result<void> checkMetrics(const Options& options) {
    const bool certificate = !options.metricsCertificate.empty();
    const bool key = !options.metricsKey.empty();
    const auto without = [&](const char* cause) {
        const char* flag = certificate ? "certificate" : key ? "key" : "authorization";
        return invalid(cat("--metrics-", flag, " has no effect with ", cause));
    };
    if (options.metricsPort == 0 && (certificate || key || !options.metricsAuthorization))
        return without("--metrics-port=0, which serves no metrics");
    if (!options.metricsAuthorization && (certificate || key))
        return without("--metrics-authorization=false, which is plain HTTP");
    if (certificate != key) {
        return invalid(cat("--metrics-", certificate ? "certificate" : "key", " needs --metrics-",
                           certificate ? "key" : "certificate", " beside it"));
    }
    return {};
}

Result<void> checkWebhooks(const Options& options) {
    const bool secret = !options.webhookSecret.empty();
    const bool certificate = !options.webhookCertificate.empty();
    const bool key = !options.webhookKey.empty();
    if (options.webhookPort == 0 && (secret || certificate || key)) {
        return invalid(cat("--webhook-",
                           secret        ? "secret"
                           : certificate ? "certificate"
                                         : "key",
                           " has no effect without --webhook-port"));
    }
    if (options.webhookPort != 0 && !secret) {
        return invalid("--webhook-port needs --webhook-secret beside it");
    }
    if (certificate != key) {
        return invalid(cat("--webhook-", certificate ? "certificate" : "key", " needs --webhook-",
                           certificate ? "key" : "certificate", " beside it"));
    }
    return {};
}

}  // namespace

Result<Options> parseOptions(const std::vector<std::string>& arguments, const Environment& environment) {
    Options options;
    if (const Result<void> read = readEnvironment(options, environment); !read) return read.error();
    for (size_t index = 0; index < arguments.size(); ++index) {
        if (const Result<void> read = readArgument(options, arguments, index); !read) return read.error();
    }
    for (const Result<void>& checked : {checkMetrics(options), checkWebhooks(options)}) {
        if (!checked) return checked.error();
    }
    if (options.fetchImage.empty() && !options.fetchGitImage.empty()) {
        return invalid("--fetch-git-image needs --fetch-image beside it");
    }
    return options;
}

std::string usage() {
    std::string text =
        "serin-operator: rolls model deployments behind a canary split, judges them, takes back what is "
        "worse.\n\nEach flag is also an environment variable: --log-format is SERIN_LOG_FORMAT.\n\n";
    for (const Flag& flag : flags()) {
        std::string left = cat("  --", flag.name, flag.value.empty() ? "" : "=", flag.value);
        left.resize(std::max<size_t>(left.size() + 2, 32), ' ');
        text += cat(left, flag.help, '\n');
    }
    return text;
}

}  // namespace serin::runtime
