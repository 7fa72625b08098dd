"""The program, as a person calls it."""

import json
import os
import shutil
import subprocess
import sys

import numpy
import pandas
import pytest
import yaml

from conftest import PACKAGE
from serin_profile import Profile, cli


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "train.csv"
    rows = [f"{i / 1000},{'ab'[i % 2]},{'' if i % 100 == 0 else i % 7}" for i in range(1000)]
    path.write_text("\n".join(["score,kind,size", *rows]) + "\n")
    return path


def test_a_csv_becomes_a_profile_and_the_next_steps_are_printed(table, tmp_path, capsys):
    out = tmp_path / "profile.json"
    assert cli.main([str(table), "--bins", "5", "-o", str(out), "--configmap", "fraud-training"]) == 0
    profile = Profile.load(out)
    assert profile.features["score"].edges == (0.2, 0.4, 0.6, 0.8)
    assert profile.features["kind"].counts == {"a": 500, "b": 500}
    assert profile.features["size"].missing == 10
    said = capsys.readouterr().out
    assert f"kubectl create configmap fraud-training --from-file=profile.json={out}" in said
    assert "score: [0.2, 0.4, 0.6, 0.8]" in said


def test_the_printed_metrics_are_yaml_that_names_what_the_observer_exports(table, tmp_path, capsys):
    assert cli.main([str(table), "--bins", "5", "-o", str(tmp_path / "profile.json")]) == 0
    lines = capsys.readouterr().out.splitlines()
    begin = lines.index("  analysis:")
    end = next(i for i, line in enumerate(lines) if line.startswith("Buckets"))
    analysis = yaml.safe_load("\n".join(lines[begin:end]))["analysis"]
    assert analysis["reference"] == {"configMap": {"name": "training-profile"}}
    metrics = {metric["name"]: metric for metric in analysis["metrics"]}
    assert metrics["score"]["drift"] == {"histogram": "model_score"}
    assert metrics["kind"] == {"name": "kind", "drift": {"counter": "model_kind_total", "by": "value"},
                               "reference": {"feature": "kind"}}
    assert metrics["size-missing"]["share"] == {"total": "model_size_observed_total", "bad": "model_size_missing_total"}


def test_columns_edges_and_classes_are_chosen(table, tmp_path):
    out = tmp_path / "profile.json"
    assert cli.main([str(table), "--column", "score", "--edges", "score=0.25,0.75", "--classes", "size",
                     "-o", str(out)]) == 0
    features = Profile.load(out).features
    assert features["score"].counts == (251, 500, 249)
    assert set(features) == {"score", "size"} and set(features["size"].counts) == set("0123456")


def test_parquet_gives_what_the_same_csv_gives(table, tmp_path):
    frame = pandas.read_csv(table)
    frame.to_parquet(tmp_path / "train.parquet")
    for name in ("train.csv", "train.parquet"):
        assert cli.main([str(tmp_path / name), "--bins", "5", "-o", str(tmp_path / f"{name}.json")]) == 0
    first, second = (Profile.load(tmp_path / f"{name}.json") for name in ("train.csv", "train.parquet"))
    assert first.features == second.features


@pytest.mark.parametrize("text, arguments, words", [
    (None, [], "is no file"),
    ("", [], "has no rows"),
    ("a,b\n", [], "has no rows"),
    ("a,b\n1\n", [], "line 2: 1 cells"),
    ("a,a\n1,2\n", [], "names a column twice"),
    ("a\n1\n", ["--column", "b"], 'no column "b"'),
    ("a\n1\n", ["--edges", "a"], "is no NAME=EDGE"),
    ("a\n1\n", ["--edges", "a=x"], "is no NAME=EDGE"),
])
def test_what_cannot_be_read_ends_with_a_sentence(text, arguments, words, tmp_path, capsys):
    table, out = tmp_path / "t.csv", tmp_path / "profile.json"
    if text is not None:
        table.write_text(text)
    assert cli.main([str(table), *arguments, "-o", str(out)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("serin-profile: ") and words in said
    assert not out.exists()


def test_the_packages_install_with_their_program(tmp_path, table):
    source, target = tmp_path / "source", tmp_path / "target"
    shutil.copytree(PACKAGE, source)
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index",
                    "--no-deps", "--no-build-isolation", "--target", target, source], check=True)
    out = tmp_path / "profile.json"
    subprocess.run([sys.executable, target / "bin" / "serin-profile", table, "-o", out], check=True,
                   env={**os.environ, "PYTHONPATH": str(target)}, stdout=subprocess.DEVNULL)
    assert json.loads(out.read_text())["features"]["score"]["counts"] == [101] + [100] * 8 + [99]


def test_a_profile_of_numbers_alone_needs_numpy_and_nothing_else(table, tmp_path):
    program = ("import sys; sys.modules.update(dict.fromkeys(['pandas', 'pyarrow', 'prometheus_client']));"
               "from serin_profile.cli import main; sys.exit(main(sys.argv[1:]))")
    subprocess.run([sys.executable, "-c", program, table, "-o", tmp_path / "profile.json"], check=True,
                   env={**os.environ, "PYTHONPATH": str(PACKAGE / "src")}, stdout=subprocess.DEVNULL)
    assert numpy.sum(Profile.load(tmp_path / "profile.json").features["score"].counts) == 1000
