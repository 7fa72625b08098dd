"""Fault-free runs: they agree with each other, and what they wrote is what the others kill at."""

import concurrent.futures

import pytest
from rig import learned, stories


@pytest.mark.short
@pytest.mark.parametrize("name", stories.ALL)
def test_runs_without_a_fault_are_alike(name, trials, request):
    from rig.trial import Trial

    def run(number):
        trial = Trial(f"learn-{name}-{number}")
        trials.append(trial)
        return learned.observe(trial, stories.ALL[name])
    with concurrent.futures.ThreadPoolExecutor() as threads:
        runs = list(threads.map(run, range(learned.RUNS)))
    learned.check_alike(runs)
    writes = learned.keep(name, runs)
    print(f"\n{name}: {len(writes)} writes: " + ", ".join(
        f"{write['verb']} {write['resource']} {write['name']} #{write['nth']}" for write in writes))
