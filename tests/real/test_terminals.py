"""The program in tmux, in GNU screen, on terminals of other names, and over a link that takes 300 ms each way."""

import base64
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

from callsheet import Callsheet, Key, Tty
from screens import FORM, LIST, Screens

PROMPT = "ready:"
EMAIL = "wang@example.org"
NAME = "王小明"
# What is asked of the terminal when a text is to be copied.
COPIED = re.compile(rb"\x1b\]52;c?;([A-Za-z0-9+/=]+)(\x07|\x1b\\)")


def missing(program):
    return unittest.skipUnless(shutil.which(program), f"{program} is not installed")


class Terminals(unittest.TestCase):
    def setUp(self):
        self.callsheet = self.enterContext(Callsheet())
        self.callsheet.environment["PATH"] = f"{pathlib.Path(self.callsheet.binary).parent}:/usr/bin:/bin"
        shell = self.callsheet.folder / "shell"
        shell.write_text(f"PS1={PROMPT}\nunset HISTFILE\n", encoding="utf-8")
        self.shell = ("bash", "--noprofile", "--rcfile", str(shell), "-i")
        self.callsheet.run("account", "--name", "Example Ltd", "--security-email", "sec@example.org", "--queue-only")

    def open(self, *command, columns=80, rows=24):
        tty = Tty(list(command), self.callsheet.environment, self.callsheet.folder, columns, rows)
        self.addCleanup(tty.close)
        return tty

    def settings(self, text):
        """A configuration of a multiplexer; returns its path."""
        path = self.callsheet.folder / "multiplexer.conf"
        path.write_text(text, encoding="utf-8")
        return str(path)

    def the_main_job_is_done_in(self, tty):
        """From the shell to the shell: a contact, other sizes, a pause, and the terminal as it was."""
        tty.wait_for(PROMPT)
        tty.send("callsheet", Key.ENTER)
        tty.wait_for(LIST)
        Screens(tty).add(NAME, EMAIL)
        tty.wait_for("is saved")
        tty.wait_for(rf"{NAME} +{EMAIL}")
        # What was said goes with the next key.
        tty.send("g")
        tty.wait_until_gone("is saved")
        self.sizes_come_and_go_on(tty)
        tty.send(Key.ctrl("z"))
        tty.wait_for(rf"(?m)^{PROMPT}\s*\Z")
        self.assertNotIn(EMAIL, tty.text)
        tty.send("fg", Key.ENTER)
        tty.wait_for(LIST)
        self.is_whole(tty)
        tty.send("y")
        tty.wait_for(r"(?i)sent to the terminal")
        tty.send("q")
        tty.wait_for(rf"(?m)^{PROMPT}\s*\Z")
        # Lines are edited and shown again, and nothing of the screen is left.
        tty.send("echo all is we", "k", Key.BACKSPACE, "ll $?", Key.ENTER)
        tty.wait_for(r"(?m)^all is well 0$")
        self.assertNotIn(EMAIL, tty.text)
        tty.send("exit", Key.ENTER)
        self.assertEqual(tty.wait_for_end(), 0)
        self.assertEqual(self.callsheet.json("show", NAME)["email"], EMAIL)

    def sizes_come_and_go_on(self, tty):
        for columns, rows in [(200, 60), (41, 11), (10, 3), (132, 43), (60, 20), (100, 30)] * 5:
            tty.resize(columns, rows)
        tty.wait_for(LIST)
        self.is_whole(tty)
        tty.resize(80, 24)
        tty.wait_for(LIST)
        self.is_whole(tty)

    def is_whole(self, tty):
        """Drawing everything anew changes nothing, and every row of the list has both its borders."""
        tty.wait_until_quiet(quiet=0.5)
        shown = tty.text
        self.assertRegex(shown, rf"{NAME} +{EMAIL}")
        tty.send(Key.ctrl("l"))
        tty.wait_until_quiet(quiet=0.5)
        self.assertEqual(tty.text, shown)

    def copied(self, tty):
        """What the terminal was asked to keep for its clipboard last."""
        return base64.b64decode(COPIED.findall(tty.read)[-1][0]).decode()

    @missing("tmux")
    def test_in_tmux(self):
        settings = self.settings("set -g status off\nset -s escape-time 20\nset -s set-clipboard on\n")
        server = ("tmux", "-L", f"callsheet-{self.callsheet.folder.name}")
        self.addCleanup(subprocess.run, [*server, "kill-server"], stderr=subprocess.DEVNULL, check=False)
        tty = self.open("/usr/bin/tmux", *server[1:], "-f", settings, "new-session", *self.shell)
        self.the_main_job_is_done_in(tty)
        self.assertEqual(self.copied(tty), EMAIL)

    @missing("screen")
    def test_in_screen(self):
        settings = self.settings("startup_message off\naltscreen on\ndefutf8 on\nvbell off\n")
        folder = self.callsheet.folder / "screens"
        folder.mkdir(mode=0o700)
        self.callsheet.environment["SCREENDIR"] = str(folder)
        tty = self.open("/usr/bin/screen", "-U", "-c", settings, *self.shell)
        self.the_main_job_is_done_in(tty)
        self.assertEqual(self.copied(tty), EMAIL)

    def test_over_a_slow_link(self):
        link = pathlib.Path(__file__).with_name("link.py")
        tty = self.open(sys.executable, str(link), "0.3", self.callsheet.binary)
        tty.wait_for(LIST)
        # A whole form is typed before anything of it can be seen: nothing is lost or done twice.
        for number in range(3):
            tty.send("a", f"ada{number}", Key.TAB, f"ada{number}@example.org", Key.ENTER)
            tty.wait_for(f"ada{number} is saved|'ada{number}' is saved")
        names = [contact["name"] for contact in self.callsheet.json("list")]
        self.assertEqual(names, [f"ada{number}" for number in range(3)])
        # Whole frames only, one inside the other never.
        frames = re.findall(rb"\x1b\[\?2026([hl])", tty.read)
        self.assertEqual(frames, [b"h", b"l"] * (len(frames) // 2))
        tty.send("q")
        self.assertEqual(tty.wait_for_end(), 0)

    def test_on_terminals_of_other_names(self):
        for name in ("linux", "xterm", "foot", "alacritty", "screen", "vt220", "unheard-of"):
            with self.subTest(name):
                self.callsheet.environment["TERM"] = name
                tty = self.callsheet.tty(columns=80, rows=24)
                tty.wait_for(LIST)
                tty.send("a")
                tty.wait_for(FORM)
                tty.send(Key.ESC)
                self.assertEqual(Screens(tty).quit(), 0)

    def test_without_a_terminal_that_can_show_it_a_sentence_says_so(self):
        self.callsheet.environment["TERM"] = "dumb"
        tty = self.callsheet.tty(columns=80, rows=24)
        self.assertEqual(tty.wait_for_end(), 2)
        self.assertNotIn(b"\x1b", tty.read)
        self.callsheet.environment["TERM"] = "xterm"
        ended = self.callsheet.run(code=2)
        self.assertEqual(ended.out, "")
        self.assertIn("callsheet list", ended.err)
        piped = self.callsheet.shell("echo q | $CALLSHEET | cat; exit 0")
        self.assertEqual(piped.out, "")


if __name__ == "__main__":
    unittest.main()
