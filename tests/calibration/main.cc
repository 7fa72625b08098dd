#include <ctime>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "options.h"
#include "plot.h"
#include "report.h"
#include "trial.h"

namespace {

using namespace serin::calibration;

// Fewer replications tell a median too badly to hold it against the judge.
constexpr size_t kEnoughForAims = 1000;

// The same row has the same rollouts, whatever else is played (FNV-1a).
uint64_t seedOf(const std::string& title, const std::string& row) {
    uint64_t hash = 14695981039346656037ULL;
    for (const char c : title + row) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return hash;
}

Tally tallied(const Group& group, const Row& row, size_t replications) {
    const uint64_t seed = seedOf(group.title, row.name);
    Tally out;
    for (size_t i = 0; i < replications; ++i) out.add(play(row, group.question, group.rivals, seed + i));
    return out;
}

std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '\'' ? "&apos;" : std::string(1, c);
    }
    return out;
}

std::string testCase(const Group& group, const Finding& finding) {
    const std::string name =
        serin::cat("<testcase classname='", escaped(group.title), "' name='", escaped(finding.row));
    return finding.good ? name + "'/>"
                        : serin::cat(name, "'><failure message='", escaped(finding.note), "'/></testcase>");
}

// Of those tables that were asked for.
std::optional<Group> chosen(Group group, const Options& options) {
    if (group.title.find(options.group) == std::string::npos) return std::nullopt;
    if (options.main) std::erase_if(group.rows, [](const Row& row) { return !row.main; });
    if (group.rows.empty()) return std::nullopt;
    return group;
}

int playAll(const Options& options) {
    const std::clock_t began = std::clock();  // of this process alone: others may use the machine too
    size_t rows = 0, broken = 0;
    std::string cases;
    for (Group& any : allGroups()) {
        const std::optional<Group> group = chosen(std::move(any), options);
        if (!group) continue;
        std::vector<Tally> tallies;
        std::vector<Finding> findings;
        for (const Row& row : group->rows) {
            tallies.push_back(tallied(*group, row, options.replications));
            findings.push_back(judgeRow(*group, row, tallies.back()));
            ++rows;
        }
        std::cout << tableOf(*group, tallies, findings) << std::endl;
        for (size_t i = 0; i < findings.size(); ++i) {
            if (group->rows[i].aim && options.replications < kEnoughForAims) continue;
            if (findings[i].bounded) cases += testCase(*group, findings[i]);
            broken += findings[i].good ? 0 : 1;
        }
    }
    if (!options.junit.empty()) {
        std::ofstream(options.junit) << serin::cat("<testsuite name='calibration'>", cases, "</testsuite>\n");
    }
    std::cout << rows << " rows of " << options.replications << " rollouts in "
              << (std::clock() - began) / CLOCKS_PER_SEC << " s of one core, " << broken << " broken\n";
    return broken == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    const std::string reason = parse({argv + 1, argv + argc}, options);
    if (!reason.empty()) {
        std::cerr << "calibration: " << reason << "\n" << kUsage;
        return 2;
    }
    if (options.plot.empty()) return playAll(options);
    std::ofstream file(options.plot);
    file << evidencePlot();
    file.close();
    if (file) return 0;
    std::cerr << "calibration: --plot: \"" << options.plot << "\" cannot be written\n";
    return 2;
}
