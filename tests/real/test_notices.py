"""Notices: what `explain` says and what a mail server gets are the same, for every type and whatever becomes of the contacts."""

import collections
import sqlite3
import unittest

import mails
from callsheet import Callsheet
from screens import Screens
from servers import HOST, AiosmtpdServer, until

FROM = "notices@example.com"
SECURITY = "security@example.com"
NO_SUCH_USER = "550 5.1.1 no such user"

PEOPLE = 200
VERIFIED = 150


def email(number):
    return f"person{number:03}@example.com"


def settings(server):
    return {"from": f"Example Ltd <{FROM}>", "host": HOST, "port": server.port, "security": "none"}


class WithServer(unittest.TestCase):
    """A server, an empty HOME, a security email."""

    def setUp(self):
        self.server = self.enterContext(AiosmtpdServer())
        self.callsheet = self.enterContext(Callsheet())
        self.callsheet.configure(mail=settings(self.server), verification={"daily_limit": 1000})
        self.callsheet.run("account", "--name", "Example", "--security-email", SECURITY)

    def add(self, number, *types):
        options = ["--types", ",".join(types)] if types else []
        self.callsheet.run("add", "--name", f"person{number:03}", "--email", email(number), "--queue-only", *options)

    def verify(self, number):
        (mail,) = self.server.wait_for(to=email(number))
        self.callsheet.run("verify", email(number), mails.code(mail))

    def verified(self, count, *types):
        """So many verified contacts that want these types."""
        for number in range(count):
            self.add(number, *types)
        self.callsheet.run("deliver")
        for number in range(count):
            self.verify(number)

    def arrived(self, subject):
        """The mails with this subject, by recipient."""
        found = collections.defaultdict(list)
        for mail in self.server.mails():
            if subject in mails.read(mail)["Subject"]:
                found[mail.recipients[0]].append(mail)
        return found

    def assert_good(self, mail):
        self.assertEqual(mails.faults(mail, FROM, "example.com"), [])
        self.assertEqual(mail.sender, FROM)


class EveryType(WithServer):
    """Two hundred contacts, of whom three quarters are verified, each subscribed in another way."""

    def setUp(self):
        super().setUp()
        categories = self.callsheet.json("types")
        self.categories = [category["id"] for category in categories]
        self.types = [known["id"] for category in categories for known in category["types"]]
        # Nobody ever wants the last type.
        self.unwanted = self.types[-1]
        wanted = [one for one in self.types if one != self.unwanted]
        whole = [one for one in self.categories if not self.unwanted.startswith(f"{one}.")]
        for number in range(PEOPLE):
            choices = {wanted[number % len(wanted)], wanted[7 * number % len(wanted)]}
            if number % 3 == 0:
                choices.add(whole[number % len(whole)])
            self.add(number, *sorted(choices) if number % 11 else [])
        self.callsheet.run("deliver")
        for number in range(VERIFIED):
            self.verify(number)
        self.rounds = 0

    def test_what_explain_says_and_what_arrives_are_the_same(self):
        totals = self.check_every_type()
        self.assertGreater(min(totals.values()), 0)
        self.assertGreater(max(totals.values()), 10)

        for number in range(0, VERIFIED, 15):
            self.callsheet.run("delete", email(number), "--yes")
        refused = [email(number) for number in range(1, VERIFIED, 30)]
        self.server.refuse.update({address: NO_SUCH_USER for address in refused})
        for address in refused:
            self.callsheet.run("subscribe", address, "exception")
        notice = self.callsheet.json("notify", "exception.compute", "--subject", "Bounces", "--body-file",
                                     self.callsheet.secret_file("body", "Refused."), code=3)
        states = {delivery["to"]: delivery["state"] for delivery in notice["deliveries"]}
        self.assertEqual({to for to, state in states.items() if state == "failed"}, set(refused))
        self.unsubscribe([email(number) for number in range(7, VERIFIED, 15)])

        fewer = self.check_every_type()
        reasons = {
            one["reason"] for name in self.types for one in self.callsheet.json("explain", name)["excluded"]
        }
        self.assertEqual(reasons, {"not_subscribed", "unsubscribed", "undeliverable", "not_verified"})
        self.assertTrue(any(fewer[name] < totals[name] for name in self.types), fewer)

    def test_the_same_by_keys_alone(self):
        self.unsubscribe([email(number) for number in range(7, VERIFIED, 15)])
        screens = Screens(self.callsheet.tty())
        said = {name: self.callsheet.json("explain", name) for name in self.types}
        for name in self.types:
            screens.announce(name, f"by keys of {name}.", "Text.", len(said[name]["recipients"]))
        until(lambda: self.callsheet.json("status")["queue"] == 0, what="the end of all deliveries")
        self.assertEqual(screens.quit(), 0)
        for name in self.types:
            expected = [one["email"] for one in said[name]["recipients"]] or [SECURITY]
            arrived = self.arrived(f"by keys of {name}.")
            self.assertEqual(sorted(arrived), sorted(expected), name)
            self.assertEqual({len(found) for found in arrived.values()}, {1}, name)

    def check_every_type(self):
        """Sends one notice of every type; returns how many contacts got each."""
        self.rounds += 1
        got = {}
        for name in self.types:
            subject = f"round {self.rounds} of {name}."
            said = self.callsheet.json("explain", name)
            rehearsed = self.callsheet.run("notify", name, "--subject", subject, "--dry-run", "--json", stdin="Text.")
            self.assertEqual(rehearsed.out, self.callsheet.run("explain", name, "--json").out)
            ended = self.callsheet.run("notify", name, "--subject", subject, stdin="Text.")
            expected = [one["email"] for one in said["recipients"]]
            if said["fallback"]:
                self.assertEqual((expected, said["fallback"]["email"]), ([], SECURITY))
                self.assertIn(SECURITY, ended.err)
                expected = [SECURITY]
            arrived = self.arrived(subject)
            self.assertEqual(sorted(arrived), sorted(expected), name)
            self.assertEqual({len(found) for found in arrived.values()}, {1}, name)
            for found in arrived.values():
                self.assert_good(found[0])
            everybody = {one["email"] for one in said["recipients"] + said["excluded"]}
            self.assertEqual(everybody, {contact["email"] for contact in self.callsheet.json("list")})
            self.assertEqual(said["fallback"] is not None, name == self.unwanted, name)
            got[name] = len(arrived)
        return got

    def unsubscribe(self, addresses):
        """As if they had done it by the links in mails they got before: these contacts need not want any mail that has one."""
        with sqlite3.connect(self.callsheet.home / ".local/share/callsheet/callsheet.db") as database:
            for address in addresses:
                database.execute("UPDATE contact SET unsubscribed_at = 1 WHERE email = ?", (address,))


