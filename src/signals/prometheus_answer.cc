#include "signals/prometheus_answer.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/shorten.h"
#include "base/text.h"
#include "signals/number.h"
#include "signals/refusal.h"

namespace serin::signals {
namespace {

constexpr size_t kLongestWords = 300;
constexpr size_t kMostWarnings = 3;
// Before Prometheus 3 remarks, such as that a counter's name ends unusually, stood among the warnings.
constexpr std::string_view kRemark = "PromQL info: ";
constexpr size_t kDeepest = 32;
// Of a timestamp in seconds: the year 5138.
constexpr double kLatest = 1e11;

// Reads the answer piece by piece and keeps nothing else: a tree of it would need ten times its size, and
// the server is one that any user may name.
class Reader final : public nlohmann::json_sax<nlohmann::json> {
  public:
    explicit Reader(const PrometheusLimits& limits) : limits_(limits) {}

    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t value) override { return number(static_cast<double>(value)); }
    bool number_unsigned(number_unsigned_t value) override { return number(static_cast<double>(value)); }
    bool number_float(number_float_t value, const string_t&) override { return number(value); }
    bool string(string_t& value) override;
    bool binary(binary_t&) override { return true; }
    bool start_object(size_t) override { return open(false); }
    bool key(string_t& name) override {
        key_ = std::move(name);
        return true;
    }
    bool end_object() override { return close(); }
    bool start_array(size_t) override { return open(true); }
    bool end_array() override { return close(); }
    bool parse_error(size_t, const std::string&, const nlohmann::json::exception&) override {
        return fail("it is not JSON, or its end is missing");
    }

    std::string status, error, errorType, resultType;
    std::vector<std::string> warnings;
    std::vector<PrometheusSeries> series;
    std::optional<PrometheusSample> scalar;
    std::string trouble;  // why the answer cannot be used; empty when it can

  private:
    // Result: the list of series, or the pair that a scalar is.
    enum class Place {
        Other,
        Root,
        Data,
        Result,
        Series,
        Metric,
        Values,
        Pair,
        Warnings,
        Histograms,  // pairs of a time and a Histogram
        HistogramPair,
        Histogram,
        Buckets,
        Bucket,  // what its edges include, its edges, its count
    };

    bool fail(std::string why) {
        if (trouble.empty()) trouble = std::move(why);
        return false;
    }
    bool noNumber(std::string_view what, std::string_view value) {
        return fail(cat(what, " has the value \"", forPeople(value), "\", which is no number"));
    }
    Place here() const { return places_.empty() ? Place::Other : places_.back(); }
    Place inside(bool array) const;
    Place inSeries(bool array) const;
    Place inHistograms(bool array) const;
    bool open(bool array);
    bool close();
    bool number(double value);
    bool label(std::string& value);
    bool endPair();
    bool endBucket();
    bool endHistogram();
    bool oneMore();
    PrometheusSample sample() const;  // the pair that was read

