"""What the operator asked of the API server, as the API server's audit log has it."""

import collections
import datetime
import json
import re

from .surroundings import ACCOUNT, path

READS = ("get", "list")
WRITES = ("create", "update", "patch", "delete", "deletecollection")


class Entry:
    """One answered request."""

    def __init__(self, event):
        what = event.get("objectRef", {})
        self.verb = event["verb"]
        self.resource = what.get("resource", "") + ("/" + what["subresource"] if "subresource" in what else "")
        self.name = what.get("name", "")
        self.user = event["user"]["username"]
        self.agent = event.get("userAgent", "")
        self.uri = event["requestURI"]
        self.began = _seconds(event["requestReceivedTimestamp"])
        self.code = event.get("responseStatus", {}).get("code", 0)

    @property
    def write(self):
        return self.verb in WRITES and self.resource != "leases"

    @property
    def lists(self):
        """Also as the beginning of a watch."""
        return self.verb == "list" or "sendInitialEvents=true" in self.uri


def _seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class AuditLog:
    """From the moment of its making on."""

    def __init__(self):
        self._offset = path("audit").stat().st_size

    def entries(self, operator=True):
        """The operator's requests, or people's edits."""
        with path("audit").open("rb") as log:
            log.seek(self._offset)
            for line in log:
                if not line.endswith(b"\n"):
                    return
                event = json.loads(line)
                # A watch is told when it begins; when it ends it is told again.
                wanted = "ResponseStarted" if event["verb"] == "watch" else "ResponseComplete"
                if event["stage"] == wanted and (event["user"]["username"] == ACCOUNT) == operator:
                    yield Entry(event)

    def writes(self):
        return [entry for entry in self.entries() if entry.write]

    def counts(self):
        """Requests by "verb resource", without those of the election and the watches."""
        return collections.Counter(
            f"{entry.verb} {entry.resource}" for entry in self.entries()
            if entry.resource != "leases" and entry.verb != "watch")

    def latencies(self):
        """For each edit of a ModelDeployment: seconds from when it reached the API server to when the operator's first
        write about it did."""
        edits, found = {}, []
        for entry in self.entries(operator=False):
            edits.setdefault(entry.name, entry.began)
        for entry in self.writes():
            name = entry.name if entry.name in edits else re.split(r"[-.][^-.]*$", entry.name)[0]  # one of its objects
            if name in edits and entry.began >= edits[name]:
                found.append(entry.began - edits.pop(name))
        return sorted(found)
