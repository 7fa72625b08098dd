"""Tells the demonstration's story on the terminal while it happens, and checks that it did happen.

story.py [--plain] --image PREFIX --accuracy FILE --system-namespace NS --metrics-role CLUSTERROLE -- KUBECTL…
Exit code 0 only when every act ended as it should and no request was lost.
"""
import argparse
import json
import pathlib
import shutil
import sys
import time

from cluster_view import NAMESPACE, ClusterView

FOLDER = pathlib.Path(__file__).parent
BOLD, DIM, RED, GREEN, RESET = "\033[1m", "\033[2m", "\033[31m", "\033[32m", "\033[0m"


class Failed(Exception):
    pass


class Story:
    def __init__(self, view, image, plain):
        self._view, self._image, self._live = view, image, not plain and sys.stdout.isatty()
        self._begun, self._shown, self._last_line = time.monotonic(), set(), 0.0
        self._counts, self._rate, self._metrics_seen = {}, 0.0, set()

    def say(self, text, colour=""):
        if self._live:
            sys.stdout.write("\r\033[K")
            print(f"{colour}{text}{RESET if colour else ''}", flush=True)
        else:
            print(text, flush=True)

    def act(self, title):
        self.say("")
        self.say(f"── {title}", BOLD)

    def deploy(self, version):
        text = (FOLDER / "modeldeployment.yaml").read_text()
        self._view.apply(text.replace("VERSION", version).replace("IMAGE", f"{self._image}:{version}"))

    def watch(self, done, limit, what):
        """Shows what happens until done(status) answers something; that is returned."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            status = self._view.status()
            self._show_events()
            self._show_line(status)
            answer = done(status)
            if answer:
                self._show_events()
                return answer
            time.sleep(1)
        raise Failed(f"{what} did not happen within {limit} s; status: {status.get('phase')}: {status.get('message')}")

    def _show_events(self):
        for uid, reason, note in self._view.events():
            if uid not in self._shown:
                self._shown.add(uid)
                self.say(f"   {self._clock()}  {reason}: {note}",
                         RED if reason in ("RolledBack", "Withdrawn") else GREEN if reason == "Promoted" else "")

    def _clock(self):
        seconds = int(time.monotonic() - self._begun)
        return f"{seconds // 60}:{seconds % 60:02d}"

    def _show_line(self, status):
        if not self._live and time.monotonic() - self._last_line < 5:
            return
        self._measure_rate()
        self._last_line = time.monotonic()
        line = f"   {self._clock()}  {describe(status, self._view.metrics())}  {self._rate:.0f} requests/s"
        if self._live:
            sys.stdout.write("\r\033[K" + DIM + line[:shutil.get_terminal_size().columns - 1] + RESET)
            sys.stdout.flush()
        else:
            print(line, flush=True)

    def _measure_rate(self):
        now, counts = time.monotonic(), self._view.counts()
        sent = sum(client["sent"] for client in counts["clients"].values())
        if self._counts and now > self._counts["at"]:
            self._rate = max(0.0, (sent - self._counts["sent"]) / (now - self._counts["at"]))
        self._counts = {"at": now, "sent": sent}


def describe(status, metrics):
    """One line: the split, the pods, the error rates, the evidence, the verdict."""
    stable, canary = status.get("stable", {}), status.get("canary", {})
    weight = canary.get("weight", 0)
    bar = "█" * round((100 - weight) / 10) + "░" * round(weight / 10)
    parts = [f"{status.get('phase', 'Pending'):22.22}", bar,
             f"{stable.get('version', '-')} {stable.get('ready', 0)}/{stable.get('replicas', 0)} pods"]
    if canary:
        parts.append(f"{canary['version']} {canary.get('ready', 0)}/{canary.get('replicas', 0)} pods "
                     f"({weight} %, wanted {canary.get('wanted', 0)})")
        stable_rate = metrics.get(("serin_error_rate", "stable"))
        canary_rate = metrics.get(("serin_error_rate", "canary"))
        if stable_rate is not None and canary_rate is not None:
            parts.append(f"errors {100 * stable_rate:.1f} % | {100 * canary_rate:.1f} %")
        if ("serin_evidence", "") in metrics:
            parts.append(f"evidence of harm {metrics[('serin_evidence', '')]:+.1f} nats")
        verdict = status.get("analysis", {}).get("verdict")
        if verdict:
            parts.append(f"verdict {verdict}")
    return "  ".join(parts)


def ended(status, phase, version):
    history = status.get("history", [])
    return status.get("phase") == phase and history and history[0]["version"] == version and history[0]


def check(condition, message):
    if not condition:
        raise Failed(message)


def first_act(story, view):
    story.act("Act 1: v1, a logistic regression trained on a quarter of the rows, starts and serves")
    story.deploy("v1")
    story.watch(lambda s: s.get("phase") == "Stable" and s.get("stable", {}).get("version") == "v1", 240, "v1 serving")
    clients = (FOLDER / "clients.yaml").read_text().replace("IMAGE", f"{story._image}:v1")
    view.apply(clients)
    story.say("   two clients begin to send held-out rows: A opens a connection for each request, B keeps them for 20")
    story.watch(lambda s: view.counts()["versions"].get("v1", {}).get("answers", 0) > 300, 120, "v1 answering")


def second_act(story, view, accuracy):
    story.act("Act 2: v2, trained on all rows, goes 25 → 50 → 100 % under the judge's eyes")
    story.say(f"   held-out accuracy: v1 {accuracy['v1']:.3f}, v2 {accuracy['v2']:.3f}")
    check(accuracy["v2"] > accuracy["v1"], "v2 is not better than v1 on held-out rows")
    story.deploy("v2")
    wanted, at_half = set(), {}

    def promoted(status):
        canary = status.get("canary", {})
        wanted.add(canary.get("wanted", 0))
        if canary.get("wanted") == 50:
            at_half.update({u: p for u, p in view.pods().items() if p[0] == canary["revision"] and p[1]})
        return status.get("phase") == "Soaking" and status.get("stable", {}).get("version") == "v2"

    story.watch(promoted, 420, "the promotion of v2")
    check({25, 50} <= wanted, f"the steps 25 and 50 were not both seen, only {sorted(wanted)}")
    story.watch(lambda s: s.get("phase") == "Stable" and s.get("stable", {}).get("version") == "v2", 120,
                "the end of v2's soak")
    pods = view.pods()
    check(at_half and set(at_half) <= set(pods), "pods that served v2 at 50 % are gone after the promotion")
    check(all(pods[uid][2] == 0 for uid in at_half), "a pod of v2 restarted")
    story.say(f"   the {len(at_half)} pods that served v2 at 50 % still serve it; nothing restarted", GREEN)


def bad_act(story, view, version, title, word):
    story.act(title)
    began = time.monotonic()
    story.deploy(version)
    entry = story.watch(lambda s: ended(s, "RolledBack", version), 360, f"the rollback of {version}")
    check(word in entry["reason"], f"{version} was rolled back, but not for {word}: {entry['reason']}")
    status = view.status()
    check(status["stable"]["version"] == "v2", f"{status['stable']['version']} serves instead of v2")
    story.say(f"   taken back by itself after {time.monotonic() - began:.0f} s: {entry['reason']}", GREEN)


def last_act(story, view):
    story.act("Act 5: what the clients saw over the whole time")
    counts = view.counts()
    for version, seen in sorted(counts["versions"].items()):
        share = seen["right"] / max(1, seen["answers"])
        story.say(f"   {version}: {seen['answers']} answers, {100 * share:.1f} % right, {seen['errors']} errors")
    for name, client in sorted(counts["clients"].items()):
        story.say(f"   client {name}: {client['sent']} requests, {client['failed']} failed, {client['retried']} retried")
        for failure in client["failures"]:
            story.say(f"      {failure}", RED)
    for name, client in counts["clients"].items():
        check(client["failed"] == 0, f"client {name} lost {client['failed']} of {client['sent']} requests")
    foreign = {v: s["errors"] for v, s in counts["versions"].items() if v != "v4" and s["errors"]}
    check(not foreign, f"errors that are not v4's: {foreign}")
    check(counts["versions"].get("v4", {}).get("errors", 0) > 0, "v4 never erred: nothing was judged")
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
    view = ClusterView(options.kubectl, options.system_namespace)
    view.kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait=true")
    view.kubectl("create", "namespace", NAMESPACE)
    view.be_let_read_metrics(options.metrics_role)
    try:
        return tell(Story(view, options.image, options.plain), view, options, accuracy)
    finally:
        view.close()


def tell(story, view, options, accuracy):
    began = time.monotonic()
    try:
        first_act(story, view)
        second_act(story, view, accuracy)
        bad_act(story, view, "v3", "Act 3: v3, whose training job permuted the labels, answers quickly and wrongly",
                "drift")
        bad_act(story, view, "v4", "Act 4: v4, whose preprocessing fails on a tenth of the rows", "err")
        last_act(story, view)
    except Failed as failure:
        story.say(f"FAILED: {failure}", RED)
        story.say(f"   look at: kubectl describe md cancer -n {NAMESPACE}; kubectl logs -n {options.system_namespace} "
                  "-l app.kubernetes.io/name=serin --tail=50")
        return 1
    story.say("")
    story.say(f"Everything happened as it should, in {time.monotonic() - began:.0f} s.", GREEN)
    prefix = " ".join(options.kubectl)
    story.say("The cluster is still up. Try next:")
    story.say(f"   {prefix} get md -A")
    story.say(f"   {prefix} describe md cancer -n {NAMESPACE}")
    story.say(f"   {prefix} get md cancer -n {NAMESPACE} -o jsonpath='{{.status.rollout.next}}'   # insist on v4")
    story.say("   deploy/demo --clean   # remove everything")
    return 0


if __name__ == "__main__":
    sys.exit(main())
