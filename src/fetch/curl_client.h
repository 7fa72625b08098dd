#pragma once

#include <memory>
#include <string>

#include "base/time.h"
#include "fetch/transfer.h"
#include "sources/exchange.h"

namespace serin::fetch {

struct CurlSettings {
    std::string caFile;  // authorities in PEM instead of the system's; empty: those
    Duration connect{20'000};
    Duration silence{30'000};  // of a transfer, after which its connection counts as broken
};

// Both seams to HTTP servers by libcurl, with HTTP/1.1. Connections are kept and used again. Certificates are
// always verified. HTTP_PROXY, HTTPS_PROXY and NO_PROXY count, as for curl. Safe to call from several threads
// at once. One a process: it initializes libcurl.
class CurlClient final : public Transfers, public sources::Exchange {
  public:
    explicit CurlClient(CurlSettings settings);
    ~CurlClient() override;
    CurlClient(const CurlClient&) = delete;
    CurlClient& operator=(const CurlClient&) = delete;

    Result<TransferEnd> get(const std::string& url, const std::map<std::string, std::string>& headers,
                            TransferReader& reader) override;
    Result<HttpResponse> send(const std::string& url, const HttpRequest& request, size_t maxBytes) override;

  private:
    class Handles;
    CurlSettings settings_;
    std::unique_ptr<Handles> handles_;
};

}  // namespace serin::fetch
