"""The units for systemd: correct, and closed to what they do not need."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

UNITS = pathlib.Path(__file__).parents[2] / "assets" / "systemd"

# systemd-analyze's exposure, 0 to 100 in tenths: "OK" ends at 4.9, "SAFE" at 1.9.
MOST_EXPOSURE = 19


class Units(unittest.TestCase):
    def setUp(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not installed")
        # systemd wants to find the program where the unit says it is.
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.units = []
        for unit in sorted(UNITS.glob("*.service")):
            copy = pathlib.Path(folder.name, unit.name)
            copy.write_text(unit.read_text().replace("/usr/local/bin/callsheet", os.environ["CALLSHEET_BIN"]))
            self.units.append(copy)
        self.assertEqual([unit.stem for unit in self.units], ["callsheet-deliver", "callsheet-serve"])

    def analyze(self, *arguments):
        return subprocess.run(["systemd-analyze", *map(str, arguments)], capture_output=True, encoding="utf-8")

    def test_systemd_finds_nothing_wrong(self):
        for unit in self.units:
            done = self.analyze("verify", "--man=no", unit)
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""), unit.name)

    def test_they_are_closed_to_what_they_do_not_need(self):
        for unit in self.units:
            done = self.analyze("security", "--offline=true", "--no-pager", f"--threshold={MOST_EXPOSURE}", unit)
            if "unrecognized option" in done.stderr:
                self.skipTest("this systemd-analyze cannot judge a file")
            self.assertEqual(done.returncode, 0, done.stdout[-200:] + done.stderr)

    def test_what_they_start_is_a_command(self):
        for unit in self.units:
            (words,) = re.findall(r"^ExecStart=\S+ (.+)$", unit.read_text(), re.MULTILINE)
            done = subprocess.run([os.environ["CALLSHEET_BIN"], *words.split(), "--help"], capture_output=True)
            self.assertEqual(done.returncode, 0, words)


if __name__ == "__main__":
    unittest.main()
