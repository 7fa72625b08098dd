"""A namespace of a test's own, with a recorder of all that happens in it."""

import hashlib
import json
import re

from . import invariants
from .cluster import CLUSTER
from .deployment import Deployment
from .load import Load
from .recorder import Recorder
from .wait import wait_for


LONGEST_NAME = 58  # of a namespace 63; more is put behind it by what is named after it


def name_of_test(kind, test):
    """A namespace's name for a test, one of its own for each: what is cut off lives on as a digest."""
    name = f"{kind}-" + re.sub(r"[^a-z0-9]+", "-", test.lower()).strip("-")
    if len(name) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(test.encode()).hexdigest()[:6]
    return f"{name[:LONGEST_NAME - 7].strip('-')}-{digest}"


class Namespace:
    def __init__(self, name, operator, lasting=False, record=Recorder):
        """`operator`: the namespace in which the operator runs, for its log. `lasting`: the namespace is there already
        and stays (a release with watchNamespaces has its Roles in it); only what it holds goes. `record`: what makes a
        Recorder for the namespace's name."""
        self.name = name
        self.operator = operator
        self.lasting = lasting
        self._loads = []
        if lasting:
            self._clear()
        else:
            CLUSTER.kubectl("delete", "namespace", name, "--ignore-not-found", "--wait")
            CLUSTER.kubectl("create", "namespace", name)
        wait_for(lambda: CLUSTER.get(f"/api/v1/namespaces/{name}/serviceaccounts/default"), 30,
                 f"the default service account of {name}")
        self.recorder = record(name)

    def _clear(self):
        self.kubectl("delete", "modeldeployments,pods", "--all", "--wait=false")
        wait_for(lambda: not self.list("replicasets") and not self.list("pods"), 60, f"nothing left in {self.name}")

    def kubectl(self, *arguments, **options):
        return CLUSTER.kubectl("-n", self.name, *arguments, **options)

    def apply(self, *objects, options=()):
        return CLUSTER.apply(*objects, options=("-n", self.name, *options))

    def list(self, plural, selector=""):
        """Objects of a core, apps, discovery.k8s.io or serin.dev kind by its plural."""
        group = {"replicasets": "/apis/apps/v1", "endpointslices": "/apis/discovery.k8s.io/v1",
                 "modeldeployments": "/apis/serin.dev/v1alpha1", "events": "/apis/events.k8s.io/v1"}
        path = f"{group.get(plural, '/api/v1')}/namespaces/{self.name}/{plural}?labelSelector={selector}"
        return CLUSTER.get(path)["items"]

    def deploy(self, name="fraud", **options):
        """Applies a ModelDeployment and waits until its first version serves."""
        deployment = Deployment(self, name)
        deployment.apply(**options)
        deployment.wait_stable(options.get("version", "1"), timeout=45)
        return deployment

    def deployment(self, name="fraud"):
        return Deployment(self, name)

    def load(self, deployment, rate=40, **options):
        """Sends requests through the Service of `deployment` until the end of the test or `stop`."""
        return self.told_with(Load(self, deployment.name, rate, **options))

    def told_with(self, load):
        """`load`, whose name and try_totals() the report of a failed test has too."""
        self._loads.append(load)
        return load

    def close(self):
        self.recorder.stop()
        if self.lasting:
            self._clear()
        else:
            CLUSTER.kubectl("delete", "namespace", self.name, "--wait=false", "--ignore-not-found")

    def broken_invariants(self):
        return list(invariants.broken(self.recorder.records()))

    def report(self):
        """What a person wants to see when a test failed."""
        parts = [f"===== namespace {self.name}"]
        for arguments in (["get", "modeldeployments", "-o", "yaml"],
                          ["get", "replicasets,services,endpointslices,pods", "-o", "wide", "--show-labels"],
                          ["get", "events", "--sort-by=.metadata.creationTimestamp"]):
            done = self.kubectl(*arguments, check=False)
            parts += [f"----- kubectl {' '.join(arguments)}", done.stdout + done.stderr]
        parts += [f"----- load {load.name}: {load.try_totals()}" for load in self._loads]
        parts += ["----- how the status went", *self._story()]
        logs = CLUSTER.kubectl("-n", self.operator, "logs", "-l", "app.kubernetes.io/name=serin", "--prefix",
                               "--tail=4000", check=False)
        lines = [line for line in logs.stdout.splitlines() if self.name in line]
        parts += ["----- the operator's log about it", *lines[-80:]]
        return "\n".join(parts)

    def _story(self):
        for record in self.recorder.records():
            when = f"{record.at:.2f} {record.version}"
            if record.kind == "ModelDeployment":
                status = record.body.get("status", {})
                rollout = status.get("rollout", {})
                yield (f"{when} {record.name} phase={status.get('phase')} "
                       f"rollout={rollout.get('phase')}/{rollout.get('step', 0)} "
                       f"canary={json.dumps(status.get('canary'))} verdict={_verdicts(status.get('analysis', {}))} "
                       f"message={status.get('message')}")
            elif record.kind == "Service":
                yield f"{when} Service {record.name} selects {record.body['spec'].get('selector')}"
            elif record.kind == "ReplicaSet":
                yield (f"{when} ReplicaSet {record.name} {'deleted ' if record.deleted else ''}"
                       f"replicas={record.body['spec']['replicas']} "
                       f"ready={record.body.get('status', {}).get('readyReplicas', 0)}")
            elif record.kind == "EndpointSlice":
                service = record.body["metadata"].get("labels", {}).get("kubernetes.io/service-name")
                yield f"{when} EndpointSlice {service}: {', '.join(map(_endpoint, record.body.get('endpoints') or []))}"


def _endpoint(endpoint):
    words = [word for word in ("ready", "serving", "terminating") if endpoint.get("conditions", {}).get(word)]
    return f"{endpoint['addresses'][0]} {'+'.join(words) or 'not ready'}"


def _verdicts(analysis):
    metrics = [f"{metric['name']}:{metric['verdict']}({metric.get('samples')})" for metric in analysis.get("metrics", [])]
    return f"{analysis.get('verdict')} {','.join(metrics)}"
