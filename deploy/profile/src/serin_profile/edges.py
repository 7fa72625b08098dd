"""Edges of buckets: at quantiles, written as short as the data allows."""

import numpy

# How far an edge may move to be written shorter, as a share of the gap to its nearer neighbour.
_SLACK = 0.05


def quantile_edges(values, bins):
    """At most bins - 1 ascending edges between buckets of about as many values each. `values` are finite. Fewer where
    one value takes more than a bucket's share; none at the largest value, for nothing would be above it."""
    # "lower": an edge is a value that was seen, so that no bucket between two values is empty.
    quantiles = numpy.quantile(values, numpy.arange(1, bins) / bins, method="lower")
    largest = float(numpy.max(values))
    edges = sorted({float(edge) for edge in quantiles if edge < largest})
    short = shortened(edges, float(numpy.min(values)), largest)
    counts = numpy.bincount(numpy.searchsorted(short, values, side="left"), minlength=len(short) + 1)
    return [edge for edge, count in zip(short, counts) if count > 0]


def shortened(edges, least, largest):
    """The edges with as few digits as they need. None reaches a neighbour, so they stay ascending."""
    around = [least, *edges, largest]
    out = []
    for i, edge in enumerate(edges):
        gaps = [gap for gap in (edge - around[i], around[i + 2] - edge) if gap > 0]
        out.append(_shortest_near(edge, _SLACK * min(gaps)))
    return out


def _shortest_near(value, tolerance):
    for digits in range(1, 17):
        rounded = float(f"{value:.{digits}g}")
        if abs(rounded - value) <= tolerance:
            return rounded
    return value
