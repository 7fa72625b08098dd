"""What is measured with the operator, stage by stage."""

import time

from . import aims, api, bare, manifests
from .audit import READS, AuditLog
from .interval import Interval
from .process import Operator
from .report import per_object, quantile
from .sender import MERGE, request, send
from .surroundings import CHECKOUT, CLUSTER, SPACE, Failed, kubectl, path, run

EDITS_AT_REST = 200
TWO_PODS_AT_MOST = 2000  # with more, one each


class Stages:
    def __init__(self, objects, report):
        self.objects, self._add = objects, report.add
        self.pods = 2 if objects <= TWO_PODS_AT_MOST else 1
        self.names = [manifests.name_of(index) for index in range(objects)]
        self.patience = 300 + objects // 2
        self._operator = self._rows = None
        # For the bare loop: what the operator made, and its requests and seconds, after each stage.
        self.samples, self.done = {}, {}

    def prepare(self):
        run(path("helm"), "upgrade", "--install", "serin", CHECKOUT / "charts/serin", "--namespace", "serin",
            "--create-namespace", "--set", "replicas=0", "--kubeconfig", path("pki") / "admin.kubeconfig")
        kubectl("create", "namespace", SPACE)

    def start(self):
        self._operator = Operator("serin-0")
        self._operator.wait_line("this process leads")
        time.sleep(10)
        self._add("memory without any ModelDeployment", self._operator.memory(), "MB", aims.BASE_MEGABYTES)

    def first_apply(self):
        self._rows = api.Rows(manifests.COLLECTION)
        self._rows.expect(lambda row: row["Phase"] == "Stable" and row["Stable"] == "1")
        self._measure("first apply", self.names, manifests.creations(self.names, self.pods), {})

    def rest(self):
        """Silence, once the last write has been made."""
        for _ in range(18):
            audit = AuditLog()
            time.sleep(10)
            if not audit.writes():
                break
        interval = Interval(self._operator)
        time.sleep(60)
        self._add("writes at rest in a minute", len(interval.audit.writes()), aim=0)
        self._add("CPU at rest in a minute", interval.processors()["operator"], "s")
        self._add("memory at rest", self._operator.memory(), "MB", aims.MEGABYTES.get(self.objects))

    def edits_at_rest(self):
        names = self.names[:EDITS_AT_REST]
        audit = AuditLog()
        self._pause(names, True)
        seconds = audit.latencies()
        if len(seconds) < len(names):
            raise Failed(f"only {len(seconds)} of {len(names)} edits were followed by a write")
        self._pause(names, False)
        self._add("edit of one at rest to its first write, p50", quantile(seconds, 0.5), "s")
        self._add("edit of one at rest to its first write, p99", quantile(seconds, 0.99), "s",
                  aims.SECONDS_TO_FIRST_WRITE.get(self.objects))

    def _pause(self, names, paused):
        for name in names:
            api.patch(f"{manifests.COLLECTION}/{name}", {"spec": {"paused": paused}})
            time.sleep(0.05)
        time.sleep(5)

    def three_steps(self):
        """All at once, by time alone, as Argo Rollouts was measured."""
        known = aims.THREE_STEPS
        self._roll("three steps", self.names, "2", manifests.BY_TIME, manifests.NOT_JUDGED, {
            "seconds": known["seconds"].get(self.objects), "processor": known["processor"],
            "peak": known["peak"].get(self.objects), "reads": 0})

    def five_steps(self, at_most):
        """Judged, with the usual holds: how much is written."""
        self._roll("five judged steps", self.names[:at_most], "3", manifests.FIVE_STEPS, manifests.JUDGED,
                   {"writes": aims.WRITES_OF_FIVE_STEPS, "reads": 0})

    def _roll(self, what, names, version, rollout, analysis, goals):
        self._rows.expect(lambda row: row["Phase"] == "Stable" and row["Stable"] == version)
        patch = manifests.another_version(version, rollout, analysis)
        edits = [request(name, "PATCH", f"{manifests.COLLECTION}/{name}", patch, MERGE) for name in names]
        self._measure(what, names, edits, goals)

    def _measure(self, what, names, requests, goals):
        self._operator.forget_peak()
        interval, number = Interval(self._operator), len(names)
        send(requests)
        seconds = max(self._rows.wait(number, self.patience).values()) - interval.began
        used = interval.processors()
        time.sleep(8)  # the last events and deletions
        counts = interval.audit.counts()
        reads = sum(times for name, times in counts.items() if name.split()[0] in READS)
        self.samples[what], self.done[what] = bare.Sample(names[0]), (counts, seconds)

        def add(name, *value):
            self._add(f"{what}: {name}", *value)
        add(f"all {number} done after", seconds, "s", goals.get("seconds"))
        add("the operator's CPU for one", used["operator"] / number, "s", goals.get("processor"), used)
        add("writes for one", (sum(counts.values()) - reads) / number, "", goals.get("writes"),
            per_object(counts, number))
        add("reads for one", reads / number, "", goals.get("reads"))
        add("most memory", self._operator.memory("VmHWM"), "MB", goals.get("peak"))
        if latencies := interval.audit.latencies():
            add("edit to first write, p50", quantile(latencies, 0.5), "s")
            add("edit to first write, p99", quantile(latencies, 0.99), "s")

    def relist(self):
        """An API server that was started anew has no history: every kind is listed anew."""
        before, audit = self._operator.memory(), AuditLog()
        self._operator.forget_peak()
        run(CLUSTER, "restart-apiserver")
        time.sleep(30 + self.objects / 100)
        lists = [entry for entry in audit.entries() if entry.lists]
        self._add("lists after the API server was started anew", len(lists))
        self._add("most memory then, beside that before", self._operator.memory("VmHWM") / before, "x", aims.PEAK)

    def restart(self):
        self._operator.stop()
        self._operator = Operator("serin-1")
        self._add("start to complete caches", self._operator.wait_line("caches are complete"), "s")
        self._add("start to leading", self._operator.wait_line("this process leads"), "s")
        time.sleep(20)
        peak = self._operator.memory("VmHWM")
        self._add("memory after that", self._operator.memory(), "MB", aims.MEGABYTES.get(self.objects))
        self._add("most memory of the start, beside that", peak / self._operator.memory(), "x", aims.PEAK)

    def fail_over(self):
        standby = Operator("serin-2")
        standby.wait_line("caches are complete")
        time.sleep(5)
        audit, killed = AuditLog(), time.time()
        self._operator.kill()
        api.patch(f"{manifests.COLLECTION}/{self.names[0]}", {"spec": {"paused": True}})
        while not (writes := [entry for entry in audit.writes() if standby.pod in entry.agent]):
            if time.time() > killed + 120:
                raise Failed("the standby wrote nothing within two minutes")
            time.sleep(1)
        self._add("kill -9 of the leader to the standby's first write", writes[0].began - killed, "s")
        standby.stop()
        self._rows.close()
