"""Mail through servers that others wrote, read back from the mailboxes into which they put it."""

import unittest

import mails
from callsheet import Callsheet
from foreign import DOMAIN, LOGIN, Exim, Postfix
from servers import HOST, AiosmtpdServer

FROM = "notices@callsheet.example"
SECURITY = f"security@{DOMAIN}"
ADA = ("AdaLovelace", f"ada@{DOMAIN}")
# The longest name, of wide characters.
MING = ("王小明" * 6 + "王小", f"ming@{DOMAIN}")
NAMES = ("security", "ada", "ming", "countess")
# The longest name, of what a header, an HTML part and a quoted-printable line have to escape.
ACCOUNT = "Société d’Exemple, «Ltd.» & <Söhne>: " + "é" * 23


def mail_settings(server, security="starttls", login=LOGIN, **more):
    return {
        "from": f"Example Ltd <{FROM}>",
        "host": HOST,
        "port": server.port,
        "security": security,
        "ca_file": server.ca_file,
        "username": login[0],
        **more,
    }
# What servers and their transports like to change: dots, "From " and blanks at the edges of lines, lines without end, bytes
# that are no ASCII, what looks like a boundary or the end of the mail.
BODY = [
    ".",
    "..two dots",
    ".and one",
    "From the first of the month on",
    "a tab\tand a blank at the end ",
    "--",
    "long " * 400 + "end",
    "长" * 1200,
    "🚨 🧯 é ñ ü =20 =E2 ?=",
    "last",
]


class WithCallsheet(unittest.TestCase):
    def setUp(self):
        self.callsheet = self.enterContext(Callsheet())

    def configure(self, server, password=LOGIN[1], **more):
        path = self.callsheet.secret_file("password", password + "\n")
        self.callsheet.configure(mail=mail_settings(server, password_file=path, **more))

    def add(self, name, email, language="en", **more):
        flags = [part for key, value in more.items() for part in (f"--{key}", value)]
        self.callsheet.run("add", "--name", name, "--email", email, "--language", language, *flags)

    def assert_good(self, mail, chinese=False):
        self.assertEqual(mails.faults(mail, FROM, "callsheet.example"), [])
        self.assertEqual(mail.sender, FROM)
        self.assertEqual(mails.is_chinese(mail), chinese)

    def delivery(self, to):
        """The newest delivery to an address."""
        return next(delivery for delivery in self.callsheet.json("outbox") if delivery["to"] == to)

    def assert_the_main_job_is_done_with(self, server):
        """Everybody is verified by a mail that is read back from a mailbox, and gets every other kind of mail."""
        self.callsheet.run("account", "--name", ACCOUNT, "--security-email", SECURITY)
        self.add(*ADA)
        self.add(*MING, language="zh-CN")
        for who, to, chinese in (("security email", SECURITY, False), (ADA[0], ADA[1], False), (MING[0], MING[1], True)):
            (mail,) = server.wait_for(to=to)
            self.assert_good(mail, chinese)
            self.assertIn(mails.code(mail), mails.html(mail))
            # What it was when it left is what it is in the mailbox.
            self.assertEqual(mails.message_id(mail), self.delivery(to)["message_id"])
            self.callsheet.run("verify", to, mails.code(mail))
            self.callsheet.run(*["test", to] if to != SECURITY else ["test"])
            self.assert_good(server.wait_for(2, to=to)[-1], chinese)
        # The old address is told that it was replaced.
        self.callsheet.run("modify", ADA[0], "--email", f"countess@{DOMAIN}")
        (mail,) = server.wait_for(to=f"countess@{DOMAIN}")
        self.callsheet.run("verify", ADA[0], mails.code(mail))
        self.assert_good(server.wait_for(3, to=ADA[1])[-1])
        self.assert_a_notice_arrives_as_it_is_with(server, (f"countess@{DOMAIN}", "en"), (MING[1], "zh-CN"))
        self.assertEqual({delivery["state"] for delivery in self.callsheet.json("outbox")}, {"sent"})
        self.assertEqual({contact["status"] for contact in self.callsheet.json("list")}, {"verified"})

    def assert_a_notice_arrives_as_it_is_with(self, server, *readers):
        titles = {"en": "Account security alerts", "zh-CN": "账号安全告警"}
        before = {to: len(server.mails(to)) for to, _ in readers}
        for to, _ in readers:
            self.callsheet.run("subscribe", to, "security.account")
        subject = "A logon from 新加坡, “at night”, " + "and so on " * 10
        self.callsheet.run("notify", "security.account", "--subject", subject, stdin="\n".join(BODY) + "\n")
        for to, language in readers:
            mail = server.wait_for(before[to] + 1, to=to)[-1]
            self.assertEqual(mails.faults(mail, FROM, "callsheet.example"), [])
            self.assertIn(subject.strip(), str(mails.read(mail)["Subject"]))
            lines = mails.text(mail).splitlines()
            where = lines.index(BODY[0])
            # Blanks at the end of a line show nowhere.
            shown = [line.rstrip() for line in lines[where : where + len(BODY)]]
            self.assertEqual(shown, [line.rstrip() for line in BODY])
            for part in (mails.text(mail), mails.html(mail)):
                self.assertIn(titles[language], part)
                self.assertNotIn(titles["en" if language != "en" else "zh-CN"], part)
            self.assertIn(BODY[7], mails.html(mail))

    def assert_a_wrong_name_is_known_as_such_by(self, server, words):
        self.add("Nobody", f"nobody@{DOMAIN}")
        delivery = self.delivery(f"nobody@{DOMAIN}")
        self.assertEqual(delivery["state"], "failed")
        self.assertRegex(delivery["server"], words)
        self.assertEqual(self.callsheet.json("show", "Nobody")["status"], "undeliverable")

    def assert_a_wrong_password_costs_no_mail_a_try(self, server, **settings):
        self.configure(server, password="open barley", **settings)
        self.add("Late", f"countess@{DOMAIN}")
        delivery = self.delivery(f"countess@{DOMAIN}")
        self.assertEqual((delivery["state"], delivery["attempts"]), ("queued", 0))
        self.assertRegex(delivery["server"], r"^535 ")
        self.configure(server, **settings)
        self.callsheet.run("deliver")
        server.wait_for(to=f"countess@{DOMAIN}")
        self.assertEqual(self.delivery(f"countess@{DOMAIN}")["state"], "sent")


