"""The vocabulary of plans: what can be done, where, and with which options."""

import dataclasses
import re

from .duration import seconds

REQUEST, FRAME, ANYWHERE = "request", "frame", "anywhere"


def _duration(value):
    return seconds(value)


def _status(value):
    if not isinstance(value, int) or isinstance(value, bool) or not 400 <= value <= 599:
        raise ValueError(f"{value!r} is not an HTTP status from 400 to 599")
    return value


def _whole(value):
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is not a whole number from 0")
    return value


def _text(value):
    if not isinstance(value, str) or not value:
        raise ValueError(f"{value!r} is not a text")
    return value


def _version(value):
    if not isinstance(value, str) or not re.fullmatch(r"\d+", value):
        raise ValueError(f"{value!r} is not a resourceVersion (digits as a text)")
    return value


def _clock(value):
    found = re.fullmatch(r"([+-])(\d+)([smh])", value) if isinstance(value, str) else None
    if not found:
        raise ValueError(f"{value!r} is not the difference from the true time: \"+1h\", \"-90s\"")
    return int(found.group(1) + found.group(2)) * {"s": 1, "m": 60, "h": 3600}[found.group(3)]


@dataclasses.dataclass(frozen=True)
class Form:
    """One kind of action. `value` checks what stands beside its name; None: it stands alone, as a text."""

    where: str
    value: object = None
    options: dict = dataclasses.field(default_factory=dict)
    ends: bool = False  # nothing of the exchange or frame is left for another action
    moments: tuple = ("before", "after")


FORMS = {
    # What happens to the operator.
    "kill": Form(ANYWHERE, ends=True),
    "pause": Form(ANYWHERE, _duration),
    "clock": Form(ANYWHERE, _clock),
    # What happens to a request or its answer.
    "drop": Form(REQUEST, ends=True),
    "hang": Form(REQUEST, _duration, ends=True),
    "delay": Form(ANYWHERE, _duration),
    "answer": Form(REQUEST, _status, {"retryAfter": _whole, "reason": _text, "message": _text}, ends=True),
    "resourceVersion": Form(REQUEST, _version, moments=("before",)),
    # What happens to the way as a whole from then on.
    "refuse": Form(ANYWHERE, _duration, ends=True),
    "freeze": Form(ANYWHERE, _duration, {"resource": _text}),
    "endWatches": Form(ANYWHERE, None),
    "mark": Form(ANYWHERE),
    "travel": Form(ANYWHERE, _duration),
    # What happens to one frame of a watch.
    "dropFrame": Form(FRAME, ends=True),
    "duplicate": Form(FRAME),
    "swap": Form(FRAME),
    "split": Form(FRAME),
    "truncate": Form(FRAME, ends=True),
    "garbage": Form(FRAME),
    "big": Form(FRAME, _whole),
    "cut": Form(FRAME, ends=True),
    "gone": Form(FRAME, ends=True),
}


@dataclasses.dataclass(frozen=True)
class Action:
    kind: str
    value: object = None
    options: dict = dataclasses.field(default_factory=dict)

    @property
    def ends(self):
        return FORMS[self.kind].ends
