"""Fixtures of the end-to-end tests. Environment: KUBECONFIG, SERIN_KUBECTL, SERIN_HELM, SERIN_TEST_SERVER_IMAGE,
SERIN_OPERATOR_NAMESPACE (of the release under test), SERIN_PROMETHEUS (the program), SERIN_E2E_KEEP=1 leaves the namespaces of failed tests."""

import os
import pathlib

import pytest

from harness.namespace import Namespace, name_of_test

ROOT = pathlib.Path(__file__).resolve().parents[2]
OPERATOR_NAMESPACE = os.environ.get("SERIN_OPERATOR_NAMESPACE", "serin")


def pytest_configure(config):
    config.addinivalue_line("markers", "disruptive: kills or counts the operator; runs alone, with a release of its own")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Lets the fixtures know how the test went, and adds the namespace's story to a failure."""
    outcome = yield
    report = outcome.get_result()
    setattr(item, f"report_{report.when}", report)
    namespace = item.funcargs.get("ns")
    if report.failed and namespace is not None:
        report.sections.append(("what the cluster shows", namespace.report()))


@pytest.fixture
def ns(request):
    """A namespace of the test's own; at its end no invariant may have been broken in it."""
    namespace = Namespace(name_of_test("e2e", request.node.name.removeprefix("test_")), OPERATOR_NAMESPACE)
    yield namespace
    broken = namespace.broken_invariants()
    failed = broken or getattr(request.node, "report_call", None) is None or request.node.report_call.failed
    if not (failed and os.environ.get("SERIN_E2E_KEEP")):
        namespace.close()
    assert not broken, "invariants broken:\n" + "\n".join(broken)
