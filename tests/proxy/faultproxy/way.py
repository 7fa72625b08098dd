"""What all connections of one proxy share: the plan's counters, the state of the way, the log."""

import asyncio
import contextlib
import time
from fnmatch import fnmatchcase

from .matching import Matcher
from .recording import Recording
from .victim import Victim


class Way:
    """`say(record)` takes log records. Lives on one event loop."""

    def __init__(self, say):
        self.say = say
        self.victim = Victim()
        self.recording = Recording()
        self.matcher = Matcher(None)
        self.travel_until = 0.0
        self.requests = 0
        self._freezes = []  # (resource glob, until)
        self._watches = set()  # tasks
        self.stopping = False
        self.refuse = None  # a function that takes seconds; the server sets it

    def arm(self, plan):
        """The plan's counters begin at zero."""
        self.matcher = Matcher(plan)

    def tell_fault(self, rule, action, about):
        self.say({"log": "fault", "at": time.time(), "rule": rule, "action": action.kind, **about})

    def freeze(self, resource, duration):
        self._freezes.append((resource, time.monotonic() + duration))

    async def thawed(self, resource):
        """Returns when no freeze holds watches of `resource` any more."""
        while True:
            now = time.monotonic()
            ends = [until for glob, until in self._freezes if until > now and fnmatchcase(resource, glob)]
            if not ends:
                return
            await asyncio.sleep(max(ends) - now)

    def travels(self):
        return time.monotonic() < self.travel_until

    async def arrival(self):
        """Returns when the travel is over."""
        while self.travels():
            await asyncio.sleep(self.travel_until - time.monotonic())

    @contextlib.contextmanager
    def watching(self, task):
        """While inside, `end_watches` cancels the task."""
        self._watches.add(task)
        try:
            yield
        finally:
            self._watches.discard(task)

    def end_watches(self):
        for task in list(self._watches):
            task.cancel()

    async def do_common(self, action):
        """An action that is not about one request or frame. True when it was one."""
        if action.kind == "pause":
            self.victim.pause(action.value)
        elif action.kind == "clock":
            self.victim.set_clock(action.value)
        elif action.kind == "delay":
            await asyncio.sleep(action.value)
        elif action.kind == "freeze":
            self.freeze(action.options.get("resource", "*"), action.value)
        elif action.kind == "endWatches":
            self.end_watches()
        elif action.kind == "mark":
            self.recording.mark()
        elif action.kind == "travel":
            self.travel_until = time.monotonic() + action.value
        elif action.kind == "refuse":
            self.refuse(action.value)
        elif action.kind == "kill":
            await self.victim.kill()
        else:
            return False
        return True
