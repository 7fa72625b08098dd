"""Reads CSV with what Python brings along, and Parquet with pyarrow where it is installed."""

import csv
import pathlib

from serin_profile.profile import ProfileError

_MISSING = {"", "na", "n/a", "nan", "null", "none"}


def read_table(path, texts=()):
    """Columns by name; a column whose cells are all numbers is one of numbers, but for those that are `texts`, and missing
    cells are None."""
    path = pathlib.Path(path)
    if not path.is_file():
        raise ProfileError(f"{path} is no file; name a CSV or Parquet file")
    return _parquet(path) if path.suffix in (".parquet", ".pq") else _csv(path, texts)


def _csv(path, texts):
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(file)
        names = next(reader, [])
        columns = [[] for _ in names]
        for row in reader:
            if not row:
                continue
            if len(row) != len(names):
                raise ProfileError(f"{path}, line {reader.line_num}: {len(row)} cells where the first line names "
                                   f"{len(names)} columns; is it a CSV with commas and a line of names?")
            for column, cell in zip(columns, row):
                column.append(None if cell.strip().lower() in _MISSING else cell)
    if not columns or not columns[0]:
        raise ProfileError(f"{path} has no rows; name a CSV with a line of names and rows below it")
    if len(set(names)) != len(names):
        raise ProfileError(f"{path} names a column twice; give every column a name of its own")
    return {name: column if name in texts else _typed(column) for name, column in zip(names, columns)}


def _typed(column):
    try:
        return [None if cell is None else float(cell) for cell in column]
    except ValueError:
        return column


def _parquet(path):
    try:
        import pyarrow.parquet
    except ImportError:
        raise ProfileError("reading Parquet needs pyarrow: pip install 'serin-profile[parquet]'") from None
    table = pyarrow.parquet.read_table(path)
    return {name: table.column(name).to_pylist() for name in table.column_names}
