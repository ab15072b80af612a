"""What comes back, with the real binary as a mail server runs it: a bounce that Python's own mail library writes, on standard input."""

import email.message
import email.mime.message
import email.mime.multipart
import email.mime.text
import email.utils
import os
import unittest

import mails
from callsheet import Callsheet
from servers import HOST, AiosmtpdServer

ADA = "ada@example.org"
SECURITY = "security@example.com"

# sysexits.h
TAKEN, NO_MAIL, LATER, CONFIGURATION = 0, os.EX_DATAERR, os.EX_TEMPFAIL, os.EX_CONFIG


def bounce(mail, action="failed", status="5.1.1", words="smtp; 550 5.1.1 no such user"):
    """A report (RFC 3464) about this mail, to where its envelope says."""
    report = email.mime.multipart.MIMEMultipart("report", report_type="delivery-status")
    report["From"] = "MAILER-DAEMON@relay.example.net"
    report["To"] = mail.sender
    report["Subject"] = "Undelivered mail"
    report["Date"] = email.utils.formatdate()
    report["Message-ID"] = email.utils.make_msgid(domain="relay.example.net")
    report["Auto-Submitted"] = "auto-replied"
    report.attach(email.mime.text.MIMEText("It could not be delivered.\n"))
    server, recipient = email.message.Message(), email.message.Message()
    server["Reporting-MTA"] = "dns; relay.example.net"
    recipient["Final-Recipient"] = f"rfc822; {mail.recipients[0]}"
    recipient["Action"] = action
    recipient["Status"] = status
    recipient["Diagnostic-Code"] = words
    status_part = email.message.Message()
    status_part["Content-Type"] = "message/delivery-status"
    status_part.set_payload([server, recipient])
    report.attach(status_part)
    report.attach(email.mime.message.MIMEMessage(mails.read(mail)))
    return report.as_string()


class Returns(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(AiosmtpdServer())
        self.callsheet = self.enterContext(Callsheet())
        self.configure(return_path="bounces@example.com")

    def configure(self, **more):
        settings = {"from": "notices@example.com", "host": HOST, "port": self.server.port, "security": "none"}
        self.callsheet.configure(mail=settings | more)

    def receive(self, text, *arguments, code=TAKEN):
        return self.callsheet.run("receive", *arguments, stdin=text, code=code).err

    def verified(self):
        """Ada, who gets security messages."""
        self.callsheet.run("account", "--name", "Example", "--security-email", SECURITY)
        self.callsheet.run("add", "--name", "Ada", "--email", ADA, "--types", "security")
        (mail,) = self.server.wait_for(to=ADA)
        self.callsheet.run("verify", "Ada", mails.code(mail))

    def status(self):
        return self.callsheet.json("show", "Ada")["status"]

    def test_a_notice_that_came_back_goes_to_the_security_email(self):
        self.verified()
        self.callsheet.run("notify", "security.account", "--subject", "A login", stdin="At 14:03.\n")
        mail = self.server.wait_for(2, to=ADA)[1]
        self.assertIn("no such user", self.receive(bounce(mail)))
        self.assertEqual(self.status(), "undeliverable")
        fallback = self.server.wait_for(2, to=SECURITY)[1]
        self.assertIn("A login", mails.read(fallback)["Subject"])
        first, second = [one for one in self.callsheet.json("outbox") if one["notice"] == 1][::-1]
        self.assertEqual((first["state"], first["to"]), ("failed", ADA))
        self.assertIn("550 5.1.1 no such user", first["server"])
        self.assertEqual((second["state"], second["fallback"]), ("sent", "all_failed"))
        # Once more, and nothing more.
        before = self.callsheet.json("outbox")
        self.receive(bounce(mail))
        self.assertEqual(self.callsheet.json("outbox"), before)

    def test_a_mail_that_unsubscribes_stops_activity_messages_alone(self):
        self.verified()
        self.callsheet.run("subscribe", "Ada", "activity")
        self.callsheet.run("notify", "activity.launch", "--subject", "Something new", stdin="Look.\n")
        offer = mails.read(self.server.wait_for(2, to=ADA)[1])["List-Unsubscribe"]
        subject = email.utils.unquote(offer).split("subject=")[1].rstrip(">").replace("%20", " ")
        mail = f"From: {ADA}\nTo: bounces@example.com\nSubject: {subject}\n\n"
        self.receive(mail.replace(subject, subject[:-1] + "_"))
        self.assertIsNone(self.callsheet.json("show", "Ada")["unsubscribed_at"])
        self.receive(mail)
        self.assertIsNotNone(self.callsheet.json("show", "Ada")["unsubscribed_at"])
        self.callsheet.run("notify", "activity.launch", "--subject", "Again", stdin="Look.\n")
        self.callsheet.run("notify", "security.account", "--subject", "A login", stdin="At 14:03.\n")
        self.assertEqual(
            [str(mails.read(mail)["Subject"]) for mail in self.server.wait_for(3, to=ADA)[1:]],
            ["Something new", "A login"],
        )

    def test_what_is_forged_or_ordinary_changes_nothing_and_is_taken(self):
        self.verified()
        (mail,) = self.server.mails(ADA)
        before = self.callsheet.json("outbox")
        for text in (
            bounce(mail).replace(mail.sender, "bounces+2-0000000000000000@example.com"),
            bounce(mail).replace(mail.sender, "bounces@example.com"),
            f"From: {ADA}\nTo: {mail.sender}\nSubject: Out of office\nAuto-Submitted: auto-replied\n\nMonday.\n",
            f"From: {ADA}\nTo: {mail.sender}\nSubject: unsubscribe\n\n",
        ):
            self.receive(text)
        self.assertEqual((self.callsheet.json("outbox"), self.status()), (before, "verified"))

    def test_a_delay_is_shown_and_decides_nothing(self):
        self.verified()
        (mail,) = self.server.mails(ADA)
        self.receive(bounce(mail, "delayed", "4.4.1", "smtp; 451 4.4.1 busy"))
        (delivery,) = [one for one in self.callsheet.json("outbox") if one["to"] == ADA]
        self.assertEqual((delivery["state"], self.status()), ("sent", "verified"))
        self.assertIn("451 4.4.1 busy", delivery["server"])

    def test_it_ends_in_the_way_mail_servers_understand(self):
        self.receive("", code=CONFIGURATION)
        self.callsheet.run("account", "--name", "Example")
        self.receive("", code=NO_MAIL)
        self.receive("To: a@example.com\n\n", "--wrong", code=os.EX_USAGE)
        self.configure()
        self.receive("To: a@example.com\n\n", code=CONFIGURATION)


if __name__ == "__main__":
    unittest.main()