class Many(WithServer):
    """Ten thousand contacts, of whom the server refuses one in a hundred."""

    PEOPLE = 10_000

    def test_every_delivery_is_accounted_for(self):
        everybody = {f"many{number}@example.com" for number in range(self.PEOPLE)}
        refused = {f"many{number}@example.com" for number in range(0, self.PEOPLE, 100)}
        self.fill(everybody)
        self.server.refuse.update({address: NO_SUCH_USER for address in refused})
        ended = self.callsheet.run("notify", "security.account", "--subject", "Many", stdin="Text.", code=3)
        self.assertIn("9900 sent, 100 failed", ended.err)
        arrived = self.arrived("Many")
        self.assertEqual(set(arrived), everybody - refused)
        self.assertEqual({len(found) for found in arrived.values()}, {1})
        states = collections.Counter(
            (one["to"] in refused, one["state"]) for one in self.callsheet.json("outbox", "--notice", "1", "--limit", 20_000)
        )
        self.assertEqual(states, {(True, "failed"): 100, (False, "sent"): 9900})
        status = self.callsheet.json("status")
        self.assertEqual((status["queue"], status["failed"], status["undeliverable"]), (0, 100, 100))
        excluded = self.callsheet.json("explain", "security.account")["excluded"]
        self.assertEqual({(one["email"], one["reason"]) for one in excluded}, {(one, "undeliverable") for one in refused})

    def fill(self, addresses):
        """Verified contacts who want security messages, as weeks of work would have made them."""
        with sqlite3.connect(self.callsheet.database) as database:
            database.executemany(
                "INSERT INTO contact (name, name_key, email, email_key, language, status, verified_at, created_at) "
                "VALUES (?1, ?1, ?2, ?2, 'en', 'verified', 1, 1)",
                ((address.partition("@")[0], address) for address in sorted(addresses)),
            )
            database.execute("INSERT INTO subscription (contact_id, type) SELECT id, 'security' FROM contact")


