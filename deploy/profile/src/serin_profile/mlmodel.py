"""Which columns a model takes, by the signature that MLflow writes into the model's file MLmodel (mlflow/types/schema.py)."""

import dataclasses
import json
import pathlib

from serin_profile.profile import ProfileError
from serin_profile.summary import is_numeric

NUMBERS = "numbers"
CLASSES = "classes"

# MLflow's DataType, and numpy's names in tensors. What is in neither has no single values that could be counted.
_KINDS = {"boolean": CLASSES, "string": CLASSES, "integer": NUMBERS, "long": NUMBERS, "float": NUMBERS,
          "double": NUMBERS}
_TENSOR_KINDS = {"bool": CLASSES, "str": CLASSES, "object": CLASSES}


@dataclasses.dataclass(frozen=True)
class Column:
    """One input of a model."""

    type: str  # as MLflow calls it: double, string, tensor float64 [-1]
    kind: str  # NUMBERS, CLASSES, or "" for what no profile counts
    required: bool = True


def columns_of(path):
    """The inputs by name, in the model's order, of an MLmodel or of the folder of the model that has it. Raises
    ProfileError where that names no columns."""
    path = pathlib.Path(path)
    path = path / "MLmodel" if path.is_dir() else path
    if not path.is_file():
        raise ProfileError(f"{path} is no file; name the MLmodel of a model that MLflow logged, or the model's folder")
    inputs = _inputs_in(path)
    columns = {entry["name"]: _column(entry) for entry in inputs if entry.get("name")}
    if not columns or len(columns) != len(inputs):
        raise ProfileError(f"{path}: the signature gives its inputs no names, or one name to two; log the model with a "
                           "signature of a frame, or choose the columns with --column instead of --mlmodel")
    return columns


def check_named(columns, names):
    """Raises ProfileError where a person named a column that the model does not take, or that no profile counts."""
    for name in names:
        if name not in columns:
            raise ProfileError(f'the model takes no column "{name}"; it takes: {", ".join(columns)}')
        if not columns[name].kind:
            raise ProfileError(f'the model takes "{name}" as {columns[name].type}, which no profile counts; leave it out')


def chosen(columns, table, wanted, not_numbers):
    """Of the table's columns those that the model takes and a profile can count, in the model's order; `wanted` are those
    that a person named, none for all. Numbers have to be numbers, but for those in `not_numbers`."""
    names = [str(name) for name in table]
    missing = [name for name, column in columns.items() if column.required and name not in names]
    if missing:
        raise ProfileError(f'the model takes {_listed(missing)}, which the table lacks; it has: {", ".join(names)}')
    out = [name for name, column in columns.items() if name in names and column.kind and (not wanted or name in wanted)]
    if not out:
        raise ProfileError("no column is left that a profile could count: numbers, texts and truth values can be; choose "
                           "the columns with --column instead of --mlmodel")
    for name in out:
        if columns[name].kind == NUMBERS and name not in not_numbers and not is_numeric(table[name]):
            raise ProfileError(f'the model takes "{name}" as {columns[name].type}, and the table has texts there; give the '
                               f"table that the model was trained on, or count it as classes (--classes {name})")
    return out


def uncounted(columns):
    """What the model takes and no profile counts: names with their types."""
    return {name: column.type for name, column in columns.items() if not column.kind}


def _inputs_in(path):
    try:
        import yaml
    except ImportError:
        raise ProfileError("reading MLmodel needs PyYAML: pip install 'serin-profile[mlmodel]'") from None
    try:
        model = yaml.safe_load(path.read_text(encoding="utf-8"))
        signature = model.get("signature") if isinstance(model, dict) else None
        # The schema is a JSON text within the YAML.
        inputs = json.loads((signature or {}).get("inputs") or "null")
    except (yaml.YAMLError, ValueError, AttributeError, TypeError) as error:
        raise ProfileError(f"{path} is no MLmodel as MLflow writes it: {error}") from None
    if not isinstance(inputs, list) or not inputs or not all(isinstance(entry, dict) for entry in inputs):
        raise ProfileError(f"{path} has no signature of inputs; log the model with one (signature=infer_signature(…)), or "
                           "choose the columns with --column instead of --mlmodel")
    return inputs


def _column(entry):
    type_, required = str(entry.get("type", "")), entry.get("required", not entry.get("optional", False))
    if type_ != "tensor":
        return Column(type_, _KINDS.get(type_, ""), bool(required))
    spec = entry.get("tensor-spec")
    spec = spec if isinstance(spec, dict) else {}
    dtype, shape = str(spec.get("dtype", "")), spec.get("shape")
    single = shape in ([-1], [-1, 1])  # one value a row
    kind = _TENSOR_KINDS.get(dtype, NUMBERS if dtype.startswith(("float", "int", "uint")) else "")
    return Column(f"tensor {dtype} {shape}", kind if single else "", bool(required))


def _listed(names):
    return ", ".join(f'"{name}"' for name in names)
