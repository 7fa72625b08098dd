"""From values to counts, beside pandas' own way of counting between edges."""

import numpy
import pandas
import pytest

from serin_profile import Profile, ProfileError, classes_of, histogram_of, profile_of

SEED = 20240607


def cut_by_pandas(values, edges):
    bins = [-numpy.inf, *edges, numpy.inf]
    return pandas.cut(pandas.Series(values), bins).value_counts(sort=False).tolist()


@pytest.mark.parametrize("values", [
    numpy.random.default_rng(SEED).normal(size=5000),
    numpy.random.default_rng(SEED).lognormal(8, 2, size=5000),
    numpy.random.default_rng(SEED).poisson(3, size=5000),
    numpy.random.default_rng(SEED).beta(0.3, 3, size=5000),
], ids=["normal", "long-tailed", "whole numbers", "near zero"])
def test_counts_are_those_between_the_edges_upper_edge_included(values):
    histogram = histogram_of(values)
    assert list(histogram.counts) == cut_by_pandas(values, histogram.edges)
    assert list(histogram.edges) == sorted(set(histogram.edges))


def test_buckets_hold_about_as_many_values_each_and_edges_are_short():
    histogram = histogram_of(numpy.random.default_rng(SEED).normal(size=100_000), bins=20)
    assert len(histogram.counts) == 20
    assert all(4_400 < count < 5_600 for count in histogram.counts)
    assert all(len(f"{edge:g}") <= 6 for edge in histogram.edges)


def test_one_value_that_takes_most_makes_fewer_edges():
    values = [0.0] * 900 + list(range(1, 101))
    histogram = histogram_of(values, bins=20)
    assert histogram.edges[0] == 0 and histogram.counts[0] == 900
    assert all(count > 0 for count in histogram.counts)


def test_missing_values_are_counted_apart_and_infinities_lie_outside():
    histogram = histogram_of([0.5, None, float("nan"), float("inf"), float("-inf"), 0.1, 0.2], edges=[0.1, 0.2])
    assert histogram.counts == (2, 1, 2)
    assert histogram.missing == 2


def test_masked_and_nullable_columns_know_their_missing_values():
    masked = numpy.ma.array([1.0, 2.0, 3.0], mask=[False, True, False])
    assert histogram_of(masked, edges=[1, 2]).missing == 1
    assert histogram_of(pandas.Series([1, None, 3], dtype="Int64"), edges=[1, 2]).missing == 1
    assert classes_of(pandas.Series(["a", None, "b"], dtype="string")).missing == 1


def test_classes_are_counted_by_their_text():
    classes = classes_of(["b", "a", "b", None, float("nan"), "", 3.0, 3, True])
    assert classes.counts == {"a": 1, "b": 2, "3": 2, "True": 1}
    assert classes.missing == 3


def test_of_too_many_classes_the_rarest_are_one():
    values = [str(i) for i in range(150) for _ in range(150 - i)]
    classes = classes_of(values)
    assert len(classes.counts) == 99
    assert classes.counts["0"] == 150
    assert classes.counts["(other)"] == sum(150 - i for i in range(98, 150))
    Profile({"c": classes}).dumps()


def test_a_frame_gives_histograms_and_classes_by_its_columns():
    frame = pandas.DataFrame({"x": numpy.arange(100.0), "kind": ["a", "b"] * 50, "flag": [True, False] * 50,
                              "code": [1, 2] * 50})
    profile = profile_of(frame, classes=["code"], made_from="frame")
    assert profile.features["kind"].counts == {"a": 50, "b": 50}
    assert profile.features["flag"].counts == {"False": 50, "True": 50}
    assert profile.features["code"].counts == {"1": 50, "2": 50}
    assert sum(profile.features["x"].counts) == 100
    assert profile.made == {"by": "serin-profile", "from": "frame", "rows": 100}


@pytest.mark.parametrize("make, words", [
    (lambda: histogram_of([3.0] * 10, name="x"), "x has 1 different values"),
    (lambda: histogram_of([None, None], name="x"), "x has 0 different values"),
    (lambda: histogram_of([1, "a"], name="x"), "x has a value that is no number"),
    (lambda: histogram_of(range(10), bins=2), "bins is 2"),
    (lambda: profile_of({"x": [1, 2]}, ["y"]), 'no column "y"; there are: x'),
    (lambda: profile_of({"x": ["a"] * 3}), "fewer than two classes"),
    (lambda: profile_of({"x": [1, 2, 3]}, edges={"x": [2, 1]}), "does not ascend"),
    (lambda: classes_of(["(missing)"], name="x"), "rename it"),
])
def test_what_cannot_be_a_profile_is_refused_in_words(make, words):
    with pytest.raises(ProfileError, match=words):
        make()
