#pragma once

struct ssl_st;

namespace serin::net {

// Lets the kernel find a dead peer in about a minute: the first probe after 30 s of silence, then three 10 s
// apart. `socket` is an open TCP socket.
void keepTcpAlive(int socket);

// The same for the socket under `tls`, which is not open yet: done as the handshake begins. `descriptor` is
// called once, with `socket`, at that moment; `socket` lives as long as `tls`.
void keepTcpAliveFromHandshake(ssl_st* tls, void* socket, int (*descriptor)(void* socket));

}  // namespace serin::net
