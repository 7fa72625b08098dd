"""The same writes without an operator, on an empty cluster of the same kind."""

import time

from . import aims, api, bare, manifests
from .audit import READS
from .interval import Interval
from .sender import MERGE, request, send


class Comparison:
    def __init__(self, stages, report):
        self._stages, self._add = stages, report.add
        self._names = stages.names
        self._uids = {}

    def first_apply(self):
        def write():
            send(manifests.creations(self._names, self._stages.pods))
            self._uids = bare.uids()
            self._send("first apply")
        self._compare("first apply", write, lambda row: row["Ready"] == self._stages.pods,
                      aims.TIMES_THE_BARE_LOOP.get(self._stages.objects))

    def three_steps(self):
        patch = manifests.another_version("2", manifests.BY_TIME, manifests.NOT_JUDGED)
        old = tuple(self._stages.samples["first apply"].revisions())

        def write():
            send([request(name, "PATCH", f"{manifests.COLLECTION}/{name}", patch, MERGE) for name in self._names])
            self._send("three steps", before="first apply")
        self._compare("three steps", write, lambda row: row["Ready"] == self._stages.pods and not row["Name"].endswith(old))

    def _send(self, stage, before=None):
        samples, (counts, _) = self._stages.samples, self._stages.done[stage]
        each = {what: round(times / len(self._names)) for what, times in counts.items()
                if what.split()[0] not in READS}
        pattern, earlier = samples[stage], samples.get(before)
        send([one for name in self._names for one in pattern.writes(name, self._uids[name], each, earlier)])

    def _compare(self, stage, write, ready, aim=None):
        rows = api.Rows(bare.REPLICA_SETS)
        rows.expect(ready)
        interval = Interval()
        began = interval.began
        write()
        written = time.time() - began
        took = max(written, *(at - began for at in rows.wait(len(self._names), self._stages.patience).values()))
        rows.close()
        self._add(f"{stage}: the bare loop, its writes taken after", written, "s")
        self._add(f"{stage}: the bare loop, its pods ready after", took, "s", None, interval.processors())
        self._add(f"{stage}: the operator beside the bare loop", self._stages.done[stage][1] / took, "x", aim)
