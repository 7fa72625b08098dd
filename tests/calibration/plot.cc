#include "plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include "base/text.h"
#include "trial.h"

namespace serin::calibration {
namespace {

// The drawing in SVG units: looks to the right, ln of the evidence upwards.
constexpr double kWidth = 760, kHeight = 380;
constexpr double kLeft = 56, kRight = 150, kTop = 20, kBottom = 44;
constexpr int kLooks = 60;
constexpr double kLowest = -1.5, kHighest = 7;

struct Point {
    double look;
    double evidence;
};
using Line = std::vector<Point>;

std::string number(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f", value);
    return text.data();
}

std::string x(double look) {
    return number(kLeft + look / kLooks * (kWidth - kLeft - kRight));
}

std::string y(double evidence) {
    const double share = (std::clamp(evidence, kLowest, kHighest) - kLowest) / (kHighest - kLowest);
    return number(kHeight - kBottom - share * (kHeight - kTop - kBottom));
}

// Ends where the judge takes the canary back.
Line evidenceOf(const Row& row, uint64_t seed) {
    Line out{{0, 0}};
    watch(row, seed, [&](const api::Judgement& judgement, double second) {
        out.push_back({second / row.scenario.interval, judgement.evidence});
        return judgement.harm;
    });
    return out;
}

std::string text(const std::string& at, const std::string& words, const std::string& more = "") {
    return cat("<text ", at, more, ">", words, "</text>\n");
}

std::string place(const std::string& left, const std::string& top) {
    return cat("x='", left, "' y='", top, "'");
}

std::string curve(const Line& line, const char* colour, bool ends) {
    std::string points;
    for (const Point& point : line) points += cat(x(point.look), ",", y(point.evidence), " ");
    std::string out =
        cat("<polyline fill='none' stroke='", colour, "' stroke-width='1.6' points='", points, "'/>\n");
    if (ends) {
        out += cat("<circle cx='", x(line.back().look), "' cy='", y(line.back().evidence), "' r='3.5' fill='",
                   colour, "'/>\n");
    }
    return out;
}

std::string threshold(double evidence, const std::string& words) {
    const std::string height = y(evidence), end = x(kLooks);
    return cat("<line x1='", x(0), "' x2='", end, "' y1='", height, "' y2='", height,
               "' stroke='#444' stroke-dasharray='6 4'/>\n",
               text(place(number(std::stod(end) + 6), y(evidence - .1)), words));
}

std::string axes() {
    std::string out = cat("<path fill='none' stroke='#444' d='M", x(0), " ", y(kHighest), " V", y(kLowest),
                          " H", x(kLooks), "'/>\n");
    for (int look = 0; look <= kLooks; look += 10) {
        out += text(place(x(look), y(kLowest) + "' dy='16"), cat(look), " text-anchor='middle'");
    }
    for (int evidence = -1; evidence <= 7; ++evidence) {
        out += text(place(number(kLeft - 8), y(evidence - .1)), cat(evidence), " text-anchor='end'");
    }
    out +=
        text(place(x(kLooks / 2.0), number(kHeight - 8)), "looks, one every 10 s", " text-anchor='middle'");
    return out + text(cat("transform='translate(16 ", y(2.75), ") rotate(-90)'"),
                      "ln of the evidence of harm", " text-anchor='middle'");
}

struct Bundle {
    const char* words;
    const char* colour;
    double factor;
    int runs;
};

}  // namespace

std::string evidencePlot() {
    // Colours that are told apart with every kind of colour vision (Okabe and Ito).
    const std::array<Bundle, 3> bundles{{{"nothing changed", "#0072B2", 1, 8},
                                         {"2 x the errors", "#E69F00", 2, 4},
                                         {"5 x the errors", "#D55E00", 5, 4}}};
    std::string out = cat("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 ", number(kWidth), " ",
                          number(kHeight), "' font-family='sans-serif' font-size='12' fill='#222'>\n",
                          "<rect width='100%' height='100%' fill='#fff'/>\n", axes());
    double key = kTop + 228;
    for (const Bundle& bundle : bundles) {
        Row row{"", shipped({errorRate()}), {.looks = kLooks, .interval = 10, .requests = 2000}, false, {}};
        row.scenario.change.errors = times(bundle.factor);
        for (int run = 1; run <= bundle.runs; ++run) {
            const Line line = evidenceOf(row, static_cast<uint64_t>(run));
            out += curve(line, bundle.colour, line.size() <= kLooks);
        }
        out += text(place(number(kWidth - kRight + 6), number(key)), bundle.words,
                    cat(" fill='", bundle.colour, "' font-weight='bold'"));
        key += 18;
    }
    const double falseAlarm = shipped({}).falseAlarm;
    out += threshold(std::log(1 / falseAlarm), "taken back");
    out += threshold(std::log(.1 / falseAlarm), "a step ends below only");
    return out + "</svg>\n";
}

}  // namespace serin::calibration
