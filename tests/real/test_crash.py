"""Mail is never lost and never sent twice without a word, whenever the program dies, the power fails or the disk is full.

Each test compares what a server has read with what the outbox says. That they can fail is tested, too: with the lock and the
lease taken out, and with writes that are not synced, the same tests find mail that came twice or never.
"""

import random
import shutil
import sqlite3
import unittest

import mutants
from callsheet import Callsheet
from faults import CUT_OFF, KILLED, Faults, FullDisk
from ledger import Ledger, judge
from servers import HOST, AiosmtpdServer

FROM = "notices@example.com"


def settings(server, **more):
    return {"from": FROM, "host": HOST, "port": server.port, "security": "none", **more}


class WithLedger(unittest.TestCase):
    def setUp(self):
        self.ledger = self.enterContext(Ledger())
        self.callsheet = self.enterContext(Callsheet())
        self.callsheet.configure(mail=settings(self.ledger), verification={"daily_limit": 1000})

    def queue(self, count):
        """So many mails, and a copy of the database as it is then."""
        for number in range(count):
            name, email = f"person{number}", f"person{number}@example.com"
            self.callsheet.run("add", "--name", name, "--email", email, "--queue-only")
        self.saved = self.callsheet.folder / "saved"
        shutil.copytree(self.callsheet.database.parent, self.saved)

    def begin_again(self):
        """The database as it was saved, and an empty ledger."""
        self.ledger.forget()
        shutil.rmtree(self.callsheet.database.parent)
        shutil.copytree(self.saved, self.callsheet.database.parent)

    def outbox(self):
        return self.callsheet.json("outbox", "--limit", 10_000)

    def finish(self):
        """Lets a healthy sender do the rest, and judges."""
        self.ledger.wait_until_quiet()
        self.callsheet.run("deliver")
        waiting = [delivery["id"] for delivery in self.outbox() if delivery["state"] == "retry"]
        if waiting:
            # What may have been sent is not due at once.
            self.callsheet.run("retry", *waiting)
            self.callsheet.run("deliver")
        return judge(self.outbox(), self.ledger)

    def sweep(self, **faults):
        """The sender dies at its first, second, third … write, until it comes to its end before that. Yields the number and what
        was found."""
        for number in range(1, 1000):
            self.begin_again()
            dying = Faults(kill_at=number, **faults)
            ended = self.callsheet.run("deliver", code=None, faults=dying)
            # What is cut off a file that is mapped into memory ends a thread that reads it there before the kill does.
            deaths = (KILLED, CUT_OFF) if dying.power else (KILLED,)
            self.assertIn(ended.code, (0, *deaths), ended.err)
            yield number, self.finish()
            if ended.code == 0:
                return
        self.fail("the sweep does not end")


class Sweeps(WithLedger):
    def assert_nothing_is_lost(self, **faults):
        declared = points = 0
        for number, findings in self.sweep(**faults):
            self.assertEqual(findings.faults, [], f"after death at {number}")
            declared += findings.declared
            points = number
        # Every mail is claimed, noted and recorded, and its commands, its body and the rest are sent.
        self.assertGreater(points, 3 * 5)
        # At some points a mail had left of which nothing was recorded.
        self.assertGreater(declared, 0)

    def test_a_sender_that_dies_at_any_write_loses_nothing(self):
        self.queue(3)
        self.assert_nothing_is_lost()

    def test_nor_does_one_that_dies_in_the_middle_of_a_write(self):
        self.queue(2)
        self.assert_nothing_is_lost(torn=True)

    def test_nor_does_one_whose_power_fails(self):
        self.queue(3)
        self.assert_nothing_is_lost(power=True)

    def test_where_nothing_is_synced_a_power_cut_is_noticed(self):
        self.queue(2)
        faults = [findings.faults for _, findings in self.sweep(power=True, lying_sync=True)]
        self.assertTrue(any("more than once without a word" in line for found in faults for line in found), faults)

    def test_what_was_reported_as_saved_is_there_and_what_was_not_is_whole_or_absent(self):
        self.queue(1)
        command = ("add", "--name", "Late", "--email", "late@example.com", "--queue-only")
        for power in (False, True):
            for number in range(1, 1000):
                self.begin_again()
                ended = self.callsheet.run(*command, code=None, faults=Faults(kill_at=number, power=power))
                self.assertIn(ended.code, (0, KILLED), ended.err)
                contacts = [contact["name"] for contact in self.callsheet.json("list")]
                mails = [delivery["to"] for delivery in self.outbox()]
                entries = self.callsheet.json("history")
                is_there = "Late" in contacts
                with self.subTest(power=power, number=number):
                    self.assertEqual("late@example.com" in mails, is_there)
                    self.assertEqual(len(entries), 2 if is_there else 1)
                    self.callsheet.run("history", "verify")
                    # The id is printed when all of it is saved.
                    self.assertGreaterEqual(is_there, bool(ended.out.strip()))
                if ended.code == 0:
                    self.assertTrue(is_there)
                    break
            else:
                self.fail("the sweep does not end")


