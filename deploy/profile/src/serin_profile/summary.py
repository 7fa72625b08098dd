"""From values to a profile: arrays, lists, pandas' frames."""

import collections

import numpy

from serin_profile.edges import quantile_edges
from serin_profile.profile import MISSING_CLASS, MOST_CLASSES, OTHER_CLASS, Classes, Histogram, Profile, ProfileError
from serin_profile.values import class_text, is_missing

MADE_BY = "serin-profile"
DEFAULT_BINS = 10


def histogram_of(values, bins=DEFAULT_BINS, edges=None, name="values"):
    """Counts numbers into buckets: between the given edges, or at the quantiles of the finite ones. NaN, None and masked
    values are missing; infinities lie beyond the outer edges."""
    numbers = _numbers(values, name)
    present = numbers[~numpy.isnan(numbers)]
    if edges is None:
        edges = _edges_of(present, bins, name)
    else:
        edges = [float(edge) for edge in edges]
    counts = numpy.bincount(numpy.searchsorted(edges, present, side="left"), minlength=len(edges) + 1)
    return Histogram(tuple(edges), tuple(int(count) for count in counts), int(len(numbers) - len(present)))


def classes_of(values, name="values"):
    """Counts classes by their text. None, NaN and empty texts are missing; of too many classes the rarest are one,
    "(other)"."""
    texts = [None if is_missing(value) else class_text(value) for value in _list_of(values)]
    counts = collections.Counter(text for text in texts if text is not None)
    if MISSING_CLASS in counts:
        raise ProfileError(f'{name} has a class "{MISSING_CLASS}", which stands for missing values; rename it')
    if len(counts) > MOST_CLASSES:
        named = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_CLASSES])
        other = sum(counts.values()) - sum(named.values())
        named[OTHER_CLASS] = named.get(OTHER_CLASS, 0) + other
        counts = named
    return Classes(dict(counts), len(texts) - sum(counts.values()))


def profile_of(table, columns=None, bins=DEFAULT_BINS, edges=None, classes=(), made_from=""):
    """A profile of a mapping from names to values, or of a pandas frame. `columns` chooses some (all by default),
    `edges` gives a column's edges by name, `classes` names columns of numbers that are classes. Columns of texts and of
    truth values are classes by themselves."""
    names = [str(name) for name in table.keys()]
    wanted = list(columns) if columns else names
    for name in [*wanted, *(edges or {}), *classes]:
        if name not in names:
            raise ProfileError(f'there is no column "{name}"; there are: {", ".join(names)}')
    features = {}
    for name in wanted:
        values = table[name]
        if (edges or {}).get(name) is not None:
            features[name] = histogram_of(values, edges=edges[name], name=name)
        elif name in classes or not is_numeric(values):
            features[name] = classes_of(values, name)
        else:
            features[name] = histogram_of(values, bins=bins, name=name)
    rows = max((len(_list_of(table[name])) for name in wanted), default=0)
    made = {"by": MADE_BY, "from": made_from, "rows": rows}
    profile = Profile(features, made)
    profile.dumps()
    return profile


def _edges_of(present, bins, name):
    if bins < 3:
        raise ProfileError(f"bins is {bins}; take 3 or more")
    finite = present[numpy.isfinite(present)]
    edges = quantile_edges(finite, bins) if len(finite) else []
    if len(edges) < 2:
        raise ProfileError(f"{name} has {len(numpy.unique(finite))} different values in so few places that {bins} bins "
                           f"have no two edges; count it as classes (--classes {name}), state edges, or leave it out")
    return edges


def _list_of(values):
    return values.tolist() if hasattr(values, "tolist") else list(values)


def is_numeric(values):
    """Whether all that are there are numbers."""
    kinds = {type(value) for value in _list_of(values) if not is_missing(value)}
    return all(issubclass(kind, (int, float, numpy.number)) and kind is not bool for kind in kinds)


def _numbers(values, name):
    try:
        return numpy.array([numpy.nan if is_missing(value) else float(value) for value in _list_of(values)])
    except (TypeError, ValueError) as error:
        raise ProfileError(f"{name} has a value that is no number ({error}); count it as classes") from None
