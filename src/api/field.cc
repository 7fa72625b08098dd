#include "api/field.h"

#include <cmath>

#include "api/canonical_json.h"
#include "base/text.h"

namespace serin::api {
namespace {

using nlohmann::json;

const json& absent() {
    static const json null;
    return null;
}

constexpr size_t kLongestValueShown = 80;

}  // namespace

Field::Field(const json& value, std::string path, std::vector<std::string>& problems)
    : value_(&value), path_(std::move(path)), problems_(&problems) {}

Field Field::at(const char* name) const {
    const json* member = &absent();
    if (value_->is_object()) {
        const auto found = value_->find(name);
        if (found != value_->end()) member = &*found;
    }
    return Field(*member, cat(path_, ".", name), *problems_);
}

std::vector<Field> Field::elements() const {
    std::vector<Field> fields;
    if (!present()) return fields;
    if (!value_->is_array()) {
        bad("state a list");
        return fields;
    }
    for (size_t i = 0; i < value_->size(); ++i) {
        fields.emplace_back((*value_)[i], cat(path_, "[", i, "]"), *problems_);
    }
    return fields;
}

std::string Field::text(const std::string& fallback) const {
    if (!present()) return fallback;
    if (value_->is_string()) return value_->get<std::string>();
    bad("state a text in quotes");
    return fallback;
}

bool Field::flag(bool fallback) const {
    if (!present()) return fallback;
    if (value_->is_boolean()) return value_->get<bool>();
    bad("state true or false");
    return fallback;
}

int64_t Field::integer(int64_t fallback, int64_t least, int64_t most) const {
    if (!present()) return fallback;
    if (value_->is_number()) {
        const double number = value_->get<double>();
        if (std::trunc(number) == number && number >= static_cast<double>(least) &&
            number <= static_cast<double>(most)) {
            return value_->get<int64_t>();
        }
    }
    bad(cat("state a whole number from ", least, " to ", most));
    return fallback;
}

int Field::port() const {
    return static_cast<int>(integer(0, 1, 65535));
}

double Field::number(double fallback, double least, double most, bool leastAllowed) const {
    if (!present()) return fallback;
    if (value_->is_number()) {
        const double number = value_->get<double>();
        if (number <= most && (number > least || (leastAllowed && number == least))) return number;
    }
    bad(cat("state a number ", leastAllowed ? "from " : "above ", humanNumber(least),
            leastAllowed ? " to " : " and at most ", humanNumber(most)));
    return fallback;
}

Duration Field::duration(Duration fallback, Duration least) const {
    if (!present()) return fallback;
    if (!value_->is_string()) {
        bad("state a duration such as 30s, 5m or 1h30m");
        return fallback;
    }
    const auto parsed = parseDuration(value_->get<std::string>());
    if (!parsed) {
        problem(parsed.error().message);
        return fallback;
    }
    if (*parsed < least) {
        bad(cat("state at least ", formatDuration(least)));
        return fallback;
    }
    return *parsed;
}

void Field::problem(std::string_view sentence) const {
    problems_->push_back(cat(path_, ": ", sentence));
}

void Field::bad(std::string_view wayOut) const {
    std::string shown = canonicalText(*value_);
    if (shown.size() > kLongestValueShown)
        shown = cat("a ", value_->type_name(), " of ", shown.size(), " characters");
    problem(cat("is ", shown, "; ", wayOut));
}

}  // namespace serin::api
