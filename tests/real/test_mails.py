"""The reader of mails: it must find what it is there to find."""

import email.utils
import re
import unittest

import mails
from servers import Mail

TEXT = "Your code is ABCD-EF12."


def mail(change=lambda content: content, to="ada@example.com"):
    content = f"""From: Example <notices@example.com>
To: {to}
Subject: Confirm your address
Date: {email.utils.formatdate(localtime=True)}
Message-ID: <1.x@example.com>
MIME-Version: 1.0
Auto-Submitted: auto-generated
Content-Type: multipart/alternative; boundary="b"

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 7bit

{TEXT}
--b
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: 7bit

<p>{TEXT}</p>
--b--
"""
    return Mail("notices@example.com", ("ada@example.com",), change(content.replace("\n", "\r\n")).encode())


class Reader(unittest.TestCase):
    def faults(self, change, **other):
        return mails.faults(mail(change, **other), "notices@example.com", "example.com")

    def test_a_good_mail_has_no_faults(self):
        self.assertEqual(self.faults(lambda content: content), [])
        self.assertEqual(mails.code(mail()), "ABCD-EF12")
        self.assertFalse(mails.is_chinese(mail()))

    def test_every_fault_is_found(self):
        changes = {
            "a bare CR or LF": lambda content: content.replace("is ABCD", "is\nABCD"),
            "a NUL": lambda content: content.replace("is ABCD", "is \0 ABCD"),
            "a line of": lambda content: content.replace("Your", "Your " * 300),
            "a body that is not 7-bit": lambda content: content.replace("<p>", "<p>验证码"),
            "a header that is not ASCII": lambda content: content.replace("Confirm", "Bestätige"),
            "Auto-Submitted is there 0 times": lambda content: content.replace("Auto-Submitted", "X-Auto"),
            "To is there 2 times": lambda content: content.replace("To: ", "To: b@example.com\r\nTo: "),
            "From is": lambda content: content.replace("<notices@", "<other@"),
            "Message-ID is": lambda content: content.replace("1.x@example.com", "1.x@elsewhere.com"),
            "Auto-Submitted is no": lambda content: content.replace("auto-generated", "no"),
            "Date is not now": lambda content: re.sub("Date: .*", "Date: Mon, 01 Jan 2001 00:00:00 +0000\r", content),
            "the whole is": lambda content: content.replace("multipart/alternative", "multipart/mixed"),
            "the parts are": lambda content: content.replace("text/html", "text/plain"),
            "Defect": lambda content: content.replace("--b--", ""),
            "is empty": lambda content: content.replace(f"<p>{TEXT}</p>", " "),
            "holds '{{'": lambda content: content.replace("ABCD", "{{ code }}"),
        }
        for expected, change in changes.items():
            with self.subTest(expected=expected):
                self.assertIn(expected, " ".join(self.faults(change)))

    def test_a_recipient_other_than_the_envelopes_is_found(self):
        self.assertIn("To is", " ".join(self.faults(lambda content: content, to="bob@example.com")))

    def test_a_mail_in_two_languages_is_refused(self):
        with self.assertRaisesRegex(AssertionError, "differ in language"):
            mails.is_chinese(mail(lambda content: content.replace("<p>", "<p>验证码")))

    def test_two_codes_are_refused(self):
        with self.assertRaisesRegex(AssertionError, "one code expected"):
            mails.code(mail(lambda content: content.replace("Your", "WXYZ-1234 or your")))


if __name__ == "__main__":
    unittest.main()
