"""Tests of deploy/profile's packages, as they lie there: no cluster, no network, no waiting."""

import pathlib
import sys

PACKAGE = pathlib.Path(__file__).parents[2] / "deploy" / "profile"
sys.path.insert(0, str(PACKAGE / "src"))
