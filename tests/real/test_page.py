"""The page that links in mails open, with the real binary: as curl, a text browser, a phone's browser and a mail scanner see it."""

import contextlib
import pathlib
import re
import shutil
import socket
import subprocess
import unittest

import mails
from browser import Browser, contrast, program
from callsheet import Callsheet, Key, Tty
from servers import HOST, AiosmtpdServer, until

FROM = "notices@example.com"
PREFIX = "/contacts"


class WithPage(unittest.TestCase):
    """A mail server, a database and the page, each anew for every test."""

    def setUp(self):
        self.server = self.enterContext(AiosmtpdServer())
        self.callsheet = self.enterContext(Callsheet())
        with socket.create_server((HOST, 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://{HOST}:{self.port}{PREFIX}"
        self.configure(self.url)
        self.callsheet.run("account", "--name", "Example Ltd")
        self.page = self.callsheet.start("serve")
        until(self.listens, what="the page")

    def configure(self, public_url):
        self.callsheet.configure(
            mail={"from": f"Example Ltd <{FROM}>", "host": HOST, "port": self.server.port, "security": "none"},
            verification={"public_url": public_url},
            serve={"listen": f"{HOST}:{self.port}"},
        )

    def listens(self):
        with contextlib.suppress(OSError), socket.create_connection((HOST, self.port), 1):
            return True

    def link(self, name, email, language="en"):
        """Adds a contact; the link in its mail."""
        self.callsheet.run("add", "--name", name, "--email", email, "--language", language)
        (mail,) = self.server.wait_for(to=email)
        link = mails.link(mail, "v")
        self.assertTrue(link.startswith(f"{self.url}/v/"), link)
        return link

    def status(self, name):
        return self.callsheet.json("show", name)["status"]


class Curl(WithPage):
    def curl(self, *arguments):
        """Status, headers and body."""
        command = ["curl", "--silent", "--show-error", "--include", "--max-time", "20", *arguments]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
        head, _, body = done.stdout.replace("\r\n", "\n").partition("\n\n")
        first, *headers = head.split("\n")
        return int(first.split()[1]), dict(line.lower().split(": ", 1) for line in headers), body

    def test_only_post_confirms(self):
        link = self.link("Ada", "ada@example.com")
        for arguments in ([], ["--head"], ["--location", "--user-agent", "scanner"], ["--request", "OPTIONS"]):
            self.curl(*arguments, link)
            self.assertEqual(self.status("Ada"), "code_sent")
        status, headers, body = self.curl("--request", "POST", link)
        self.assertEqual((status, "Address confirmed" in body), (200, True), body)
        self.assertEqual(self.status("Ada"), "verified")
        self.assertEqual(headers["cache-control"], "no-store")
        self.assertFalse({"set-cookie", "server", "location"} & headers.keys())
        self.assertIn("Address confirmed", self.curl(link)[2])

    def test_what_does_not_count_has_one_answer(self):
        link = self.link("Ada", "ada@example.com")
        self.link("Bob", "bob@example.com")
        self.callsheet.run("delete", "Ada", "--yes")
        (bob,) = self.server.wait_for(to="bob@example.com")
        answers = []
        for path in (link, f"{mails.link(bob, 'v')[:-4]}AAAA", f"{self.url}/v/9.x"):
            for method in ("GET", "POST"):
                status, headers, body = self.curl("--request", method, path)
                headers.pop("date")
                answers.append((status, headers, body))
        self.assertEqual(answers[0][0], 404)
        self.assertEqual(answers, [answers[0]] * len(answers))

    def test_a_mail_program_unsubscribes_with_one_click(self):
        # Only a page with TLS is offered: a proxy before this one has it.
        self.configure(self.url.replace("http:", "https:"))
        self.callsheet.run("add", "--name", "Ada", "--email", "ada@example.com", "--types", "activity,security")
        (mail,) = self.server.wait_for(to="ada@example.com")
        self.callsheet.run("verify", "Ada", mails.code(mail))
        self.callsheet.run("notify", "activity.launch", "--subject", "Something new", stdin="Look.\n")
        offer = mails.read(self.server.wait_for(2, to="ada@example.com")[1])
        self.assertEqual(offer["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        (url,) = re.findall(r"<https(:[^>]+)>", offer["List-Unsubscribe"])
        url = f"http{url}"
        # As RFC 8058 has it: a form in either of its encodings, no cookie, and no page is opened before.
        for arguments in (["--data", "List-Unsubscribe=One-Click"], ["--form", "List-Unsubscribe=One-Click"]):
            status, headers, body = self.curl(*arguments, url)
            self.assertEqual((status, body), (200, "unsubscribed"))
            self.assertNotIn("set-cookie", headers)
        contact = self.callsheet.json("show", "Ada")
        self.assertIsNotNone(contact["unsubscribed_at"])
        explained = self.callsheet.json("explain", "security.account")
        self.assertEqual([one["email"] for one in explained["recipients"]], ["ada@example.com"])
        self.assertEqual(self.callsheet.json("explain", "activity.launch")["recipients"], [])
        self.assertEqual(self.curl("--data", "List-Unsubscribe=One-Click", f"{url[:-4]}AAAA")[0], 404)

    def test_a_monitor_is_told_whether_it_works(self):
        status, _, body = self.curl(f"http://{HOST}:{self.port}/healthz")
        self.assertEqual((status, body), (200, "ok"))

    def test_it_ends_in_order(self):
        self.assertEqual(self.page.end_when_told(), 0)


class TextBrowser(WithPage):
    """w3m in a terminal: read, go to the button, press it."""

    def test_the_button_is_found_and_pressed(self):
        w3m = shutil.which("w3m")
        if not w3m:
            self.skipTest("w3m is not installed")
        link = self.link("Ada", "ada@example.com")
        environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": "vt100", "HOME": str(self.callsheet.home)}
        tty = Tty([w3m, "-no-mouse", link], environment, "/", 80, 24)
        self.addCleanup(tty.close)
        tty.wait_for("Confirm your address")
        tty.wait_for("Example Ltd")
        self.assertNotIn("ada@", tty.text)
        self.assertNotIn("{", tty.text)
        self.assertEqual(self.status("Ada"), "code_sent")
        tty.send(Key.TAB)
        tty.wait_until(lambda: "Confirm this address" in tty.cursor_line, what="the button under the cursor")
        tty.send(Key.ENTER)
        tty.wait_for("Address confirmed")
        self.assertEqual(self.status("Ada"), "verified")


class GraphicalBrowser(WithPage):
    """Chromium, with nothing but its keyboard."""

    def setUp(self):
        binary = program()
        if not binary:
            self.skipTest("Chromium is not installed")
        super().setUp()
        self.browser = self.enterContext(Browser(binary))

    def test_a_scanner_that_runs_scripts_confirms_nothing(self):
        link = self.link("Ada", "ada@example.com")
        self.browser.open(link)
        self.assertEqual(self.browser.heading(), "Confirm your address")
        self.assertEqual(self.browser.requests(), [("GET", link)])
        self.assertEqual(self.browser.complaints(), [])
        self.assertEqual(self.status("Ada"), "code_sent")

    def test_one_key_confirms_and_no_script_is_needed(self):
        link = self.link("Ada", "ada@example.com")
        self.browser.without_scripts()
        self.browser.open(link)
        buttons = [(name, more["description"]) for role, name, more in self.browser.tree() if role == "button"]
        self.assertEqual([name for name, _ in buttons], ["Confirm this address"])
        self.assertIn("Example Ltd", buttons[0][1])
        self.browser.press()
        self.assertEqual(self.browser.heading(), "Address confirmed")
        self.assertEqual(self.status("Ada"), "verified")
        # Loading it again, as phones do, is no harm.
        self.browser.open(link)
        self.assertEqual(self.browser.heading(), "Address confirmed")
        self.assertEqual([method for method, _ in self.browser.requests()], ["GET", "POST", "GET"])
        self.assertEqual(self.browser.complaints(), [])

    def test_every_page_can_be_read_and_pressed_on_a_phone(self):
        pages = {
            "Confirm your address": self.link("Ada", "ada@example.com"),
            "验证您的邮箱": self.link("王小明", "xiaoming@example.com", language="zh-CN"),
            "This link does not count any more": f"{self.url}/v/1.x",
            "There is no such page": f"{self.url}/elsewhere",
        }
        for heading, address in pages.items():
            for dark in (False, True):
                with self.subTest(heading=heading, dark=dark):
                    self.browser.phone(dark=dark)
                    self.browser.open(address)
                    self.assertEqual(self.browser.heading(), heading)
                    self.assertEqual(self.browser.faults(), [])
        self.assertEqual([self.status(name) for name in ("Ada", "王小明")], ["code_sent"] * 2)

    def test_the_reader_of_pages_finds_what_is_wrong(self):
        bad = pathlib.Path(self.callsheet.folder, "bad.html")
        bad.write_text(
            "<meta name='viewport' content='width=device-width'><title></title><h2>a</h2><h1>b</h1>"
            "<p style='color: #999; font-size: 12px; width: 900px'>c</p><button style='height: 20px'></button>"
        )
        self.browser.phone()
        self.browser.open(bad.as_uri())
        told = " ".join(self.browser.faults())
        for fault in ("main is there 0", "heading is there 2", "level 2", "without a name", "language", "px high", "wide"):
            self.assertIn(fault, told)
        self.assertRegex(told, r"rgb\(153, 153, 153\) on .* is 2\.8")
        self.assertRegex(told, "the button is")


class Contrast(unittest.TestCase):
    def test_it_is_that_of_wcag(self):
        self.assertAlmostEqual(contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)"), 21)
        self.assertAlmostEqual(contrast("rgb(119, 119, 119)", "rgb(255, 255, 255)"), 4.48, places=2)


if __name__ == "__main__":
    unittest.main()