    const PrometheusLimits& limits_;
    std::vector<Place> places_;
    std::string key_;
    std::optional<double> time_;  // of the pair that is read
    std::optional<double> value_;
    PrometheusHistogram histogram_;  // that is read
    std::vector<double> bucket_;     // the same
    size_t labels_ = 0;
    size_t samples_ = 0;
};

Reader::Place Reader::inside(bool array) const {
    if (places_.empty()) return array ? Place::Other : Place::Root;
    switch (places_.back()) {
        case Place::Root:
            if (array) return key_ == "warnings" ? Place::Warnings : Place::Other;
            return key_ == "data" ? Place::Data : Place::Other;
        case Place::Data:
            return array && key_ == "result" ? Place::Result : Place::Other;
        case Place::Result:
            return array ? Place::Other : Place::Series;
        case Place::Series:
            return inSeries(array);
        case Place::Values:
            return array ? Place::Pair : Place::Other;
        default:
            return inHistograms(array);
    }
}

Reader::Place Reader::inHistograms(bool array) const {
    switch (places_.back()) {
        case Place::Histograms:
            return array ? Place::HistogramPair : Place::Other;
        case Place::HistogramPair:
            return array ? Place::Other : Place::Histogram;
        case Place::Histogram:
            return array && key_ == "buckets" ? Place::Buckets : Place::Other;
        case Place::Buckets:
            return array ? Place::Bucket : Place::Other;
        default:
            return Place::Other;
    }
}

Reader::Place Reader::inSeries(bool array) const {
    if (!array) return key_ == "metric" ? Place::Metric : Place::Other;
    if (key_ == "values") return Place::Values;
    if (key_ == "histograms") return Place::Histograms;
    return key_ == "value" ? Place::Pair : Place::Other;
}

bool Reader::open(bool array) {
    if (places_.size() >= kDeepest) return fail("it is nested too deeply");
    places_.push_back(inside(array));
    if (here() == Place::Series) {
        if (series.size() >= limits_.series) return fail(cat("it has more than ", limits_.series, " series"));
        series.emplace_back();
    } else if (here() == Place::Pair || here() == Place::Result) {
        time_.reset();
        value_.reset();
    } else if (here() == Place::HistogramPair) {
        time_.reset();
        value_.reset();
        histogram_ = {};
    } else if (here() == Place::Bucket) {
        bucket_.clear();
    }
    return true;
}

bool Reader::close() {
    const Place ended = here();
    places_.pop_back();
    if (ended == Place::Pair) return endPair();
    if (ended == Place::Bucket) return endBucket();
    if (ended == Place::HistogramPair) return endHistogram();
    if (ended == Place::Result && series.empty() && time_ && value_) scalar = sample();
    if (ended == Place::Metric) std::ranges::sort(series.back().labels);
    return true;
}

bool Reader::endPair() {
    if (!time_ || !value_) return fail("a sample is not a time and a number");
    if (!oneMore()) return false;
    series.back().samples.push_back(sample());
    return true;
}

bool Reader::endBucket() {
    if (bucket_.size() != 3) return fail("a bucket is not two edges and a count");
    if (!oneMore()) return false;
    histogram_.buckets.push_back({bucket_[0], bucket_[1], bucket_[2]});
    return true;
}

bool Reader::endHistogram() {
    if (!time_ || !value_) return fail("a sample is not a time and a histogram");
    if (!oneMore()) return false;
    histogram_.count = *value_;
    series.back().histograms.push_back({sample().at, std::move(histogram_)});
    return true;
}

bool Reader::oneMore() {
    if (samples_ >= limits_.samples) return fail(cat("it has more than ", limits_.samples, " samples"));
    ++samples_;
    return true;
}

PrometheusSample Reader::sample() const {
    return {Timestamp(Duration(std::llround(*time_ * 1000))), *value_};
}

bool Reader::number(double value) {
    const bool pair = here() == Place::Pair || here() == Place::Result || here() == Place::HistogramPair;
    if (!pair || time_) return true;
    if (!(std::abs(value) < kLatest)) return fail("a sample has a time that is none");
    time_ = value;
    return true;
}

bool Reader::label(std::string& value) {
    if (labels_ >= limits_.labels) return fail(cat("its series have more than ", limits_.labels, " labels"));
    ++labels_;
    series.back().labels.emplace_back(key_, std::move(value));
    return true;
}

bool Reader::string(string_t& value) {
    switch (here()) {
        case Place::Root:
            if (key_ == "status")
                status = std::move(value);
            else if (key_ == "error")
                error = std::move(value);
            else if (key_ == "errorType")
                errorType = std::move(value);
            return true;
        case Place::Data:
            if (key_ == "resultType") resultType = std::move(value);
            return true;
        case Place::Warnings:
            if (warnings.size() < kMostWarnings && !value.starts_with(kRemark))
                warnings.push_back(std::move(value));
            return true;
        case Place::Metric:
            return label(value);
        case Place::Result:
            value_ = parseNumber(value);  // of a string it is none
            return true;
        case Place::Pair:
            value_ = parseNumber(value);
            return value_ || noNumber("a sample", value);
        case Place::Histogram:
            if (key_ != "count") return true;
            value_ = parseNumber(value);
            return value_ || noNumber("a histogram's count", value);
        case Place::Bucket: {
            const auto number = parseNumber(value);
            bucket_.push_back(number.value_or(0));
            return number || noNumber("a bucket", value);
        }
        default:
            return true;
    }
}

// What a status means to somebody who has just named an address.
std::string statusInWords(int status) {
    if (status == 401 || status == 403) {
        return "; state credentials for this Prometheus in the spec, or renew what their Secret holds";
    }
    if (status >= 300 && status < 400) return "; redirects are not followed, state the address they lead to";
    if (status == 404) return "; is its API at that path?";
    return "";
}

}  // namespace

std::string_view PrometheusSeries::label(std::string_view name) const {
    const auto found = std::ranges::lower_bound(labels, name, {},
                                                [](const auto& one) { return std::string_view(one.first); });
    return found != labels.end() && found->first == name ? std::string_view(found->second)
                                                         : std::string_view();
}

std::string forPeople(std::string_view text) {
    std::string out = shortened(text, kLongestWords);
    std::ranges::replace_if(
        out, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; }, '?');
    return out;
}

Result<PrometheusAnswer> readPrometheusAnswer(int status, std::string_view body,
                                              const PrometheusLimits& limits) {
    Reader reader(limits);
    if (!nlohmann::json::sax_parse(body, &reader) && reader.trouble.empty())
        reader.trouble = "it is not JSON";
    if (reader.trouble.empty() && reader.status == "error") {
        const std::string type = reader.errorType.empty() ? "" : cat(" (", forPeople(reader.errorType), ")");
        return Error{codeOf(status, ErrorCode::Invalid),
                     cat("HTTP ", status, ", ", forPeople(reader.error), type)};
    }
    if (status < 200 || status > 299) {
        return Error{codeOf(status, ErrorCode::Invalid), cat("HTTP ", status, statusInWords(status))};
    }
    if (!reader.trouble.empty()) return invalid(cat("its answer cannot be read: ", reader.trouble));
    if (reader.status != "success") return invalid("its answer is not one of Prometheus");
    for (std::string& warning : reader.warnings) warning = forPeople(warning);
    return PrometheusAnswer{std::move(reader.resultType), std::move(reader.series), reader.scalar,
                            std::move(reader.warnings)};
}

Result<std::vector<PrometheusSeries>> decodePrometheus(int status, std::string_view body,
                                                       const PrometheusLimits& limits) {
    auto answer = readPrometheusAnswer(status, body, limits);
    if (!answer) return answer.error();
    if (!answer->warnings.empty()) {
        return invalid(cat("its answer may be incomplete: ", join(answer->warnings, "; ")));
    }
    if (answer->type != "matrix") {
        return invalid(cat("its answer is a \"", forPeople(answer->type), "\" instead of a \"matrix\""));
    }
    return std::move(answer).value().series;
}

}  // namespace serin::signals
