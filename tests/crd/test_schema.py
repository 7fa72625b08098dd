"""What the schema promises, asked of a real API server."""

import copy
import pathlib

import pytest
from kubectl import kubectl, kubectl_json, refusal

DEFAULTS = {
    "replicas": 1,
    "paused": False,
    "rollout": {"soak": "30m", "progressDeadline": "10m"},
    "analysis": {
        "interval": "10s",
        "warmUp": "30s",
        "deadline": "30m",
        "onInconclusive": "Pause",
        "holdAtMost": "10m",
        "minRequests": 100,
        "falseAlarm": 0.01,
        "missedHarm": 0.05, "watchFor": "24h",
        "dryRun": False,
    },
    "history": 10,
}
ROOT = pathlib.Path(__file__).resolve().parents[2]
EVERYTHING = ROOT / "crds" / "examples" / "valid" / "everything.yaml"
HASHED = ["template", "model", "runtime", "service"]


def fields(schema, path=""):
    """(path, schema) of every field, depth first."""
    for name, child in schema.get("properties", {}).items():
        yield f"{path}.{name}", child
        yield from fields(child, f"{path}.{name}")
    if isinstance(schema.get("items"), dict):
        yield from fields(schema["items"], f"{path}[]")


@pytest.fixture(scope="module")
def schema(crd):
    return crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]


def test_the_api_server_takes_the_file_as_it_is(crd):
    kubectl("create" if not exists(crd) else "replace", "--dry-run=server", "-f", "-", stdin=with_version(crd))


def exists(crd):
    return kubectl("get", "crd", crd["metadata"]["name"], "--ignore-not-found") != ""


def with_version(crd):
    """Replacing needs the resourceVersion of what is there."""
    result = copy.deepcopy(crd)
    if exists(crd):
        there = kubectl_json("get", "crd", crd["metadata"]["name"])
        result["metadata"]["resourceVersion"] = there["metadata"]["resourceVersion"]
    return result


def test_the_schema_is_structural_and_its_rules_are_affordable(resource):
    conditions = kubectl_json("get", "crd", resource.name)["status"]["conditions"]
    states = {c["type"]: c["status"] for c in conditions}
    assert states["Established"] == "True" and states["NamesAccepted"] == "True"
    assert states.get("NonStructuralSchema", "False") == "False"


def test_every_field_is_described_in_a_sentence(schema):
    without = [p for p, f in fields(schema) if p != ".metadata" and not f.get("description", "").endswith(".")]
    assert not without


def test_everything_is_bounded(schema):
    """The cost of CEL rules is reckoned from these bounds."""
    loose = []
    for path, field in fields(schema["properties"]["spec"]):
        bound = {"string": "maxLength", "array": "maxItems"}.get(field.get("type"))
        if bound and bound not in field:
            loose.append(path)
        if "additionalProperties" in field and "maxProperties" not in field:
            loose.append(path)
    assert not loose


def test_only_the_pod_spec_keeps_unknown_fields(schema):
    keep = [p for p, f in fields(schema) if f.get("x-kubernetes-preserve-unknown-fields")]
    assert keep == [".spec.template.spec"]


def test_hashed_fields_have_no_defaults(schema):
    spec = schema["properties"]["spec"]["properties"]
    defaulted = [f"{h}{p}" for h in HASHED for p, f in [("", spec[h]), *fields(spec[h])] if "default" in f]
    assert not defaulted


def test_what_opens_a_server_is_stated_alike_for_prometheus_and_for_pods(schema):
    """The same members with the same bounds and rules; only the words name another field."""
    spec = schema["properties"]["spec"]["properties"]
    prometheus = spec["analysis"]["properties"]["from"]["properties"]["prometheus"]["properties"]
    pods = spec["runtime"]["properties"]["metrics"]["properties"]

    def bare(part):
        if isinstance(part, list):
            return [bare(entry) for entry in part]
        if not isinstance(part, dict):
            return part
        words = ("description", "message", "messageExpression")
        return {key: bare(value) for key, value in part.items() if key not in words or isinstance(value, dict)}

    assert bare(prometheus["credentials"]) == bare(pods["credentials"])
    assert bare(prometheus["tls"]) == bare(pods["tls"])


def test_verification_cannot_be_switched_off(schema):
    assert not [path for path, _ in fields(schema) if "insecure" in path.lower() or "skip" in path.lower()]


def test_defaults_of_everything_else(resource, minimum):
    stored = resource.try_create(minimum)["spec"]
    assert stored == {**minimum["spec"], **DEFAULTS}


def test_the_past_goes_back_a_week_by_default(resource, minimum):
    metrics = [{"name": "amount", "drift": {"histogram": "model_amount"}, "reference": {}}]
    minimum["spec"]["analysis"] = {"reference": {"stable": {}}, "metrics": metrics}
    assert resource.try_create(minimum)["spec"]["analysis"]["reference"] == {"stable": {"over": "7d"}}


def test_lenient_writers_lose_unknown_fields_and_pods_keep_theirs(resource, minimum):
    minimum["spec"]["replcas"] = 3
    minimum["spec"]["template"]["metadata"] = {"labels": {"a": "b"}, "name": "mine"}
    minimum["spec"]["template"]["spec"]["aFieldOfTomorrow"] = {"x": 1}
    stored = resource.try_create(minimum, validation="ignore")["spec"]
    assert "replcas" not in stored
    assert stored["template"]["metadata"] == {"labels": {"a": "b"}}
    assert stored["template"]["spec"]["aFieldOfTomorrow"] == {"x": 1}


def test_strict_writers_are_told_of_unknown_fields(resource, minimum):
    minimum["spec"]["template"]["metadata"] = {"name": "mine"}
    text = refusal("create", "--dry-run=server", "--validate=strict", "-f", "-", stdin=minimum)
    assert 'unknown field "spec.template.metadata.name"' in text


def apply_client_side(resource, value):
    kubectl("apply", "-f", "-", stdin=value)


def apply_server_side(resource, value):
    kubectl("apply", "--server-side", "-f", "-", stdin=value)


def post(resource, value):
    kubectl("create", "--raw", f"{resource.url}?fieldValidation=Strict", "-f", "-", stdin=value)


@pytest.mark.parametrize("write", [apply_client_side, apply_server_side, post])
def test_hashed_fields_are_read_back_as_written(resource, write):
    """However a manifest arrives: the revision hash is taken of what is read back."""
    value = resource.load(EVERYTHING)
    value["metadata"]["name"] = "written"
    write(resource, value)
    try:
        stored = kubectl_json("get", resource.name, "written", "-n", resource.namespace)["spec"]
    finally:
        kubectl("delete", resource.name, "written", "-n", resource.namespace)
    assert {h: stored[h] for h in HASHED} == {h: value["spec"][h] for h in HASHED}


def test_an_object_that_is_invalid_cannot_be_made_by_an_edit(resource, minimum):
    resource.create(minimum)
    text = refusal("patch", resource.name, minimum["metadata"]["name"], "-n", resource.namespace, "--type=merge",
                   "-p", '{"spec":{"rollout":{"steps":[{"weight":80}]}}}')
    assert "weight is 80; state at most 50" in text


def test_the_presets_are_those_that_have_a_file_and_a_page_of_docs(crd):
    names = sorted(file.stem for file in (ROOT / "src" / "api" / "presets").glob("*.json"))
    runtime = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]["runtime"]
    assert runtime["properties"]["preset"]["enum"] == sorted([*names, "custom"])
    docs = (ROOT / "docs" / "presets.md").read_text()
    for name in names:
        assert f"| `{name}` |" in docs and f"- **{name}**: " in docs
