#include <malloc.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "kube/kubeconfig.h"
#include "net/surroundings.h"
#include "net/threads.h"
#include "process.h"
#include "runtime/options.h"
#include "runtime/text_logger.h"
#include "runtime/thread_name.h"
#include "signals.h"

namespace {

constexpr int kUsageError = 2;
// It only hands answers to the threads that wait for them; several would spend more on waking each other.
constexpr int kNetworkThreads = 1;
// The default of eight a core costs memory that is never given back.
constexpr int kMemoryArenas = 2;

std::optional<std::string> environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
}

int run(const serin::runtime::Options& options) {
    mallopt(M_ARENA_MAX, kMemoryArenas);
    const serin::Clock& clock = serin::systemClock();
    serin::runtime::TextLogger log(STDERR_FILENO, options.logFormat, options.logLevel, clock);
    std::stop_source stop;
    const SignalThread signals([&](int) { stop.request_stop(); });
    {
        const serin::runtime::NamedWhile name("network");
        serin::net::initializeThreads(kNetworkThreads);
    }
    const auto cluster =
        serin::kube::loadClusterConfig({options.kubeconfig, ""}, serin::net::processSurroundings());
    if (!cluster) {
        log.error("no way to reach a cluster", {{"error", cluster.error().message}});
        return 1;
    }
    log.info("serin-operator starts",
             {{"version", SERIN_VERSION}, {"server", cluster->server}, {"configuration", cluster->source}});
    return serin::runOperator(options, *cluster, clock, log, stop);
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const auto options = serin::runtime::parseOptions(arguments, environment);
    if (!options) {
        std::cerr << "serin-operator: " << options.error().message << "\nTry --help.\n";
        return kUsageError;
    }
    if (options->help) {
        std::cout << serin::runtime::usage();
        return 0;
    }
    if (options->version) {
        std::cout << SERIN_VERSION << "\n";
        return 0;
    }
    return run(*options);
}
