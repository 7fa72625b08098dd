#pragma once

#include <mutex>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "kube/cluster_config.h"
#include "net/pem.h"

struct ssl_ctx_st;

namespace serin::net {

// Certificates for new connections: whom we trust and who we are. Files are read for each connection, so
// renewed ones count without a restart; when one cannot be used the last good text stays, and a warning is
// logged. Thread-safe.
class Tls {
  public:
    Tls(const kube::ClusterConfig& config, Logger& log);

    // Reads everything once. Fails with the file and OpenSSL's reason.
    Result<void> check();
    // Reads files again, if there are any.
    void refresh();
    // What a credential plugin gave, instead of none. Fails as check does.
    Result<void> present(const Identity& own);
    // Another number whenever a certificate or key has changed: older connections are then of the past.
    int generation() const;
    // Prepares the context of one new connection: trust only the cluster's CA (if there is one), TLS 1.2 or
    // later, our certificate. Does not throw; what cannot be set makes the handshake fail, with the reason in
    // lastFailure.
    void prepare(ssl_ctx_st* context);
    // Why the last server certificate was refused; empty if none was.
    std::string lastFailure() const;
    void setLastFailure(std::string reason);

  private:
    struct Texts {
        std::string ca;
        Identity own;

        friend bool operator==(const Texts&, const Texts&) = default;
    };
    Result<Texts> read() const;
    Result<void> take(Texts texts);

    kube::PemSource ca_;
    kube::PemSource certificate_;
    kube::PemSource key_;
    Logger& log_;
    mutable std::mutex mutex_;
    Texts good_;
    int generation_ = 0;
    std::string lastFailure_;
};

}  // namespace serin::net
