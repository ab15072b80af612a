"""What becomes of a mail when the server refuses, hangs up or is slow in each phase of the dialogue: Postfix's smtp-sink does that."""

import unittest

from callsheet import Callsheet
from servers import HOST, SmtpSink

PHASES = ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA", ".")
# Before RCPT nothing was asked about this mail: it waits, and the try is not charged.
NOT_CHARGED = ("queued", 0, False)


class Phases(unittest.TestCase):
    def outcome(self, *options):
        """State, tries and doubt of a mail to a server with these options, and how its contact stands."""
        with Callsheet() as callsheet, SmtpSink(*options) as sink:
            callsheet.configure(
                mail={"from": "notices@example.com", "host": HOST, "port": sink.port, "security": "none"}
            )
            callsheet.run("add", "--name", "Ada", "--email", "ada@example.com")
            (delivery,) = callsheet.json("outbox")
            status = callsheet.json("show", "Ada")["status"]
        self.assertTrue(delivery["server"], delivery)
        return (delivery["state"], delivery["attempts"], delivery["maybe_sent"]), status

    def assert_outcomes(self, option, expected, status="unverified"):
        for phase, outcome in zip(PHASES, expected, strict=True):
            with self.subTest(phase=phase):
                refused = "EHLO,HELO" if phase == "EHLO" else phase
                self.assertEqual(self.outcome(option, refused), (outcome, status))

    def test_refused_for_now(self):
        later = ("retry", 1, False)
        self.assert_outcomes("-r", [NOT_CHARGED] * 3 + [later] * 3)

    def test_refused_for_good(self):
        failed = ("failed", 1, False)
        self.assert_outcomes("-f", [NOT_CHARGED] * 3 + [failed] * 3)

    def test_hung_up_without_a_word(self):
        broken, doubtful = ("retry", 0, False), ("retry", 1, True)
        self.assert_outcomes("-q", [NOT_CHARGED] * 2 + [broken] * 3 + [doubtful])

    def test_hung_up_with_421(self):
        later = ("retry", 1, False)
        self.assert_outcomes("-Q", [NOT_CHARGED] * 3 + [later] * 3)

    def test_answered_late(self):
        # With PIPELINING smtp-sink answers the commands behind a delayed one before it.
        for phase in PHASES[1:]:
            with self.subTest(phase=phase):
                self.assertEqual(self.outcome("-p", "-W", f"{phase}:1"), (("sent", 1, False), "code_sent"))


if __name__ == "__main__":
    unittest.main()
