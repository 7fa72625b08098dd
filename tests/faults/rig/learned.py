"""What fault-free runs do, kept in a file: the reference that runs with faults are held against."""

import collections
import dataclasses
import hashlib
import json

from harness.manifests import IMAGE

from . import monitor, stories, surroundings

RUNS = 3
FOLDER = surroundings.CHECKOUT / "build/faults"
UNNAMED = ("events",)  # whose names come by chance


@surroundings.once
def origin():
    """What a reference belongs to: the operator, what it deploys, and what plays the stories."""
    digest = hashlib.sha256(IMAGE.encode())
    sources = sorted([*surroundings.CHECKOUT.glob("tests/faults/rig/*.py"), *surroundings.CHECKOUT.glob("tests/e2e/harness/*.py"),
                      *surroundings.CHECKOUT.glob("crds/*.yaml")])
    for file in (surroundings.BUILT_OPERATOR, *sources):
        digest.update(file.read_bytes())
    return digest.hexdigest()


@dataclasses.dataclass
class Observation:
    writes: list
    digest: dict
    routes: list
    told: dict
    state: dict

    def count(self, write):
        """How many writes of this kind there were, whatever their number."""
        return self.writes.count((write["verb"], write["resource"], write["name"]))


def observe(trial, story, arm=lambda: None, patience=1):
    """Plays the story; returns what it left and the writes of its second part."""
    armed = []

    def begin():
        armed.append(len(trial.proxy.writes()))
        arm()
    story.play(trial, begin, patience)
    records = trial.records()
    return Observation([_name(write) for write in trial.proxy.writes()[armed[0]:] if write["status"]],
                       monitor.digest(records), monitor.routes(records), monitor.told(records),
                       monitor.end_state(records))


def observe_harmed(trial, harm, nth=7):
    """Plays a promotion; `harm()` is done when its nth write is made. Answers what `observe` does."""
    def harmed(its_trial):
        stories.PROMOTE.under(its_trial)
        its_trial.proxy.wait_fault(60)
        harm()
    moment = {"when": {"verb": "write", "nth": nth, "moment": "after"}, "do": {"delay": "1ms"}}
    story = dataclasses.replace(stories.PROMOTE, under=harmed)
    return observe(trial, story, lambda: trial.proxy.arm(moment), patience=3)


def _name(write):
    return write["verb"], write["resource"], "*" if write["resource"] in UNNAMED else write["name"]


def check_alike(runs):
    first = runs[0]
    for other in runs[1:]:
        assert other.digest == first.digest and other.routes == first.routes, (first, other)


def _numbered(writes):
    met = collections.Counter()
    numbered = []
    for write in writes:
        met[write] += 1
        numbered.append((*write, met[write]))
    return numbered


def keep(name, runs):
    """Writes the file; returns the writes that every run had."""
    common = set.intersection(*(set(_numbered(run.writes)) for run in runs))
    writes = [dict(zip(("verb", "resource", "name", "nth"), write)) for write in _numbered(runs[0].writes)
              if write in common]
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.json").write_text(json.dumps({
        "origin": origin(), "writes": writes, "digest": runs[0].digest, "routes": runs[0].routes, "state": runs[0].state,
        "mask": monitor.learn_mask([run.state for run in runs]),
        "told": {reason: max(run.told.get(reason, 0) for run in runs) for run in runs for reason in run.told}},
        indent=1))
    return writes


def reference(name):
    """As `keep` wrote it; None when nothing was learned of these programs."""
    file = FOLDER / f"{name}.json"
    if not file.exists():
        return None
    known = json.loads(file.read_text())
    return known if known.get("origin") == origin() else None


def check_same_end(name, seen, missing_events=True):
    """The end state, the counts of creations and deletions, and the routes of a run are those without a fault."""
    known = reference(name)
    assert seen.digest == known["digest"], f"created and deleted: {seen.digest}, without a fault {known['digest']}"
    assert seen.routes == known["routes"], f"routes: {seen.routes}, without a fault {known['routes']}"
    differ = monitor.differences(known["state"], seen.state, known["mask"])
    assert not differ, "the end state differs:\n" + "\n".join(differ)
    extra = {reason: count for reason, count in seen.told.items() if count > known["told"].get(reason, 0)}
    assert not extra, f"Events that nobody tells without a fault, or more of them: {extra}; there: {known['told']}"
