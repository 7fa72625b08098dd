#include "signals/exposition.h"

#include "base/text.h"
#include "signals/sample_line.h"

namespace serin::signals {

namespace {

std::string_view takeWord(std::string_view& text) {
    size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) begin = text.size();
    size_t end = text.find_first_of(" \t", begin);
    if (end == std::string_view::npos) end = text.size();
    std::string_view word = text.substr(begin, end - begin);
    text.remove_prefix(end);
    return word;
}

class PageReader {
  public:
    PageReader(std::string_view page, const PageLimits& limits, PageSink& sink)
        : page_(page), limits_(limits), sink_(sink), line_(limits.labels) {}

    PageSummary run() {
        if (page_.size() > limits_.bytes) {
            summary_.truncated = cat("the page is larger than ", limits_.bytes, " bytes");
            page_ = page_.substr(0, limits_.bytes);
            page_ = page_.substr(0, page_.rfind('\n') + 1);
        }
        while (!page_.empty() && !summary_.endMarker && summary_.samples <= limits_.samples) readLine();
        if (summary_.samples > limits_.samples) {
            summary_.truncated = cat("the page has more than ", limits_.samples, " samples");
        } else if (summary_.endMarker && page_.find_first_not_of(" \t\r\n") != std::string_view::npos) {
            report({}, "samples after the end marker");
        }
        return std::move(summary_);
    }

  private:
    void readLine() {
        ++number_;
        size_t end = page_.find('\n');
        std::string_view line = page_.substr(0, end);
        bool complete = end != std::string_view::npos;
        page_.remove_prefix(complete ? end + 1 : page_.size());
        if (line.ends_with('\r')) line.remove_suffix(1);
        while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
        if (line.empty()) return;
        if (line.front() == '#') return readComment(line, complete);
        if (!complete) {
            summary_.truncated = cat("the page ends within line ", number_);
            return;
        }
        readSample(line);
    }

    void readComment(std::string_view line, bool complete) {
        line.remove_prefix(1);
        std::string_view word = takeWord(line);
        if (word == "EOF") {
            summary_.endMarker = true;
        } else if (!complete) {
            summary_.truncated = cat("the page ends within line ", number_);
        } else if (word == "TYPE") {
            std::string_view family = takeWord(line);
            sink_.type(family, takeWord(line));
        }
    }

    void readSample(std::string_view line) {
        ++summary_.samples;
        // A quoted name (UTF-8 names of Prometheus 3), which no selector can mean.
        if (line.front() == '{') return;
        std::string_view name = line.substr(0, nameLength(line));
        std::string_view rest = line.substr(name.size());
        if (name.empty()) return report({}, cat("no metric name at \"", line.substr(0, 40), "\""));
        if (rest.empty() || (rest.front() != '{' && rest.front() != ' ' && rest.front() != '\t')) {
            return report({}, cat("\"", line.substr(0, 40), "\" is not a sample"));
        }
        if (name != askedName_) {
            askedName_ = name;
            wanted_ = sink_.wants(name);
        }
        if (!wanted_) return;
        Sample sample;
        sample.name = name;
        sample.line = number_;
        if (std::string why = line_.read(rest, sample); !why.empty()) return report(name, why);
        sink_.sample(sample);
    }

    void report(std::string_view name, const std::string& why) {
        ++summary_.malformed;
        sink_.malformed(PageIssue{number_, name, cat("line ", number_, ": ", why)});
    }

    std::string_view page_;
    PageLimits limits_;
    PageSink& sink_;
    SampleLine line_;
    PageSummary summary_;
    size_t number_ = 0;
    std::string_view askedName_;
    bool wanted_ = false;
};

}  // namespace

PageSummary readExposition(std::string_view page, const PageLimits& limits, PageSink& sink) {
    return PageReader(page, limits, sink).run();
}

}  // namespace serin::signals
