"""The status and scale subresources and the printer columns, on a real API server."""

import copy
import json
import pathlib
import re

import pytest
from kubectl import kubectl, kubectl_json, refusal

FULL = json.loads((pathlib.Path(__file__).parent / "full-status.json").read_text())
STATE_LIMIT = 32768


def merge_status(resource, name, status):
    return ["patch", resource.name, name, "-n", resource.namespace, "--subresource=status", "--type=merge",
            "-p", json.dumps({"status": status})]


@pytest.fixture
def fraud(resource, minimum):
    """Name of an object that exists and whose status is full."""
    name = minimum["metadata"]["name"]
    resource.create(minimum)
    kubectl(*merge_status(resource, name, FULL))
    return name


def get(resource, name):
    return kubectl_json("get", resource.name, name, "-n", resource.namespace)


def test_the_status_holds_all_that_is_recorded(resource, fraud):
    assert get(resource, fraud)["status"] == FULL


def test_the_example_status_uses_every_field_of_the_schema(crd):
    schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["status"]

    def unused(part, values, path):
        if part.get("type") == "array" and part["items"].get("type") == "object":
            yield from unused(part["items"], [e for v in values for e in v], path + "[]")
        for name, child in part.get("properties", {}).items():
            present = [v[name] for v in values if name in v]
            if not present:
                yield f"{path}.{name}"
            yield from unused(child, present, f"{path}.{name}")

    assert list(unused(schema, [FULL], "status")) == []


def test_server_side_apply_of_a_status_works(resource, fraud):
    body = {"apiVersion": resource.version, "kind": "ModelDeployment",
            "metadata": {"name": fraud, "namespace": resource.namespace}, "status": FULL}
    kubectl("apply", "--server-side", "--force-conflicts", "--subresource=status", "--field-manager=serin", "-f", "-",
            stdin=body)
    assert get(resource, fraud)["status"] == FULL


def test_the_state_of_the_judge_may_have_32_kb_and_no_more(resource, fraud):
    kubectl(*merge_status(resource, fraud, {"analysis": {"state": "x" * STATE_LIMIT}}))
    text = refusal(*merge_status(resource, fraud, {"analysis": {"state": "x" * (STATE_LIMIT + 1)}}))
    assert "status.analysis.state: Too long" in text


def test_writers_of_the_spec_cannot_touch_the_status(resource, fraud):
    kubectl("patch", resource.name, fraud, "-n", resource.namespace, "--type=merge",
            "-p", '{"status":{"phase":"Invented"}}')
    assert get(resource, fraud)["status"]["phase"] == FULL["phase"]


def test_a_status_moves_no_generation_and_a_spec_does(resource, fraud):
    before = get(resource, fraud)["metadata"]["generation"]
    kubectl(*merge_status(resource, fraud, {"message": "another"}))
    assert get(resource, fraud)["metadata"]["generation"] == before
    kubectl("scale", resource.name, fraud, "-n", resource.namespace, "--replicas=2")
    assert get(resource, fraud)["metadata"]["generation"] == before + 1


def test_scale_shows_and_sets_replicas_and_names_the_selector(resource, fraud):
    kubectl("scale", resource.name, fraud, "-n", resource.namespace, "--replicas=3")
    scale = json.loads(kubectl("get", "--raw", f"{resource.url}/{fraud}/scale"))
    assert scale["kind"] == "Scale" and scale["spec"] == {"replicas": 3}
    assert scale["status"] == {"replicas": FULL["replicas"], "selector": FULL["selector"]}
    assert get(resource, fraud)["spec"]["replicas"] == 3


def table(resource, fraud, *more):
    header, row = kubectl("get", resource.name, fraud, "-n", resource.namespace, *more).splitlines()
    starts = [word.start() for word in re.finditer(r"\S+", header)] + [None]
    return {header[a:b].strip(): row[a:b].strip() for a, b in zip(starts, starts[1:])}


def test_columns_tell_the_story(resource, fraud):
    row = table(resource, fraud)
    assert list(row) == ["NAME", "STABLE", "CANARY", "WEIGHT", "PHASE", "VERDICT", "MESSAGE", "AGE"]
    age = row.pop("AGE")
    assert age
    assert row == {"NAME": "fraud", "STABLE": "12", "CANARY": "13", "WEIGHT": "20", "PHASE": FULL["phase"],
                   "VERDICT": "Continue", "MESSAGE": FULL["message"]}


def test_the_wide_table_adds_ready_and_the_ids_of_models(resource, fraud):
    wide = table(resource, fraud, "-o", "wide")
    assert wide["READY"] == "False"
    assert (wide["ID"], wide["SOURCE"]) == (FULL["stable"]["id"], FULL["source"]["id"])


def test_kubectl_waits_for_conditions(resource, fraud):
    kubectl("wait", "--for=condition=Available", "-n", resource.namespace, f"{resource.name}/{fraud}", "--timeout=5s")


@pytest.mark.parametrize("category", ["all", "serin"])
def test_categories_list_it(resource, fraud, category):
    assert f"modeldeployment.{resource.group}/{fraud}" in kubectl("get", category, "-n", resource.namespace, "-o", "name")


def test_two_conditions_of_one_type_are_refused(resource, fraud):
    twice = copy.deepcopy(FULL["conditions"])
    twice[1]["type"] = twice[0]["type"]
    assert "Duplicate value" in refusal(*merge_status(resource, fraud, {"conditions": twice}))
