import pytest

from faultproxy import plan


def rule(when=None, do="drop"):
    return {"when": when or {"verb": "patch"}, "do": do}


def reason(body):
    with pytest.raises(plan.PlanError) as error:
        plan.from_json(body, "file.json")
    return str(error.value)


def test_a_good_plan_is_understood():
    read = plan.parse("""{"name": "n", "rules": [
      {"when": {"verb": "write", "resource": "services", "name": "fraud*", "nth": 2, "moment": "after"},
       "do": [{"delay": "500ms"}, {"answer": 429, "retryAfter": 2}]}]}""")
    when, actions = read.rules[0].when, read.rules[0].actions
    assert (when.verb, when.resource, when.name, when.nth, when.times, when.moment) == (
        "write", "services", "fraud*", 2, 1, "after")
    assert [(action.kind, action.value, action.options) for action in actions] == [
        ("delay", 0.5, {}), ("answer", 429, {"retryAfter": 2})]


def test_broken_json_is_named_by_line_and_column():
    with pytest.raises(plan.PlanError, match=r"file\.json:2:12: not JSON"):
        plan.parse('{"rules": [\n  {"when": x}]}', "file.json")


def test_a_key_that_stands_twice_is_refused():
    with pytest.raises(plan.PlanError, match="'do' stands twice"):
        plan.parse('{"rules": [{"when": {"verb": "get"}, "do": "drop", "do": "kill"}]}')


@pytest.mark.parametrize("body, words", [
    ([], "file.json: must be an object"),
    ({"rules": []}, "file.json: rules: is empty"),
    ({"rulez": []}, "file.json: rulez: is not known; did you mean 'rules'?"),
    ({"rules": [{"do": "drop"}]}, 'file.json: rules[0]: needs "when"'),
    ({"rules": [rule(), rule({"verb": "pach"})]}, "file.json: rules[1].when.verb: is 'pach'; it is one of get, list"),
    ({"rules": [rule({"verb": "get", "frame": "ADDED"})]}, "rules[0].when: needs exactly one of"),
    ({"rules": [rule({"verb": "get", "nht": 2})]}, "rules[0].when.nht: is not known; did you mean 'nth'?"),
    ({"rules": [rule({"verb": "get", "nth": 0})]}, "rules[0].when.nth: must be a whole number from 1, not 0"),
    ({"rules": [rule({"verb": "get", "for": "3"})]}, "rules[0].when.for: '3' is not a duration"),
    ({"rules": [rule({"verb": "get", "for": "3s", "times": 2})]}, 'has both "times" and "for"'),
    ({"rules": [rule({"verb": "watch", "moment": "after"})]}, "rules[0].when.moment: belongs to requests"),
    ({"rules": [rule(do="dorp")]}, "rules[0].do: is 'dorp', which is no action; did you mean 'drop'?"),
    ({"rules": [rule(do="delay")]}, "rules[0].do: 'delay' needs a value"),
    ({"rules": [rule(do={"clock": "1h"})]}, "rules[0].do.clock: '1h' is not the difference from the true time"),
    ({"rules": [rule(do={"answer": 200})]}, "rules[0].do.answer: 200 is not an HTTP status from 400 to 599"),
    ({"rules": [rule(do={"answer": 429, "retry": 1})]}, "rules[0].do.retry: is not known; did you mean 'retryAfter'?"),
    ({"rules": [rule(do={"drop": True, "kill": True})]}, "must name exactly one action"),
    ({"rules": [rule(do=["drop", "kill"])]}, "goes on after 'drop'"),
    ({"rules": [rule(do=[])]}, "rules[0].do: is empty"),
    ({"rules": [rule(do="duplicate")]}, 'is done to a watch\'s frame: "when" needs "frame"'),
    ({"rules": [rule({"frame": "ADDED"})]}, 'is done to a request: "when" needs "verb"'),
    ({"rules": [rule({"verb": "patch"}, {"resourceVersion": "1"})]}, "is for the verbs watch and list"),
    ({"rules": [rule({"verb": "list", "moment": "after"}, {"resourceVersion": "1"})]}, "only be done before"),
])
def test_a_bad_plan_is_refused_with_the_place_and_the_reason(body, words):
    assert words in reason(body)
