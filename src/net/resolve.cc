#include "net/resolve.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/text.h"

namespace serin::net {
namespace {

std::string textOf(const addrinfo& address) {
    std::array<char, NI_MAXHOST> host{};
    if (::getnameinfo(address.ai_addr, address.ai_addrlen, host.data(), host.size(), nullptr, 0,
                      NI_NUMERICHOST) != 0) {
        return "";
    }
    return address.ai_family == AF_INET6 ? cat('[', host.data(), ']') : host.data();
}

}  // namespace

Result<std::vector<std::string>> resolve(const std::string& host, size_t most) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* found = nullptr;
    if (const int failed = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); failed != 0) {
        return Error{ErrorCode::Unavailable, cat("cannot resolve ", host, ": ", ::gai_strerror(failed))};
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, ::freeaddrinfo);
    std::vector<std::string> out;
    for (const addrinfo* one = addresses.get(); one != nullptr && out.size() < most; one = one->ai_next) {
        std::string text = textOf(*one);
        if (!text.empty() && std::ranges::find(out, text) == out.end()) out.push_back(std::move(text));
    }
    if (out.empty()) return Error{ErrorCode::Unavailable, cat("cannot resolve ", host, ": no address")};
    return out;
}

}  // namespace serin::net
