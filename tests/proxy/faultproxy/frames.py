"""Frames of a watch: one JSON object a line, and the harm that can be done to one."""

import json

from .answers import status_object


class Splitter:
    """Bytes in as they come, whole frames out, each with its line's end."""

    def __init__(self):
        self._rest = b""

    def feed(self, data):
        *whole, self._rest = (self._rest + data).split(b"\n")
        return [frame + b"\n" for frame in whole if frame.strip()]

    @property
    def rest(self):
        return self._rest


def describe(frame):
    """(type, name, resourceVersion) of a frame."""
    try:
        event = json.loads(frame)
        metadata = event["object"].get("metadata", {})
        return event.get("type", ""), metadata.get("name", ""), metadata.get("resourceVersion", "")
    except (ValueError, AttributeError, KeyError, TypeError):
        return "", "", ""


def error_frame(status, message):
    return json.dumps({"type": "ERROR", "object": status_object(status, message=message)}).encode() + b"\n"


class Sending:
    """What becomes of one frame: pieces that are written one by one, and whether the stream ends then."""

    def __init__(self, frame):
        self.pieces = [frame]
        self.ends = False
        self.ends_clean = False
        self.held = None  # to be sent after the next frame


def apply(action, sending):
    """Does what a frame action says to `sending`."""
    frame = b"".join(sending.pieces)
    half = _inside_a_letter(frame)
    if action.kind == "dropFrame":
        sending.pieces = []
    elif action.kind == "duplicate":
        sending.pieces = [frame, frame]
    elif action.kind == "swap":
        sending.pieces, sending.held = [], frame
    elif action.kind == "split":
        sending.pieces = [frame[i:i + 7] for i in range(0, len(frame), 7)]
    elif action.kind == "truncate":
        sending.pieces, sending.ends, sending.ends_clean = [frame[:half] + b"\n"], True, True
    elif action.kind == "cut":
        sending.pieces, sending.ends = [frame[:half]], True
    elif action.kind == "garbage":
        sending.pieces = [b"\xff\xfe{]no json\n", frame]
    elif action.kind == "big":
        sending.pieces = [_padded(frame, action.value)]
    elif action.kind == "gone":
        sending.pieces, sending.ends, sending.ends_clean = [error_frame(410, "too old resource version")], True, True


def _inside_a_letter(frame):
    """The middle; where there is a letter of several bytes, inside the first one."""
    for index, byte in enumerate(frame):
        if byte >= 0xC0:
            return index + 1
    return len(frame) // 2


def _padded(frame, megabytes):
    """The same object with an annotation of so many megabytes."""
    event = json.loads(frame)
    event["object"].setdefault("metadata", {}).setdefault("annotations", {})["example.org/padding"] = (
        "x" * (megabytes << 20))
    return json.dumps(event).encode() + b"\n"
