#include "junit.h"

#include "base/text.h"

namespace serin::conformance {
namespace {

std::string escaped(const std::string& text) {
    std::string out;
    for (const char letter : text) {
        if (letter == '&') {
            out += "&amp;";
        } else if (letter == '<') {
            out += "&lt;";
        } else if (letter == '>') {
            out += "&gt;";
        } else if (letter == '"') {
            out += "&quot;";
        } else if (static_cast<unsigned char>(letter) >= 0x20 || letter == '\n') {
            out += letter;
        }
    }
    return out;
}

}  // namespace

std::string junitOf(const std::string& suite, const std::vector<Finding>& findings) {
    std::string out = cat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"", escaped(suite),
                          "\" tests=\"", findings.size(), "\">\n");
    for (const Finding& finding : findings) {
        out += cat("<testcase classname=\"", escaped(finding.group), "\" name=\"", escaped(finding.sentence),
                   '"');
        out += finding.failures.empty()
                   ? "/>\n"
                   : cat("><failure>", escaped(join(finding.failures, "\n")), "</failure></testcase>\n");
    }
    return out + "</testsuite>\n";
}

}  // namespace serin::conformance
