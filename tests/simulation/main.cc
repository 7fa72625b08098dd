#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "base/text.h"
#include "bite.h"
#include "run.h"

namespace {

using namespace serin::simulation;

constexpr const char* kUsage =
    R"(usage: simulation [--rollouts N] [--seed FIRST] [--save FOLDER]   N rollouts from seeds, half of the runs calm
       simulation --client ...                                   with the whole client on a simulated API server
       simulation --partial ...                                  too few rollouts to meet every fault: that is no failure
       simulation --replay FILE [--trace]                        one script
       simulation --seed N --profile calm|wild --trace           one seed, told
       simulation --bite                                         each deliberate bug breaks its invariant
)";

struct Options {
    uint64_t rollouts = 2000;
    uint64_t seed = 1;
    std::string replay;
    std::string profile;
    std::string save;
    Depth depth = Depth::Planner;
    bool trace = false;
    bool bite = false;
    bool partial = false;
};

std::optional<uint64_t> number(const std::string& text) {
    if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos)
        return std::nullopt;
    return std::stoull(text);
}

// The reason why the arguments cannot be used; empty when they can.
std::string parse(const std::vector<std::string>& arguments, Options& options) {
    for (size_t i = 0; i < arguments.size(); ++i) {
        const std::string& word = arguments[i];
        if (word == "--client") {
            options.depth = Depth::Client;
            continue;
        }
        if (word == "--trace" || word == "--bite" || word == "--partial") {
            (word == "--trace" ? options.trace : word == "--bite" ? options.bite : options.partial) = true;
            continue;
        }
        if (i + 1 == arguments.size()) return serin::cat(word, ": no such flag, or its value is missing");
        const std::string& value = arguments[++i];
        const auto count = number(value);
        if (word == "--rollouts" || word == "--seed") {
            if (!count) return serin::cat(word, ": \"", value, "\" is not a number of at most 18 digits");
            (word == "--seed" ? options.seed : options.rollouts) = *count;
        } else if (word == "--replay") {
            options.replay = value;
        } else if (word == "--save") {
            options.save = value;
        } else if (word == "--profile" && (value == "calm" || value == "wild")) {
            options.profile = value;
        } else {
            return serin::cat(word, " ", value, ": not understood");
        }
    }
    return "";
}

int tell(const Script& script, Profile profile, const Options& options) {
    const auto traced = [&] {
        return options.depth == Depth::Client ? runClient(script, Sabotage(), true)
                                              : run(script, Sabotage(), true);
    };
    const Report report = options.trace ? traced() : runAndCompare(script, profile, options.depth);
    std::cout << report.trace << describe(report);
    return report.good() ? 0 : 1;
}

int replay(Options options) {
    std::ifstream file(options.replay);
    if (!file) {
        std::cerr << options.replay << ": cannot be read\n";
        return 2;
    }
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto script = fromYaml(text);
    if (!script) {
        std::cerr << options.replay << ": " << script.error().message << "\n";
        return 2;
    }
    const bool calm = text.find("profile: calm") != std::string::npos;
    if (text.starts_with("# client")) options.depth = Depth::Client;
    return tell(*script, calm ? Profile::Calm : Profile::Wild, options);
}

struct Totals {
    uint64_t rollouts = 0, runs = 0, failures = 0, writes = 0, requests = 0;
    std::array<uint64_t, kKinds> felt{};
    std::map<std::string, uint64_t> ends;
};

void count(const Report& report, Totals& totals) {
    ++totals.runs;
    totals.rollouts += static_cast<uint64_t>(report.rollouts);
    totals.writes += report.writes;
    totals.requests += report.requests.ok + report.requests.bad;
    for (size_t i = 0; i < report.felt.size(); ++i) totals.felt[i] += report.felt[i];
}

void fail(const Script& script, Profile profile, const Report& report, const Options& options,
          Totals& totals) {
    if (++totals.failures > 5) return;
    const char* name = profile == Profile::Calm ? "calm" : "wild";
    std::cout << "seed " << script.seed << " (" << name << ") fails:\n" << describe(report);
    if (options.save.empty()) return;
    const std::string path = serin::cat(options.save, "/", name, "-", script.seed, ".yaml");
    const Script smallest = shrink(script, profile, options.depth);
    const std::string sentence =
        report.broken.empty() ? "it does not come to rest" : report.broken.front().sentence;
    std::ofstream(path) << toYaml(
        smallest, serin::cat(options.depth == Depth::Client ? "client, " : "", "profile: ", name, ". ",
                             sentence.substr(0, sentence.find('\n'))));
    std::cout << "  shrunk to " << smallest.happenings.size() << " happenings: " << path << "\n";
}

int many(const Options& options) {
    const std::clock_t began = std::clock();  // of this process alone: others may use the machine too
    Totals totals;
    uint64_t seed = options.seed;
    for (; totals.rollouts < options.rollouts; ++seed) {
        for (const Profile profile : {Profile::Calm, Profile::Wild}) {
            const Script script = writeScript(seed, profile, options.depth);
            const Report report = runAndCompare(script, profile, options.depth);
            count(report, totals);
            if (!report.good()) fail(script, profile, report, options, totals);
        }
    }
    const double took = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
    std::cout << "seeds " << options.seed << " to " << seed - 1 << ", each calm and wild, "
              << (options.depth == Depth::Planner ? "planner and judge" : "the whole client") << ":\n";
    int never = 0;
    const int kinds = options.depth == Depth::Planner ? kPlannerKinds : kKinds;
    for (int i = 0; i < kinds; ++i) {
        const uint64_t times = totals.felt[static_cast<size_t>(i)];
        std::cout << "  " << nameOf(static_cast<Kind>(i)) << " felt " << times << " times\n";
        never += times == 0;
    }
    std::cout << totals.rollouts << " rollouts in " << totals.runs << " runs, "
              << static_cast<uint64_t>(static_cast<double>(totals.rollouts) / took)
              << " a second of one core, " << totals.writes << " writes, " << totals.requests
              << " user requests, " << never << " kinds of fault never felt, " << totals.failures
              << " runs failed\n";
    return totals.failures == 0 && (never == 0 || options.partial) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    const std::string reason = parse({argv + 1, argv + argc}, options);
    if (!reason.empty()) {
        std::cerr << "simulation: " << reason << "\n" << kUsage;
        return 2;
    }
    if (!options.save.empty() && !std::filesystem::is_directory(options.save)) {
        std::cerr << "simulation: --save: \"" << options.save << "\" is not a folder\n";
        return 2;
    }
    if (options.bite) return bite() == 0 ? 0 : 1;
    if (!options.replay.empty()) return replay(options);
    if (!options.profile.empty()) {
        const Profile profile = options.profile == "calm" ? Profile::Calm : Profile::Wild;
        return tell(writeScript(options.seed, profile, options.depth), profile, options);
    }
    return many(options);
}
