"""A volume of its own that is small and can be filled: a file system in memory. Mounting it wants root, or sudo."""

import errno
import os
import subprocess

BLOCK = 1 << 12


def _as_root(*words):
    done = subprocess.run([*([] if os.geteuid() == 0 else ["sudo", "-n"]), *map(str, words)], capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(map(str, words))}: {done.stderr}"


class Volume:
    def __init__(self, folder, size):
        self.folder, self._filler = folder, folder / "of-somebody-else"
        folder.mkdir()
        _as_root("mount", "-t", "tmpfs", "-o", f"size={size},uid={os.geteuid()}", "tests", folder)

    def fill(self):
        """Until not a byte more goes in."""
        with open(self._filler, "ab", buffering=0) as out:
            try:
                while out.write(bytes(BLOCK)) == BLOCK:
                    pass
            except OSError as full:
                assert full.errno == errno.ENOSPC, full

    def make_room(self):
        self._filler.unlink()

    def grow(self, size):
        _as_root("mount", "-o", f"remount,size={size}", self.folder)

    def close(self):
        """Also where a test that failed left a process in it."""
        _as_root("umount", "--lazy", self.folder)
