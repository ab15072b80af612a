"""The faults themselves, under a small program that we can read: a fault that does not happen would make every test of it pass."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

from faults import KILLED, Faults, FullDisk

# Three writes to a file, with a sync after the second; then a lock, and the file is read back.
PROGRAM = """
import fcntl, os, sys
fd = os.open("notes", os.O_RDWR | os.O_CREAT, 0o600)
os.write(fd, b"first.")
os.pwrite(fd, b"second", 6)
os.fsync(fd)
os.pwrite(fd, b"THIRD", 0)
other = os.open("notes", os.O_RDONLY)
fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
try:
    fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
except OSError:
    sys.exit(3)
"""


class TheFaults(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.notes = self.folder / "notes"

    def run_with(self, faults, program=PROGRAM):
        """The exit code, and what is in the file afterwards."""
        self.notes.unlink(missing_ok=True)
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, cwd=self.folder, env=faults.environment(self.folder), capture_output=True)
        return done.returncode, self.notes.read_text() if self.notes.exists() else ""

    def test_without_faults_everything_is_as_it_is(self):
        self.assertEqual(self.run_with(Faults()), (3, "THIRD.second"))

    def test_it_dies_before_the_nth_write_or_sync(self):
        found = [self.run_with(Faults(kill_at=number)) for number in range(1, 6)]
        expected = ["", "first.", "first.second", "first.second", "THIRD.second"]
        self.assertEqual([text for _, text in found], expected)
        self.assertEqual([code for code, _ in found], [KILLED] * 4 + [3])

    def test_it_dies_in_the_middle_of_a_write(self):
        self.assertEqual(self.run_with(Faults(kill_at=2, torn=True)), (KILLED, "first.sec"))

    def test_a_power_cut_takes_what_is_not_synced(self):
        found = [self.run_with(Faults(kill_at=number, power=True))[1] for number in range(1, 6)]
        self.assertEqual(found, ["", "", "", "first.second", "first.second"])

    def test_a_lying_sync_saves_nothing(self):
        self.assertEqual(self.run_with(Faults(kill_at=4, power=True, lying_sync=True)), (KILLED, ""))

    def test_the_disk_is_full_for_some_writes(self):
        tries = "import os\nfd = os.open('notes', os.O_RDWR | os.O_CREAT)\n" + 4 * (
            "try:\n    os.write(fd, b'x')\nexcept OSError as error:\n    os.write(2, b'.')\n"
        )
        self.assertEqual(self.run_with(Faults(full_at=2, full_for=2), tries), (0, "xx"))

    def test_writes_are_counted(self):
        with tempfile.NamedTemporaryFile() as count:
            self.run_with(Faults(count=count.name))
            self.assertEqual(count.read(), b"3")

    def test_a_lock_holds_nobody(self):
        self.assertEqual(self.run_with(Faults(no_lock=True))[0], 0)

    def test_other_folders_are_left_alone(self):
        command = [sys.executable, "-c", PROGRAM]
        with tempfile.TemporaryDirectory() as elsewhere:
            environment = Faults(kill_at=1).environment(elsewhere)
            done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True)
        self.assertEqual(done.returncode, 3)

    def test_a_disk_is_filled_and_emptied(self):
        for number, mounts in enumerate((True, False)):
            with self.subTest(mounts=mounts), FullDisk(self.folder / f"disk{number}", mounts) as disk:
                command = [sys.executable, "-c", "open('more', 'wb', buffering=0).write(bytes(100000))"]
                run = lambda: subprocess.run(  # noqa: E731
                    command, cwd=disk.folder, env=disk.faults.environment(disk.folder), capture_output=True
                )
                disk.fill()
                self.assertIn(b"No space left", run().stderr)
                disk.empty()
                self.assertEqual(run().stderr, b"")


if __name__ == "__main__":
    unittest.main()
