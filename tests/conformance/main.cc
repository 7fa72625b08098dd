#include <chrono>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "base/text.h"
#include "junit.h"
#include "net/threads.h"
#include "real_server.h"
#include "run.h"
#include "simulated_server.h"

namespace {

using namespace serin;
using namespace serin::conformance;

constexpr const char* kUsage =
    R"(usage: serin-conformance --simulated                             every case on the simulated API server
       serin-conformance --kubeconfig FILE --compact PROGRAM   on a real one, whose etcd the program compacts
       serin-conformance --compare SIMULATED REAL              two records, case by case
       serin-conformance --list                                the cases
with   --record FILE   what the server said, for --compare
       --junit FILE    the outcome as JUnit
       --case WORDS    only cases whose sentences contain these words
)";

struct Options {
    bool simulated = false;
    bool list = false;
    std::string kubeconfig, compact, record, junit, words;
    std::string left, right;  // of --compare
};

// The reason why the arguments cannot be used; empty when they can.
std::string parse(const std::vector<std::string>& arguments, Options& options) {
    for (size_t i = 0; i < arguments.size(); ++i) {
        const std::string& flag = arguments[i];
        if (flag == "--simulated" || flag == "--list") {
            (flag == "--list" ? options.list : options.simulated) = true;
            continue;
        }
        std::vector<std::string*> values;
        if (flag == "--kubeconfig") values = {&options.kubeconfig};
        if (flag == "--compact") values = {&options.compact};
        if (flag == "--record") values = {&options.record};
        if (flag == "--junit") values = {&options.junit};
        if (flag == "--case") values = {&options.words};
        if (flag == "--compare") values = {&options.left, &options.right};
        if (values.empty()) return cat("there is no flag '", flag, "'");
        for (std::string* value : values) {
            if (++i == arguments.size() || arguments[i].empty()) return cat(flag, " lacks a value");
            *value = arguments[i];
        }
    }
    const int modes = options.simulated + options.list + !options.kubeconfig.empty() + !options.left.empty();
    if (modes != 1) return "state one of --simulated, --kubeconfig, --compare and --list";
    if (options.kubeconfig.empty() != options.compact.empty())
        return "--kubeconfig and --compact belong together";
    if (!options.record.empty() && (options.list || !options.left.empty()))
        return "--record is for --simulated and --kubeconfig";
    return "";
}

int refuse(const std::string& reason) {
    std::cerr << "serin-conformance: " << reason << '\n';
    return 2;
}

bool write(const std::string& path, const std::string& text) {
    std::ofstream file(path);
    file << text;
    file.close();
    if (file) return true;
    std::cerr << "serin-conformance: cannot write " << path << '\n';
    return false;
}

Result<fake::Json> readRecord(const std::string& path) {
    const std::ifstream file(path);
    if (!file) return invalid(cat("cannot read ", path));
    std::ostringstream text;
    text << file.rdbuf();
    fake::Json record = fake::Json::parse(text.str(), nullptr, false);
    if (record.is_discarded()) return invalid(cat(path, " is no JSON"));
    return record;
}

int tell(const char* what, const std::vector<Finding>& findings, const Options& options) {
    size_t failed = 0;
    for (const Finding& finding : findings) {
        if (finding.failures.empty()) continue;
        ++failed;
        std::cout << "FAILED: " << finding.sentence << '\n';
        for (const std::string& failure : finding.failures) std::cout << "  " << failure << '\n';
    }
    std::cout << what << ": " << findings.size() - failed << " cases passed, " << failed << " failed\n";
    if (!options.junit.empty() && !write(options.junit, junitOf(what, findings))) return 2;
    return failed == 0 ? 0 : 1;
}

int play(const Options& options) {
    auto server = options.simulated ? makeSimulatedServer(SERIN_SOURCE_DIR)
                                    : makeRealServer(options.kubeconfig, options.compact);
    if (!server) return refuse(server.error().message);
    const auto run = playAll(**server, options.words);
    if (!run) return refuse(run.error().message);
    if (run->findings.empty()) return refuse(cat("no case contains '", options.words, "'"));
    if (!options.record.empty() && !write(options.record, fake::dump(run->record))) return 2;
    return tell((*server)->name(), run->findings, options);
}

int compare(const Options& options) {
    const auto left = readRecord(options.left);
    if (!left) return refuse(left.error().message);
    const auto right = readRecord(options.right);
    if (!right) return refuse(right.error().message);
    const auto findings = compareRecords(*left, *right);
    if (!findings) return refuse(cat(options.left, ", ", options.right, ": ", findings.error().message));
    return tell("comparison", *findings, options);
}

int list() {
    for (const Case& one : allCases())
        std::cout << one.sentence << (one.realOnly.empty() ? "" : cat(" (real only: ", one.realOnly, ')'))
                  << '\n';
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    if (const std::string reason = parse({argv + 1, argv + argc}, options); !reason.empty()) {
        std::cerr << kUsage;
        return refuse(reason);
    }
    net::initializeThreads(8);
    if (options.list) return list();
    return options.left.empty() ? play(options) : compare(options);
}
