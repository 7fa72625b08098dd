"""Plan files: rules that say when which harm is done. docs/testing.md tells how to write one."""

import dataclasses
import difflib
import json

from .actions import ANYWHERE, FORMS, FRAME, REQUEST, Action
from .duration import seconds

WRITES = ("create", "update", "patch", "delete", "deletecollection")
VERBS = ("get", "list", "watch", *WRITES, "write", "any")
FRAMES = ("ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR", "any")
WHEN = ("verb", "frame", "resource", "name", "nth", "times", "for", "moment")


class PlanError(Exception):
    """What is wrong with a plan, and where."""


@dataclasses.dataclass(frozen=True)
class When:
    """`verb` or `frame` is set. `resource` None: every one but leases. `times` None: without end."""

    verb: str | None = None
    frame: str | None = None
    resource: str | None = None
    name: str = "*"
    nth: int = 1
    times: int | None = 1
    lasts: float | None = None  # seconds from the first hit
    moment: str = "before"


@dataclasses.dataclass(frozen=True)
class Rule:
    when: When
    actions: tuple


@dataclasses.dataclass(frozen=True)
class Plan:
    name: str
    rules: tuple

    def does(self, kind):
        """Whether any rule has such an action."""
        return any(action.kind == kind for rule in self.rules for action in rule.actions)


def load(path):
    with open(path, encoding="utf-8") as file:
        return parse(file.read(), str(path))


