"""The terminal of the tests, with small shell programs on it."""

import unittest

from callsheet import Key, Tty

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": "xterm-256color"}


def shell(script, columns=40, rows=6):
    return Tty(["/bin/sh", "-c", script], ENVIRONMENT, "/", columns, rows)


class Terminal(unittest.TestCase):
    def open(self, script, **size):
        tty = shell(script, **size)
        self.addCleanup(tty.close)
        return tty

    def test_it_has_its_size_from_the_start(self):
        self.open("stty size", columns=80, rows=24).wait_for("^24 80")

    def test_keys_reach_the_program_and_its_words_the_screen(self):
        tty = self.open("stty -echo; read name; echo hello $name; exit 3")
        tty.send("王小明", Key.ENTER)
        tty.wait_for("hello 王小明")
        self.assertEqual(tty.wait_for_end(), 3)

    def test_wide_characters_take_two_columns(self):
        tty = self.open("printf '王小明|'; printf '\\033[2;7Hx'; cat")
        tty.wait_for("x")
        self.assertTrue(tty.text.startswith("王小明|\n      x"), tty.text)

    def test_the_line_of_the_real_cursor_can_be_read(self):
        tty = self.open("printf 'one\\r\\ntwo\\r\\nthree\\033[2;1H'; cat")
        tty.wait_for("three")
        tty.wait_until_quiet()
        self.assertEqual(tty.cursor_line.rstrip(), "two")

    def test_sequences_that_print_nothing_leave_nothing(self):
        script = "printf '\\033[?2026h\\033[>1u\\033[4:3mwavy\\033[0m\\033[<u\\033[?25h\\033'; printf '[1m!'; cat"
        tty = self.open(script)
        tty.wait_for("!")
        self.assertEqual(tty.text.strip(), "wavy!")

    def test_what_does_not_come_is_told_with_the_screen(self):
        tty = self.open("echo here; cat")
        tty.wait_for("here")
        with self.assertRaisesRegex(AssertionError, "'there' did not come on the screen:\nhere"):
            tty.wait_for("there", seconds=0.1)

    def test_a_program_that_does_not_end_is_told(self):
        with self.assertRaisesRegex(AssertionError, "did not end"):
            self.open("cat").wait_for_end(seconds=0.2)

    def test_a_signal_is_told_as_a_negative_code(self):
        tty = self.open("kill -9 $$")
        self.assertEqual(tty.wait_for_end(), -9)


if __name__ == "__main__":
    unittest.main()
