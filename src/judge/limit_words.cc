#include "judge/limit_words.h"

#include <array>
#include <cstdio>
#include <string_view>

#include "base/text.h"

namespace serin::judge {
namespace {

std::string ordinal(const std::string& digits) {
    const auto endsWith = [&](std::string_view end) { return digits.ends_with(end); };
    const bool whole = digits.find('.') == std::string::npos;
    if (!whole || endsWith("11") || endsWith("12") || endsWith("13")) return digits + "th";
    return digits + (endsWith("1") ? "st" : endsWith("2") ? "nd" : endsWith("3") ? "rd" : "th");
}

// "99th percentile", "99.99th percentile".
std::string percentile(double quantile) {
    std::array<char, 32> digits{};
    std::snprintf(digits.data(), digits.size(), "%.6g", 100 * quantile);
    return ordinal(digits.data()) + " percentile";
}

std::string budgetOf(const api::BurnRate& rate) {
    return cat("error budget of ", humanNumber(100 * rate.budget()), " %");
}

}  // namespace

std::string goodPercent(double share) {
    const double bad = 1 - share;
    if (bad <= 0 || bad >= 0.001) return humanPercent(share);
    std::array<char, 64> out{};
    std::snprintf(out.data(), out.size(), "%.3f %%", 100 * share);
    return out.data();
}

std::string beyondLimit(const api::Metric& metric, double share) {
    const api::LimitForm& form = metric.limitForm;
    if (form.min) return cat("at least ", goodPercent(*form.min), " asked for");
    if (form.quantile) {
        return cat("more than the ", humanPercent(metric.max.value_or(0)), " that a ",
                   percentile(*form.quantile), " of ", humanNumber(metric.slowerThan.value_or(0)),
                   " s allows");
    }
    if (form.burnRate) {
        return cat("burning ", humanNumber(share / form.burnRate->budget()), " times its ",
                   budgetOf(*form.burnRate), ", more than ", humanNumber(form.burnRate->max), " allowed");
    }
    return cat("above the limit ", humanPercent(metric.max.value_or(0)));
}

std::string withinLimit(const api::Metric& metric) {
    const api::LimitForm& form = metric.limitForm;
    if (form.min) return cat("at least ", goodPercent(*form.min), " are good");
    if (form.quantile) {
        return cat("the ", percentile(*form.quantile), " is at most ",
                   humanNumber(metric.slowerThan.value_or(0)), " s");
    }
    if (form.burnRate) {
        return cat("below ", humanNumber(form.burnRate->max), " times its ", budgetOf(*form.burnRate));
    }
    return cat("below ", humanPercent(metric.max.value_or(0)));
}

std::string limitAfterPromotion(const api::Metric& metric, double limit) {
    const api::LimitForm& form = metric.limitForm;
    if (form.min) return cat("limit at least ", goodPercent(1 - limit));
    const std::string out = cat("limit ", humanPercent(limit));
    if (limit != metric.max) return out;
    if (form.quantile) return cat(out, " for the ", percentile(*form.quantile));
    if (form.burnRate) {
        return cat(out, ", ", humanNumber(form.burnRate->max), " times its ", budgetOf(*form.burnRate));
    }
    return out;
}

}  // namespace serin::judge
