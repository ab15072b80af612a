"""The main job, with the real binary: contacts are added with nothing but keys, mails arrive, codes verify addresses,
and neither a wrong key nor a dead process loses anything."""

import unittest

import mails
import screens
from callsheet import Callsheet
from faults import Faults
from screens import Screens
from servers import HOST, AiosmtpdServer, SlowOrSilentServer, SmtpSink, until

FROM = "notices@example.com"
SECURITY = "security@example.com"
MING = ("王小明", "xiaoming@example.com")
ADA = ("AdaLovelace", "ada@example.com")


def mail_settings(server, **more):
    return {"from": f"Example Ltd <{FROM}>", "host": HOST, "port": server.port, "security": "none", **more}


def wrong_code(right):
    """A code that is well formed and not this one."""
    return "0000-0000" if right != "0000-0000" else "1111-1111"


class WithServer(unittest.TestCase):
    """Every test has its own server, its own empty HOME and its own database."""

    def setUp(self):
        self.server = self.enterContext(AiosmtpdServer())
        self.callsheet = self.enterContext(Callsheet())
        self.callsheet.configure(mail=mail_settings(self.server), tui={"language": "en"})

    def open(self):
        return Screens(self.callsheet.tty())

    def prepare(self, *contacts):
        """An account and contacts, by the command line."""
        self.callsheet.run("account", "--name", "Example", "--security-email", SECURITY)
        for name, email in contacts:
            self.callsheet.run("add", "--name", name, "--email", email)

    def verified(self, name, email):
        """As `prepare`, and the code from the mail is given."""
        self.prepare((name, email))
        self.callsheet.run("verify", name, self.code(email))

    def code(self, email):
        return mails.code(self.server.wait_for(to=email)[-1])

    def contact(self, name):
        return self.callsheet.json("show", name)

    def assert_good(self, mail):
        self.assertEqual(mails.faults(mail, FROM, "example.com"), [])
        self.assertEqual(mail.sender, FROM)


