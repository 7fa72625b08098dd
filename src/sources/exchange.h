#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/http.h"
#include "base/result.h"

namespace serin::sources {

// One request to a server that a person named, by its whole URL (http or https; `request.target` is not
// looked at). A redirect is an answer like any other: who follows one decides what goes along. Any status is
// a value. Errors are those of net::Transport: Unavailable where nothing was sent, Unknown for a time-out or
// a connection that broke, Invalid where a body has more than `maxBytes`. Safe to call from several threads
// at once.
class Exchange {
  public:
    virtual ~Exchange() = default;
    virtual Result<HttpResponse> send(const std::string& url, const HttpRequest& request,
                                      size_t maxBytes) = 0;
};

}  // namespace serin::sources
