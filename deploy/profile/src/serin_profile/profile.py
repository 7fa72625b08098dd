"""The profile's format, as values and as JSON. The operator reads the same (src/api/profile_codec.cc)."""

import dataclasses
import json
import math
import pathlib

FORMAT = "serin-profile/1"
MISSING_CLASS = "(missing)"
OTHER_CLASS = "(other)"
# The operator refuses more: classes (beside the two above), edges, features, bytes.
MOST_CLASSES = 98
MOST_EDGES = 100
MOST_FEATURES = 200
MOST_BYTES = 512 * 1024
LONGEST_CLASS = 64  # bytes of UTF-8
LARGEST_COUNT = 2**53 - 1


class ProfileError(ValueError):
    """What is wrong with a profile or with the data it is to be made of, and what to do."""


@dataclasses.dataclass(frozen=True)
class Histogram:
    """`counts[i]` values are at most `edges[i]` and above the edge before; the last one is above every edge."""

    edges: tuple
    counts: tuple
    missing: int = 0

    def to_json(self):
        return {"edges": list(self.edges), "counts": list(self.counts), "missing": self.missing}


@dataclasses.dataclass(frozen=True)
class Classes:
    """How often each class came."""

    counts: dict
    missing: int = 0

    def to_json(self):
        return {"classes": dict(sorted(self.counts.items())), "missing": self.missing}


@dataclasses.dataclass(frozen=True)
class Profile:
    """Features by name. `made` tells people where it comes from and decides nothing: by, from, rows."""

    features: dict
    made: dict = dataclasses.field(default_factory=dict)

    def to_json(self):
        return {"format": FORMAT, "made": self.made,
                "features": {name: feature.to_json() for name, feature in self.features.items()}}

    def dumps(self):
        """JSON, one feature a line. Raises ProfileError for what the operator would refuse."""
        check_features(self.features)
        lines = [f"  {json.dumps(name)}: {json.dumps(feature.to_json())}" for name, feature in self.features.items()]
        text = (f'{{"format": "{FORMAT}",\n "made": {json.dumps(self.made)},\n "features": {{\n'
                + ",\n".join(lines) + "\n }}\n")
        if len(text.encode()) > MOST_BYTES:
            raise ProfileError(f"the profile has {len(text.encode())} bytes, more than {MOST_BYTES}; leave columns out "
                               "(--column), or take fewer bins")
        return text

    def save(self, path):
        pathlib.Path(path).write_text(self.dumps(), encoding="utf-8")

    @classmethod
    def loads(cls, text):
        """Raises ProfileError for what is no profile."""
        try:
            data = json.loads(text)
        except ValueError as error:
            raise ProfileError(f"is no JSON: {error}; make it with serin-profile") from None
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            found = data.get("format") if isinstance(data, dict) else None
            raise ProfileError(f'format is {json.dumps(found)}; this program reads "{FORMAT}": make the profile anew')
        features = data.get("features")
        if not isinstance(features, dict):
            raise ProfileError("features is missing; make the profile anew with serin-profile")
        read = {name: _feature(name, value) for name, value in features.items()}
        check_features(read)
        made = data.get("made")
        return cls(read, made if isinstance(made, dict) else {})

    @classmethod
    def load(cls, path):
        try:
            return cls.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        except ProfileError as error:
            raise ProfileError(f"{path}: {error}") from None


def check_features(features):
    """Raises ProfileError with the feature's name and what to do."""
    if not features:
        raise ProfileError("there is no feature; name at least one column")
    if len(features) > MOST_FEATURES:
        raise ProfileError(f"there are {len(features)} features, more than {MOST_FEATURES}; choose some with --column")
    for name, feature in features.items():
        if not name:
            raise ProfileError("a feature has no name; give every column one")
        (_check_histogram if isinstance(feature, Histogram) else _check_classes)(name, feature)
        if not _is_count(feature.missing):
            raise ProfileError(f"features.{name}.missing is {feature.missing}; state how many values were missing")


def _feature(name, value):
    if not isinstance(value, dict) or ("edges" in value) == ("classes" in value):
        raise ProfileError(f"features.{name} has neither edges with counts nor classes, or both; make it anew")
    missing = value.get("missing", 0)
    if "edges" in value:
        edges, counts = value["edges"], value.get("counts")
        if not isinstance(edges, list) or not isinstance(counts, list):
            raise ProfileError(f"features.{name} states edges and counts that are no lists; make it anew")
        return Histogram(tuple(edges), tuple(counts), missing)
    if not isinstance(value["classes"], dict):
        raise ProfileError(f"features.{name}.classes is no object of counts by class; make it anew")
    return Classes(dict(value["classes"]), missing)


def _check_histogram(name, histogram):
    edges, counts = histogram.edges, histogram.counts
    if not 2 <= len(edges) <= MOST_EDGES:
        raise ProfileError(f"features.{name}.edges has {len(edges)} entries; take 2 to {MOST_EDGES} (--bins, --edges)")
    if not all(_is_number(edge) and math.isfinite(edge) for edge in edges):
        raise ProfileError(f"features.{name}.edges has an entry that is no finite number; what is above the last edge "
                           "has the last count")
    if any(after <= before for before, after in zip(edges, edges[1:])):
        raise ProfileError(f"features.{name}.edges does not ascend; sort the edges and name each once")
    if len(counts) != len(edges) + 1:
        raise ProfileError(f"features.{name}.counts has {len(counts)} entries beside {len(edges)} edges; state one "
                           "more than edges, the last for what is above every edge")
    _check_counts(name, "counts", counts)


def _check_classes(name, classes):
    if MISSING_CLASS in classes.counts:
        raise ProfileError(f'features.{name}.classes counts "{MISSING_CLASS}"; state those as missing, beside classes')
    named = len(set(classes.counts) - {OTHER_CLASS})
    if named > MOST_CLASSES:
        raise ProfileError(f"features.{name} has {named} classes, more than {MOST_CLASSES}; count the rarest as "
                           f'"{OTHER_CLASS}"')
    if len(classes.counts) + (classes.missing > 0) < 2:
        raise ProfileError(f"features.{name} has fewer than two classes, so that nothing can move; leave it out")
    for label in classes.counts:
        if not label or len(label.encode()) > LONGEST_CLASS:
            raise ProfileError(f'features.{name} has a class "{label}"; give classes names of 1 to {LONGEST_CLASS} bytes')
    _check_counts(name, "classes", classes.counts.values())


def _check_counts(name, where, counts):
    if not all(_is_count(count) for count in counts):
        raise ProfileError(f"features.{name}.{where} has an entry that is no count; state whole numbers from 0")
    if sum(counts) == 0:
        raise ProfileError(f"features.{name}.{where} counts nothing; make the profile from a table that has values")


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_COUNT
