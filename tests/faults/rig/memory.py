"""A cgroup of one operator's own that limits its memory, in the old hierarchy or the new one."""

import pathlib

OLD, NEW = pathlib.Path("/sys/fs/cgroup/memory"), pathlib.Path("/sys/fs/cgroup")


class Memory:
    """`wrap` a command to have it run inside; `close` when nothing runs there any more."""

    def __init__(self, name, limit):
        """`limit` in bytes."""
        self._old = OLD.is_dir()
        if not self._old and "memory" not in (NEW / "cgroup.subtree_control").read_text().split():
            (NEW / "cgroup.subtree_control").write_text("+memory")
        self._folder = (OLD if self._old else NEW) / f"serin-{name}"
        self._folder.mkdir(exist_ok=True)
        # Swapping would only put the end off.
        self._write(*(("memory.swappiness", 0) if self._old else ("memory.swap.max", 0)))
        self.limit(limit)

    def _write(self, file, value):
        (self._folder / file).write_text(str(value))

    def _number(self, old, new):
        return int((self._folder / (old if self._old else new)).read_text())

    def wrap(self, command):
        return ["sh", "-c", f'echo $$ > "{self._folder}/cgroup.procs" && exec "$@"', "sh", *command]

    def limit(self, most):
        self._write("memory.limit_in_bytes" if self._old else "memory.max", most)

    def used(self):
        return self._number("memory.usage_in_bytes", "memory.current")

    def peak(self):
        return self._number("memory.max_usage_in_bytes", "memory.peak")

    def killed(self):
        """How many processes the kernel ended for want of memory."""
        counts = (self._folder / ("memory.oom_control" if self._old else "memory.events")).read_text()
        return int(next(line for line in counts.splitlines() if line.startswith("oom_kill ")).split()[1])

    def close(self):
        self._folder.rmdir()