class Scripts(WithServer):
    def test_a_job_of_cron_pipes_its_output(self):
        self.verified(2, "exception")
        line = (
            "printf 'disk sda1 is full\\n.\\n第二行\\n' | "
            "\"$CALLSHEET\" notify exception.monitor --subject 'Disk report' --key \"disk-$(date +%F)\""
        )
        self.callsheet.shell(line)
        again = self.callsheet.shell(line)
        self.assertIn("already queued", again.err)
        arrived = self.arrived("Disk report")
        self.assertEqual(sorted(arrived), [email(0), email(1)])
        for (mail,) in arrived.values():
            self.assert_good(mail)
            self.assertIn("disk sda1 is full\r\n.\r\n第二行", mails.text(mail))

    def test_a_job_that_fails_says_so_with_its_exit_code(self):
        self.callsheet.shell("echo x | \"$CALLSHEET\" notify exception --subject S", code=2)
        self.callsheet.shell("\"$CALLSHEET\" notify exception.monitor --subject S", code=2)
        self.callsheet.shell("printf 'caf\\351' | \"$CALLSHEET\" notify exception.monitor --subject S", code=2)
        self.callsheet.run("account", "--security-email", "none")
        self.callsheet.shell("echo x | \"$CALLSHEET\" notify exception.monitor --subject S", code=1)
        self.assertEqual(self.callsheet.json("outbox", "--type", "exception"), [])

    def test_a_mail_from_an_alias_becomes_a_notice(self):
        self.verified(2, "security")
        mail = self.callsheet.folder / "mail.eml"
        mail.write_bytes(
            b"From root@host.example Tue Nov 24 14:03:00 2026\n"
            b"Received: from host.example by mail.example\n"
            b"From: Cron Daemon <root@host.example>\n"
            b"To: alerts@example.com\n"
            b"Subject: =?utf-8?q?Anmeldung_von_M=C3=BCller?=\n"
            b"MIME-Version: 1.0\n"
            b"Content-Type: text/plain; charset=iso-8859-1\n"
            b"Content-Transfer-Encoding: quoted-printable\n"
            b"\n"
            b"M=FCller hat sich angemeldet.\n"
        )
        self.callsheet.shell("cat mail.eml | \"$CALLSHEET\" notify security.account --from-mail --queue-only")
        self.assertEqual(self.arrived("Anmeldung"), {})
        self.callsheet.run("deliver")
        arrived = self.arrived("Anmeldung von Müller")
        self.assertEqual(sorted(arrived), [email(0), email(1)])
        for (mail,) in arrived.values():
            self.assert_good(mail)
            self.assertIn("Müller hat sich angemeldet.", mails.text(mail))
            self.assertNotIn(b"root@host.example", mail.content)


class Trouble(WithServer):
    def test_where_all_fail_the_security_email_gets_it(self):
        self.verified(2, "security")
        self.server.refuse.update({email(0): NO_SUCH_USER, email(1): NO_SUCH_USER})
        ended = self.callsheet.run("notify", "security.account", "--subject", "Alarm", stdin="Text.", code=3)
        self.assertIn(SECURITY, ended.err)
        ((mail,),) = self.arrived("Alarm").values()
        self.assertEqual(mail.recipients, (SECURITY,))
        self.assert_good(mail)
        self.assertEqual(self.callsheet.json("explain", "security.account")["fallback"]["reason"], "none_reachable")

    def test_where_all_fail_and_nobody_is_left_it_is_said(self):
        self.verified(1, "security")
        self.callsheet.run("account", "--security-email", "none")
        self.server.refuse[email(0)] = NO_SUCH_USER
        self.callsheet.run("notify", "security.account", "--subject", "Alarm", stdin="Text.", code=3)
        self.assertEqual(self.callsheet.json("status")["unreached_notices"], 1)
        self.assertIn("notices", self.callsheet.run("check", code=3).out)

    def test_an_interrupted_notice_is_completed_under_its_key(self):
        people = 12
        self.verified(people, "security")
        body = self.callsheet.secret_file("body", "Text.")
        command = ["notify", "security.account", "--subject", "Once", "--body-file", body, "--key", "once"]
        self.server.hold()
        running = self.callsheet.start(*command)
        self.server.wait_for(len(self.server.mails()) + 1)
        # Told to end it ends in order, killed it does not: nothing is lost either way.
        self.assertEqual(running.end_when_told(), 0)
        running = self.callsheet.start(*command)
        running.kill()
        self.server.release()

        self.callsheet.run(*command)
        waiting = [one["id"] for one in self.callsheet.json("outbox", "--type", "security") if one["state"] != "sent"]
        if waiting:
            # What may have been sent is not due at once.
            self.callsheet.run("retry", *waiting)
        arrived = self.arrived("Once")
        self.assertEqual(sorted(arrived), [email(number) for number in range(people)])
        identities = {mails.message_id(mail) for found in arrived.values() for mail in found}
        self.assertEqual(len(identities), people)
        deliveries = self.callsheet.json("outbox", "--type", "security.account")
        self.assertEqual({(one["notice"], one["state"]) for one in deliveries}, {(1, "sent")})
        maybe = {one["to"] for one in deliveries if one["maybe_sent"]}
        self.assertLessEqual({to for to, found in arrived.items() if len(found) > 1}, maybe)

    def test_another_text_under_a_used_key_is_refused(self):
        self.verified(1, "security")
        command = ["notify", "security.account", "--subject", "Key", "--key", "k"]
        self.callsheet.run(*command, stdin="One.")
        self.callsheet.run(*command, stdin="One.")
        self.callsheet.run(*command, stdin="Two.", code=2)
        ((mail,),) = self.arrived("Key").values()
        self.assertIn("One.", mails.text(mail))


if __name__ == "__main__":
    unittest.main()
