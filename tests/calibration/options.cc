#include "options.h"

#include "base/text.h"

namespace serin::calibration {

const char* const kUsage =
    R"(usage: calibration [--replications N] [--main] [--group WORDS] [--junit FILE]
       calibration --plot FILE.svg

Plays rollouts with known truths through the judge and prints what it said, beside the rules of other tools. Exit code 1
when a bound is broken or, with 1,000 replications or more, an aim is missed that is not known to be.

  --replications N  rollouts of each row (200)
  --main            only the rows that every run of the tests plays
  --group WORDS     only the tables whose title has these words
  --junit FILE      each row with a bound as a test case
  --plot FILE.svg   no tables: draws the evidence of a few rollouts
)";

std::string parse(const std::vector<std::string>& arguments, Options& options) {
    for (size_t i = 0; i < arguments.size(); ++i) {
        const std::string& word = arguments[i];
        if (word == "--main") {
            options.main = true;
            continue;
        }
        if (i + 1 == arguments.size()) return serin::cat(word, ": no such flag, or its value is missing");
        const std::string& value = arguments[++i];
        if (word == "--replications") {
            const bool digits = value.find_first_not_of("0123456789") == std::string::npos;
            options.replications = digits && !value.empty() && value.size() < 8 ? std::stoul(value) : 0;
            if (options.replications == 0)
                return serin::cat(word, ": \"", value, "\" is no number from 1 on");
        } else if (word == "--group") {
            options.group = value;
        } else if (word == "--junit") {
            options.junit = value;
        } else if (word == "--plot") {
            options.plot = value;
        } else {
            return serin::cat(word, ": not understood");
        }
    }
    return "";
}

}  // namespace serin::calibration
