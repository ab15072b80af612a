"""What goes wrong under the program: it dies at one of its writes, the power fails, the disk is full, a lock holds nobody.

The program knows nothing of it. `Faults(…).environment(folder)` is what to start it with; faults.c does the rest.
"""

import dataclasses
import errno
import os
import pathlib
import subprocess

KILLED = -9
# SIGBUS
CUT_OFF = -7


@dataclasses.dataclass(frozen=True)
class Faults:
    """kill_at: it dies instead of its N-th durable write, sync or send, counted from 1; torn: after half of it, if it is a write.
    power: what was not synced is lost with it. lying_sync: a sync makes nothing durable. full_at, full_for: the disk is full for so
    many writes. full_while: the disk is full while this path exists. no_lock: flock() always succeeds. silent_names: no name
    server answers. count: a path outside of
    the folder where the number of writes is left in the end.
    """

    kill_at: int = 0
    torn: bool = False
    power: bool = False
    lying_sync: bool = False
    full_at: int = 0
    full_for: int = 0
    full_while: str = ""
    no_lock: bool = False
    silent_names: bool = False
    count: str = ""

    def environment(self, under):
        """The variables for a program whose files under this folder count."""
        library = os.environ.get("CALLSHEET_FAULTS")
        if not library:
            raise AssertionError("CALLSHEET_FAULTS is missing: start the tests with tests/real/run")
        found = {"LD_PRELOAD": library, "FAULTS_UNDER": str(pathlib.Path(under).resolve())}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value:
                found[f"FAULTS_{field.name.upper()}"] = value if isinstance(value, str) else str(int(value))
        return found


class FullDisk:
    """A folder on a disk that can be filled to its last byte and emptied again.

    It is a small disk in memory where this process may mount one; elsewhere the folder is an ordinary one, and `faults` tells the
    program that its disk is full; `mounts=False` chooses that.
    """

    def __init__(self, folder, mounts=True):
        self.folder = pathlib.Path(folder)
        self._mounts = mounts and os.geteuid() == 0
        self._filler = self.folder / "filler"
        self._flag = self.folder.with_name(self.folder.name + ".full")

    def __enter__(self):
        self.folder.mkdir(mode=0o700)
        mount = ["mount", "-t", "tmpfs", "-o", "size=24m,mode=700", "tmpfs", str(self.folder)]
        self.is_real = self._mounts and subprocess.run(mount, capture_output=True).returncode == 0
        self.faults = Faults() if self.is_real else Faults(full_while=str(self._flag))
        return self

    def __exit__(self, *_):
        self._flag.unlink(missing_ok=True)
        if self.is_real:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=True, capture_output=True)

    def fill(self):
        """From now on nothing can be written."""
        if not self.is_real:
            self._flag.touch()
            return
        with open(self._filler, "wb", buffering=0) as filler:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while filler.write(bytes(size)):
                        pass
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise

    def empty(self):
        """There is room again."""
        if self.is_real:
            self._filler.unlink()
        else:
            self._flag.unlink()
