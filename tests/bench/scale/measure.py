#!/usr/bin/env python3
"""How the operator does with many ModelDeployments: measure.py OBJECTS. Run by `tests/run scale`, as root, inside the
network namespace of tests/bench/scale/cluster."""

import argparse
import subprocess
import sys

from rig.comparison import Comparison
from rig.report import Report
from rig.stages import Stages
from rig.surroundings import BUILD, CLUSTER, OUTPUT, Failed, run

REQUESTS_PER_SECOND = 200  # that every pretended pod answers
JUDGED_AT_MOST = 100  # each of their pods is read every five seconds
ROLLED_AT_MOST = 2000  # more take hours, of which the operator waits for the API server


def measure(objects, report):
    stages = Stages(objects, report)
    stages.prepare()
    stages.start()
    stages.first_apply()
    stages.rest()
    stages.edits_at_rest()
    if objects <= ROLLED_AT_MOST:
        stages.three_steps()
    stages.five_steps(JUDGED_AT_MOST)
    stages.relist()
    stages.restart()
    stages.fail_over()
    if objects > ROLLED_AT_MOST:
        print(f"left out with more than {ROLLED_AT_MOST}: rolling all at once, and the bare loop")
        return
    run(CLUSTER, "fresh")
    stages.prepare()
    comparison = Comparison(stages, report)
    comparison.first_apply()
    comparison.three_steps()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("objects", type=int, choices=range(1, 10001), metavar="OBJECTS")
    objects = parser.parse_args().objects
    OUTPUT.mkdir(parents=True, exist_ok=True)
    file = OUTPUT / f"{objects}.json"
    report = Report(file)
    pods = subprocess.Popen([BUILD / "tests/bench/scale/scale_pods", str(REQUESTS_PER_SECOND)])
    try:
        measure(objects, report)
    except Failed as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        pods.kill()
    print(f"\nthe same as JSON: {file.relative_to(OUTPUT.parents[1])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
