"""Memory that is limited as the chart does, and memory that does not suffice."""

import pytest
import yaml
from rig import learned, stories, surroundings
from rig.memory import Memory

MIB = 1 << 20
LARGE = 12  # MiB: an object that is big, and within the limit of a frame


def chart_limit():
    values = yaml.safe_load((surroundings.CHECKOUT / "charts/serin/values.yaml").read_text())
    text = values["resources"]["limits"]["memory"]
    assert text.endswith("Mi"), text
    return int(text[:-2]) * MIB


@pytest.fixture
def memory(request):
    return Memory(request.node.name, chart_limit())


def large_objects(times):
    return {"when": {"frame": "any", "resource": "replicasets", "times": times}, "do": {"big": LARGE}}


def test_large_objects_fit_into_what_the_chart_grants(make_trial, memory):
    trial = make_trial(memory=memory)
    seen = learned.observe(trial, stories.PROMOTE, lambda: trial.proxy.arm(large_objects("always")), patience=2)
    assert len(trial.operator.starts) == 1 and memory.killed() == 0
    assert memory.peak() < chart_limit(), "nothing of what was dropped is kept"
    learned.check_same_end("promote", seen)


def test_killed_for_its_memory_it_ends_as_ever(make_trial, memory):
    trial = make_trial(memory=memory)

    def harm():
        memory.limit(memory.used() + LARGE // 2 * MIB)
        trial.proxy.arm(large_objects(2))
    seen = learned.observe_harmed(trial, harm)
    assert memory.killed() >= 1 and len(trial.operator.starts) == 1 + memory.killed()
    learned.check_same_end("promote", seen)
