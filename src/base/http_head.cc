#include "base/http_head.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace serin {
namespace {

bool isToken(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}

bool isFieldValue(std::string_view text) {
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == '\x7f'; });
}

std::string_view takeLine(std::string_view& text) {
    const size_t end = text.find("\r\n");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
    return line;
}

bool readFirstLine(std::string_view line, HttpRequest& into) {
    const std::vector<std::string> words = split(line, ' ');
    if (words.size() != 3 || !isToken(words[0]) || !words[1].starts_with('/') || !isVisible(words[1]))
        return false;
    into.method = words[0];
    into.target = words[1];
    return words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0";
}

bool readHeader(std::string_view line, HttpRequest& into) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || !isToken(line.substr(0, colon))) return false;
    const std::string_view value = trim(line.substr(colon + 1));
    if (!isFieldValue(value)) return false;
    const auto [place, isNew] = into.headers.emplace(lowerCase(line.substr(0, colon)), value);
    if (!isNew && !value.empty()) place->second += cat(place->second.empty() ? "" : ", ", value);
    return true;
}

const char* phrase(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 202:
            return "Accepted";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 411:
            return "Length Required";
        case 413:
            return "Content Too Large";
        default:
            return "Service Unavailable";
    }
}

}  // namespace

std::optional<HttpRequest> parseRequestHead(std::string_view head) {
    HttpRequest request;
    if (!readFirstLine(takeLine(head), request)) return std::nullopt;
    while (true) {
        const std::string_view line = takeLine(head);
        if (line.empty()) return request;
        if (!readHeader(line, request)) return std::nullopt;
    }
}

std::string pathOf(const HttpRequest& request) {
    return request.target.substr(0, request.target.find('?'));
}

std::string bearerToken(const HttpRequest& request) {
    const auto header = request.headers.find("authorization");
    if (header == request.headers.end()) return "";
    const std::string_view value = header->second;
    const size_t space = value.find(' ');
    if (space == std::string_view::npos || lowerCase(value.substr(0, space)) != "bearer") return "";
    const std::string_view token = trim(value.substr(space));
    return isVisible(token) ? std::string(token) : std::string();
}

std::string answerText(const HttpResponse& answer) {
    std::string text = cat("HTTP/1.1 ", answer.status, ' ', phrase(answer.status), "\r\n");
    for (const auto& [name, value] : answer.headers) text += cat(name, ": ", value, "\r\n");
    if (!answer.headers.contains("content-type")) text += "content-type: text/plain; charset=utf-8\r\n";
    return text + cat("content-length: ", answer.body.size(), "\r\nconnection: close\r\n\r\n", answer.body);
}

}  // namespace serin
