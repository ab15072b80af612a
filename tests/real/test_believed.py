"""Mails that receivers believe: of every kind and in every language, no parser finds a defect and SpamAssassin nothing to dislike."""

import os
import subprocess
import tempfile
import unittest

import mails
from callsheet import Callsheet
from servers import HOST, AiosmtpdServer

FROM = "notices@example.com"
SECURITY = "security@example.com"

# Debian's SpamAssassin refuses from 5.0 on.
MOST_POINTS = 0.5

# Rules are read once; each file named as an argument gets a line: its points, and the rules that gave them.
SCORES = """
use Mail::SpamAssassin;
my $judge = Mail::SpamAssassin->new({
    local_tests_only => 1, dont_copy_prefs => 1, userprefs_filename => '/dev/null', home_dir_for_helpers => $ENV{HOME},
    rules_filename => $ENV{RULES}, site_rules_filename => $ENV{SITE_RULES},
});
for my $name (@ARGV) {
    open(my $file, '<', $name) or die "$name: $!";
    my $mail = $judge->parse([<$file>]);
    my $status = $judge->check($mail);
    printf("%.1f %s\\n", $status->get_score(), $status->get_names_of_tests_hit());
    $status->finish();
    $mail->finish();
}
"""

ENGLISH = {
    "subject": "A login from a new country",
    "body": "Somebody signed in to the account at 14:03 UTC from a country that was never seen before.\n\n"
    "If it was none of you, change the password:\n\n  https://example.com/account\n",
}
CHINESE = {
    "subject": "账号在新的地区登录",
    "body": "有人于 14:03（UTC）在一个从未出现过的地区登录了贵公司的账号。\n\n如非本人操作，请立即修改密码：\n\n  https://example.com/account\n",
}
WITH_HTML = """From: somebody@example.com
To: list@example.com
Subject: =?utf-8?q?Renewal_of_the_certificate_=E2=80=93_done?=
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

The certificate of www.example.com was renewed and is valid for 90 days.
--b
Content-Type: text/html; charset=utf-8

<p>The certificate of <b>www.example.com</b> was renewed and is valid for 90 days.</p>
--b--
"""


def every_mail():
    """What was sent, by a name that tells what it is."""
    found = {}
    for language in ("en", "zh-CN"):
        for url in (None, "https://callsheet.example.com"):
            found |= {f"{name}, {language}, {url}": mail for name, mail in sent(language, url).items()}
    return found


def sent(language, url):
    """Every kind of mail, in one language, with or without a page."""
    found = {}
    with AiosmtpdServer() as server, Callsheet() as callsheet:
        settings = {"from": f"Example Ltd <{FROM}>", "host": HOST, "port": server.port, "security": "none"}
        settings["return_path"] = "bounces@example.com"
        callsheet.configure(mail=settings, **({"verification": {"public_url": url}} if url else {}))

        def keep(name, to, number):
            found[name] = server.wait_for(number, to=to)[number - 1]
            return found[name]

        account = ["--name", "Example Ltd", "--language", language]
        callsheet.run("account", *account, "--security-email", SECURITY)
        keep("verification of the security email", SECURITY, 1)
        name = "AdaLovelace" if language == "en" else "王小明"
        callsheet.run("add", "--name", name, "--email", "ada@example.com", "--language", language)
        code = mails.code(keep("verification", "ada@example.com", 1))
        callsheet.run("verify", name, code)
        callsheet.run("modify", name, "--email", "new@example.com")
        code = mails.code(server.wait_for(1, to="new@example.com")[0])
        callsheet.run("verify", name, code)
        keep("change", "ada@example.com", 2)
        callsheet.run("test", name)
        keep("test", "new@example.com", 2)
        text = ENGLISH if language == "en" else CHINESE
        callsheet.run("notify", "security.account", "--subject", text["subject"], stdin=text["body"])
        keep("fallback", SECURITY, 2)
        callsheet.run("subscribe", name, "security", "product", "activity")
        callsheet.run("test", name, "--type", "security.account")
        keep("test of a type", "new@example.com", 3)
        number = 4
        for kind in ("security.account", "product.expiration", "activity.launch"):
            callsheet.run("notify", kind, "--subject", text["subject"], stdin=text["body"])
            keep(kind, "new@example.com", number)
            number += 1
        callsheet.run("notify", "product.change", "--from-mail", stdin=WITH_HTML)
        keep("from a mail", "new@example.com", number)
    return found


class Believed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.mails = every_mail()

    def test_no_parser_finds_a_defect(self):
        self.assertEqual(len(self.mails), 4 * 10)
        for name, mail in self.mails.items():
            with self.subTest(name):
                self.assertEqual(mails.faults(mail, FROM, "example.com"), [])

    def test_bounces_of_each_mail_come_to_an_address_of_its_own(self):
        by_database = {}
        for name, mail in self.mails.items():
            self.assertRegex(mail.sender, r"\Abounces\+[0-9]+-[0-9a-z]{16}@example\.com\Z")
            by_database.setdefault(name.split(", ", 1)[1], set()).add(mail.sender)
        self.assertEqual([len(senders) for senders in by_database.values()], [10] * 4)

    def test_only_activity_messages_offer_to_unsubscribe(self):
        for name, mail in self.mails.items():
            with self.subTest(name):
                message = mails.read(mail)
                offers = message["List-Unsubscribe"]
                if not name.startswith("activity."):
                    self.assertIsNone(offers)
                    continue
                self.assertIn("<mailto:bounces@example.com?subject=unsubscribe%20", offers)
                one_click = message["List-Unsubscribe-Post"]
                self.assertEqual(one_click, None if name.endswith("None") else "List-Unsubscribe=One-Click")

    def scores(self, contents):
        """What SpamAssassin thinks of each: its points, and the rules that gave them."""
        root = os.environ.get("CALLSHEET_SPAMASSASSIN")
        if not root:
            self.skipTest("SpamAssassin cannot be had here; tests/real/run says why")
        with tempfile.TemporaryDirectory() as folder:
            names = [f"{folder}/{number}.eml" for number in range(len(contents))]
            for name, content in zip(names, contents):
                with open(name, "wb") as file:
                    # As a server stores it.
                    file.write(content.replace(b"\r\n", b"\n"))
            environment = {
                "PATH": "/usr/bin:/bin",
                "HOME": folder,
                "LANG": "C.UTF-8",
                "PERL5LIB": f"{root}/usr/share/perl5",
                "RULES": f"{root}/usr/share/spamassassin",
                "SITE_RULES": f"{root}/etc/spamassassin",
            }
            command = ["perl", "-e", SCORES, *names]
            done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", timeout=300)
        self.assertEqual(done.returncode, 0, done.stderr)
        judged = [line.split(" ", 1) for line in done.stdout.splitlines()]
        self.assertEqual(len(judged), len(contents), done.stderr)
        return [(float(points), rules) for points, rules in judged]

    def test_spamassassin_dislikes_nothing(self):
        scores = self.scores([mail.content for mail in self.mails.values()])
        for name, (points, rules) in zip(self.mails, scores):
            with self.subTest(name):
                self.assertLessEqual(points, MOST_POINTS, rules)

    def test_spamassassin_dislikes_what_is_wrong(self):
        """It is easy to be liked by one that has no rules."""
        bare = b"From: a@example.com\nTo: b@example.com\nContent-Type: text/html\n\n<p>Hello</p>\n"
        ((points, rules),) = self.scores([bare])
        self.assertGreater(points, MOST_POINTS, rules)
        self.assertIn("MISSING_DATE", rules)


if __name__ == "__main__":
    unittest.main()
