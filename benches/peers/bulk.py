"""Work on everybody at the screen, and what others feel of it: how long the write lock of the database is held at a time, and how
fast keys are meanwhile.

Another process tries to write in a loop; its longest wait for one transaction is the longest hold, for it tries again at once. It is
a process and not a thread, so that Python's own lock is no part of what is measured.
"""

import dataclasses
import multiprocessing
import sqlite3
import time

CONTROL_A, CONTROL_U, ENTER, ESC = b"\x01", b"\x15", b"\r", b"\x1b"

# Seconds until the work must have ended.
DEADLINE = 240.0

# How often another process asks for the lock while it is held, in seconds.
_AGAIN = 0.0002


class Neighbour:
    """Another process that writes nothing and wants the write lock again and again; used in a `with` block."""

    def __init__(self, database):
        self._database = database

    def __enter__(self):
        self._stop, self._waits = multiprocessing.Event(), multiprocessing.Queue()
        self._process = multiprocessing.Process(target=_knock, args=(self._database, self._stop, self._waits))
        self._process.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._process.join()

    def longest(self):
        """Ends it; the longest wait, in seconds."""
        self._stop.set()
        return self._waits.get(timeout=20)


def _knock(database, stop, waits):
    connection = sqlite3.connect(database, isolation_level=None, timeout=0)
    longest = 0.0
    while not stop.is_set():
        began = asked = time.perf_counter()
        commits = _commits(connection)
        while not stop.is_set():
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                # A commit has let go of the lock since it was asked for the last time: what is waited for now has begun after that.
                if (now := _commits(connection)) != commits:
                    began, commits = asked, now
                asked = time.perf_counter()
                time.sleep(_AGAIN)
                continue
            longest = max(longest, time.perf_counter() - began)
            connection.execute("ROLLBACK")
            break
        # Leaves the lock to who is at work.
        time.sleep(_AGAIN)
    waits.put(longest)


def _commits(connection):
    """Another number after each commit of somebody else."""
    return connection.execute("PRAGMA data_version").fetchone()[0]


@dataclasses.dataclass(frozen=True)
class Work:
    """Something that is done with everybody."""

    name: str
    # From the list of contacts with everybody selected.
    keys: tuple
    # The last of them begins it; words of its progress and of its end.
    progress: bytes
    done: bytes
    # Whether the list is used meanwhile; else a dialog stands before it.
    is_beside_list: bool = True


@dataclasses.dataclass
class Seen:
    """What was measured: seconds."""

    hold: float
    progress: bool
    times: list
    idle: list


def works(target):
    """What is done, in this order; the last leaves hardly anybody."""
    return (
        Work("subscribe", (b"2", b"A", b"y"), b"stops", b"on."),
        Work("export", (b"x", CONTROL_U, str(target).encode(), ENTER), b"Writing", b"Exported:", False),
        # All but three, so that there is a list in which the cursor can be moved.
        Work("delete", (b"g", b" ", b"j", b" ", b"j", b" ", b"g", b"d", b"y"), b"stops", b"deleted."),
    )


def measure(tty, database, work, most=400):
    """Selects everybody and does it, moving the cursor between the second and the third row meanwhile, where that can be done."""
    tty.send(CONTROL_A)
    tty.settle(1.0)
    for key in work.keys[:-1]:
        tty.send(key)
        tty.settle(0.5)
    # The same keys while nothing is done.
    idle = []
    if work.is_beside_list:
        tty.send(ESC)
        tty.settle(0.5)
        tty.key_to_mark(b"j")
        idle = [_move(tty, number) for number in range(most // 2)]
        tty.send(work.keys[-2])
        tty.settle(0.5)
    times = []
    with Neighbour(database) as neighbour:
        tty.seen = b""
        tty.send(work.keys[-1])
        end = time.monotonic() + DEADLINE
        while work.done not in tty.seen and time.monotonic() < end:
            if work.is_beside_list and len(times) < most:
                times.append(_move(tty, len(times)))
            tty.settle(0.01)
        if work.done not in tty.seen:
            raise SystemExit(f"{work.name} never ends")
        return Seen(neighbour.longest(), work.progress in tty.seen, times, idle)


def _move(tty, number):
    return tty.key_to_mark(b"j" if number % 2 == 0 else b"k")
