"""An API server that answers as a test says, the proxy before it, and a client: all in one event loop, plain HTTP."""

import asyncio
import json

from faultproxy import http1, plan
from faultproxy.server import Server, upstream_maker
from faultproxy.way import Way

LIST = {"metadata": {"resourceVersion": "10"}, "items": []}
PODS = "/api/v1/namespaces/ns/pods"


def event(version, kind="MODIFIED", name="a"):
    return {"type": kind, "object": {"metadata": {"name": name, "resourceVersion": str(version)}}}


class Stage:
    """`async with`. `asked`: (method, target) of what reached the API server. `events`: the next watches' frames."""

    def __init__(self, *rules):
        self.log = []
        self.asked = []
        self.events = asyncio.Queue()
        self.way = Way(self.log.append)
        if rules:
            self.arm(*rules)

    def arm(self, *rules):
        self.way.arm(plan.from_json({"rules": list(rules)}))

    async def __aenter__(self):
        self._api = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        address = self._api.sockets[0].getsockname()[:2]
        self.server = Server(self.way, upstream_maker(address, None))
        await self.server.start()
        return self

    async def __aexit__(self, *_):
        await self.server.stop()
        self._api.close()

    async def _answer(self, reader, writer):
        try:
            while head := await http1.read_head(reader):
                body = await http1.read_body(reader, head)
                method, target = head.first[:2]
                self.asked.append((method, target))
                if "watch=1" in target:
                    await self._stream(writer)
                else:
                    answer = LIST if method == "GET" else {"metadata": {"resourceVersion": "11"}, "got": body.decode()}
                    writer.write(http1.encode(("HTTP/1.1", "200", "OK"), {}, json.dumps(answer).encode()))
                    await writer.drain()
        except (http1.Broken, ConnectionError):
            pass

    async def _stream(self, writer):
        writer.write(http1.encode(("HTTP/1.1", "200", "OK"), {"transfer-encoding": "chunked"}))
        while (frame := await self.events.get()) is not None:
            writer.write(http1.chunk(json.dumps(frame).encode() + b"\n"))
            await writer.drain()
        writer.write(http1.LAST_CHUNK)
        await writer.drain()

    def put(self, *events):
        for frame in events:
            self.events.put_nowait(frame)

    def client(self):
        return Client(self.server.port)

    def faults(self):
        return [record["action"] for record in self.log if record["log"] == "fault"]

    def requests(self):
        return [record for record in self.log if record["log"] == "request"]


class Client:
    """One connection to the proxy."""

    def __init__(self, port):
        self._port = port
        self._reader = self._writer = None

    async def send(self, method="GET", target=PODS, body=None):
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        data = json.dumps(body).encode() if body is not None else b""
        self._writer.write(http1.encode((method, target, "HTTP/1.1"), {"host": "x", "user-agent": "op (pod-1)"}, data))
        await self._writer.drain()

    async def ask(self, method="GET", target=PODS, body=None):
        """(status, headers, body); None when the connection was closed without an answer."""
        await self.send(method, target, body)
        head = await http1.read_head(self._reader)
        return head and (head.status, head.headers, json.loads(await http1.read_body(self._reader, head)))

    async def watch(self, target=PODS + "?watch=1&resourceVersion=10"):
        """Opens a watch; `frames` reads it."""
        await self.send("GET", target)
        head = await http1.read_head(self._reader)
        assert head.status == 200

    async def lines(self):
        """All that comes until the stream ends: (lines, whether it ended in order)."""
        data, orderly = b"", True
        try:
            async for piece in http1.chunks(self._reader):
                data += piece
        except http1.Broken:
            orderly = False
        return [line for line in data.split(b"\n") if line], orderly


def play(scene):
    """Runs a coroutine; no scene takes long."""
    asyncio.run(asyncio.wait_for(scene, 20))
