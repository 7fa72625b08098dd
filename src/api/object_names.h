#pragma once

#include <string_view>

namespace serin::api {

// Whether the API server takes it as the name of a Secret or a ConfigMap: a DNS subdomain of RFC 1123.
bool isObjectName(std::string_view name);

// Whether the API server takes it as a key of one.
bool isDataKey(std::string_view key);

// Whether it can be the name in a server's certificate: labels of a host name, or an IPv4 address.
bool isHostName(std::string_view name);

}  // namespace serin::api
