"""The numbers of a run, as a table and as a file."""

import json
import os
import pathlib
import platform


def machine():
    memory = next(line for line in pathlib.Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    return {"cores": os.cpu_count(), "memoryGiB": round(int(memory.split()[1]) / 1024**2, 1),
            "processor": _processor(), "kernel": platform.release(), "load": os.getloadavg()}


def _processor():
    lines = [line for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return lines[0].partition(":")[2].strip() if lines else platform.machine()


class Report:
    """Measured numbers in the order they came, each with its unit and, where there is one, its aim."""

    def __init__(self, file):
        self._file = file
        self._rows = []

    def add(self, what, value, unit="", aim=None, detail=None):
        """`aim`: the most it should be. `detail`: more numbers for the file."""
        self._rows.append({"what": what, "value": value, "unit": unit, "aim": aim, "detail": detail})
        print(self._line(self._rows[-1]), flush=True)
        self._file.write_text(json.dumps({"machine": machine(), "numbers": self._rows}, indent=1) + "\n")

    @staticmethod
    def _line(row):
        value = row["value"]
        text = f"{value:.3g}" if isinstance(value, float) and value < 1000 else f"{value:.0f}"
        aim = "" if row["aim"] is None else f"   aim {row['aim']:g}: {'met' if value <= row['aim'] else 'MISSED'}"
        return f"  {row['what']:<66} {text:>8} {row['unit']}{aim}"


def quantile(ordered, share):
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def per_object(counts, number):
    return {what: round(count / number, 2) for what, count in sorted(counts.items())}