def parse(text, source="plan"):
    """Raises PlanError that names the line where the text is no JSON, else the path to what is wrong."""
    try:
        body = json.loads(text, object_pairs_hook=_no_twins)
    except json.JSONDecodeError as error:
        raise PlanError(f"{source}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from None
    except _Twin as twin:
        raise PlanError(f"{source}: the key {twin.args[0]!r} stands twice in one object") from None
    return from_json(body, source)


def from_json(body, source="plan"):
    top = _Place(source, body)
    top.must_be(dict, "an object with \"name\" and \"rules\"")
    top.only(("name", "rules"))
    rules = top.required("rules")
    rules.must_be(list, "a list")
    if not rules.value:
        rules.fail("is empty: a plan without rules does nothing")
    return Plan(top.text("name", "plan"), tuple(_rule(rules.item(i)) for i in range(len(rules.value))))


class _Twin(Exception):
    pass


def _no_twins(pairs):
    result = {}
    for key, value in pairs:
        if key in result:
            raise _Twin(key)
        result[key] = value
    return result


class _Place:
    """A value in a plan, with the path that leads to it."""

    def __init__(self, source, value, path=""):
        self.source, self.value, self.path = source, value, path

    def fail(self, reason):
        raise PlanError(": ".join(filter(None, (self.source, self.path, reason))))

    def must_be(self, kind, words):
        if not isinstance(self.value, kind) or isinstance(self.value, bool):
            self.fail(f"must be {words}, not {json.dumps(self.value)}")

    def only(self, known):
        for key in self.value:
            if key not in known:
                near = difflib.get_close_matches(key, known, 1)
                self.at(key).fail("is not known" + (f"; did you mean {near[0]!r}?" if near else
                                                    f"; known here: {', '.join(known)}"))

    def at(self, key):
        return _Place(self.source, self.value.get(key), f"{self.path}.{key}".lstrip("."))

    def item(self, index):
        return _Place(self.source, self.value[index], f"{self.path}[{index}]")

    def required(self, key):
        if key not in self.value:
            self.fail(f"needs \"{key}\"")
        return self.at(key)

    def text(self, key, default):
        if key not in self.value:
            return default
        place = self.at(key)
        if not isinstance(place.value, str) or not place.value:
            place.fail(f"must be a text, not {json.dumps(place.value)}")
        return place.value

    def one_of(self, key, words, default=None):
        value = self.text(key, default)
        if value is not None and value not in words:
            self.at(key).fail(f"is {value!r}; it is one of {', '.join(words)}")
        return value

    def count(self, key, default):
        if key not in self.value:
            return default
        place = self.at(key)
        place.must_be(int, "a whole number from 1")
        if place.value < 1:
            place.fail(f"must be a whole number from 1, not {place.value}")
        return place.value

    def checked(self, check):
        try:
            return check(self.value)
        except ValueError as error:
            self.fail(str(error))


def _rule(place):
    place.must_be(dict, "an object with \"when\" and \"do\"")
    place.only(("when", "do"))
    when = _when(place.required("when"))
    do = place.required("do")
    if isinstance(do.value, list):
        if not do.value:
            do.fail("is empty: nothing would happen")
        actions = [_action(do.item(i), when) for i in range(len(do.value))]
    else:
        actions = [_action(do, when)]
    for number, action in enumerate(actions[:-1]):
        if action.ends:
            do.fail(f"goes on after {action.kind!r} (number {number}), which leaves nothing to act on; put it last")
    return Rule(when, tuple(actions))


def _when(place):
    place.must_be(dict, "an object")
    place.only(WHEN)
    if ("verb" in place.value) == ("frame" in place.value):
        place.fail("needs exactly one of \"verb\" (requests) and \"frame\" (events of watches)")
    lasts = None
    if "for" in place.value:
        if "times" in place.value:
            place.fail("has both \"times\" and \"for\"; \"for\" hits every time until it is over")
        lasts = place.at("for").checked(seconds)
    times = None if lasts is not None else 1
    if place.value.get("times") == "always":
        times = None
    elif "times" in place.value:
        times = place.count("times", 1)
    verb = place.one_of("verb", VERBS)
    moment = place.one_of("moment", ("before", "after"), "before")
    if "moment" in place.value and (verb is None or verb == "watch"):
        place.at("moment").fail("belongs to requests that are answered at once; a watch is met by \"frame\"")
    return When(verb, place.one_of("frame", FRAMES), place.text("resource", None), place.text("name", "*"),
                place.count("nth", 1), times, lasts, moment)


def _action(place, when):
    if isinstance(place.value, str):
        kind, holder = place.value, {}
    else:
        place.must_be(dict, "an action's name, an object like {\"delay\": \"2s\"}, or a list of these")
        kinds = [key for key in place.value if key in FORMS]
        if len(kinds) != 1:
            place.fail(f"must name exactly one action; actions: {', '.join(FORMS)}")
        kind, holder = kinds[0], place.value
    if kind not in FORMS:
        near = difflib.get_close_matches(kind, FORMS, 1)
        place.fail(f"is {kind!r}, which is no action" + (f"; did you mean {near[0]!r}?" if near else
                                                         f"; actions: {', '.join(FORMS)}"))
    form = FORMS[kind]
    _fits(place, kind, form, when)
    if not holder:
        if form.value is not None:
            place.fail(f"{kind!r} needs a value: {{\"{kind}\": …}}")
        return Action(kind)
    place.only((kind, *form.options))
    if form.value is None:
        value = None
        if holder[kind] is not True:
            place.at(kind).fail("takes no value; write its name alone")
    else:
        value = place.at(kind).checked(form.value)
    return Action(kind, value, {key: place.at(key).checked(check) for key, check in form.options.items()
                                if key in holder})


def _fits(place, kind, form, when):
    if form.where == FRAME and when.verb:
        place.fail(f"{kind!r} is done to a watch's frame: \"when\" needs \"frame\" instead of \"verb\"")
    if form.where == REQUEST and when.frame:
        place.fail(f"{kind!r} is done to a request: \"when\" needs \"verb\" instead of \"frame\"")
    if form.where != ANYWHERE and when.verb and when.moment not in form.moments:
        place.fail(f"{kind!r} can only be done before forwarding")
    if kind == "resourceVersion" and when.verb not in ("watch", "list"):
        place.fail("\"resourceVersion\" is for the verbs watch and list")
