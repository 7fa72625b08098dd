"""What the operator was shown, so that it can be shown the same again: time travel."""

import json

from .frames import describe


class Recording:
    """Of each collection the last list and the frames after it."""

    def __init__(self):
        self._now = {}
        self._marked = {}

    def listed(self, collection, paged, body):
        """A list of several pages is not kept: its parts make no whole."""
        if paged or _continued(body):
            self._now.pop(collection, None)
        else:
            self._now[collection] = (body, [])

    def framed(self, collection, frame):
        if collection in self._now:
            self._now[collection][1].append(frame)

    def mark(self):
        """From now on `travel` leads here."""
        self._marked = {key: (body, list(frames)) for key, (body, frames) in self._now.items()}

    def marked_list(self, collection):
        """The bytes of the list, or None."""
        found = self._marked.get(collection)
        return found[0] if found else None

    def marked_frames(self, collection, version):
        """(frames, resourceVersion after them) for a watch that starts at the marked list; None elsewhere."""
        found = self._marked.get(collection)
        if not found or _version(found[0]) != version:
            return None
        versions = [describe(frame)[2] for frame in found[1]]
        return found[1], next((known for known in reversed(versions) if known), version)


def _metadata(body):
    try:
        return json.loads(body).get("metadata", {})
    except (ValueError, AttributeError):
        return {}


def _continued(body):
    return bool(_metadata(body).get("continue"))


def _version(body):
    return _metadata(body).get("resourceVersion", "")
