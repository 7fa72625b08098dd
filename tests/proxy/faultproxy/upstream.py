"""The way to the real API server: one connection for each of the operator's."""

import asyncio

from . import http1


class Upstream:
    """`address` (host, port); `tls` an SSLContext, or None for plain HTTP."""

    def __init__(self, address, tls):
        self._address, self._tls = address, tls
        self._reader = self._writer = None

    async def ask(self, head, body, target):
        """Sends a request; returns the answer's head. A kept connection that has ended is opened anew."""
        if self._writer is None or self._reader.at_eof() or self._writer.is_closing():
            self.close()
            self._reader, self._writer = await asyncio.open_connection(
                *self._address, ssl=self._tls, server_hostname="kubernetes" if self._tls else None,
                limit=1 << 20)
        # Frames are looked into: they must come as plain text.
        headers = {name: value for name, value in head.headers.items() if name not in ("accept-encoding", "connection")}
        self._writer.write(http1.encode((head.first[0], target, "HTTP/1.1"), headers, body))
        await self._writer.drain()
        answer = await http1.read_head(self._reader)
        if answer is None:
            raise http1.Broken("the API server closed the connection instead of an answer")
        return answer

    async def body(self, head):
        body = await http1.read_body(self._reader, head, to_end=True)
        if not head.keeps_alive():
            self.close()
        return body

    def chunks(self):
        return http1.chunks(self._reader)

    def close(self):
        if self._writer is not None:
            self._writer.transport.abort()
        self._reader = self._writer = None
