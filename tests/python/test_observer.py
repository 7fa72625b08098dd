"""What a pod exports: the profile's buckets, counted by prometheus_client itself."""

import os
import subprocess
import sys

import numpy
import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.parser import text_string_to_metric_families

from conftest import PACKAGE
from serin_metrics import Observer
from serin_profile import Histogram, Profile, ProfileError, columns_of, profile_of

VALUES = numpy.random.default_rng(11).gamma(2, 100, size=2000)


@pytest.fixture
def profile():
    return profile_of({"score": VALUES, "kind": ["a", "b"] * 1000, "größe 1": VALUES})


def samples(registry):
    """{(name, label text): value} of what would be scraped, read by prometheus_client's own parser."""
    return {(s.name, ",".join(f"{k}={v}" for k, v in s.labels.items())): s.value
            for family in text_string_to_metric_families(generate_latest(registry).decode()) for s in family.samples}


def buckets(found, name):
    """Not cumulative, as a profile has them, with the edges."""
    rows = sorted((float(labels.removeprefix("le=")), value) for (n, labels), value in found.items()
                  if n == name + "_bucket")
    edges, cumulative = zip(*rows)
    return edges[:-1], tuple(int(c) for c in numpy.diff([0, *cumulative]))


def test_the_values_of_the_profile_give_the_counts_of_the_profile(profile):
    registry = CollectorRegistry()
    observer = Observer(profile, registry=registry)
    for value in VALUES:
        observer.observe(score=value)
    assert buckets(samples(registry), "model_score") == (profile.features["score"].edges,
                                                         profile.features["score"].counts)


def test_batches_count_each_value(profile):
    registry = CollectorRegistry()
    observer = Observer(profile, registry=registry)
    observer.observe(score=VALUES, kind=["a", "a", "b"])
    found = samples(registry)
    assert found["model_score_count", ""] == len(VALUES)
    assert found["model_kind_total", "value=a"] == 2


def test_missing_values_are_counted_apart(profile):
    registry = CollectorRegistry()
    Observer(profile, registry=registry).observe(score=[1.0, None, float("nan"), numpy.float32("nan")])
    found = samples(registry)
    assert found["model_score_count", ""] == 1 and found["model_score_sum", ""] == 1
    assert found["model_score_observed_total", ""] == 4
    assert found["model_score_missing_total", ""] == 3


def test_a_class_that_the_profile_lacks_counts_as_other_and_every_class_is_shown_from_the_start(profile):
    registry = CollectorRegistry()
    observer = Observer(profile, registry=registry)
    assert samples(registry)["model_kind_total", "value=b"] == 0
    observer.observe(kind=["a", "new", "newer", None, ""])
    found = samples(registry)
    assert found["model_kind_total", "value=(other)"] == 2
    assert found["model_kind_total", "value=(missing)"] == 2
    assert len([name for name, _ in found if name == "model_kind_total"]) == 4


def test_numbers_that_are_classes_are_the_same_however_they_are_typed():
    registry = CollectorRegistry()
    observer = Observer(profile_of({"code": [1, 2, 2]}, classes=["code"]), registry=registry)
    observer.observe(code=[1, 1.0, numpy.int64(1), numpy.float32(1)])
    assert samples(registry)["model_code_total", "value=1"] == 4


def test_names_become_names_of_metrics(profile):
    registry = CollectorRegistry()
    observer = Observer(profile, features=["größe 1"], prefix="fraud_", registry=registry)
    observer.observe_feature("größe 1", 2)
    found = samples(registry)
    assert found["fraud_gr__e_1_count", ""] == 1
    assert not any("score" in name for name, _ in found)


def test_an_unknown_feature_is_refused_in_words(profile):
    with pytest.raises(ProfileError, match='no feature "scores"; it has: score'):
        Observer(profile, features=["scores"], registry=CollectorRegistry())
    with pytest.raises(ProfileError, match='no feature "scores"; observed are: score'):
        Observer(profile, features=["score"], registry=CollectorRegistry()).observe(scores=1)


def test_worker_processes_add_up(profile, tmp_path):
    path, folder = tmp_path / "profile.json", tmp_path / "metrics"
    profile.save(path)
    folder.mkdir()
    program = ("import sys; from serin_metrics import Observer; observer = Observer(sys.argv[1]);"
               "observer.observe(score=[float(v) for v in sys.argv[2:]], kind='a')")
    for share in (VALUES[:700], VALUES[700:]):
        subprocess.run([sys.executable, "-c", program, path, *map(repr, map(float, share))], check=True,
                       env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder),
                            "PYTHONPATH": str(PACKAGE / "src")})
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(folder))
    found = samples(registry)
    assert buckets(found, "model_score")[1] == Profile.load(path).features["score"].counts
    assert found["model_kind_total", "value=a"] == 2


def test_rows_of_an_array_are_named_by_the_models_columns(tmp_path):
    (tmp_path / "MLmodel").write_text("signature:\n  inputs: '[{\"type\": \"double\", \"name\": \"other\"}, "
                                      "{\"type\": \"double\", \"name\": \"amount\"}]'\n")
    registry = CollectorRegistry()
    observer = Observer(Profile({"amount": Histogram((1, 2), (1, 1, 1))}), registry=registry)
    columns = columns_of(tmp_path)
    observer.observe_rows(numpy.array([[9.0, 0.5], [9.0, 1.5], [9.0, numpy.nan]]), columns)
    observer.observe_rows([[9, 1.5]], columns)
    assert registry.get_sample_value("model_amount_bucket", {"le": "1.0"}) == 1
    assert registry.get_sample_value("model_amount_count") == 3
    assert registry.get_sample_value("model_amount_missing_total") == 1


@pytest.mark.parametrize("rows, columns, words", [
    ([[1, 2]], ["amount"], "there are 1 columns: amount"),
    ([1, 2], ["amount"], "a row is 1"),
    (["ab"], ["amount", "other"], "a row is ab"),
    ([[1]], ["other"], "none of the columns is a feature: other; observed are: amount"),
])
def test_rows_without_a_value_for_each_column_are_refused_whole(rows, columns, words):
    registry = CollectorRegistry()
    observer = Observer(Profile({"amount": Histogram((1, 2), (1, 1, 1))}), registry=registry)
    with pytest.raises(ProfileError, match=words):
        observer.observe_rows([*[[1] * len(columns)], *rows], columns)
    assert registry.get_sample_value("model_amount_observed_total") == 0
