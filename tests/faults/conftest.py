"""Fixtures of the fault tests. Environment: as tests/e2e, and SERIN_NETNS (the cluster's network namespace)."""

import os
import pathlib
import sys

TESTS = pathlib.Path(__file__).parent.parent
sys.path[:0] = [str(TESTS / folder) for folder in ("e2e", "faults", "proxy", "support")]

import pytest  # noqa: E402

from rig import learned, stories  # noqa: E402
from rig.surroundings import CHECKOUT  # noqa: E402
from rig.trial import Trial  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: harms the whole cluster or takes minutes; runs alone")
    config.addinivalue_line("markers", "long: takes ten minutes or more, most of them idle; begins first")
    config.addinivalue_line("markers", "short: of the selection that a plain tests/run plays")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    setattr(item, f"report_{report.when}", report)
    if report.failed and report.when == "call":
        text = keep_story(item.name, str(report.longrepr), item.funcargs.get("trials", []))
        report.sections.append(("what the cluster shows", text))


def keep_story(name, reason, trials):
    """Writes a failure's story into a file at once, for the tests beside it go on for long; returns it."""
    text = "\n".join([reason, *(trial.report() for trial in trials)])
    folder = CHECKOUT / "build/test-results/faults"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.txt").write_text(text)
    return text


@pytest.fixture
def trials(request):
    """Every trial of the test, to be reported and closed; at the end no invariant may have been broken in one."""
    made = []
    yield made
    broken = [words for trial in made for words in trial.broken()]
    called = getattr(request.node, "report_call", None)
    failed = broken or called is None or called.failed
    sentences = "invariants broken:\n" + "\n".join(broken)
    story = keep_story(f"{request.node.name}-invariants", sentences, made) if broken else ""
    for trial in made:
        trial.close(keep=failed and "SERIN_E2E_KEEP" in os.environ)
    assert not broken, story


@pytest.fixture
def make_trial(request, trials):
    """Makes a Trial with the test's name."""
    def make(**options):
        trials.append(Trial(request.node.name.removeprefix("test_"), **options))
        return trials[-1]
    return make


@pytest.fixture
def trial(make_trial):
    return make_trial()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Runs with faults are held against what was learned of the same programs; those that take long begin first."""
    lacking = [name for name in stories.ALL if learned.reference(name) is None]
    if lacking and any("make_trial" in item.fixturenames for item in items):
        raise pytest.UsageError(f"how {', '.join(lacking)} goes without a fault is not known for these programs: run "
                                "tests/faults/test_learn.py first, as tests/run faults does")
    # Every worker takes two to begin with: no two long ones go to the same.
    long = [item for item in items if item.get_closest_marker("long")]
    others = [item for item in items if item not in long]
    items[:] = [item for pair in zip(long, others) for item in pair] + long[len(others):] + others[len(long):]
