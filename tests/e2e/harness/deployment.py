"""One ModelDeployment as its user sees it."""

import json

from .cluster import CLUSTER, KubectlError
from .manifests import model_deployment
from .wait import wait_for

REVISION_LABEL = "serin.dev/revision"
MODEL_LABEL = "serin.dev/model-deployment"
OVER = ("RolledBack", "Withdrawn", "Aborted")


class Deployment:
    def __init__(self, namespace, name):
        self.namespace = namespace
        self.name = name

    # What a person does.

    def apply(self, **options):
        self.namespace.apply(model_deployment(self.name, **options))

    def patch(self, spec):
        self.namespace.kubectl("patch", "modeldeployment", self.name, "--type=merge", "-p", json.dumps({"spec": spec}))

    def annotate(self, **decision):
        """annotate(promote="rev.1"); None removes the annotation."""
        words = [f"serin.dev/{key}-" if value is None else f"serin.dev/{key}={value}"
                 for key, value in decision.items()]
        self.namespace.kubectl("annotate", "modeldeployment", self.name, "--overwrite", *words)

    # What is shown.

    def get(self):
        return CLUSTER.get(f"/apis/serin.dev/v1alpha1/namespaces/{self.namespace.name}/modeldeployments/{self.name}")

    def status(self):
        return self.get().get("status", {})

    def rollout(self):
        return self.status().get("rollout", {})

    def condition(self, kind):
        return next((c for c in self.status().get("conditions", []) if c["type"] == kind), {})

    def history(self):
        """(version, outcome) pairs, the newest first."""
        return [(entry["version"], entry["outcome"]) for entry in self.status().get("history", [])]

    def attempt(self):
        """"<revision>.<attempt>" of the present or last attempt, as decisions name it."""
        rollout = self.rollout()
        return f"{rollout['revision']}.{rollout['attempt']}"

    def quarantined(self):
        return [entry["revision"] for entry in self.status().get("quarantined", [])]

    def service(self):
        return CLUSTER.get(f"/api/v1/namespaces/{self.namespace.name}/services/{self.name}")

    def routed_to(self):
        """The revision that the main Service selects; None for all."""
        return self.service()["spec"]["selector"].get(REVISION_LABEL)

    def replica_sets(self):
        """Revision -> ReplicaSet."""
        return {body["metadata"]["labels"][REVISION_LABEL]: body
                for body in self.namespace.list("replicasets", f"{MODEL_LABEL}={self.name}")}

    def pods(self, revision=None):
        """Pods that are not ending."""
        selector = f"{MODEL_LABEL}={self.name}" + (f",{REVISION_LABEL}={revision}" if revision else "")
        return [pod for pod in self.namespace.list("pods", selector) if "deletionTimestamp" not in pod["metadata"]]

    def events(self):
        """(type, reason, note) of the events about this object."""
        return [(event["type"], event["reason"], event.get("note", ""))
                for event in self.namespace.list("events")
                if event["regarding"].get("kind") == "ModelDeployment" and event["regarding"]["name"] == self.name]

    def statuses(self):
        """Every status recorded since the namespace was made, in order."""
        return [record.body.get("status", {}) for record in self.namespace.recorder.records()
                if record.kind == "ModelDeployment" and record.name == self.name and not record.deleted]

    # What is waited for.

    def wait(self, condition, timeout, describe):
        """Waits for `condition(status)`."""
        def answer():
            return condition(self.status())

        def words():
            status = self.status()
            return (f"{describe}; phase {status.get('phase')}, rollout {status.get('rollout', {}).get('phase')}, "
                    f"message: {status.get('message')}")
        return wait_for(answer, timeout, words)

    def wait_stable(self, version, timeout=90):
        """Until `version` is the stable one and nothing goes on any more."""
        def settled(status):
            conditions = {c["type"]: c["status"] for c in status.get("conditions", [])}
            return (status.get("stable", {}).get("version") == version and conditions.get("Ready") == "True"
                    and conditions.get("Reconciling") != "True" and not status.get("previous"))
        self.wait(settled, timeout, f"version {version} stable and at rest")

    def wait_phase(self, *phases, timeout=45, step=None):
        """Until the rollout is in one of `phases` (and at `step`)."""
        def there(status):
            rollout = status.get("rollout", {})
            return rollout.get("phase") in phases and (step is None or rollout.get("step", 0) == step)
        self.wait(there, timeout, f"rollout phase {' or '.join(phases)}" + ("" if step is None else f", step {step}"))

    def wait_judging(self, step=0, timeout=45):
        """Until the canary's pods of `step` are ready and get their share."""
        def judging(status):
            rollout = status.get("rollout", {})
            # Times in RFC 3339 compare as text; the start of the step before may still stand there.
            return (rollout.get("phase") == "Stepping" and rollout.get("step", 0) == step
                    and rollout.get("stepStartedAt", "") >= rollout.get("scaledAt", "never"))
        self.wait(judging, timeout, f"step {step} with its canary pods ready")

    def wait_over(self, outcome, timeout=60):
        """Until the attempt ended in RolledBack, Withdrawn or Aborted; it must be `outcome`."""
        self.wait_phase(*OVER, timeout=timeout)
        rollout = self.rollout()
        assert rollout["phase"] == outcome, f"ended as {rollout['phase']}: {self.status().get('message')}"

    def wait_pods(self, count, timeout=30, revision=None):
        wait_for(lambda: len(self.pods(revision)) == count, timeout,
                 lambda: f"{count} pods of {revision or self.name}, there are {len(self.pods(revision))}")

    # What is ordered of the pods.

    def control(self, revision, settings, only=None):
        """Orders the servers of a revision, or the one pod named `only`, to behave otherwise from now on."""
        for pod in self.pods(revision):
            if only and pod["metadata"]["name"] != only:
                continue
            try:
                CLUSTER.pod_request(self.namespace.name, pod["metadata"]["name"], 8080, "POST", "/control", settings)
            except KubectlError as error:
                if "crash=" not in settings:  # a crash may come before the answer
                    raise error