class WithKeysOnly(WithServer):
    def test_two_contacts_are_added_and_verified(self):
        self.assertEqual(list(self.callsheet.home.iterdir()), [])
        screen = self.open()
        screen.begin("ExampleLtd", SECURITY)
        screen.add(*MING, position="Finance Director", language="zh-CN")
        screen.wait_for_status(MING[0], screens.CODE_SENT)
        screen.add(*ADA, language="en")
        screen.wait_for_status(ADA[0], screens.CODE_SENT)

        (ming,) = self.server.wait_for(to=MING[1])
        (ada,) = self.server.wait_for(to=ADA[1])
        for mail in (ming, ada):
            self.assert_good(mail)
            self.assertIn(mails.code(mail), mails.html(mail))
            self.assertIsNone(mails.read(mail)["List-Unsubscribe"])
        self.assertTrue(mails.is_chinese(ming))
        self.assertFalse(mails.is_chinese(ada))
        self.assertNotEqual(mails.message_id(ming), mails.message_id(ada))
        self.assertEqual([contact["status"] for contact in self.callsheet.json("list")], ["code_sent"] * 2)

        for (name, _), mail in ((MING, ming), (ADA, ada)):
            screen.enter_code(name, mails.code(mail))
            screen.back_to_list()
            screen.wait_for_status(name, screens.VERIFIED)
        self.assertEqual(screen.quit(), 0)

        contacts = {contact["name"]: contact for contact in self.callsheet.json("list")}
        self.assertEqual(set(contacts), {MING[0], ADA[0]})
        for name, email in (MING, ADA):
            self.assertEqual((contacts[name]["email"], contacts[name]["status"]), (email, "verified"))
            self.assertIsNotNone(contacts[name]["verified_at"])
        self.assertEqual(contacts[MING[0]]["position"], "finance_director")
        self.assertEqual(contacts[MING[0]]["language"], "zh-CN")
        # What the catalogue recommends to a Finance Director.
        self.assertEqual(sorted(contacts[MING[0]]["subscriptions"]), ["account", "service"])
        self.assertIsNone(contacts[ADA[0]]["position"])
        account = self.callsheet.json("account")
        self.assertEqual((account["name"], account["security_email"]), ("ExampleLtd", SECURITY))

    def test_the_security_email_is_asked_to_confirm_too(self):
        screen = self.open()
        screen.begin("ExampleLtd", SECURITY)
        (mail,) = self.server.wait_for(to=SECURITY)
        self.assert_good(mail)
        self.assertEqual(screen.quit(), 0)

    def test_a_wrong_address_is_refused_in_place_and_can_be_corrected(self):
        self.prepare()
        screen = self.open()
        screen.add(ADA[0], "ada@localhost")
        screen.tty.wait_for(screens.DOMAIN_REFUSED)
        for typed in (screens.FORM, ADA[0], "ada@localhost"):
            self.assertRegex(screen.tty.text, typed)
        self.assertEqual(self.callsheet.json("list"), [])
        screen.correct_email(ADA[1])
        screen.wait_for_status(ADA[0], screens.CODE_SENT)
        self.assertEqual(self.contact(ADA[0])["email"], ADA[1])
        self.assertEqual(self.server.mails("ada@localhost"), [])

    def test_a_wrong_code_costs_a_try_and_the_right_one_still_verifies(self):
        self.prepare(ADA)
        right = self.code(ADA[1])
        screen = self.open()
        for tries in (4, 3):
            screen.enter_code(ADA[0], wrong_code(right))
            screen.tty.wait_for(screens.TRIES_LEFT.format(tries=tries))
            self.assertEqual(self.contact(ADA[0])["status"], "code_sent")
        # As a person reads it aloud: small letters, a blank for the hyphen.
        screen.enter_code(ADA[0], right.lower().replace("-", " "))
        screen.back_to_list()
        screen.wait_for_status(ADA[0], screens.VERIFIED)

    def test_a_changed_address_takes_over_only_when_verified(self):
        new = "countess@lovelace.org"
        self.verified(*ADA)
        self.callsheet.run("subscribe", ADA[0], "security")
        screen = self.open()
        screen.change_email(ADA[0], new)
        (asked,) = self.server.wait_for(to=new)
        self.assert_good(asked)
        contact = self.contact(ADA[0])
        self.assertEqual(
            (contact["email"], contact["pending_email"], contact["status"]), (ADA[1], new, "verified")
        )
        self.assertEqual(self.recipients(), [ADA[1]])

        before = len(self.server.mails(ADA[1]))
        screen.enter_code(ADA[0], mails.code(asked))
        # The old address is told that it was replaced.
        told = self.server.wait_for(before + 1, to=ADA[1])[-1]
        self.assert_good(told)
        contact = self.contact(ADA[0])
        self.assertEqual((contact["email"], contact["pending_email"], contact["status"]), (new, None, "verified"))
        self.assertEqual(self.recipients(), [new])

    def test_deleting_asks_once_and_is_final(self):
        self.prepare(MING, ADA)
        screen = self.open()
        screen.ask_to_delete(ADA[0])
        screen.tty.send("n")
        screen.back_to_list()
        screen.tty.wait_for(ADA[0])
        self.assertEqual(len(self.callsheet.json("list")), 2)
        screen.ask_to_delete(ADA[0])
        screen.tty.send("y")
        screen.tty.wait_until_gone(rf"{ADA[0]}[^\n]*{ADA[1]}")
        self.assertEqual([contact["name"] for contact in self.callsheet.json("list")], [MING[0]])
        self.callsheet.run("show", ADA[1], code=4)

    def test_quitting_does_not_wait_for_a_silent_server(self):
        self.prepare()
        with SlowOrSilentServer(".") as silent:
            self.callsheet.configure(mail=mail_settings(silent), tui={"language": "en"})
            screen = self.open()
            screen.tty.wait_for(screens.LIST)
            screen.add(*ADA)
            self.assertTrue(silent.reached.wait(20))
            self.assertEqual(screen.quit(), 0)
        (delivery,) = self.deliveries(ADA[1])
        self.assertNotIn(delivery["state"], ("failed", "cancelled", "expired"))

    def recipients(self):
        """The addresses that get security messages now."""
        found = self.callsheet.json("list", "--filter", "status:verified type:security")
        return [contact["email"] for contact in found]

    def deliveries(self, to):
        return [delivery for delivery in self.callsheet.json("outbox") if delivery["to"] == to]


