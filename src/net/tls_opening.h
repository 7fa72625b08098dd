#pragma once

#include <memory>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "net/channel.h"

namespace serin::net {

// Where a server's certificate and its key are; both or none.
struct CertificateFiles {
    std::string certificate;
    std::string key;
};

// Connections with TLS 1.2 or later; clients need no certificate. Without files the server shows one that it
// has signed itself, made now. Files are read for each connection, so renewed ones count without a restart;
// when they cannot be used the last good ones stay, and a warning is logged once. Who speaks plain HTTP is
// told so. The process ignores SIGPIPE. Fails when the files cannot be used at first, with the reason. `log`
// must outlive it.
Result<std::unique_ptr<Opening>> makeTlsOpening(const CertificateFiles& files, Logger& log);

}  // namespace serin::net
