"""The proxy's own tests: no cluster, loopback only, deterministic."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
