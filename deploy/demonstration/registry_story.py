"""Tells the demonstration's story of models in a registry while it happens, and checks that it did happen.

registry_story.py [--plain] --image IMAGE --system-namespace NS --metrics-role CLUSTERROLE -- KUBECTL…
Nobody touches Kubernetes after the first act: versions are trained, logged and registered with MLflow's own client,
and its alias moves. Exit code 0 only when every act ended as it should and no request was lost.
"""
import json
import sys
import time

from cluster_view import NAMESPACE
from telling import GREEN, Failed, check, clients, perform, promotion, rollback, serving, what_clients_saw

REGISTRY = "deployment/mlflow"


class Registry:
    """MLflow in the cluster, by its own client."""

    def __init__(self, view, story):
        self._view, self._story = view, story

    def _run(self, *words):
        return self._view.kubectl("-n", NAMESPACE, "exec", REGISTRY, "--", "/usr/bin/python3", "/app/register.py", *words)

    def train(self, rows):
        self._story.say("   training, logging and registering it (MLflow's client, in the cluster) …")
        return json.loads(self._run("train", rows).strip().splitlines()[-1])[rows]

    def point(self, number):
        self._run("point", "champion", number)

    def show(self, number):
        return json.loads(self._run("show", number).strip().splitlines()[-1])


def told(story, registry, number, outcome):
    """Waits until the registry says of a version what Serin did with it."""
    end = time.monotonic() + 60
    while registry.show(number)["tags"].get("serin.outcome") != outcome:
        if time.monotonic() > end:
            raise Failed(f"MLflow does not say that version {number} was {outcome}: {registry.show(number)}")
        time.sleep(2)
    tags = registry.show(number)["tags"]
    for name in sorted(tags):
        if name.startswith("serin."):
            story.say(f"   MLflow, version {number}: {name} = {tags[name]}")


def tell(story, view, options):
    image = options.image
    registry = Registry(view, story)
    story.act("Act 1: an MLflow starts; version 1, trained on a quarter of the rows, is registered as champion")
    story.apply("registry/mlflow.yaml", IMAGE=image)
    view.kubectl("-n", NAMESPACE, "rollout", "status", REGISTRY, "--timeout=180s")
    first = registry.train("quarter")
    registry.point(first["version"])
    story.apply("registry/modeldeployment.yaml", IMAGE=image)
    serving(story, view, "1")
    clients(story, view, "1", "registry/clients.yaml", image)
    told(story, registry, "1", "Promoted")
    story.act("Act 2: version 2, trained on all rows, is registered, and the alias champion moves to it")
    second = registry.train("all")
    story.say(f"   held-out accuracy: version 1 {first['accuracy']:.3f}, version 2 {second['accuracy']:.3f}")
    check(second["accuracy"] > first["accuracy"], "version 2 is not better than version 1 on held-out rows")
    promotion(story, view, "2", lambda: registry.point("2"))
    told(story, registry, "2", "Promoted")
    story.act("Act 3: version 3, whose training job permuted the labels, becomes champion")
    registry.train("permuted")
    rollback(story, view, "3", lambda: registry.point("3"), "drift", "2")
    told(story, registry, "3", "RolledBack")
    check(registry.show("3")["aliases"]["champion"] == "3", "somebody moved the alias")
    story.say("   the alias still points to version 3, and nothing happens: its id is quarantined", GREEN)
    story.act("Act 4: what the clients saw over the whole time")
    what_clients_saw(story, view, None)
    story.say("   no request was lost, and none failed", GREEN)


if __name__ == "__main__":
    sys.exit(perform(tell, [
        "get md -A -o wide", f"describe md cancer -n {NAMESPACE}",
        f"exec -n {NAMESPACE} {REGISTRY} -- python3 /app/register.py point champion 2"]))
