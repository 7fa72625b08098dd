#pragma once

#include <map>
#include <string>

#include "base/time.h"

namespace serin {

// One HTTP exchange as values. Header names are lower case on both sides.
struct HttpRequest {
    std::string method = "GET";
    std::string target;  // path with query, beginning with '/'
    std::map<std::string, std::string> headers;
    std::string body;
    Duration timeout = std::chrono::seconds(40);  // of the whole exchange; of silence for streams
    // For streams: after each silence of this length the reader is called without bytes, so that it notices
    // the time; zero: never.
    Duration tick{0};
};

struct HttpResponse {
    int status = 0;
    std::map<std::string, std::string> headers;
    std::string body;
};

}  // namespace serin
