"""A program in a pseudo terminal of 120×40, and what it costs: time, bytes, memory, processor.

The terminal answers where the cursor is and what it is, and nothing else. Times are those of this process: from the call that
starts the program, or that writes the key, to the return of the read that holds the byte.
"""

import fcntl
import os
import select
import signal
import struct
import termios
import time

COLUMNS, ROWS = 120, 40

# Seconds without a byte after which a frame is over.
QUIET = 0.03
# Seconds until what must come counts as missing.
DEADLINE = 20.0

TICK = 1 / os.sysconf("SC_CLK_TCK")

# Bytes of what has come that are kept.
_SEEN = 1 << 20

_FRAME_END = b"\x1b[?2026l"
_MARK = "▸".encode()


class Terminal:
    """A running program and its terminal; used in a `with` block, which hangs up."""

    def __init__(self, command, environment):
        # What has come so far; whoever looks for something in it may empty it before.
        self.seen = b""
        self._command = [str(part) for part in command]
        self._environment = environment

    def __enter__(self):
        self._terminal, slave = os.openpty()
        name = os.ttyname(slave)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        actions = [
            (os.POSIX_SPAWN_CLOSE, self._terminal),
            (os.POSIX_SPAWN_OPEN, 0, name, os.O_RDWR, 0),
            (os.POSIX_SPAWN_DUP2, 0, 1),
            (os.POSIX_SPAWN_DUP2, 0, 2),
        ]
        self.started = time.perf_counter()
        # The leader of a new session owns the terminal that it opens first.
        self.pid = os.posix_spawn(
            self._command[0], self._command, self._environment, file_actions=actions, setsid=True
        )
        os.close(slave)
        self._end = os.pidfd_open(self.pid)
        return self

    def __exit__(self, *_):
        if self._terminal is not None:
            # abook does not end by itself when its terminal hangs up.
            os.kill(self.pid, signal.SIGTERM)
            self.hang_up()

    def read(self, seconds):
        """What comes within the time, and when it came; empty if nothing does."""
        if not select.select([self._terminal], [], [], seconds)[0]:
            return b"", time.perf_counter()
        try:
            data = os.read(self._terminal, 1 << 16)
        except OSError as error:
            raise AssertionError(f"{self._command[0]} has ended") from error
        now = time.perf_counter()
        self.seen = (self.seen + data)[-_SEEN:]
        if b"\x1b[6n" in data:
            os.write(self._terminal, b"\x1b[1;1R")
        if b"\x1b[c" in data:
            os.write(self._terminal, b"\x1b[?62;c")
        return data, now

    def wait_for(self, wanted):
        """Seconds from the start until a byte run holds this."""
        end = time.perf_counter() + DEADLINE
        while time.perf_counter() < end:
            data, now = self.read(DEADLINE)
            if wanted in data:
                return now - self.started
        raise AssertionError(f"{self._command[0]} never shows {wanted!r}")

    def settle(self, quiet=0.3):
        """Reads until nothing has come for a moment; returns how many bytes came."""
        total = 0
        while True:
            data, _ = self.read(quiet)
            if not data:
                return total
            total += len(data)

    def send(self, key):
        """Types a key and waits for nothing."""
        os.write(self._terminal, key)

    def resize(self, columns, rows):
        """Gives the terminal another size; the program is told by the signal."""
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def key(self, key, quiet=QUIET):
        """Types a key. Returns the seconds to the last byte that it causes, and their number; it causes none after `quiet`
        seconds without any."""
        began = time.perf_counter()
        os.write(self._terminal, key)
        data, last = self.read(DEADLINE)
        if not data:
            raise AssertionError(f"{self._command[0]} does nothing at {key!r}")
        total = len(data)
        while True:
            data, now = self.read(quiet)
            if not data:
                return last - began, total
            total, last = total + len(data), now

    def key_to_mark(self, key):
        """Types a key; the seconds until the end of the first frame that writes the mark of the row under the cursor. For
        programs that wrap frames in synchronized updates, while something else is drawn too."""
        began = time.perf_counter()
        os.write(self._terminal, key)
        seen = b""
        while True:
            data, now = self.read(DEADLINE)
            if not data:
                raise AssertionError(f"the mark does not move at {key!r}")
            seen += data
            while _FRAME_END in seen:
                frame, _, seen = seen.partition(_FRAME_END)
                if _MARK in frame:
                    return now - began

    def idle(self, seconds):
        """Bytes and processor ticks in this time without a key."""
        before, total = self.ticks(), 0
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            data, _ = self.read(left)
            total += len(data)
        return total, self.ticks() - before

    def ticks(self):
        """Processor time of all threads so far, in ticks."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii", errors="replace") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    def memory(self):
        """Resident memory in bytes."""
        with open(f"/proc/{self.pid}/status", encoding="utf-8") as status:
            for line in status:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) * 1024
        raise AssertionError("no VmRSS")

    def hang_up(self):
        """Closes the terminal; the seconds until the process is gone."""
        began = time.perf_counter()
        os.close(self._terminal)
        self._terminal = None
        gone = bool(select.select([self._end], [], [], DEADLINE)[0])
        seconds = time.perf_counter() - began
        if not gone:
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._end)
        return seconds if gone else float("inf")
