"""The listening side: TLS from the operator, one task a connection."""

import asyncio

from . import http1
from .api_request import understand
from .exchange import CutOff, Exchange
from .upstream import Upstream
from .watching import Watching


class Server:
    """`make_upstream()` opens nothing yet; `tls` None: plain HTTP."""

    def __init__(self, way, make_upstream, host="127.0.0.1", port=0, tls=None):
        self._way, self._make_upstream = way, make_upstream
        self._host, self.port, self._tls = host, port, tls
        self._listener = None
        self._connections = set()
        way.refuse = self.refuse

    async def start(self):
        self._listener = await asyncio.start_server(self._serve, self._host, self.port, ssl=self._tls, limit=1 << 20)
        self.port = self._listener.sockets[0].getsockname()[1]

    def refuse(self, duration):
        """Nobody listens, and every connection is torn down, for so many seconds."""
        if self._listener is None:
            return
        self._listener.close()
        self._listener = None
        self._abort_all()
        self._reopening = asyncio.get_running_loop().create_task(self._reopen(duration))

    async def _reopen(self, duration):
        await asyncio.sleep(duration)
        await self.start()

    async def stop(self):
        self._way.stopping = True
        if self._listener:
            self._listener.close()
        self._abort_all()

    def _abort_all(self):
        for writer in list(self._connections):
            writer.transport.abort()

    async def _serve(self, reader, writer):
        self._connections.add(writer)
        upstream = self._make_upstream()
        try:
            while await self._exchange(reader, writer, upstream):
                pass
        except (CutOff, http1.Broken, ConnectionError, OSError):
            pass  # the operator sees its connection end
        except asyncio.CancelledError:
            if not self._way.stopping:
                raise
        finally:
            self._connections.discard(writer)
            upstream.close()
            writer.transport.abort()

    async def _exchange(self, reader, writer, upstream):
        head = await http1.read_head(reader)
        if head is None:
            return False
        body = await http1.read_body(reader, head)
        request = understand(head.first[0], head.first[1], head.headers, body)
        kind = Watching if request.verb == "watch" else Exchange
        await kind(self._way, upstream, writer, head, body, request).run()
        return head.keeps_alive()


def upstream_maker(address, tls):
    return lambda: Upstream(address, tls)
