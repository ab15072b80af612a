"""What Postfix hands on: bounces to `receive` by a pipe transport, as docs/mail.md says, and mails to `notify` by an alias, as
docs/cron.md says."""

import os
import pathlib
import re
import smtplib
import sqlite3
import ssl
import unittest

import mails
from callsheet import Callsheet
from foreign import DOMAIN, LOGIN, VMAIL, Postfix
from servers import HOST, until
from test_foreign import mail_settings

BOUNCES = f"bounces@{DOMAIN}"
SECURITY = f"security@{DOMAIN}"
GONE = f"gone@{DOMAIN}"
ADA = f"ada@{DOMAIN}"

MANUAL = pathlib.Path(__file__).parents[2] / "docs/cron.md"

# What the manual's alias runs, but for the configuration, which the wrapper below names.
ANNOUNCE = re.search(r'alerts: "\|/usr/bin/callsheet (.*) --config \S+"', MANUAL.read_text(encoding="utf-8"))[1]


@unittest.skipUnless(os.geteuid() == 0, "Postfix runs for root only")
class Piped(unittest.TestCase):
    def setUp(self):
        self.callsheet = self.enterContext(Callsheet())
        # The mail server runs `receive` as a user of its own, who shares the database by its group.
        folder = self.callsheet.folder
        folder.chmod(0o755)
        shared = folder / "shared"
        shared.mkdir()
        os.chown(shared, -1, VMAIL)
        shared.chmod(0o2770)
        self.callsheet.keep_database_at(shared / "callsheet.db")
        # Its way to the program and the configuration, for a transport starts with an empty environment.
        self.returns = folder / "returns"
        program = folder / "program"
        program.write_bytes(pathlib.Path(self.callsheet.binary).read_bytes())
        program.chmod(0o755)
        self.write_program(program)
        alias = f"{self.returns} {ANNOUNCE}"
        self.server = self.enterContext(Postfix(("security", "ada"), self.returns, alias))
        self.configure()
        self.callsheet.run("account", "--name", "Example Ltd", "--security-email", SECURITY)

    def write_program(self, program):
        settings = f"CALLSHEET_CONFIG={self.callsheet.config_file} CALLSHEET_DB={self.callsheet.database}"
        self.returns.write_text(f'#!/bin/sh\nunset LD_PRELOAD LD_LIBRARY_PATH\n{settings} HOME=/ exec {program} "$@"\n')
        self.returns.chmod(0o755)

    def configure(self, **more):
        password = self.callsheet.secret_file("password", LOGIN[1] + "\n")
        settings = mail_settings(self.server, password_file=password, return_path=BOUNCES)
        self.callsheet.configure(mail={**settings, **more})

    def contact(self, name, email):
        """A verified contact: the address works until somebody leaves."""
        self.callsheet.run("add", "--name", name, "--email", email, "--types", "security", "--queue-only", "--no-verify")
        with sqlite3.connect(self.callsheet.database) as database:
            change = "UPDATE contact SET status = 'verified', verified_at = 1 WHERE name = ?"
            self.assertEqual(database.execute(change, (name,)).rowcount, 1)

    def status(self, name):
        return self.callsheet.json("show", name)["status"]

    def said(self, pattern):
        """Waits until Postfix has said this of the transport."""
        until(lambda: re.search(pattern, self.server.log()), what=f"{pattern}\n{self.server.log()}")

    def hand_in(self, text, to=BOUNCES):
        """A mail that somebody sends to the address for bounces."""
        with smtplib.SMTP(HOST, self.server.port) as client:
            client.starttls(context=ssl.create_default_context(cafile=self.server.ca_file))
            client.login(*LOGIN)
            client.sendmail("ada@example.com", [to], text)

    def test_what_postfix_sends_back_fails_its_delivery_and_reaches_the_security_email(self):
        self.contact("Gone", GONE)
        self.callsheet.run("notify", "security.account", "--subject", "A login", stdin="At 14:03.\n")
        until(lambda: self.status("Gone") == "undeliverable", what=f"the bounce\n{self.server.log()}")
        # `receive` may not read the password; whoever delivers next sends what it has queued.
        self.callsheet.run("deliver")
        (delivery,) = [one for one in self.callsheet.json("outbox") if one["to"] == GONE]
        self.assertEqual(delivery["state"], "failed")
        self.assertRegex(delivery["server"], r"^came back: 5\.1\.1 user unknown")
        fallback = self.server.wait_for(2, to=SECURITY)[1]
        self.assertIn("A login", mails.read(fallback)["Subject"])
        self.said(r"to=<bounces\+\d+-\w{16}@example\.com>.* status=sent \(delivered via callsheet service \(Delivery ")

    def test_what_means_nothing_is_taken_and_answered_by_nobody(self):
        before = self.callsheet.json("outbox")
        self.hand_in("From: a@example.com\nTo: bounces@example.com\nSubject: Out of office\n\nMonday.\n")
        self.said(rf"to=<{re.escape(BOUNCES)}>.* status=sent")
        # Not even our own mail, which somebody has an answer from, makes a loop.
        self.callsheet.run("add", "--name", "Loop", "--email", BOUNCES)
        self.said(rf"to=<{re.escape(BOUNCES)}>.* status=sent[\s\S]*to=<{re.escape(BOUNCES)}>.* status=sent")
        self.assertEqual(self.callsheet.json("outbox")[1:], before)
        self.assertEqual(self.status("Loop"), "code_sent")

    def test_a_database_that_is_busy_lets_postfix_try_again(self):
        self.contact("Gone", GONE)
        self.callsheet.run("notify", "security.account", "--subject", "A login", "--queue-only", stdin="At 14:03.\n")
        self.callsheet.run("deliver")
        with sqlite3.connect(self.callsheet.database, isolation_level=None) as database:
            database.execute("BEGIN IMMEDIATE")
            self.said(r"status=deferred \(temporary failure")
            database.execute("ROLLBACK")
        self.assertEqual(self.status("Gone"), "verified")
        self.server.flush()
        until(lambda: self.status("Gone") == "undeliverable", what=f"the bounce\n{self.server.log()}")

    def test_a_mail_to_an_alias_becomes_a_notice(self):
        self.contact("Ada", ADA)
        self.callsheet.run("subscribe", "Ada", "exception")
        self.hand_in(
            "From: Monitor <monitor@example.net>\nTo: alerts@example.net\nSubject: =?utf-8?q?Platte_voll_=E2=80=93_sda1?=\n"
            "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
            "Noch 1 %.\n.\nEnde\n".encode(),
            to=Postfix.ALERTS,
        )
        self.said(r"relay=local.* status=sent \(delivered to command: ")
        # The alias only queues, for its user may not read the password.
        self.callsheet.run("deliver")
        (mail,) = self.server.wait_for(to=ADA)
        self.assertEqual(mails.read(mail)["Subject"], "Platte voll – sda1")
        self.assertIn("Noch 1 %.\r\n.\r\nEnde", mails.text(mail))
        (entry,) = [one for one in self.callsheet.json("history") if one["action"].startswith("notice")]
        self.assertEqual(entry["actor"], f"uid {VMAIL}")

    def test_an_alias_keeps_what_cannot_be_announced_now_and_refuses_what_never_can(self):
        self.callsheet.run("account", "--security-email", "none")
        self.hand_in("From: m@example.net\nSubject: Kept\n\nIt burns.\n", to=Postfix.ALERTS)
        self.said(r"relay=local.* status=deferred \(temporary failure")
        self.callsheet.run("account", "--security-email", SECURITY)
        self.server.flush()
        self.said(r"relay=local.* status=sent \(delivered to command: ")
        self.callsheet.run("deliver")
        until(
            lambda: any(mails.read(mail)["Subject"].endswith("Kept") for mail in self.server.mails(SECURITY)),
            what=f"the notice\n{self.server.log()}",
        )
        self.hand_in("From: m@example.net\nAuto-Submitted: auto-replied\nSubject: Away\n\nMonday.\n", to=Postfix.ALERTS)
        self.said(r"relay=local.* status=bounced \(Command died with status 2: ")

    def test_what_cannot_be_taken_is_refused(self):
        self.hand_in("Subject: large\n\n" + "a line of some length\n" * 500_000)
        self.said(r"status=bounced \(data format error")
        self.callsheet.config_file.write_text("[mail]\nfrom = 1\n", encoding="utf-8")
        self.hand_in("Subject: small\n\nHello.\n")
        self.said(r"status=bounced \(local configuration error")


if __name__ == "__main__":
    unittest.main()
