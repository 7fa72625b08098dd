"""Durations as people write them: 500ms, 10s, 2m."""

import re

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0}


def seconds(text):
    """Raises ValueError with a sentence for people."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m)", text) if isinstance(text, str) else None
    if not found:
        raise ValueError(f"{text!r} is not a duration like \"500ms\", \"10s\" or \"2m\"")
    return float(found.group(1)) * _UNITS[found.group(2)]
