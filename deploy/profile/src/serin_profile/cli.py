"""serin-profile TABLE -o profile.json: a profile of a CSV or Parquet file."""

import argparse
import sys

from serin_profile.advice import advice
from serin_profile.mlmodel import CLASSES, check_named, chosen, columns_of, uncounted
from serin_profile.profile import ProfileError
from serin_profile.summary import DEFAULT_BINS, profile_of
from serin_profile.tables import read_table


def _parser():
    parser = argparse.ArgumentParser(
        prog="serin-profile", description="Writes what a model was trained on as a profile for Serin: counts per "
        "bucket, no rows. Columns of texts are counted by class.")
    parser.add_argument("table", help="a CSV with a line of names, or a Parquet file (needs pyarrow)")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="where the profile is written")
    parser.add_argument("--column", action="append", default=[], metavar="NAME",
                        help="a column to count; may be repeated; without it all columns")
    parser.add_argument("--bins", type=int, default=DEFAULT_BINS,
                        help=f"buckets of about as many rows each ({DEFAULT_BINS})")
    parser.add_argument("--edges", action="append", default=[], metavar="NAME=EDGE,EDGE,…",
                        help="the edges of a column's buckets, instead of its quantiles")
    parser.add_argument("--classes", action="append", default=[], metavar="NAME",
                        help="a column of numbers that are classes")
    parser.add_argument("--mlmodel", metavar="PATH",
                        help="the MLmodel of a model that MLflow logged, or its folder: only the columns that its "
                        "signature names are counted, each as the type that it states")
    parser.add_argument("--configmap", default="training-profile", metavar="NAME",
                        help="the name in the command that is printed (training-profile)")
    return parser


def _edges(texts):
    out = {}
    for text in texts:
        name, equals, edges = text.rpartition("=")
        try:
            out[name] = [float(edge) for edge in edges.split(",")]
        except ValueError:
            equals = ""
        if not equals:
            raise ProfileError(f'--edges "{text}" is no NAME=EDGE,EDGE,…; for example --edges score=0.1,0.5,0.9')
    return out


def _profile(options):
    """The profile that is asked for, and what is to be said of it."""
    edges = _edges(options.edges)
    # A column whose edges or classes are stated is meant, too.
    columns = options.column and list(dict.fromkeys([*options.column, *edges, *options.classes]))
    if not options.mlmodel:
        return profile_of(read_table(options.table), columns, options.bins, edges, options.classes, options.table), []
    taken = columns_of(options.mlmodel)
    check_named(taken, [*options.column, *edges, *options.classes])
    texts = [name for name, column in taken.items() if column.kind == CLASSES]
    table = read_table(options.table, texts)
    classes = {*options.classes, *texts} - set(edges)
    columns = chosen(taken, table, columns, {*edges, *classes})
    profile = profile_of(table, columns, options.bins, edges, classes & set(columns), options.table)
    return profile, [f"Left out, for no profile counts such values: {name} ({type_})"
                     for name, type_ in uncounted(taken).items()]


def main(arguments=None):
    options = _parser().parse_args(arguments)
    try:
        profile, notes = _profile(options)
        profile.save(options.output)
    except (ProfileError, OSError) as error:
        print(f"serin-profile: {error}", file=sys.stderr)
        return 1
    for note in notes:
        print(note)
    print(advice(profile, options.output, options.configmap), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