class ThroughPostfix(WithCallsheet):
    def test_the_main_job(self):
        with Postfix(NAMES) as server:
            self.configure(server)
            self.assert_the_main_job_is_done_with(server)

    def test_what_it_refuses(self):
        with Postfix(NAMES) as server:
            self.configure(server)
            checked = self.callsheet.run("check", code=None)
            self.assertRegex(checked.out, r"mail_server +ok")
            self.assert_a_wrong_name_is_known_as_such_by(server, r"^550 5\.1\.1 .*[Uu]nknown")
            self.assert_a_wrong_password_costs_no_mail_a_try(server)

    def test_many_mails_over_four_connections(self):
        names = [f"person{number}" for number in range(60)]
        with Postfix(names) as server:
            self.configure(server)
            for name in names:
                self.callsheet.run("add", "--name", name, "--email", f"{name}@{DOMAIN}", "--queue-only")
            self.callsheet.run("deliver")
            arrived = server.wait_for(60)
        self.assertEqual(sorted(mail.recipients[0] for mail in arrived), sorted(f"{name}@{DOMAIN}" for name in names))
        for mail in arrived:
            self.assert_good(mail)
        self.assertEqual({delivery["attempts"] for delivery in self.callsheet.json("outbox")}, {1})


class ThroughExim(WithCallsheet):
    def test_the_main_job(self):
        for security in ("starttls", "tls"):
            with self.subTest(security=security), Callsheet() as self.callsheet, Exim(NAMES, security) as server:
                self.configure(server, security=security)
                self.assert_the_main_job_is_done_with(server)

    def test_what_it_refuses(self):
        with Exim(NAMES) as server:
            self.configure(server)
            self.assert_a_wrong_name_is_known_as_such_by(server, r"^550 5\.1\.1 no such mailbox here")
            self.assert_a_wrong_password_costs_no_mail_a_try(server)

    def test_an_address_outside_of_ascii(self):
        with Exim((*NAMES, "用户")) as server:
            self.configure(server, allow_smtputf8=True)
            self.add(MING[0], f"用户@{DOMAIN}", language="zh-CN")
            (mail,) = server.wait_for(to=f"用户@{DOMAIN}")
            self.assert_good(mail, chinese=True)
            self.callsheet.run("verify", MING[0], mails.code(mail))


class ThroughAiosmtpd(WithCallsheet):
    ADDRESS = f"用户@{DOMAIN}"

    def send(self, server):
        settings = mail_settings(server, security="none", allow_smtputf8=True)
        self.callsheet.configure(mail={key: settings[key] for key in settings if key not in ("ca_file", "username")})
        self.add(MING[0], self.ADDRESS, language="zh-CN")

    def test_an_address_outside_of_ascii(self):
        with AiosmtpdServer() as server:
            self.send(server)
            (mail,) = server.wait_for(to=self.ADDRESS)
        self.assertIn("SMTPUTF8", mail.options)
        self.assert_good(mail, chinese=True)

    def test_an_address_outside_of_ascii_where_it_is_not_offered(self):
        with AiosmtpdServer(smtputf8=False) as server:
            self.send(server)
            self.assertEqual(server.mails(), [])
        delivery = self.delivery(self.ADDRESS)
        self.assertEqual(delivery["state"], "failed")
        self.assertIn("does not offer SMTPUTF8", delivery["server"])
        # The server is to blame, not the address.
        self.assertEqual(self.callsheet.json("show", MING[0])["status"], "unverified")

    def test_a_domain_outside_of_ascii_needs_nothing(self):
        with AiosmtpdServer(smtputf8=False) as server:
            self.callsheet.configure(mail={"from": FROM, "host": HOST, "port": server.port, "security": "none"})
            self.add(MING[0], "ming@例子.公司", language="zh-CN")
            (mail,) = server.wait_for(to="ming@xn--fsqu00a.xn--55qx5d")
        self.assert_good(mail, chinese=True)


if __name__ == "__main__":
    unittest.main()
