"""What both stories are told with: lines on the terminal while a rollout happens, and checks that it did happen."""
import argparse
import pathlib
import shutil
import sys
import time

from cluster_view import NAME, NAMESPACE, prepared_view

FOLDER = pathlib.Path(__file__).parent
BOLD, DIM, RED, GREEN, RESET = "\033[1m", "\033[2m", "\033[31m", "\033[32m", "\033[0m"


class Failed(Exception):
    pass


class Story:
    """The screen, and what is watched meanwhile; one for a whole run."""

    def __init__(self, view, plain):
        self._view, self._live = view, not plain and sys.stdout.isatty()
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

    def apply(self, file, **words):
        """Applies a manifest of this folder with words replaced."""
        text = (FOLDER / file).read_text()
        for word, value in words.items():
            text = text.replace(word, value)
        self._view.apply(text)

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


def serving(story, view, version):
    story.watch(lambda s: s.get("phase") == "Stable" and s.get("stable", {}).get("version") == version, 240,
                f"{version} serving")


def clients(story, view, version, file, image):
    """Starts the clients; returns when they have got answers of that version."""
    story.apply(file, IMAGE=image)
    story.say("   two clients begin to send held-out rows: A opens a connection for each request, B keeps them for 20")
    story.watch(lambda s: view.counts()["versions"].get(version, {}).get("answers", 0) > 300, 120,
                f"{version} answering")


def promotion(story, view, version, begin):
    """begin() asks for a version that is good; it goes through both steps, and its pods stay."""
    begin()
    wanted, at_half = set(), {}

    def promoted(status):
        canary = status.get("canary", {})
        wanted.add(canary.get("wanted", 0))
        if canary.get("wanted") == 50:
            at_half.update({u: p for u, p in view.pods().items() if p[0] == canary["revision"] and p[1]})
        return status.get("phase") == "Soaking" and status.get("stable", {}).get("version") == version

    story.watch(promoted, 420, f"the promotion of {version}")
    check({25, 50} <= wanted, f"the steps 25 and 50 were not both seen, only {sorted(wanted)}")
    story.watch(lambda s: s.get("phase") == "Stable" and s.get("stable", {}).get("version") == version, 120,
                f"the end of {version}'s soak")
    pods = view.pods()
    check(at_half and set(at_half) <= set(pods), f"pods that served {version} at 50 % are gone after the promotion")
    check(all(pods[uid][2] == 0 for uid in at_half), f"a pod of {version} restarted")
    story.say(f"   the {len(at_half)} pods that served {version} at 50 % still serve it; nothing restarted", GREEN)


def rollback(story, view, version, begin, word, serves):
    """begin() asks for a version that is worse; it is taken back for a reason with that word."""
    began = time.monotonic()
    begin()
    entry = story.watch(lambda s: ended(s, "RolledBack", version), 360, f"the rollback of {version}")
    check(word in entry["reason"], f"{version} was rolled back, but not for {word}: {entry['reason']}")
    status = view.status()
    check(status["stable"]["version"] == serves, f"{status['stable']['version']} serves instead of {serves}")
    story.say(f"   taken back by itself after {time.monotonic() - began:.0f} s: {entry['reason']}", GREEN)


def what_clients_saw(story, view, faulty):
    """No request may be lost; only answers of the version `faulty`, if there is one, may be errors."""
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
    foreign = {v: s["errors"] for v, s in counts["versions"].items() if v != faulty and s["errors"]}
    check(not foreign, f"errors that no version was to make: {foreign}")


def perform(tell, commands, *more):
    """tell(story, view, options) on the terminal, with the options that both stories have and `more`; the exit code.
    `commands`: of kubectl, to try next."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--plain", action="store_true")
    for option in ("--image", *more, "--system-namespace", "--metrics-role"):
        parser.add_argument(option, required=True)
    parser.add_argument("kubectl", nargs="+")
    options = parser.parse_args()
    began = time.monotonic()
    with prepared_view(options.kubectl, options.system_namespace, options.metrics_role) as view:
        story = Story(view, options.plain)
        try:
            tell(story, view, options)
        except Failed as failure:
            return end_badly(story, failure, options.system_namespace)
        end_well(story, time.monotonic() - began, options.kubectl, commands)
    return 0


def end_well(story, seconds, kubectl, commands):
    story.say("")
    story.say(f"Everything happened as it should, in {seconds:.0f} s.", GREEN)
    story.say("The cluster is still up. Try next:")
    for command in commands:
        story.say(f"   {' '.join(kubectl)} {command}")
    story.say("   deploy/demo --clean   # remove everything")


def end_badly(story, failure, system_namespace):
    story.say(f"FAILED: {failure}", RED)
    story.say(f"   look at: kubectl describe md {NAME} -n {NAMESPACE}; kubectl logs -n {system_namespace} "
              "-l app.kubernetes.io/name=serin --tail=50")
    return 1
