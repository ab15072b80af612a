"""Signatures of the real binary, checked by a program that others wrote: dkimpy, with the record that `check` tells to publish."""

import re
import unittest

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

import mails
from callsheet import Callsheet
from servers import HOST, AiosmtpdServer

FROM = "notices@example.com"


def private_key(bits=2048):
    key = rsa.generate_private_key(65537, bits)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key.private_bytes(*form).decode()


class Signing(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(AiosmtpdServer())
        self.callsheet = self.enterContext(Callsheet())
        self.configure(self.callsheet.secret_file("dkim.pem", private_key()))

    def configure(self, key_file):
        self.callsheet.configure(
            **{
                "mail": {
                    "from": f"Example Ltd <{FROM}>",
                    "host": HOST,
                    "port": self.server.port,
                    "security": "none",
                    "return_path": "bounces@example.com",
                },
                "mail.dkim": {"domain": "example.com", "selector": "s1", "key_file": key_file},
            }
        )

    def record(self):
        """The name and the text of the TXT record, as `check` tells them."""
        (finding,) = [one for one in self.callsheet.json("check", code=None) if one["check"] == "dkim"]
        self.assertEqual(finding["result"], "ok", finding)
        name = re.search(r"(\S+) TXT ", finding["message"]).group(1)
        strings = re.findall(r'"([^"]*)"', finding["message"])
        self.assertTrue(all(len(string) <= 255 for string in strings))
        return name, "".join(strings)

    def is_valid(self, content):
        name, text = self.record()
        records = {name.encode(): text.encode()}
        return dkim.verify(content, dnsfunc=lambda wanted, timeout=5: records.get(wanted))

    def mails(self):
        """Mails in both languages; the last is one that offers to unsubscribe."""
        self.callsheet.run("account", "--name", "Example", "--security-email", "security@example.com")
        self.callsheet.run("add", "--name", "Ada", "--email", "ada@example.com", "--language", "en")
        self.callsheet.run("add", "--name", "王小明", "--email", "xiaoming@example.com", "--language", "zh-CN")
        self.callsheet.run("test")
        (mail,) = self.server.wait_for(to="ada@example.com")
        self.callsheet.run("verify", "Ada", mails.code(mail))
        self.callsheet.run("subscribe", "Ada", "activity")
        self.callsheet.run("notify", "activity.launch", "--subject", "Something new", stdin="Look: 新功能。\n")
        return self.server.wait_for(5)

    def test_every_mail_is_signed_and_the_signature_is_valid(self):
        for mail in self.mails():
            with self.subTest(to=mail.recipients):
                self.assertTrue(mail.content.startswith(b"DKIM-Signature: "))
                self.assertTrue(self.is_valid(mail.content))
        # RFC 8058 section 4: what unsubscribes counts only if it is signed.
        last = mails.read(self.server.mails()[-1])
        signed = re.search(r"h=([^;]*);", re.sub(r"\s", "", last["DKIM-Signature"])).group(1).split(":")
        self.assertLessEqual({"From", "List-Unsubscribe", "Auto-Submitted", "Content-Type"}, set(signed))
        self.assertEqual(signed.count("From"), 2)

    def test_what_is_signed_cannot_be_changed(self):
        mail = self.mails()[0].content
        body = mail.index(b"\r\n\r\n")
        for changed in (
            mail.replace(b"Subject: ", b"Subject: x", 1),
            mail.replace(b'From: "Example Ltd"', b'From: "Somebody"', 1),
            mail.replace(b"multipart/alternative", b"multipart/mixed", 1),
            mail.replace(b"\r\nFrom: ", b"\r\nFrom: evil@example.net\r\nFrom: ", 1),
            mail[:body] + b"\r\nFrom: evil@example.net" + mail[body:],
            mail + b"more\r\n",
        ):
            self.assertTrue(changed != mail)
            self.assertFalse(self.is_valid(changed))
        # Servers on the way add fields, and fold others anew.
        passed_on = b"Received: by mx.example.net\r\n" + mail.replace(b"Subject: ", b"Subject:\r\n ", 1)
        self.assertTrue(self.is_valid(passed_on))

    def test_another_key_is_not_the_one_that_is_published(self):
        mail = self.mails()[0].content
        self.configure(self.callsheet.secret_file("other.pem", private_key()))
        self.assertFalse(self.is_valid(mail))

    def test_with_a_key_that_cannot_be_used_mail_waits(self):
        self.configure(self.callsheet.secret_file("short.pem", private_key(1024)))
        ended = self.callsheet.run("add", "--name", "Ada", "--email", "ada@example.com")
        self.assertIn("2048 bits are needed", ended.err)
        (delivery,) = self.callsheet.json("outbox")
        self.assertEqual((delivery["state"], delivery["attempts"]), ("queued", 0))
        self.assertEqual(self.server.mails(), [])
        self.configure(self.callsheet.secret_file("dkim.pem", private_key()))
        self.callsheet.run("deliver")
        self.assertTrue(self.is_valid(self.server.wait_for(1)[0].content))


if __name__ == "__main__":
    unittest.main()
