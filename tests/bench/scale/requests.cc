// Sends requests to the API server as fast as it takes them, and says how long that took.
//   scale_requests KUBECONFIG CONNECTIONS <FILE
// Each line of the input is one request: {"group": …, "method": …, "target": …, "type": …, "body": …}. Those
// of a group stand one after the other and are sent in that order; groups are sent beside each other. Prints
// JSON; exit code 1 when one was not accepted.

#include <unistd.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <iostream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "kube/kubeconfig.h"
#include "net/cluster_transport.h"
#include "net/surroundings.h"
#include "net/threads.h"
#include "runtime/text_logger.h"

namespace {

using nlohmann::json;
using Group = std::vector<serin::HttpRequest>;

std::vector<Group> readGroups(std::istream& input) {
    std::vector<Group> groups;
    std::string line;
    std::string name;
    while (std::getline(input, line)) {
        const json given = json::parse(line);
        serin::HttpRequest request;
        request.method = given.at("method");
        request.target = given.at("target");
        request.body = given.at("body");
        request.headers["content-type"] = given.at("type");
        request.timeout = std::chrono::minutes(2);
        if (groups.empty() || given.at("group") != name) groups.emplace_back();
        name = given.at("group");
        groups.back().push_back(std::move(request));
    }
    return groups;
}

// What came of all requests. Thread-safe.
class Tally {
  public:
    void count(const serin::HttpRequest& request, const serin::Result<serin::HttpResponse>& answer) {
        const std::lock_guard lock(mutex_);
        ++sent_;
        if (answer && answer->status < 300) return;
        ++failed_;
        if (firstFailure_.empty()) {
            firstFailure_ =
                request.method + " " + request.target + ": " +
                (answer ? std::to_string(answer->status) + " " + answer->body : answer.error().message);
        }
    }
    json summary(double seconds) const {
        return {{"sent", sent_}, {"failed", failed_}, {"firstFailure", firstFailure_}, {"seconds", seconds}};
    }
    bool clean() const { return failed_ == 0; }

  private:
    std::mutex mutex_;
    int sent_ = 0;
    int failed_ = 0;
    std::string firstFailure_;
};

int run(const std::string& kubeconfig, int connections) {
    const serin::Clock& clock = serin::systemClock();
    serin::runtime::TextLogger log(STDERR_FILENO, serin::runtime::LogFormat::Text, serin::LogLevel::Error,
                                   clock);
    const auto cluster = serin::kube::loadClusterConfig({kubeconfig, ""}, serin::net::processSurroundings());
    if (!cluster) return std::cerr << cluster.error().message << "\n", 1;
    const auto transport = serin::net::makeClusterTransport(*cluster, clock, log);
    if (!transport) return std::cerr << transport.error().message << "\n", 1;
    const std::vector<Group> groups = readGroups(std::cin);
    Tally tally;
    std::atomic<size_t> next{0};
    const auto start = std::chrono::steady_clock::now();
    {
        std::vector<std::jthread> senders;
        senders.reserve(static_cast<size_t>(connections));
        for (int i = 0; i < connections; ++i) {
            senders.emplace_back([&] {
                for (size_t group = next++; group < groups.size(); group = next++) {
                    for (const auto& request : groups[group])
                        tally.count(request, (*transport)->send(request));
                }
            });
        }
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::cout << tally.summary(took.count()).dump() << "\n";
    return tally.clean() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    int connections = 0;
    if (argc == 3) {
        const std::string text = argv[2];
        std::from_chars(text.data(), text.data() + text.size(), connections);
    }
    if (connections < 1) {
        std::cerr << "usage: scale_requests KUBECONFIG CONNECTIONS <FILE\n";
        return 2;
    }
    serin::net::initializeThreads(4);
    try {
        return run(argv[1], connections);
    } catch (const json::exception& error) {
        std::cerr << "scale_requests: the input: " << error.what() << "\n";
        return 2;
    }
}
