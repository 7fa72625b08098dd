"""Which rules of a plan a request or a frame meets. Counts; no IO."""

import time
from fnmatch import fnmatchcase

from .plan import WRITES


class Matcher:
    """Counts each rule's meetings from its making on. `clock` answers seconds."""

    def __init__(self, plan, clock=time.monotonic):
        self._rules = [_Counted(index, rule) for index, rule in enumerate(plan.rules)] if plan else []
        self._clock = clock

    def request(self, request):
        """(rule index, moment, actions) of every rule that hits this request."""
        return [(counted.index, counted.rule.when.moment, counted.rule.actions) for counted in self._rules
                if counted.rule.when.verb and _verb(counted.rule.when, request) and
                _named(counted.rule.when, request.resource, request.name) and counted.hits(self._clock())]

    def frame(self, resource, kind, name):
        """(rule index, actions) of every rule that hits this frame of a watch of `resource`."""
        return [(counted.index, counted.rule.actions) for counted in self._rules
                if counted.rule.when.frame in (kind, "any") and _named(counted.rule.when, resource, name) and
                counted.hits(self._clock())]


class _Counted:
    def __init__(self, index, rule):
        self.index, self.rule = index, rule
        self._met = 0
        self._since = None

    def hits(self, now):
        when = self.rule.when
        self._met += 1
        if self._met < when.nth:
            return False
        if self._since is None:
            self._since = now
        if when.lasts is not None:
            return now - self._since <= when.lasts
        return when.times is None or self._met < when.nth + when.times


def _verb(when, request):
    if when.verb == "any":
        return True
    return request.verb in WRITES if when.verb == "write" else request.verb == when.verb


def _named(when, resource, name):
    if when.resource is None:
        return resource != "leases" and fnmatchcase(name, when.name)
    return fnmatchcase(resource, when.resource) and fnmatchcase(name, when.name)
