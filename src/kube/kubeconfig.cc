#include "kube/kubeconfig.h"

#include <yaml-cpp/yaml.h>

#include <map>
#include <set>
#include <utility>

#include "base/base64.h"
#include "base/text.h"
#include "kube/kubeconfig_exec.h"

namespace serin::kube {
namespace {

// One named cluster, user or context, and the file it stands in.
struct Item {
    YAML::Node fields;
    std::string path;
};

struct Merged {
    std::map<std::string, Item> clusters;
    std::map<std::string, Item> users;
    std::map<std::string, Item> contexts;
    std::string currentContext;
};

// Throws YAML::Exception where the file has another shape.
void mergeList(const YAML::Node& root, const char* list, const char* member, const std::string& path,
               std::map<std::string, Item>& into) {
    const YAML::Node items = root[list];
    if (!items || items.IsNull()) return;
    for (const YAML::Node& item : items) {
        into.emplace(item["name"].as<std::string>(), Item{YAML::Clone(item[member]), path});
    }
}

void merge(const KubeconfigFile& file, Merged& into) {
    const YAML::Node root = YAML::Load(file.text);
    if (!root || root.IsNull()) return;
    mergeList(root, "clusters", "cluster", file.path, into.clusters);
    mergeList(root, "users", "user", file.path, into.users);
    mergeList(root, "contexts", "context", file.path, into.contexts);
    const YAML::Node current = root["current-context"];
    if (into.currentContext.empty() && current && current.IsScalar())
        into.currentContext = current.as<std::string>();
}

std::string field(const Item& item, const char* name) {
    if (!item.fields.IsMap()) return "";
    const YAML::Node value = item.fields[name];
    return value && value.IsScalar() ? value.as<std::string>() : "";
}

Result<void> refuseUnknown(const Item& item, const std::string& what, const std::set<std::string>& known) {
    if (!item.fields.IsMap()) return {};
    for (const auto& entry : item.fields) {
        const auto name = entry.first.as<std::string>();
        if (!known.contains(name)) {
            return invalid(cat(item.path, ": ", what, " uses '", name, "', which Serin does not support"));
        }
    }
    return {};
}

// `name` is a file's path, `name`-data the content in base64, which wins.
Result<PemSource> pem(const Item& item, const std::string& name) {
    PemSource source;
    const std::string data = field(item, (name + "-data").c_str());
    if (data.empty()) {
        source.file = beside(item.path, field(item, name.c_str()));
        return source;
    }
    Result<std::string> text = decodeBase64(data);
    if (!text) return invalid(cat(item.path, ": ", name, "-data: ", text.error().message));
    source.text = std::move(text).value();
    return source;
}

Result<void> readCluster(const Item& cluster, const std::string& name, ClusterConfig& config) {
    if (const auto known =
            refuseUnknown(cluster, cat("cluster '", name, "'"),
                          {"server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority",
                           "certificate-authority-data", "disable-compression", "extensions", "proxy-url"});
        !known) {
        return known;
    }
    config.server = withoutTrailing(field(cluster, "server"), '/');
    if (!config.server.starts_with("https://") && !config.server.starts_with("http://")) {
        return invalid(cat(cluster.path, ": cluster '", name, "': server '", config.server,
                           "' does not begin with https:// or http://"));
    }
    config.tlsServerName = field(cluster, "tls-server-name");
    config.proxyUrl = field(cluster, "proxy-url");
    if (!config.proxyUrl.empty() && !config.proxyUrl.starts_with("http://")) {
        const std::string scheme = config.proxyUrl.substr(0, config.proxyUrl.find(':'));
        return invalid(
            cat(cluster.path, ": cluster '", name, "': a proxy-url with '", scheme,
                "' is not supported; Serin speaks to http:// proxies (CONNECT for https servers)"));
    }
    config.insecureSkipTlsVerify = field(cluster, "insecure-skip-tls-verify") == "true";
    Result<PemSource> ca = pem(cluster, "certificate-authority");
    if (!ca) return ca.error();
    config.ca = std::move(ca).value();
    if (config.insecureSkipTlsVerify && !config.ca.empty()) {
        return invalid(cat(cluster.path, ": cluster '", name,
                           "' has both insecure-skip-tls-verify and a certificate-authority; remove one"));
    }
    return {};
}

Result<void> readUser(const Item& user, const std::string& name, ClusterConfig& config) {
    if (const auto known = refuseUnknown(user, cat("user '", name, "'"),
                                         {"client-certificate", "client-certificate-data", "client-key",
                                          "client-key-data", "token", "tokenFile", "exec", "extensions"});
        !known) {
        return known;
    }
    if (config.server.starts_with("http://")) return {};  // as kubectl: no credentials over plain HTTP
    Result<PemSource> certificate = pem(user, "client-certificate");
    if (!certificate) return certificate.error();
    Result<PemSource> key = pem(user, "client-key");
    if (!key) return key.error();
    if (certificate->empty() != key->empty()) {
        return invalid(
            cat(user.path, ": user '", name, "' has only one of client-certificate and client-key"));
    }
    config.clientCertificate = std::move(certificate).value();
    config.clientKey = std::move(key).value();
    config.token = trim(field(user, "token"));
    config.tokenFile = beside(user.path, field(user, "tokenFile"));
    if (!user.fields.IsMap() || !user.fields["exec"]) return {};
    if (!config.token.empty() || !config.tokenFile.empty() || !config.clientCertificate.empty()) {
        return invalid(cat(user.path, ": user '", name,
                           "' has both exec and a token or client certificate; remove one"));
    }
    Result<ExecPlugin> plugin = readExec(user.fields["exec"], user.path, name);
    if (!plugin) return plugin.error();
    config.exec = std::move(plugin).value();
    return {};
}

Result<ClusterConfig> choose(const Merged& merged, const std::string& wanted, const std::string& source) {
    const std::string name = wanted.empty() ? merged.currentContext : wanted;
    if (name.empty()) return invalid(cat(source, ": no current-context is set; choose one with --context"));
    const auto context = merged.contexts.find(name);
    if (context == merged.contexts.end()) return invalid(cat(source, ": there is no context '", name, "'"));
    const std::string clusterName = field(context->second, "cluster");
    const auto cluster = merged.clusters.find(clusterName);
    if (cluster == merged.clusters.end()) {
        return invalid(
            cat(source, ": context '", name, "' names the cluster '", clusterName, "', which is missing"));
    }
    ClusterConfig config;
    config.source = source;
    if (const auto read = readCluster(cluster->second, clusterName, config); !read) return read.error();
    if (const std::string space = field(context->second, "namespace"); !space.empty()) config.space = space;
    const std::string userName = field(context->second, "user");
    if (userName.empty()) return config;
    const auto user = merged.users.find(userName);
    if (user == merged.users.end()) {
        return invalid(
            cat(source, ": context '", name, "' names the user '", userName, "', which is missing"));
    }
    if (const auto read = readUser(user->second, userName, config); !read) return read.error();
    if (config.exec && config.exec->provideClusterInfo && cluster->second.fields.IsMap())
        config.exec->clusterExtension = execExtension(cluster->second.fields["extensions"]);
    return config;
}

}  // namespace

Result<ClusterConfig> parseKubeconfig(const std::vector<KubeconfigFile>& files, const std::string& context) {
    Merged merged;
    std::vector<std::string> paths;
    for (const KubeconfigFile& file : files) {
        paths.push_back(file.path);
        try {
            merge(file, merged);
        } catch (const YAML::Exception& error) {
            return invalid(cat(file.path, ": not a kubeconfig: ", error.what()));
        }
    }
    try {
        return choose(merged, context, join(paths, ":"));
    } catch (const YAML::Exception& error) {
        return invalid(cat(join(paths, ":"), ": not a kubeconfig: ", error.what()));
    }
}

}  // namespace serin::kube
