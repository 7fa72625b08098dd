"""One request of the operator and its answer, with what the plan does to them."""

import asyncio
import json
import time

from . import answers, http1


class CutOff(Exception):
    """The connection to the operator is to be torn down without another byte."""


class Exchange:
    def __init__(self, way, upstream, writer, head, body, request):
        self.way, self.upstream, self.writer = way, upstream, writer
        self.head, self.body, self.request = head, body, request
        self.target = head.first[1]
        self.number = way.requests = way.requests + 1
        self.process = way.victim.pid
        self.hits = way.matcher.request(request)
        self.forwarded = False
        self.status = None  # what the API server said
        self.sent = None  # what the operator was told
        self.version = None

    async def run(self):
        """Raises CutOff, or http1.Broken when the API server is not to be had."""
        try:
            if await self._suffer("before"):
                return
            if self.request.verb == "list" and self.way.travels():
                old = self.way.recording.marked_list(self.request.collection)
                if old is not None:
                    return await self._tell(200, answers.ok(old))
            answer = await self.upstream.ask(self.head, self.body, self.target)
            self.forwarded = True
            body = await self.upstream.body(answer)
            self._learn(answer, body)
            if await self._suffer("after"):
                return
            await self._tell(answer.status, http1.encode(answer.first, answer.headers, body))
        finally:
            self._log()

    async def _suffer(self, moment):
        """Does what the plan says now. True when the exchange is over."""
        for rule, when, actions in self.hits:
            for action in actions if when == moment else ():
                self.way.tell_fault(rule, action, {"request": self.number, "moment": moment, **self._about()})
                if await self._do(action):
                    return True
        return False

    async def _do(self, action):
        if await self.way.do_common(action):
            if action.ends:
                raise CutOff
            return False
        if action.kind == "resourceVersion":
            self.target = with_version(self.target, action.value)
            return False
        if action.kind == "answer":
            await self._tell(action.value, answers.refusal(action))
            return True
        if action.kind == "hang":
            await asyncio.sleep(action.value)
        raise CutOff  # drop, hang

    def _learn(self, answer, body):
        self.status = answer.status
        request = self.request
        if request.verb == "list" and answer.status == 200:
            self.way.recording.listed(request.collection, "continue" in request.query, body)
        if request.writes and answer.status < 300:
            try:
                self.version = json.loads(body).get("metadata", {}).get("resourceVersion")
            except (ValueError, AttributeError):
                self.version = None

    async def _tell(self, status, data):
        self.sent = status
        self.writer.write(data)
        await self.writer.drain()

    def _about(self):
        request = self.request
        return {"verb": request.verb, "resource": request.resource, "namespace": request.namespace,
                "name": request.name}

    def _log(self):
        """`status` null: it did not reach the API server, or nobody knows; `sent` null: the operator got no answer."""
        preconditions = self.request.body.get("preconditions") or {}
        self.way.say({
            "log": "request", "at": time.time(), "number": self.number, **self._about(), "agent": self.request.agent,
            "process": self.process, "forwarded": self.forwarded, "status": self.status, "sent": self.sent, "version": self.version,
            "asked": self.request.metadata.get("resourceVersion") or preconditions.get("resourceVersion"),
            "uid": self.request.metadata.get("uid") or preconditions.get("uid")})


def with_version(target, version):
    """The request target with another resourceVersion."""
    path, _, query = target.partition("?")
    others = [word for word in query.split("&") if word and not word.startswith("resourceVersion=")]
    return f"{path}?{'&'.join([*others, f'resourceVersion={version}'])}"
