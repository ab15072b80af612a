"""The program under test: its own folders, its command line, and its screen in a terminal.

Nothing here knows what the screens say; that is in screens.py.
"""

import dataclasses
import fcntl
import json
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import tempfile
import termios
import time

import pyte

from servers import DEADLINE, until


@dataclasses.dataclass(frozen=True)
class Ended:
    """What a command left behind."""

    code: int
    out: str
    err: str


class Callsheet:
    """The binary `CALLSHEET_BIN` with an empty HOME in a temporary folder, and a configuration outside of it."""

    def __init__(self):
        self.binary = os.environ.get("CALLSHEET_BIN")
        if not self.binary or not os.access(self.binary, os.X_OK):
            raise AssertionError(f"CALLSHEET_BIN is no program: {self.binary!r}; start the tests with tests/real/run")
        self._temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self._temporary.name)
        self.home = self.folder / "home"
        self.home.mkdir()
        self.config_file = self.folder / "config.toml"
        self.environment = {
            "HOME": str(self.home),
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "TZ": "UTC",
            "CALLSHEET_CONFIG": str(self.config_file),
        }
        self.database = self.home / ".local/share/callsheet/callsheet.db"
        self._started = []
        self.configure()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for running in self._started:
            running.close()
        self._temporary.cleanup()

    def configure(self, **tables):
        """Writes the configuration: `configure(mail={"port": 25}, verification={…})`."""
        lines = []
        for table, values in tables.items():
            lines.append(f"[{table}]")
            # A JSON string, number or truth value is one of TOML too.
            lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
        self.config_file.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def secret_file(self, name, text):
        """A file that only its owner may read; returns its path."""
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        return str(path)

    def keep_database_at(self, path):
        """From now on the database is this file."""
        self.database = pathlib.Path(path)
        self.environment["CALLSHEET_DB"] = str(path)

    def run(self, *arguments, code=0, stdin="", faults=None):
        """Runs a command to its end and checks its exit code, or does not if it is None. `faults` befall the files beside the
        database."""
        done = subprocess.run(
            [self.binary, *map(str, arguments)],
            env=self._environment_with(faults),
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )
        ended = Ended(done.returncode, done.stdout, done.stderr)
        if code is not None and ended.code != code:
            raise AssertionError(
                f"callsheet {' '.join(map(str, arguments))}: exit {ended.code}, expected {code}\n{ended.out}{ended.err}"
            )
        return ended

    def shell(self, line, code=0):
        """Runs a line as cron and mail servers do: by sh, without a terminal, the program as $CALLSHEET."""
        done = subprocess.run(
            ["/bin/sh", "-c", line],
            env={**self.environment, "CALLSHEET": self.binary},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )
        if done.returncode != code:
            raise AssertionError(f"{line}: exit {done.returncode}, expected {code}\n{done.stdout}{done.stderr}")
        return Ended(done.returncode, done.stdout, done.stderr)

    def json(self, *arguments, code=0):
        """The data a command prints with --json."""
        return json.loads(self.run(*arguments, "--json", code=code).out)

    def start(self, *arguments, faults=None):
        """Starts a command and does not wait for it."""
        log = self.folder / f"process-{len(self._started)}.log"
        environment = self._environment_with(faults)
        process = Process([self.binary, *map(str, arguments)], environment, self.folder, log)
        self._started.append(process)
        return process

    def _environment_with(self, faults):
        return {**self.environment, **(faults.environment(self.database.parent) if faults else {})}

    def tty(self, *arguments, columns=120, rows=40):
        """Starts a command in a terminal of its own."""
        tty = Tty([self.binary, *map(str, arguments)], self.environment, self.folder, columns, rows)
        self._started.append(tty)
        return tty


