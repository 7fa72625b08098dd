#pragma once

#include <memory>

#include "base/log.h"
#include "net/transport.h"

namespace serin::net {

// FormPoster over cpprestsdk: one connection per POST, no compression; TLS 1.2 or later. `log` must outlive
// it.
std::unique_ptr<FormPoster> makeFormPoster(Logger& log);

}  // namespace serin::net
