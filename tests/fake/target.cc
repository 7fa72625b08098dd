#include "target.h"

#include <vector>

#include "base/text.h"

namespace serin::fake {
namespace {

int hexDigit(char letter) {
    if (letter >= '0' && letter <= '9') return letter - '0';
    if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
    if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
    return -1;
}

std::string percentDecode(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hexDigit(text[i + 1]) >= 0 &&
            hexDigit(text[i + 2]) >= 0) {
            out += static_cast<char>(hexDigit(text[i + 1]) * 16 + hexDigit(text[i + 2]));
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

void readQuery(std::string_view query, Target& out) {
    for (const std::string& pair : split(query, '&')) {
        const size_t equals = pair.find('=');
        const std::string key = percentDecode(pair.substr(0, equals));
        if (!key.empty())
            out.query[key] = equals == std::string::npos ? "" : percentDecode(pair.substr(equals + 1));
    }
}

// /api/v1/… or /apis/GROUP/VERSION/…, then [namespaces/NS/]PLURAL[/NAME[/SUBRESOURCE]].
void readPath(const std::vector<std::string>& parts, Target& out) {
    const bool core = parts.size() > 3 && parts[1] == "api";
    const bool grouped = parts.size() > 4 && parts[1] == "apis";
    if (!core && !grouped) return;
    const std::string group = core ? "" : parts[2];
    const std::string version = core ? parts[2] : parts[3];
    size_t next = core ? 3 : 4;
    // "/namespaces/NS" and "/namespaces/NS/status" are the Namespace itself.
    if (parts[next] == "namespaces" && parts.size() > next + 2 && parts[next + 2] != "status") {
        out.space = percentDecode(parts[next + 1]);
        next += 2;
    }
    out.kind = kindOf(group, version, parts[next]);
    if (parts.size() > next + 1) out.name = percentDecode(parts[next + 1]);
    if (parts.size() > next + 2) out.subresource = parts[next + 2];
    if (parts.size() > next + 3) out.kind.reset();
}

}  // namespace

std::string Target::option(const std::string& key) const {
    const auto found = query.find(key);
    return found == query.end() ? std::string() : found->second;
}

bool Target::flag(const std::string& key) const {
    const std::string value = option(key);
    return value == "1" || value == "true";
}

Target parseTarget(const std::string& target) {
    Target out;
    const size_t question = target.find('?');
    out.path = target.substr(0, question);
    if (question != std::string::npos) readQuery(std::string_view(target).substr(question + 1), out);
    readPath(split(out.path, '/'), out);
    return out;
}

}  // namespace serin::fake
