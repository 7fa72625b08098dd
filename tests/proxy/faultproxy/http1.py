"""HTTP/1.1 over asyncio streams: as much as Kubernetes clients and servers speak."""

import asyncio
import dataclasses

LARGEST_HEAD = 1 << 16


class Broken(Exception):
    """The other side ended or spoke something that is not HTTP."""


@dataclasses.dataclass
class Head:
    """The first line's three words, and the headers with their names in lower case."""

    first: tuple
    headers: dict

    @property
    def status(self):
        return int(self.first[1])

    def keeps_alive(self):
        return self.headers.get("connection", "").lower() != "close"


async def read_head(reader):
    """None at the end of the stream."""
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if not error.partial:
            return None
        raise Broken("the stream ended inside a head") from error
    except (asyncio.LimitOverrunError, ConnectionError, OSError) as error:
        raise Broken(str(error)) from error
    lines = raw.decode("latin-1").split("\r\n")
    first = tuple(lines[0].split(" ", 2))
    if len(first) < 2:
        raise Broken(f"not HTTP: {lines[0]!r}")
    headers = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    return Head(first, headers)


async def chunks(reader):
    """The chunks of a chunked body, without their frames."""
    try:
        while True:
            size = int((await reader.readline()).split(b";")[0].strip() or b"x", 16)
            if size == 0:
                await reader.readline()
                return
            yield await reader.readexactly(size)
            await reader.readexactly(2)
    except (asyncio.IncompleteReadError, ConnectionError, OSError, ValueError) as error:
        raise Broken(f"the stream ended inside a body: {error}") from error


async def read_body(reader, head, to_end=False):
    """The whole body; `to_end`: without a length it goes to the end of the stream (answers)."""
    if head.first[1] in ("204", "304"):
        return b""
    if "chunked" in head.headers.get("transfer-encoding", "").lower():
        return b"".join([chunk async for chunk in chunks(reader)])
    try:
        if "content-length" in head.headers:
            return await reader.readexactly(int(head.headers["content-length"]))
        return await reader.read() if to_end else b""
    except (asyncio.IncompleteReadError, ConnectionError, OSError) as error:
        raise Broken(f"the stream ended inside a body: {error}") from error


def encode(first, headers, body=None):
    """A message with its body in one piece; body None: the head alone."""
    fields = {name: value for name, value in headers.items()
              if body is None or name not in ("content-length", "transfer-encoding")}
    if body is not None:
        fields["content-length"] = str(len(body))
    lines = [" ".join(first), *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")


def chunk(data):
    return b"%x\r\n%b\r\n" % (len(data), data)


LAST_CHUNK = b"0\r\n\r\n"
