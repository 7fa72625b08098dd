"""Tells the demonstration's story of models in images while it happens, and checks that it did happen.

story.py [--plain] --image PREFIX --accuracy FILE --system-namespace NS --metrics-role CLUSTERROLE -- KUBECTL…
Exit code 0 only when every act ended as it should and no request was lost.
"""
import json
import pathlib
import sys

from cluster_view import NAMESPACE
from telling import GREEN, check, clients, perform, promotion, rollback, serving, what_clients_saw


def tell(story, view, options):
    image, accuracy = options.image, json.loads(pathlib.Path(options.accuracy).read_text())

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


if __name__ == "__main__":
    sys.exit(perform(tell, [
        "get md -A", f"describe md cancer -n {NAMESPACE}",
        f"get md cancer -n {NAMESPACE} -o jsonpath='{{.status.rollout.next}}'   # insist on v4"], "--accuracy"))
