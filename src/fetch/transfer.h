#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace serin::fetch {

struct TransferHead {
    int status = 0;
    std::map<std::string, std::string> headers;  // names in lower case
    std::string redirect;  // the absolute URL that a 3xx leads to; empty where it leads nowhere
};

// Takes an answer as it comes. Either call may say false, which ends the transfer.
class TransferReader {
  public:
    virtual ~TransferReader() = default;
    // Once, before any bytes.
    virtual bool head(const TransferHead& head) = 0;
    virtual bool bytes(std::string_view bytes) = 0;
};

enum class TransferEnd { Complete, Stopped };  // Stopped: by the reader

// GETs whose answers are streams. Follows no redirect, decodes nothing, keeps no body. Safe to call from
// several threads at once.
class Transfers {
  public:
    virtual ~Transfers() = default;
    // Any status is a value. Complete only when the whole body came, as far as HTTP can tell. Errors:
    // Unavailable where no connection came about, Unknown where it broke or was silent for 30 s, Invalid
    // where trying again cannot help (a certificate that is not trusted, a URL that is none).
    virtual Result<TransferEnd> get(const std::string& url, const std::map<std::string, std::string>& headers,
                                    TransferReader& reader) = 0;
};

}  // namespace serin::fetch
