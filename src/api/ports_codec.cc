#include <set>

#include "api/names.h"
#include "api/spec_codec.h"
#include "base/text.h"

namespace serin::api {
namespace {

constexpr size_t kLongestPortName = 15;  // of a container port, IANA_SVC_NAME

int runtimesPort(const std::string& name, const RuntimePorts& runtime) {
    if (name == "grpc" && runtime.grpc != 0) return runtime.grpc;
    if (name == "metrics" && runtime.metrics != 0) return runtime.metrics;
    return runtime.http;
}

bool isPortName(const std::string& name) {
    if (name.empty() || name.front() == '-' || name.back() == '-' ||
        portName(name).size() > kLongestPortName) {
        return false;
    }
    for (size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!plain && (c != '-' || name[i - 1] == '-')) return false;
    }
    return true;
}

ServicePort decodePort(const Field& entry, const RuntimePorts& runtime) {
    ServicePort out;
    out.name = entry.at("name").text();
    if (!isPortName(out.name)) {
        entry.at("name").problem(
            cat("is \"", out.name,
                "\"; use 1 to 9 letters a-z, digits and single - between "
                "them, for the pods' port is named serin-NAME and has at most 15 characters"));
    }
    out.port = entry.at("port").port();
    if (!entry.at("port").present()) entry.at("port").problem("is missing; state the port that clients use");
    out.targetPort = entry.at("targetPort").port();
    if (out.targetPort == 0) out.targetPort = runtimesPort(out.name, runtime);
    return out;
}

}  // namespace

std::vector<ServicePort> decodePorts(const Field& spec, const RuntimePorts& runtime) {
    const Field service = spec.at("service");
    const Field shorthand = service.at("port");
    const Field list = service.at("ports");
    if (shorthand.present() && list.present()) {
        shorthand.problem(
            "is stated beside spec.service.ports; keep port for one HTTP port, or ports for a list");
    }
    const std::vector<Field> entries = list.elements();
    if (entries.empty()) {
        const int port = shorthand.port();
        return {{"http", port == 0 ? 80 : port, runtime.http}};
    }
    std::vector<ServicePort> ports;
    std::set<std::string> names;
    std::set<int> numbers;
    for (const Field& entry : entries) {
        ServicePort port = decodePort(entry, runtime);
        if (!names.insert(port.name).second) {
            entry.at("name").problem(
                cat("is \"", port.name, "\" a second time; give every port a name of its own"));
        } else if (port.port != 0 && !numbers.insert(port.port).second) {
            entry.at("port").problem(
                cat("is ", port.port, " a second time; give every entry a port of its own"));
        }
        ports.push_back(std::move(port));
    }
    return ports;
}

}  // namespace serin::api
