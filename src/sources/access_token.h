#pragma once

#include <functional>
#include <string>

#include "sources/query.h"
#include "sources/renewed.h"
#include "sources/store.h"

namespace serin::sources {

// One token that a server hands out to who shows it a form (RFC 6749, section 4.4; RFC 7523; RFC 8693).
// `secrets`: what beside the form's own must not be repeated when the server does. Forbidden where the server
// does not know who asks, Unavailable where that passes; else errors of Store.
Result<Renewed<std::string>::Lent> askForToken(Exchange& exchange, const std::string& url, const Query& form,
                                               const Credentials& secrets, Timestamp now);

// Such a token, and the next one when it ends. Safe to call from several threads at once; the exchange
// outlives it.
class AccessToken {
  public:
    // What is shown at that time.
    using Form = std::function<Result<Query>(Timestamp now)>;

    AccessToken(Exchange& exchange, std::string url, Form form, Credentials secrets);

    Result<std::string> at(Timestamp now) { return token_.at(now); }

  private:
    Renewed<std::string> token_;
};

}  // namespace serin::sources
