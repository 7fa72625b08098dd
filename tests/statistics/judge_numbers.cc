// What the judge's formulas give, for whoever computes them in another way. Each line of the input is a
// function and its arguments, separated by spaces; an argument is a number or numbers with commas between
// them. Each line of the output is what it gives, with all digits. A line that is none of these ends it with
// 2.
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "judge/absolute.h"
#include "judge/confidence_sequence.h"
#include "judge/distances.h"
#include "judge/equality_evidence.h"
#include "judge/fnch.h"
#include "judge/noncentral_chi2.h"
#include "judge/poisson.h"
#include "judge/psi.h"
#include "judge/risk_difference.h"
#include "judge/special_functions.h"
#include "judge/wasserstein.h"

namespace {

using namespace serin::judge;
using Numbers = std::vector<double>;

// The arguments of one line.
struct Arguments {
    std::vector<Numbers> all;

    double operator[](size_t i) const { return all[i][0]; }
    uint64_t count(size_t i) const { return static_cast<uint64_t>(all[i][0]); }
    const Numbers& list(size_t i) const { return all[i]; }
    std::vector<uint64_t> counts(size_t i) const {
        std::vector<uint64_t> out;
        for (const double number : all[i]) out.push_back(static_cast<uint64_t>(number));
        return out;
    }
    // Canary, bad of them, stable, bad of them.
    Table table(size_t i) const { return {count(i), count(i + 1), count(i + 2), count(i + 3)}; }
};

struct Function {
    size_t arguments;
    std::function<Numbers(const Arguments&)> value;
};

Numbers distance(double (*measure)(const std::vector<uint64_t>&, const std::vector<uint64_t>&),
                 const Arguments& a) {
    return {measure(a.counts(0), a.counts(1))};
}

Moments momentsOf(const Numbers& values) {
    Moments out;
    for (const double value : values) out.add(value);
    return out;
}

std::map<std::string, Function> oneNumber() {
    return {
        {"log_gamma", {1, [](const Arguments& a) -> Numbers { return {logGamma(a[0])}; }}},
        {"log_poisson_term", {2, [](const Arguments& a) -> Numbers { return {logPoissonTerm(a[0], a[1])}; }}},
        {"log_binomial_term",
         {3, [](const Arguments& a) -> Numbers { return {logBinomialTerm(a[0], a[1], a[2])}; }}},
        {"gamma_lower", {2, [](const Arguments& a) -> Numbers { return {gammaLower(a[0], a[1])}; }}},
        {"gamma_upper", {2, [](const Arguments& a) -> Numbers { return {gammaUpper(a[0], a[1])}; }}},
        {"beta", {3, [](const Arguments& a) -> Numbers { return {betaRegularised(a[0], a[1], a[2])}; }}},
        {"chi2_lower",
         {3, [](const Arguments& a) -> Numbers { return {noncentralChi2Lower(a[0], a[1], a[2])}; }}},
        {"chi2_upper",
         {3, [](const Arguments& a) -> Numbers { return {noncentralChi2Upper(a[0], a[1], a[2])}; }}},
        {"upper_rate", {3, [](const Arguments& a) -> Numbers { return {upperRate(a[0], a[1], a[2])}; }}},
        {"nearest",
         {5,
          [](const Arguments& a) -> Numbers { return {nearestStableRate(a[0], a[1], a[2], a[3], a[4])}; }}},
        {"safe_difference",
         {6, [](const Arguments& a) -> Numbers { return {logSafeByDifference(a.table(0), a[4], a[5])}; }}},
        {"harm_difference",
         {9,
          [](const Arguments& a) -> Numbers {
              return {logHarmByDifference(a.table(0), {a[4], a[5], a[6], a[7]}, a[8])};
          }}},
        {"mean_evidence",
         {2, [](const Arguments& a) -> Numbers { return {logMeanEvidence(momentsOf(a.list(0)), a[1])}; }}},
        {"mean_radius",
         {3, [](const Arguments& a) -> Numbers { return {meanRadius(momentsOf(a.list(0)), a[1], a[2])}; }}},
    };
}

std::map<std::string, Function> ofLists() {
    return {
        {"fnch",
         {6,
          [](const Arguments& a) -> Numbers {
              return fnchIncrements(ConditionalTable(a.table(0)), a[4], a.list(5));
          }}},
        {"limit",
         {4, [](const Arguments& a) -> Numbers { return limitIncrements(a[0], a[1], a[2], a.list(3)); }}},
        {"poisson",
         {6,
          [](const Arguments& a) -> Numbers {
              return poissonIncrements({a[0], a[1], a[2], a[3]}, a[4], a.list(5));
          }}},
        {"psi", {2, [](const Arguments& a) -> Numbers { return distance(populationStability, a); }}},
        {"jensen_shannon",
         {2, [](const Arguments& a) -> Numbers { return distance(jensenShannonDistance, a); }}},
        {"hellinger", {2, [](const Arguments& a) -> Numbers { return distance(hellingerDistance, a); }}},
        {"total_variation", {2, [](const Arguments& a) -> Numbers { return distance(totalVariation, a); }}},
        {"kolmogorov_smirnov",
         {2, [](const Arguments& a) -> Numbers { return distance(kolmogorovSmirnov, a); }}},
        {"wasserstein",  // edges, counts, counts
         {3,
          [](const Arguments& a) -> Numbers {
              return {wassersteinInDeviations({a.list(0), a.counts(1)}, {a.list(0), a.counts(2)}).distance};
          }}},
        {"different",  // counts of canary and stable, the shares that are bet on
         {4,
          [](const Arguments& a) -> Numbers {
              return {logDifferent({a.counts(0), a.counts(1), {}, {}}, a.list(2), a.list(3))};
          }}},
    };
}

bool parsed(const std::string& word, Numbers& out) {
    std::istringstream parts(word);
    for (std::string part; std::getline(parts, part, ',');) {
        char* end = nullptr;
        out.push_back(std::strtod(part.c_str(), &end));
        if (part.empty() || *end != '\0') return false;
    }
    return !out.empty();
}

// Empty where the line is wrong.
std::string answer(const std::map<std::string, Function>& functions, const std::string& line) {
    std::istringstream words(line);
    std::string name;
    words >> name;
    Arguments arguments;
    for (std::string word; words >> word;) {
        if (!parsed(word, arguments.all.emplace_back())) return "";
    }
    const auto found = functions.find(name);
    if (found == functions.end() || found->second.arguments != arguments.all.size()) return "";
    std::string out;
    for (const double number : found->second.value(arguments)) {
        char text[40];
        std::snprintf(text, sizeof text, "%.17g ", number);
        out += text;
    }
    return out;
}

}  // namespace

int main() {
    std::map<std::string, Function> functions = oneNumber();
    functions.merge(ofLists());
    for (std::string line; std::getline(std::cin, line);) {
        const std::string numbers = answer(functions, line);
        if (numbers.empty()) {
            std::fprintf(stderr, "judge_numbers: \"%s\" is no function with its arguments\n", line.c_str());
            return 2;
        }
        std::puts(numbers.c_str());
    }
    return 0;
}
