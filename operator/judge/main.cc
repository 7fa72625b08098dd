#include <charconv>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/text.h"
#include "judge/aa_report.h"
#include "judge/replay_report.h"

namespace {

using serin::Result;

constexpr int kUsageError = 2;
// A recording has 1 MiB; whatever is much longer is another file.
constexpr std::streamsize kMebibyte = 1'048'576;
constexpr std::streamsize kMostBytes = 64 * kMebibyte;

constexpr std::string_view kUsage =
    R"(serin-judge: recomputes what Serin's judge said, and tries it on your traffic

usage: serin-judge replay FILE [--verbose]
       serin-judge aa FILE [--splits N] [--seed N]

  replay      recomputes every answer of the judge and says whether it is the same
  aa          of a rollout of a version against itself: what the judge makes of nothing
  FILE        a recording, as the operator serves it at /recordings/NAMESPACE/NAME; - reads standard input
  --verbose   every answer of the judge with the numbers of its interval, not the last one alone
  --splits N  how often the pods are dealt anew to both versions; 200, at most 100000, 0 for not at all
  --seed N    of the lots by which they are dealt; 1
  --version   prints the version
  --help      prints this

Exit code of replay: 0 the same as recorded, bit for bit; 1 it differs; 2 there is nothing to compare.
Exit code of aa: 0 no false alarm; 1 a false alarm; 2 there is nothing to tell.
)";

struct Arguments {
    bool aa = false;
    std::string file;
    bool verbose = false;
    uint64_t splits = 200;
    uint64_t seed = 1;
};

// `option` is followed by a number in decimal digits.
Result<void> readNumber(const std::string& option, const std::string& text, uint64_t most, uint64_t& out) {
    uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    if (text.empty() || error != std::errc() || stopped != end || number > most) {
        return serin::invalid(
            serin::cat(option, " is \"", text, "\"; state a whole number from 0 to ", most));
    }
    out = number;
    return {};
}

// Reads words[i], and its number from the word after it.
Result<void> takeWord(const std::vector<std::string>& words, size_t& i, Arguments& out) {
    const std::string& word = words[i];
    const bool hasNumber = out.aa && (word == "--splits" || word == "--seed");
    if (hasNumber) {
        const std::string next = ++i < words.size() ? words[i] : "";
        return word == "--seed" ? readNumber(word, next, std::numeric_limits<uint64_t>::max(), out.seed)
                                : readNumber(word, next, serin::judge::kMostSplits, out.splits);
    }
    if (word == "--verbose" && !out.aa) {
        out.verbose = true;
    } else if (word.size() > 1 && word[0] == '-') {
        return serin::invalid(serin::cat(words[0], " has no option ", word));
    } else if (!out.file.empty()) {
        return serin::invalid(serin::cat("\"", word, "\" is a second file; state one"));
    } else {
        out.file = word;
    }
    return {};
}

Result<Arguments> parse(const std::vector<std::string>& words) {
    if (words.empty() || (words[0] != "replay" && words[0] != "aa")) {
        return serin::invalid("it wants \"replay FILE\" or \"aa FILE\"");
    }
    Arguments out;
    out.aa = words[0] == "aa";
    for (size_t i = 1; i < words.size(); ++i) {
        const Result<void> taken = takeWord(words, i, out);
        if (!taken) return taken.error();
    }
    if (out.file.empty()) return serin::invalid("the file is missing; state one, or - for standard input");
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

// Prints either report; its exit code.
template <typename Report>
int print(const std::string& file, const Report& report) {
    std::cout << report.text << std::flush;
    if (!report.trouble.empty()) std::cerr << "serin-judge: " << file << ": " << report.trouble << "\n";
    return report.code;
}

int run(const Arguments& arguments) {
    const std::optional<std::string> recording = readFile(arguments.file);
    if (!recording) {
        std::cerr << "serin-judge: cannot read " << arguments.file << ", or it has more than "
                  << kMostBytes / kMebibyte << " MiB\n";
        return kUsageError;
    }
    using namespace serin::judge;
    if (arguments.aa) {
        return print(arguments.file, reportAa(*recording, arguments.splits, arguments.seed));
    }
    return print(arguments.file, reportReplay(*recording, arguments.verbose));
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
    const Result<Arguments> arguments = parse(words);
    if (!arguments) {
        std::cerr << "serin-judge: " << arguments.error().message << ". Try --help.\n";
        return kUsageError;
    }
    return run(*arguments);
}
