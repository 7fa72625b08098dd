"""A server on this machine's loopback, as a neighbour of the cluster: at a port of the node's address, in the cluster's
network namespace, which has no device that leads outside."""

import os
import socket
import subprocess
import sys
import threading

from .cluster import CLUSTER

NETWORK = os.environ.get("SERIN_NETNS", "serin")
# Runs in the network namespace, makes the listening socket there, and hands it over: it stays in that namespace.
LISTENER = """
import socket
listening = socket.create_server(("0.0.0.0", 0))
socket.send_fds(socket.socket(fileno=0), [b"."], [listening.fileno()])
"""


def node_address():
    node = CLUSTER.get("/api/v1/nodes")["items"][0]
    return next(a["address"] for a in node["status"]["addresses"] if a["type"] == "InternalIP")


class Neighbour:
    """Hands each connection on to 127.0.0.1:`port`. `host`, `port`: where the cluster finds it. close() ends it."""

    def __init__(self, port):
        self._target = port
        self._listening = self._listen()
        self.host, self.port = node_address(), self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @staticmethod
    def _listen():
        ours, theirs = socket.socketpair()
        with ours, theirs:
            subprocess.run(["nsenter", f"--net=/run/netns/{NETWORK}", sys.executable, "-c", LISTENER],
                           stdin=theirs, check=True, timeout=30)
            _, [descriptor], _, _ = socket.recv_fds(ours, 1, 1)
        return socket.socket(fileno=descriptor)

    def _accept(self):
        while True:
            try:
                near, _ = self._listening.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                return
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=_pump, args=(source, sink), daemon=True).start()

    def close(self):
        # Wakes accept(), which close() alone would not.
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


def _pump(source, sink):
    try:
        while data := source.recv(1 << 16):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass
