#include <malloc.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/shorten.h"
#include "base/small_file.h"
#include "base/text.h"
#include "fetch/curl_client.h"
#include "fetch/options.h"
#include "fetch/progress_server.h"
#include "fetch/run.h"
#include "fetch/system_programs.h"
#include "fetch/trust.h"
#include "fetch/waiter.h"

namespace {

constexpr int kFailed = 1;
constexpr int kUsageError = 2;
// The kubelet takes no more (terminationMessagePath).
constexpr size_t kMostTerminationBytes = 4096;
// The default of eight a core costs memory that is never given back.
constexpr int kMemoryArenas = 2;
// Of a program that is started. Git itself ends a connection that is silent.
constexpr serin::Duration kLongestQuiet = std::chrono::minutes(5);

std::optional<std::string> environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
}

serin::Result<std::string> readFile(const std::string& path) {
    return serin::smallFile(path, serin::sources::kMostTokenFileBytes);
}

// See serin::fetch::Manifest.
std::string bootId() {
    std::ifstream in("/proc/sys/kernel/random/boot_id");
    std::string out;
    std::getline(in, out);
    return out;
}

// Serin shows it from the pod's status. Where there is no such file, none is made.
void writeTerminationLog(const std::filesystem::path& path, const std::string& message) {
    std::ofstream out(path, std::ios::trunc);
    out << serin::shortened(message, kMostTerminationBytes);
}

int failed(const serin::fetch::Options& options, const std::string& message) {
    std::cerr << "serin-fetch: " << message << std::endl;
    std::error_code ignored;
    if (std::filesystem::exists(options.terminationLog, ignored))
        writeTerminationLog(options.terminationLog, message);
    return kFailed;
}

// A model is fetched all the same where nobody can be told.
std::unique_ptr<serin::fetch::ProgressServer> serveProgress(
    int port, const std::function<std::string()>& page, const std::function<void(const std::string&)>& say) {
    if (port == 0) return nullptr;
    auto server = serin::fetch::ProgressServer::start(port, page);
    if (server) return std::move(server).value();
    say(serin::cat("nobody is told how far it is: ", server.error().message));
    return nullptr;
}

// Of a folder that is there already.
int check(const serin::fetch::Options& options) {
    const serin::Result<size_t> files = serin::fetch::checkFolder(options);
    if (!files) return failed(options, serin::withoutControls(files.error().message));
    std::cerr << "all " << *files << " files of " << options.check.string() << " are what they have to be"
              << std::endl;
    return 0;
}

int run(const serin::fetch::Options& options) {
    mallopt(M_ARENA_MAX, kMemoryArenas);
    umask(022);  // a serving container under another user has to read it
    std::signal(SIGPIPE, SIG_IGN);
    serin::fetch::CurlClient client({options.caFile, serin::Duration(20'000), options.silence});
    serin::fetch::SystemWaiter waiter;
    serin::fetch::SystemPrograms programs(kLongestQuiet);
    std::mutex mutex;
    std::mt19937_64 random{std::random_device()()};
    const auto lot = [&] {
        const std::scoped_lock lock(mutex);
        return std::uniform_real_distribution<double>(0, 1)(random);
    };
    const auto say = [&](const std::string& line) {
        const std::scoped_lock lock(mutex);
        std::cerr << serin::withoutControls(line) << std::endl;
    };
    serin::api::FetchProgress progress;
    const auto tell = [&](const serin::api::FetchProgress& now) {
        const std::scoped_lock lock(mutex);
        progress = now;
    };
    const auto page = [&] {
        const std::scoped_lock lock(mutex);
        return serin::api::fetchPage(progress);
    };
    const auto server = serveProgress(options.progressPort, page, say);
    const serin::Result<void> fetched = fetchModel(
        options, {client, client, serin::systemClock(), waiter, programs, lot, say, bootId(), tell});
    return fetched ? 0 : failed(options, serin::withoutControls(fetched.error().message));
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const auto options = serin::fetch::parseOptions(arguments, environment, readFile);
    if (!options) {
        std::cerr << "serin-fetch: " << options.error().message << "\nTry --help.\n";
        return kUsageError;
    }
    if (options->help || options->version) {
        std::cout << (options->help ? serin::fetch::usage() : SERIN_VERSION "\n");
        return 0;
    }
    return options->check.empty() ? run(*options) : check(*options);
}
