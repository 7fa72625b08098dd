#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "judge/replay_report.h"

namespace {

constexpr int kUsageError = 2;
// A recording has 1 MiB; whatever is much longer is another file.
constexpr std::streamsize kMebibyte = 1'048'576;
constexpr std::streamsize kMostBytes = 64 * kMebibyte;

constexpr std::string_view kUsage = R"(serin-judge: recomputes what Serin's judge said

usage: serin-judge replay FILE [--verbose]

  FILE        a recording, as the operator serves it at /recordings/NAMESPACE/NAME; - reads standard input
  --verbose   every answer of the judge with the numbers of its interval, not the last one alone
  --version   prints the version
  --help      prints this

Exit code: 0 the same as recorded, bit for bit; 1 it differs; 2 there is nothing to compare.
)";

struct Arguments {
    std::string file;
    bool verbose = false;
};

std::optional<Arguments> parse(const std::vector<std::string>& words) {
    if (words.empty() || words[0] != "replay") return std::nullopt;
    Arguments out;
    for (size_t i = 1; i < words.size(); ++i) {
        if (words[i] == "--verbose") {
            out.verbose = true;
        } else if (!out.file.empty() || words[i].empty() || (words[i][0] == '-' && words[i] != "-")) {
            return std::nullopt;
        } else {
            out.file = words[i];
        }
    }
    if (out.file.empty()) return std::nullopt;
    return out;
}

// Nothing when it cannot be read or is too long.
std::optional<std::string> readAll(std::istream& in) {
    std::string text;
    std::vector<char> buffer(65536);
    while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0) {
        text.append(buffer.data(), static_cast<size_t>(in.gcount()));
        if (static_cast<std::streamsize>(text.size()) > kMostBytes) return std::nullopt;
    }
    if (in.bad() || !in.eof()) return std::nullopt;
    return text;
}

std::optional<std::string> readFile(const std::string& name) {
    if (name == "-") return readAll(std::cin);
    std::ifstream file(name, std::ios::binary);
    return readAll(file);
}

int replay(const Arguments& arguments) {
    const std::optional<std::string> recording = readFile(arguments.file);
    if (!recording) {
        std::cerr << "serin-judge: cannot read " << arguments.file << ", or it has more than "
                  << kMostBytes / kMebibyte << " MiB\n";
        return kUsageError;
    }
    const serin::judge::ReplayReport report = serin::judge::reportReplay(*recording, arguments.verbose);
    std::cout << report.text << std::flush;
    if (!report.trouble.empty())
        std::cerr << "serin-judge: " << arguments.file << ": " << report.trouble << "\n";
    return report.code;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words == std::vector<std::string>{"--help"}) {
        std::cout << kUsage;
        return 0;
    }
    if (words == std::vector<std::string>{"--version"}) {
        std::cout << SERIN_VERSION << "\n";
        return 0;
    }
    const std::optional<Arguments> arguments = parse(words);
    if (!arguments) {
        std::cerr << "serin-judge: it wants \"replay FILE\", with --verbose or without. Try --help.\n";
        return kUsageError;
    }
    return replay(*arguments);
}
