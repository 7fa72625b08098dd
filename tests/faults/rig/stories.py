"""What is played: short, and always to the same end. Each has a part before the harm and a part under it."""

import dataclasses

from harness.deployment import MODEL_LABEL
from harness.wait import wait_for

STEPS = [{"weight": 25, "hold": "1s"}, {"weight": 50, "hold": "1s"}]
SHORT = {"steps": STEPS, "soak": "1s", "progress_deadline": "5m"}
# A story ends with the soak: what is watched after it keeps the Service of the version to return to.
ANALYSIS = {"minRequests": 20, "deadline": "5m", "holdAtMost": "5m", "watchFor": "0s"}


def options(**more):
    return {**SHORT, "analysis": ANALYSIS, **more}


@dataclasses.dataclass
class Story:
    """`before(trial)` answers the load; `under(trial)` starts what the faults meet; `end(trial)` waits for its end."""

    name: str
    before: object
    under: object
    end: object
    errors_allowed: bool = False

    def play(self, trial, arm=lambda: None, patience=1):
        """Returns when all is at rest. `arm` is called between the two parts."""
        load = self.before(trial)
        arm()
        self.under(trial)
        self.end(trial, patience)
        trial.wait_rest(patience)
        if load:
            totals = load.check_none_failed()
            assert self.errors_allowed or totals["errors"] == 0, totals
            assert totals["ok"] > 0


def _serve(trial, rate=60, **more):
    fraud = trial.ns.deploy(version="1", **options(**more))
    return trial.ns.load(fraud, rate=rate)


def fraud_of(trial):
    return trial.ns.deployment()


def promoted(trial, patience=1, version="2"):
    fraud_of(trial).wait_stable(version, timeout=60 * patience)
    wait_alone(trial, patience)


def taken_back(trial, patience=1):
    fraud_of(trial).wait_over("RolledBack", timeout=60 * patience)
    wait_alone(trial, patience)


def wait_alone(trial, patience):
    """Until nothing is left of the other version but its ReplicaSet."""
    fraud = fraud_of(trial)
    fraud.wait_pods(2, timeout=30 * patience)
    kept = {"fraud", f"fraud-{fraud.status()['stable']['revision']}"}

    def services():
        return {body["metadata"]["name"] for body in trial.ns.list("services", f"{MODEL_LABEL}=fraud")}
    wait_for(lambda: services() == kept, 30 * patience, lambda: f"the Services {kept}, there are {services()}")


FIRST = Story("first", lambda trial: None, lambda trial: fraud_of(trial).apply(version="1", **options()),
              lambda trial, patience=1: promoted(trial, patience, "1"))
PROMOTE = Story("promote", _serve, lambda trial: fraud_of(trial).apply(version="2", **options()), promoted)
ROLL_BACK = Story("rollback", _serve,
                  lambda trial: fraud_of(trial).apply(version="2", settings="errors=0.5", **options()), taken_back,
                  errors_allowed=True)
ALL = {story.name: story for story in (FIRST, PROMOTE, ROLL_BACK)}
