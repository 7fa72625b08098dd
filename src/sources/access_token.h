#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "sources/store.h"

namespace serin::sources {

// A token that a server hands out for a while to who asks by a form (RFC 6749, section 4.4; RFC 7523). It is
// asked for when it is needed, and kept until five minutes before its end. Safe to call from several threads
// at once; the exchange outlives it.
class AccessToken {
  public:
    // What is asked with at that time: application/x-www-form-urlencoded.
    using Form = std::function<Result<std::string>(Timestamp now)>;

    // `secrets`: what must not be repeated when the server does.
    AccessToken(Exchange& exchange, std::string url, Form form, Credentials secrets)
        : exchange_(exchange), url_(std::move(url)), form_(std::move(form)), secrets_(std::move(secrets)) {}

    // Forbidden where the server does not know who asks; else errors of Store.
    Result<std::string> at(Timestamp now);

  private:
    Exchange& exchange_;
    std::string url_;
    Form form_;
    Credentials secrets_;
    std::mutex mutex_;
    std::string token_;
    Timestamp until_{};
};

}  // namespace serin::sources
