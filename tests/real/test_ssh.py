"""The program over SSH: with a shell, with nothing but a restricted screen, by two at once, and when the link is gone."""

import re
import time
import unittest

import ssh
from callsheet import Callsheet, Key
from screens import FORM, LIST, Screens
from servers import HOST, until

CANNOT_BE_SUSPENDED = r"cannot be suspended"
LEFT_UNFINISHED = r"Left unfinished"
# What a client that means harm would have the program believe.
ASTRAY = {
    "CALLSHEET_CONFIG": "/nonexistent/config.toml",
    "CALLSHEET_DB": "/nonexistent/callsheet.db",
    "CALLSHEET_SMTP_PASSWORD": "hunter2",
    "PATH": "/nonexistent",
    "SSH_CONNECTION": "203.0.113.9 1 203.0.113.10 22",
    "SUDO_USER": "root",
    "XDG_CONFIG_HOME": "/nonexistent",
    "XDG_DATA_HOME": "/nonexistent",
}
SEND_ALL = ("-o", "SendEnv=*")


@unittest.skipIf(ssh.why_not(), ssh.why_not())
class OverSsh(unittest.TestCase):
    def setUp(self):
        self.callsheet = self.enterContext(Callsheet())
        self.server = self.enterContext(ssh.SshServer(self.callsheet.binary))
        self.callsheet.keep_database_at(self.server.database)
        self.callsheet.run("account", "--name", "Example Ltd", "--security-email", "sec@example.org", "--queue-only")

    def open_shell(self):
        """The administrator's screen, started as a command of the shell."""
        return self.server.open(ssh.ADMINISTRATOR, self.server.callsheet, "--db", self.server.database)

    def open_restricted(self, **more):
        """The guest's screen."""
        return self.server.open(ssh.GUEST, **more)

    def last_entry(self):
        return self.callsheet.json("history", "--limit", "1")[0]

    def add(self, tty, name):
        """Adds a contact up to the last key; returns when that was pressed."""
        tty.send("a")
        tty.wait_for(FORM)
        tty.send(name, Key.TAB, f"{name}@example.org")
        tty.wait_for(f"{name}@example.org")
        pressed = time.monotonic()
        tty.send(Key.ENTER)
        return pressed

    def test_an_administrator_works_as_at_the_machine(self):
        tty = self.open_shell()
        tty.wait_for(LIST)
        Screens(tty).add("ada", "ada@example.org", position="Finance Director", language="zh-CN")
        tty.wait_for("is saved")
        tty.send("q")
        self.assertEqual(tty.wait_for_end(), 0)
        self.assertEqual(self.callsheet.json("show", "ada")["position"], "finance_director")
        entry = self.last_entry()
        self.assertEqual((entry["actor"], entry["origin"]), (ssh.ADMINISTRATOR, HOST))

    def test_a_guest_gets_the_screen_and_nothing_else(self):
        passed_on = self.server.open(ssh.ADMINISTRATOR, "/usr/bin/printenv CALLSHEET_DB", options=SEND_ALL, environment=ASTRAY)
        passed_on.wait_for(ASTRAY["CALLSHEET_DB"])
        for way, user, key in (("ForceCommand", ssh.GUEST, "key"), ("command=", ssh.ADMINISTRATOR, "restricted_key")):
            with self.subTest(way):
                name = f"of{user}"
                tty = self.server.open(user, "id; sh", key=key, options=SEND_ALL, environment=ASTRAY)
                tty.wait_for(LIST)
                tty.send(Key.ctrl("z"))
                tty.wait_for(CANNOT_BE_SUSPENDED)
                self.add(tty, name)
                tty.wait_for("is saved")
                self.assertNotIn("uid=", tty.text)
                tty.send("q")
                self.assertEqual(tty.wait_for_end(), 0)
                self.assertIn(name, [contact["name"] for contact in self.callsheet.json("list")])
                entry = self.last_entry()
                self.assertEqual((entry["actor"], entry["origin"]), (user, HOST))

    def test_without_a_terminal_a_guest_gets_a_sentence(self):
        code, said = self.server.run(ssh.GUEST, "callsheet", "list")
        self.assertEqual(code, 2, said)
        self.assertIn("the screen needs a terminal", said)
        self.assertNotIn("sec@example.org", said)

    def test_two_at_once_see_what_the_other_changes(self):
        one, other = self.open_shell(), self.open_restricted()
        for tty in (one, other):
            tty.wait_for(LIST)
        # A busy machine may be late once; that it is in time at all is the program's doing.
        taken = []
        for number in range(3):
            for here, there in ((one, other), (other, one)):
                name = f"p{len(taken)}"
                pressed = self.add(here, name)
                there.wait_for(re.escape(f"{name}@example.org"))
                taken.append(time.monotonic() - pressed)
                here.wait_for("is saved")
        self.assertLessEqual(min(taken[0::2]), 0.3, taken)
        self.assertLessEqual(min(taken[1::2]), 0.3, taken)
        users = {entry["actor"] for entry in self.callsheet.json("history", "--limit", "6")}
        self.assertEqual(users, {ssh.ADMINISTRATOR, ssh.GUEST})
        self.assertIn("sharing", [line["check"] for line in self.callsheet.json("check", code=3) if line["result"] == "ok"])

    def test_when_the_connection_is_gone_the_program_is_too(self):
        tty = self.open_restricted()
        tty.wait_for(LIST)
        tty.send("a")
        tty.wait_for(FORM)
        tty.send("grace")
        tty.wait_for("grace")
        self.assertEqual(len(self.server.screens(ssh.GUEST)), 1)
        tty.kill()
        until(lambda: not self.server.screens(ssh.GUEST), 1.0, "the end of the program")
        again = self.open_restricted()
        again.wait_for(LIST)
        self.assertEqual(self.callsheet.json("list"), [], "a form that was not saved is no contact")
        self.add(again, "grace")
        again.wait_for("is saved")

    def test_a_form_cut_off_with_the_connection_is_offered_again(self):
        tty = self.open_shell()
        tty.wait_for(LIST)
        tty.send("a")
        tty.wait_for(FORM)
        tty.send("grace")
        tty.wait_for("grace")
        tty.kill()
        until(lambda: not self.server.screens(ssh.ADMINISTRATOR), 1.0, "the end of the program")
        self.assertEqual(self.callsheet.json("list"), [], "a form that was not saved is no contact")
        again = self.open_shell()
        again.wait_for(LEFT_UNFINISHED)
        again.send(Key.ENTER)
        again.wait_for(FORM)
        again.send(Key.TAB, "grace@example.org")
        again.wait_for("grace@example.org")
        again.send(Key.ENTER)
        again.wait_for("is saved")
        self.assertEqual([contact["name"] for contact in self.callsheet.json("list")], ["grace"])


if __name__ == "__main__":
    unittest.main()
