"""A watch of the operator, frame by frame, with what the plan does to them."""

import asyncio

from . import answers, frames, http1
from .exchange import CutOff, Exchange, with_version


class Watching(Exchange):
    async def run(self):
        task = asyncio.current_task()
        try:
            with self.way.watching(task):
                await self._watch()
        except asyncio.CancelledError:
            if self.way.stopping:
                raise
            task.uncancel()
            raise CutOff from None  # a plan ended the watches
        finally:
            if self.sent != 200:
                self._log()

    async def _watch(self):
        if await self._suffer("before"):
            return
        if not await self._travel():
            answer = await self.upstream.ask(self.head, self.body, self.target)
            self.forwarded, self.status = True, answer.status
            if answer.status != 200:
                body = await self.upstream.body(answer)
                await self._tell(answer.status, http1.encode(answer.first, answer.headers, body))
                return
            await self._tell(200, answers.WATCH_HEAD)
        self._log()
        await self._relay()

    async def _travel(self):
        """Shows the marked past, then goes on from there. False when there is none for this watch."""
        past = None
        if self.way.travels():
            past = self.way.recording.marked_frames(self.request.collection, self.request.query.get("resourceVersion"))
        if past is None:
            return False
        await self._tell(200, answers.WATCH_HEAD)
        for frame in past[0]:
            await self._write(frame)
        await self.way.arrival()
        answer = await self.upstream.ask(self.head, self.body, with_version(self.target, past[1]))
        self.forwarded, self.status = True, answer.status
        if answer.status != 200:
            await self._write(frames.error_frame(answer.status, "the way back is closed"))
            raise CutOff
        return True

    async def _relay(self):
        splitter = frames.Splitter()
        held = []
        async for data in self.upstream.chunks():
            for frame in splitter.feed(data):
                held = await self._pass(frame, held)
        if splitter.rest:
            await self._write(splitter.rest)
        self.writer.write(http1.LAST_CHUNK)
        await self.writer.drain()

    async def _pass(self, frame, held):
        """Sends a frame, then those that waited for it; returns those that wait for the next."""
        kind, name, _ = frames.describe(frame)
        self.way.recording.framed(self.request.collection, frame)
        sending = frames.Sending(frame)
        for rule, actions in self.way.matcher.frame(self.request.resource, kind, name):
            for action in actions:
                self.way.tell_fault(rule, action, {"resource": self.request.resource, "frame": kind, "name": name})
                if await self.way.do_common(action):
                    if action.ends:
                        raise CutOff
                else:
                    frames.apply(action, sending)
        await self.way.thawed(self.request.resource)
        for piece in [*sending.pieces, *(held if sending.pieces else [])]:
            await self._write(piece)
        if sending.ends_clean:
            self.writer.write(http1.LAST_CHUNK)
            await self.writer.drain()
        if sending.ends:
            await asyncio.sleep(0.05)  # what was written shall be read before the connection is torn down
            raise CutOff
        waiting = [] if sending.pieces else list(held)
        return waiting + ([sending.held] if sending.held else [])

    async def _write(self, piece):
        self.writer.write(http1.chunk(piece))
        await self.writer.drain()
