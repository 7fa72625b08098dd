#include "net/keep_alive.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

namespace serin::net {
namespace {

int socketIndex() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

int descriptorIndex() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

void onStep(const SSL* tls, int where, int) {
    void* socket = SSL_get_ex_data(tls, socketIndex());
    if ((where & SSL_CB_HANDSHAKE_START) == 0 || socket == nullptr) return;
    const auto descriptor = reinterpret_cast<int (*)(void*)>(SSL_get_ex_data(tls, descriptorIndex()));
    keepTcpAlive(descriptor(socket));
    SSL_set_ex_data(const_cast<SSL*>(tls), socketIndex(), nullptr);
}

}  // namespace

void keepTcpAlive(int socket) {
    const auto set = [socket](int level, int name, int value) {
        ::setsockopt(socket, level, name, &value, sizeof value);
    };
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, 30);
    set(IPPROTO_TCP, TCP_KEEPINTVL, 10);
    set(IPPROTO_TCP, TCP_KEEPCNT, 3);
}

void keepTcpAliveFromHandshake(ssl_st* tls, void* socket, int (*descriptor)(void* socket)) {
    SSL_set_ex_data(tls, socketIndex(), socket);
    SSL_set_ex_data(tls, descriptorIndex(), reinterpret_cast<void*>(descriptor));
    SSL_set_info_callback(tls, onStep);
}

}  // namespace serin::net
