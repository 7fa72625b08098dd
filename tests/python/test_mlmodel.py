"""The columns of a profile are those that the model's own signature names."""

import numpy
import pytest

from serin_profile import Profile, ProfileError, cli, columns_of

# As MLflow 3 writes it: the schema is a JSON text, which YAML breaks over lines.
MLMODEL = """\
artifact_path: model
flavors:
  python_function:
    loader_module: mlflow.sklearn
mlflow_version: 3.16.0
signature:
  inputs: '[{"type": "double", "name": "amount", "required": true}, {"type": "string",
    "name": "zip", "required": true}, {"type": "datetime", "name": "at", "required": true},
    {"type": "boolean", "name": "known", "required": false}, {"type": "long", "name":
    "age", "required": true}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]'
  params: null
"""


@pytest.fixture
def model(tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "MLmodel").write_text(MLMODEL)
    return tmp_path / "model"


def signature(tmp_path, inputs):
    path = tmp_path / "MLmodel"
    path.write_text(f"signature:\n  inputs: '{inputs}'\n")
    return path


def table(tmp_path, names="age,label,zip,amount,at", row=lambda i: f"{i % 80},{i % 2},0{i % 7},{i / 10},2026-01-02"):
    path = tmp_path / "train.csv"
    path.write_text("\n".join([names, *(row(i) for i in range(700))]) + "\n")
    return path


def made(tmp_path, *arguments):
    out = tmp_path / "profile.json"
    assert cli.main([*(str(argument) for argument in arguments), "-o", str(out)]) == 0
    return Profile.load(out).features


def refused(tmp_path, capsys, *arguments):
    assert cli.main([*(str(argument) for argument in arguments), "-o", str(tmp_path / "profile.json")]) == 1
    assert not (tmp_path / "profile.json").exists()
    return capsys.readouterr().err


def test_columns_are_those_of_the_signature_in_its_order_and_as_its_types(model, tmp_path, capsys):
    features = made(tmp_path, table(tmp_path), "--bins", 4, "--mlmodel", model)
    assert list(features) == ["amount", "zip", "age"], "no label, and nothing that the table may lack"
    assert features["zip"].counts == {f"0{i}": 100 for i in range(7)}, "a text of digits keeps its zeros"
    assert len(features["amount"].edges) == 3
    assert "Left out, for no profile counts such values: at (datetime)" in capsys.readouterr().out


def test_the_file_itself_may_be_named(model, tmp_path):
    assert list(made(tmp_path, table(tmp_path), "--mlmodel", model / "MLmodel")) == ["amount", "zip", "age"]


def test_some_of_the_columns_may_be_chosen_with_edges_and_classes_of_their_own(model, tmp_path):
    features = made(tmp_path, table(tmp_path), "--mlmodel", model, "--column", "age", "--edges", "amount=10,20",
                    "--edges", "zip=1,3")
    assert list(features) == ["amount", "zip", "age"]
    assert features["amount"].counts == (101, 100, 499) and features["zip"].counts == (200, 200, 300)
    assert set(made(tmp_path, table(tmp_path), "--mlmodel", model, "--classes", "age")["age"].counts) == \
        {*map(str, range(80))}


def test_columns_that_the_model_takes_and_the_table_lacks_are_named(model, tmp_path, capsys):
    said = refused(tmp_path, capsys, table(tmp_path, "age,label,postcode,sum,at"), "--mlmodel", model)
    assert 'the model takes "amount", "zip", which the table lacks; it has: age, label, postcode, sum, at' in said


@pytest.mark.parametrize("arguments, words", [
    (["--column", "label"], 'takes no column "label"; it takes: amount, zip, at, known, age'),
    (["--edges", "label=1,2"], 'takes no column "label"'),
    (["--classes", "label"], 'takes no column "label"'),
    (["--column", "at"], '"at" as datetime, which no profile counts'),
    (["--column", "known"], "no column is left"),
])
def test_what_the_model_does_not_take_cannot_be_chosen(arguments, words, model, tmp_path, capsys):
    assert words in refused(tmp_path, capsys, table(tmp_path), "--mlmodel", model, *arguments)


def test_texts_where_the_model_takes_numbers_are_no_classes_by_themselves(model, tmp_path, capsys):
    of_texts = table(tmp_path, row=lambda i: f"{i % 80},0,0{i % 7},{'low' if i % 2 else 'high'},2026-01-02")
    said = refused(tmp_path, capsys, of_texts, "--mlmodel", model)
    assert 'the model takes "amount" as double, and the table has texts there' in said
    assert made(tmp_path, of_texts, "--mlmodel", model, "--classes", "amount")["amount"].counts == \
        {"low": 350, "high": 350}


def test_tensors_with_a_value_a_row_are_columns(tmp_path):
    columns = columns_of(signature(
        tmp_path,
        '[{"name":"a","type":"tensor","tensor-spec":{"dtype":"float32","shape":[-1,1]}},'
        '{"name":"b","type":"tensor","tensor-spec":{"dtype":"str","shape":[-1]}},'
        '{"name":"c","type":"tensor","tensor-spec":{"dtype":"uint8","shape":[-1,28,28]}},'
        '{"name":"d","type":"binary"},{"name":"e","type":"long","optional":true}]'))
    assert [(name, column.kind, column.required) for name, column in columns.items()] == [
        ("a", "numbers", True), ("b", "classes", True), ("c", "", True), ("d", "", True), ("e", "numbers", False)]
    assert columns["c"].type == "tensor uint8 [-1, 28, 28]"


@pytest.mark.parametrize("text, words", [
    ("flavors: {}\n", "has no signature of inputs"),
    ("signature: null\n", "has no signature of inputs"),
    ("signature: {inputs: '[]'}\n", "has no signature of inputs"),
    ("signature: {inputs: '[1]'}\n", "has no signature of inputs"),
    ("signature: {inputs: '{'}\n", "is no MLmodel as MLflow writes it"),
    ("signature: 7\n", "is no MLmodel as MLflow writes it"),
    ("a: b: c\n", "is no MLmodel as MLflow writes it"),
    ("signature: {inputs: '[{\"type\": \"tensor\", \"tensor-spec\": {\"dtype\": \"float64\", \"shape\": [-1, 3]}}]'}\n",
     "gives its inputs no names"),
    ("signature: {inputs: '[{\"type\": \"long\", \"name\": \"a\"}, {\"type\": \"long\", \"name\": \"a\"}]'}\n",
     "one name to two"),
])
def test_what_names_no_columns_says_what_to_do(text, words, tmp_path):
    (tmp_path / "MLmodel").write_text(text)
    with pytest.raises(ProfileError, match=words):
        columns_of(tmp_path)


def test_a_folder_without_mlmodel_is_named(tmp_path):
    with pytest.raises(ProfileError, match="MLmodel is no file"):
        columns_of(tmp_path)


def test_other_columns_than_the_signature_names_in_a_parquet_are_left_out(model, tmp_path):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"age": numpy.arange(100), "amount": numpy.arange(100) / 7, "zip": ["01", "02"] * 50,
                              "at": pandas.Timestamp("2026-01-02"), "known": [True, False] * 50, "label": [0, 1] * 50})
    frame.to_parquet(tmp_path / "train.parquet")
    features = made(tmp_path, tmp_path / "train.parquet", "--mlmodel", model)
    assert list(features) == ["amount", "zip", "known", "age"]
    assert features["known"].counts == {"True": 50, "False": 50}
