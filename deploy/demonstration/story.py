"""Tells the demonstration's story of models in images while it happens, and checks that it did happen.

story.py [--plain] --image PREFIX --accuracy FILE --system-namespace NS --metrics-role CLUSTERROLE -- KUBECTL…
Exit code 0 only when every act ended as it should and no request was lost.
"""
import argparse
import json
import pathlib
import sys
import time

from cluster_view import NAMESPACE, prepared_view
from telling import (GREEN, Failed, Story, check, clients, end_badly, end_well, promotion, rollback, serving,
                     what_clients_saw)


def tell(story, view, image, accuracy):
    def deploy(version):
        story.apply("modeldeployment.yaml", VERSION=version, IMAGE=f"{image}:{version}")

    story.act("Act 1: v1, a logistic regression trained on a quarter of the rows, starts and serves")
    deploy("v1")
    serving(story, view, "v1")
    clients(story, view, "v1", "clients.yaml", f"{image}:v1")
    story.act("Act 2: v2, trained on all rows, goes 25 → 50 → 100 % under the judge's eyes")
    story.say(f"   held-out accuracy: v1 {accuracy['v1']:.3f}, v2 {accuracy['v2']:.3f}")
    check(accuracy["v2"] > accuracy["v1"], "v2 is not better than v1 on held-out rows")
    promotion(story, view, "v2", lambda: deploy("v2"))
    story.act("Act 3: v3, whose training job permuted the labels, answers quickly and wrongly")
    rollback(story, view, "v3", lambda: deploy("v3"), "drift", "v2")
    story.act("Act 4: v4, whose preprocessing fails on a tenth of the rows")
    rollback(story, view, "v4", lambda: deploy("v4"), "err", "v2")
    story.act("Act 5: what the clients saw over the whole time")
    what_clients_saw(story, view, "v4")
    check(view.counts()["versions"].get("v4", {}).get("errors", 0) > 0, "v4 never erred: nothing was judged")
    story.say("   no request was lost; the only errors were v4's own", GREEN)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--image", required=True)
    parser.add_argument("--accuracy", required=True)
    parser.add_argument("--system-namespace", required=True)
    parser.add_argument("--metrics-role", required=True)
    parser.add_argument("kubectl", nargs="+")
    options = parser.parse_args()
    accuracy = json.loads(pathlib.Path(options.accuracy).read_text())
    began = time.monotonic()
    with prepared_view(options.kubectl, options.system_namespace, options.metrics_role) as view:
        story = Story(view, options.plain)
        try:
            tell(story, view, options.image, accuracy)
        except Failed as failure:
            return end_badly(story, failure, options.system_namespace)
        end_well(story, time.monotonic() - began, options.kubectl, [
            "get md -A", f"describe md cancer -n {NAMESPACE}",
            f"get md cancer -n {NAMESPACE} -o jsonpath='{{.status.rollout.next}}'   # insist on v4"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