class Process:
    """A running command without a terminal. What it says to standard error is kept in a file."""

    def __init__(self, command, environment, folder, log):
        self._log = log
        with open(log, "wb") as said:
            self._process = subprocess.Popen(
                command,
                env=environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
            )

    @property
    def said(self):
        """Standard error so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def runs(self):
        return self._process.poll() is None

    def wait_for_words(self, words, seconds=DEADLINE):
        """Waits until it has said these words, a regular expression."""
        until(lambda: re.search(words, self.said), seconds, f"'{words}' from the program")

    def wait_for_end(self, seconds=DEADLINE):
        """Waits until it ends by itself; returns the exit code."""
        return self._process.wait(seconds)

    def end_when_told(self, seconds=DEADLINE):
        """SIGTERM; returns the exit code."""
        self._process.terminate()
        return self._process.wait(seconds)

    def kill(self):
        """SIGKILL, as by a power cut: nothing is left to the program."""
        self._process.kill()
        self._process.wait(DEADLINE)

    def close(self):
        self.kill()


class Key:
    """What a terminal sends for keys that print nothing."""

    ENTER, ESC, TAB, SHIFT_TAB, SPACE = "\r", "\x1b", "\t", "\x1b[Z", " "
    UP, DOWN, RIGHT, LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
    HOME, END, DELETE, BACKSPACE = "\x1b[H", "\x1b[F", "\x1b[3~", "\x7f"
    PAGE_UP, PAGE_DOWN = "\x1b[5~", "\x1b[6~"

    @staticmethod
    def ctrl(letter):
        return chr(ord(letter.upper()) - 64)


class Tty:
    """A program in a pseudo terminal with an emulated screen. The screen can be read, never written."""

    # pyte takes the private and the colon forms of CSI for text; nothing on the screen depends on them.
    _UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<=>?][0-9;:]*u|\x1b\[>[0-9;]*[A-Za-z]|\x1b\[[0-9;]*:[0-9;:]*m")
    # A sequence whose end has not been read yet.
    _UNFINISHED = re.compile(rb"\x1b(\[[0-9;:<=>?]*)?\Z")

    def __init__(self, command, environment, folder, columns, rows):
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._left = b""
        self._code = None
        # Every byte that the program has written.
        self.read = b""
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            # The child's terminal has no size yet: it gets one before the program can ask.
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.chdir(folder)
            os.execve(command[0], command, environment)

    @property
    def text(self):
        """The screen as it stands, line by line, without blanks at the ends."""
        return "\n".join(self._line(y) for y in range(self._screen.lines))

    @property
    def cursor_line(self):
        """The line the real cursor is on: the caret's, or the selected row."""
        return self._line(self._screen.cursor.y)

    def _line(self, y):
        # The second half of a wide character is an empty cell. pyte's own `display` trips over one whose first half was
        # written over by a frame of which only a part has arrived.
        return "".join(self._screen.buffer[y][x].data for x in range(self._screen.columns)).rstrip()

    def send(self, *keys):
        """Types keys and text."""
        for key in keys:
            os.write(self._terminal, key.encode())

    def resize(self, columns, rows):
        """Another size, as when a window is drawn larger: the program gets SIGWINCH."""
        self._screen.resize(rows, columns)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def wait_for(self, wanted, seconds=DEADLINE):
        """Waits until the regular expression is found on the screen; returns the match."""
        return self.wait_until(lambda: re.search(wanted, self.text), seconds, f"'{wanted}'")

    def wait_until_gone(self, unwanted, seconds=DEADLINE):
        """Waits until the regular expression is nowhere on the screen."""
        self.wait_until(lambda: not re.search(unwanted, self.text), seconds, f"'{unwanted}' gone")

    def wait_until(self, state, seconds=DEADLINE, what="the expected screen"):
        """Waits for a state of the screen and returns what it gave."""
        end = time.monotonic() + seconds
        while True:
            found = state()
            if found:
                return found
            left = end - time.monotonic()
            if left <= 0 or not self._read(left):
                raise AssertionError(f"{what} did not come on the screen:\n{self.text}")

    def wait_until_quiet(self, quiet=0.15, seconds=DEADLINE):
        """Reads until nothing has come for a moment: the program has drawn what the keys did."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self._read(quiet):
            pass

    def wait_for_end(self, seconds=DEADLINE):
        """Reads to the end of the program; returns its exit code, negative for a signal."""
        end = time.monotonic() + seconds
        while self._code is None:
            self._reap(os.WNOHANG)
            if self._code is None:
                if time.monotonic() > end:
                    raise AssertionError(f"the program did not end in {seconds} s:\n{self.text}")
                self._read(0.05)
        return self._code

    def kill(self):
        """SIGKILL to the program."""
        if self._code is None:
            os.kill(self._pid, signal.SIGKILL)
            self._reap(0)

    def close(self):
        self.kill()
        if self._terminal is not None:
            os.close(self._terminal)
            self._terminal = None

    def _reap(self, options):
        pid, status = os.waitpid(self._pid, options)
        if pid:
            self._code = os.waitstatus_to_exitcode(status)

    def _read(self, seconds):
        """Reads what comes within the time; false if nothing did or the program has hung up."""
        if not select.select([self._terminal], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._terminal, 65536)
        except OSError:
            return False  # Linux says EIO when the last program on the terminal has ended.
        self._answer(data)
        self.read += data
        data = self._left + data
        unfinished = self._UNFINISHED.search(data)
        end = unfinished.start() if unfinished else len(data)
        self._left = data[end:]
        self._stream.feed(self._UNKNOWN_TO_PYTE.sub(b"", data[:end]))
        return bool(data)

    def _answer(self, data):
        """A terminal answers when it is asked for the cursor's place or for what it is."""
        if b"\x1b[6n" in data:
            self.send("\x1b[1;1R")
        if b"\x1b[c" in data:
            self.send("\x1b[?62;c")