class Delivery(WithServer):
    def outbox(self):
        return self.callsheet.json("outbox", "--limit", 1000)

    def test_a_killed_sender_loses_nothing_and_repeats_under_the_same_message_id(self):
        self.prepare()
        people = {f"contact{number}@example.com" for number in range(6)}
        for number, email in enumerate(sorted(people)):
            self.callsheet.run("add", "--name", f"contact{number}", "--email", email, "--queue-only")
        self.server.wait_for(to=SECURITY)
        promised = {delivery["to"]: delivery["message_id"] for delivery in self.outbox()}
        self.assertLessEqual(people, set(promised))

        self.server.hold()
        sender = self.callsheet.start("deliver")
        self.server.wait_for(2)
        sender.kill()
        self.server.release()

        self.callsheet.run("deliver")
        waiting = [delivery["id"] for delivery in self.outbox() if delivery["state"] != "sent"]
        if waiting:
            # What may have been sent is not due at once.
            self.callsheet.run("retry", *waiting)
            self.callsheet.run("deliver")
        twice = set()
        for email in people:
            arrived = self.server.mails(email)
            self.assertIn(len(arrived), (1, 2), email)
            if len(arrived) == 2:
                twice.add(email)
            self.assertEqual({mails.message_id(mail) for mail in arrived}, {promised[email]})
            for mail in arrived:
                self.assert_good(mail)
        ended = {delivery["to"]: delivery for delivery in self.outbox()}
        self.assertEqual({ended[email]["state"] for email in people}, {"sent"})
        self.assertTrue(twice)
        self.assertLessEqual(twice, {email for email in people if ended[email]["maybe_sent"]})

    def test_a_mail_arrives_over_tls_with_a_login(self):
        for security in ("starttls", "tls"):
            with self.subTest(security=security), Callsheet() as callsheet:
                with AiosmtpdServer(security=security, login=("notices", "open sesame")) as server:
                    callsheet.configure(
                        mail=mail_settings(
                            server,
                            security=security,
                            ca_file=server.ca_file,
                            username="notices",
                            password_file=callsheet.secret_file("password", "open sesame\n"),
                        )
                    )
                    callsheet.run("account", "--name", "Example", "--security-email", SECURITY)
                    (mail,) = server.wait_for(to=SECURITY)
                    self.assertEqual(mail.user, "notices")
                    self.assertRegex(mail.tls, "^TLSv1")
                    self.assert_good(mail)

    def test_a_certificate_of_an_unknown_authority_is_refused(self):
        with Callsheet() as callsheet, AiosmtpdServer(security="starttls") as server:
            callsheet.configure(mail=mail_settings(server, security="starttls"))
            callsheet.run("account", "--name", "Example", "--security-email", SECURITY, code=None)
            (delivery,) = callsheet.json("outbox")
            self.assertNotEqual(delivery["state"], "sent")
            # Not the mail's fault: it is not charged.
            self.assertEqual(delivery["attempts"], 0)
            self.assertEqual(server.mails(), [])

    def test_what_the_server_answers_decides_the_state(self):
        cases = [
            (("-f", "RCPT", "-B", "550 5.1.1 no such user"), "failed", "undeliverable"),
            (("-f", "RCPT", "-B", "554 5.7.1 we do not like you"), "failed", "unverified"),
            (("-r", "RCPT"), "retry", "unverified"),
            (("-f", "."), "failed", "unverified"),
            (("-r", "."), "retry", "unverified"),
        ]
        for options, state, status in cases:
            with self.subTest(options=options), Callsheet() as callsheet, SmtpSink(*options) as sink:
                callsheet.configure(mail=mail_settings(sink))
                callsheet.run("add", "--name", ADA[0], "--email", ADA[1])
                (delivery,) = callsheet.json("outbox")
                self.assertEqual(delivery["state"], state, delivery)
                self.assertRegex(delivery["server"], r"[45]\d\d")
                self.assertFalse(delivery["maybe_sent"])
                self.assertEqual(callsheet.json("show", ADA[0])["status"], status)

    def test_a_server_that_hangs_up_at_the_dot_may_have_taken_the_mail(self):
        with Callsheet() as callsheet, SmtpSink("-q", ".") as sink:
            callsheet.configure(mail=mail_settings(sink))
            callsheet.run("add", "--name", ADA[0], "--email", ADA[1])
            (delivery,) = callsheet.json("outbox")
            self.assertNotIn(delivery["state"], ("sent", "failed"))
            self.assertTrue(delivery["maybe_sent"])

    def test_watching_ends_when_told_although_the_server_is_silent(self):
        with Callsheet() as callsheet, SlowOrSilentServer(".") as silent:
            callsheet.configure(mail=mail_settings(silent))
            callsheet.run("add", "--name", ADA[0], "--email", ADA[1], "--queue-only")
            sender = callsheet.start("deliver", "--watch")
            self.assertTrue(silent.reached.wait(20))
            self.assertEqual(sender.end_when_told(), 0)
            (delivery,) = callsheet.json("outbox")
            self.assertNotIn(delivery["state"], ("failed", "cancelled", "expired"))

    def test_watching_ends_when_told_although_no_name_server_answers(self):
        with Callsheet() as callsheet:
            callsheet.configure(mail={"from": FROM, "host": "mail.example.com"})
            callsheet.run("add", "--name", ADA[0], "--email", ADA[1], "--queue-only")
            sender = callsheet.start("deliver", "--watch", faults=Faults(silent_names=True))
            until(lambda: callsheet.json("outbox")[0]["state"] == "sending", what="a mail in hand")
            self.assertEqual(sender.end_when_told(), 0)
            (delivery,) = callsheet.json("outbox")
            self.assertEqual((delivery["state"], delivery["attempts"]), ("queued", 0))

    def test_two_hundred_contacts_are_delivered(self):
        people = [(f"Person{number:03}", f"person{number:03}@example.com") for number in range(200)]
        with Callsheet() as callsheet, SmtpSink() as sink:
            callsheet.configure(mail=mail_settings(sink), verification={"daily_limit": 1000})
            for name, email in people:
                callsheet.run("add", "--name", name, "--email", email, "--queue-only")
            callsheet.run("deliver")
            arrived = sink.wait_for(200)
            self.assertEqual(
                sorted(mail.recipients[0] for mail in arrived), [email for _, email in people]
            )
            for mail in arrived:
                self.assertEqual(mails.faults(mail, FROM, "example.com"), [])
            self.assertEqual(len({mails.message_id(mail) for mail in arrived}), 200)
            self.assertEqual(len({mails.code(mail) for mail in arrived}), 200)
            sent = callsheet.json("outbox", "--state", "sent", "--limit", 1000)
            self.assertEqual(len(sent), 200)
            self.assertEqual({contact["status"] for contact in callsheet.json("list")}, {"code_sent"})


if __name__ == "__main__":
    unittest.main()
