"""Who leads."""

from harness.wait import wait_for


def holders(trial):
    """Who held the Lease, one after the other; "" is nobody."""
    seen = []
    for record in trial.records():
        if record.kind == "Lease" and not record.deleted:
            holder = record.body["spec"].get("holderIdentity") or ""
            if not seen or seen[-1] != holder:
                seen.append(holder)
    return seen


def leader(trial):
    """The index of the operator that holds the Lease."""
    name = wait_for(lambda: (holders(trial) or [""])[-1], 30, "a leader").partition("_")[0]
    return next(i for i, operator in enumerate(trial.operators) if operator.pod == name)