class Crowds(WithLedger):
    """Four processes on one database, and somebody who kills them."""

    MAILS = 240

    def setUp(self):
        super().setUp()
        self.queue(self.MAILS)
        self.random = random.Random(20261124)

    def kill_at_random(self, faults=None, binary=None):
        """Kills two of four whenever a few more mails have come, until nothing is due any more; returns what was found, and how
        many were killed."""
        self.begin_again()
        sound, self.callsheet.binary = self.callsheet.binary, binary or self.callsheet.binary
        crowd, kills, seen = [], 0, 0
        for _ in range(1000):
            crowd = [process for process in crowd if process.runs]
            crowd += [self.callsheet.start("deliver", faults=faults) for _ in range(4 - len(crowd))]
            if not self.ledger.wait_for(seen + self.random.randint(1, 8), seconds=1):
                # What may have been sent is not due for a minute.
                if all(delivery["state"] in ("sent", "retry") for delivery in self.outbox()):
                    break
                continue
            seen = self.ledger.total
            for process in self.random.sample(crowd, 2):
                kills += process.runs
                process.kill()
        else:
            self.fail("the senders do not come to an end")
        for process in crowd:
            process.kill()
        self.callsheet.binary = sound
        return self.finish(), kills

    def test_killing_senders_at_random_loses_nothing(self):
        findings, kills = self.kill_at_random()
        self.assertEqual(findings.faults, [])
        self.assertGreater(kills, 20)

    def test_the_lock_or_the_lease_alone_is_enough(self):
        no_lease = mutants.without_lease(self.callsheet.binary, self.callsheet.folder)
        for what, broken in (("lock", {"faults": Faults(no_lock=True)}), ("lease", {"binary": no_lease})):
            with self.subTest(without=what):
                findings, _ = self.kill_at_random(**broken)
                self.assertEqual(findings.faults, [])

    def test_without_lock_and_lease_mail_that_came_twice_is_noticed(self):
        no_lease = mutants.without_lease(self.callsheet.binary, self.callsheet.folder)
        findings, _ = self.kill_at_random(faults=Faults(no_lock=True), binary=no_lease)
        self.assertTrue(findings.undeclared, "four senders at once sent nothing twice")


class FullDisks(WithLedger):
    def test_a_disk_that_is_full_at_any_write_loses_and_repeats_nothing(self):
        self.queue(3)
        count = self.callsheet.folder / "count"
        for length in (1, 4):
            for number in range(1, 1000):
                self.begin_again()
                full = Faults(full_at=number, full_for=length, count=str(count))
                ended = self.callsheet.run("deliver", code=None, faults=full)
                with self.subTest(length=length, number=number):
                    self.assertIn(ended.code, (0, 1), ended.err)
                    findings = self.finish()
                    self.assertEqual((findings.faults, findings.declared), ([], 0))
                if int(count.read_text()) < number:
                    break
            else:
                self.fail("the sweep does not end")
            self.assertGreater(number, 3 * 5)


class Recording(unittest.TestCase):
    """What the server has taken is recorded as soon as it can be, and the program waits for that."""

    def setUp(self):
        self.server = self.enterContext(AiosmtpdServer())
        self.callsheet = self.enterContext(Callsheet())
        self.callsheet.configure(mail=settings(self.server))

    def queue(self):
        for number in range(3):
            name, email = f"person{number}", f"person{number}@example.com"
            self.callsheet.run("add", "--name", name, "--email", email, "--queue-only")

    def assert_everything_was_sent_once(self):
        for delivery in self.callsheet.json("outbox"):
            self.assertEqual((delivery["state"], delivery["attempts"]), ("sent", 1))
            self.assertFalse(delivery["maybe_sent"])
            self.assertEqual(len(self.server.mails(delivery["to"])), 1)

    def test_it_waits_for_room_on_the_disk(self):
        for mounts in (True, False):
            with self.subTest(mounts=mounts), FullDisk(self.callsheet.folder / f"disk{mounts}", mounts) as disk:
                self.callsheet.keep_database_at(disk.folder / "callsheet.db")
                self.queue()
                self.server.hold()
                sender = self.callsheet.start("deliver", faults=disk.faults)
                before = len(self.server.wait_for(1))
                disk.fill()
                self.server.release()
                sender.wait_for_words("cannot be written")
                self.assertTrue(sender.runs)
                disk.empty()
                self.assertEqual(sender.wait_for_end(), 0, sender.said)
                self.assertGreaterEqual(before, 1)
                self.callsheet.run("deliver")
                self.assert_everything_was_sent_once()
                self.server.forget()

    def test_it_waits_for_a_program_that_locks_the_database(self):
        self.queue()
        self.server.hold()
        sender = self.callsheet.start("deliver")
        self.server.wait_for(1)
        other = sqlite3.connect(self.callsheet.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        self.server.release()
        # A writer waits 10 s for others before it says so.
        sender.wait_for_words("is locked by another program")
        self.assertTrue(sender.runs)
        other.execute("ROLLBACK")
        other.close()
        self.assertEqual(sender.wait_for_end(), 0, sender.said)
        self.callsheet.run("deliver")
        self.assert_everything_was_sent_once()

    def test_a_disk_that_is_full_from_the_start_is_said_and_nothing_leaves(self):
        with FullDisk(self.callsheet.folder / "disk") as disk:
            self.callsheet.keep_database_at(disk.folder / "callsheet.db")
            self.queue()
            disk.fill()
            ended = self.callsheet.run("deliver", code=1, faults=disk.faults)
            self.assertIn("no room left on the disk", ended.err)
            self.assertEqual(self.server.mails(), [])
            disk.empty()
            self.callsheet.run("deliver")
            self.assert_everything_was_sent_once()


if __name__ == "__main__":
    unittest.main()
