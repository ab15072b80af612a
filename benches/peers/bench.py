"""Measures callsheet and its peers in turn and collects the rows of the table.

Each method is one part of the table and can be run alone. Figures are medians of rounds in which callsheet and the peer
alternate, so that a busy machine is busy for both.
"""

import dataclasses
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import time

import bulk
import data
import finder
import lists
import mail
import relay
import soak
import tables
import terminal

MEGABYTE = 1e6


@dataclasses.dataclass
class Row:
    """One line of the table. `passed` is None where the design promises nothing about it, or where it was not measured."""

    part: str
    what: str
    figure: str
    peer: str = ""
    ratio: str = ""
    passed: bool | None = None
    # Names the reason in report.py, should it not pass.
    key: str = ""


def median(values):
    return statistics.median(values)


def p99(values):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]


def milliseconds(seconds):
    return f"{seconds * 1000:.2f} ms" if seconds < 0.01 else f"{seconds * 1000:.1f} ms"


def spread(times):
    """Median and p99."""
    return f"{milliseconds(median(times))}, p99 {milliseconds(p99(times))}"


# Seconds without a byte after which a list of a million contacts has told all it has to tell.
_COUNTED = 1.5


class Bench:
    """A folder with the data of all sizes, and the two programs."""

    ROUNDS = 10
    # Keys a round; 200 over all rounds.
    KEYS = 20
    MAILS = 4000
    RELAY_MAILS = 2000
    CONNECTIONS = (1, 2, 4)
    MAIL_ROUNDS = 3
    SOURCE_MAILS = 20_000
    NOTICES = 3
    TABLE_ROUNDS = 3
    FILTER_ROUNDS = 3
    LIST_ROUNDS = 2
    # Ten keys each, at rest and while another process imports.
    BATCHES = 60
    # Rows that another process imports while keys are typed.
    IMPORTED = 300_000

    def __init__(self, program, folder, sizes):
        self.program, self.abook = program, shutil.which("abook") or ""
        self.folder = pathlib.Path(folder)
        self.sizes = sizes
        # How long the program is used by a script.
        self.soak_minutes = 2.0
        self.largest = max(size for size in sizes if size <= 100_000)
        self._starts = {}

    def prepare(self):
        """Makes the data."""
        for size in self.sizes:
            folder = self._imported(f"people-{size}", size)
            data.let_wait(folder / "callsheet.db")
        data.fill_abook(self._addressbook(self.largest), self.largest)

    # The parts.

    def start(self):
        """Start to the first frame with a contact on it."""
        ours, theirs = self._alternate(self._measure_start)
        self._starts = ours
        large = self.largest
        yield self._ratio(
            "start", f"start to the first contact, {large:,} contacts", ours[large], theirs[large], median, 0.25
        )
        small = min(self.sizes)
        yield from self._growth("start", "start to the first contact", ours, small, 1.5)

    def keys(self):
        """Key to the last byte of the frame: cursor down through the list."""
        ours, theirs = self._alternate(self._measure_keys)
        ours = {size: [key for keys in rounds for key in keys] for size, rounds in ours.items()}
        theirs = {size: [key for keys in rounds for key in keys] for size, rounds in theirs.items()}
        large = self.largest
        label = f"key to last byte, {large:,} contacts"
        yield self._ratio("keys", f"{label}, median", ours[large], theirs[large], median, 1.5, spread)
        peer = median(theirs[large])
        worst = p99(ours[large])
        yield Row(
            "keys",
            f"{label}, p99 to abook's median",
            milliseconds(worst),
            f"abook {milliseconds(peer)} (its own p99 {milliseconds(p99(theirs[large]))})",
            f"{worst / peer:.2f} ≤ 3",
            worst <= 3 * peer,
            "keys",
        )
        yield from self._growth("keys", "cursor down, key to last byte", ours, min(self.sizes), 1.2, spread)
        pages = {size: [] for size in self.sizes}
        for _ in range(self.ROUNDS):
            for size, times in pages.items():
                times += self._measure_pages(self._callsheet(size))
        yield from self._growth("keys", "pages, to the end and back, key to last byte", pages, min(self.sizes), 1.2, spread)
        echoes = self._measure_echo()
        yield Row(
            "keys",
            "key to its echo before cat: what machine and harness add",
            "",
            spread(echoes),
        )

    def filter(self):
        """Each key of a filter until its last byte, beside fzf, and the memory that finding needs. Both have read everything first,
        and both find substrings and keep the order."""
        size = self.sizes[-1]
        lines = self.folder / "lines"
        finder.write_lines(lines, size)
        peer = finder.command(lines)
        for what, words in finder.WORDS.items():
            ours, theirs = [], []
            for _ in range(self.FILTER_ROUNDS if size < 1_000_000 else 2):
                for word in words:
                    ours += finder.keys_of_callsheet(self._callsheet(size), self._environment(), word)
                    theirs += finder.keys_of_fzf(peer, self._environment(), word, size)
            for name, of in (("median", median), ("p99", p99)):
                ratio = of(ours) / of(theirs)
                # The design promises it for a million; with less data it is shown all the same.
                promised = size >= 1_000_000
                yield Row(
                    "filter",
                    f"filter key, {size:,} contacts, {what}, {name}",
                    milliseconds(of(ours)),
                    f"fzf {milliseconds(of(theirs))}",
                    f"{ratio:.2f} ≤ 0.5",
                    ratio <= 0.5 if promised or ratio <= 0.5 else None,
                    "filter",
                )
        ours = finder.memory_of_callsheet(self._callsheet(size), self._environment())
        theirs = finder.memory_of_fzf(peer, self._environment(), size)
        yield Row(
            "filter",
            f"memory with the filter's index, {size:,} contacts",
            f"{ours / MEGABYTE:.1f} MB",
            f"fzf {theirs / MEGABYTE:.1f} MB",
            f"{ours / theirs:.2f} ≤ 0.35",
            ours <= 0.35 * theirs if size >= 1_000_000 or ours <= 0.35 * theirs else None,
            "filter-memory",
        )

    def busy(self):
        """Key to its frame while mail is being sent, beside the same keys while nothing is."""
        times = {"idle": [], "sending": []}
        with mail.SmtpSink() as sink:
            queued = self._queue(sink.port)
            # The same database with nothing left to send.
            sent = self._copy(queued, "sent")
            self._deliver(sent)
            for _ in range(3):
                for name, origin in (("idle", sent), ("sending", queued)):
                    folder = self._copy(origin, name)
                    with terminal.Terminal([self.program, "--db", folder / "callsheet.db"], self._environment(folder)) as tty:
                        tty.wait_for(b"@")
                        before = data.wait_for_sent(folder / "callsheet.db") if name == "sending" else 0
                        times[name] += self._up_and_down(tty, 60)
                        if name == "sending" and not before < data.sent(folder / "callsheet.db") < self.MAILS:
                            raise SystemExit("no mail was sent while keys were typed, or all of them were before the last key")
        idle, sending = times["idle"], times["sending"]
        for name, of in (("median", median), ("p99", p99)):
            ratio = of(sending) / of(idle)
            yield Row(
                "busy",
                f"key to its frame while mail is sent, {name}",
                milliseconds(of(sending)),
                f"idle {milliseconds(of(idle))}",
                f"{ratio:.2f} ≤ 2",
                ratio <= 2,
                "busy",
            )

    def importing(self):
        """Key to its frame while another process imports into the same database, beside the same keys at rest."""
        times = {"idle": [], "importing": []}
        rows, _ = tables.write(self._new_folder("import"), self.IMPORTED)
        for _ in range(2):
            folder = self._copy(self.folder / f"people-{min(self.sizes)}", "importing")
            database = folder / "callsheet.db"
            with terminal.Terminal(self._program(folder), self._environment(folder)) as tty:
                tty.wait_for(b"@")
                tty.settle()
                tty.key_to_mark(b"j")
                for _ in range(self.BATCHES):
                    times["idle"] += self._down_and_up(tty)
                importer = subprocess.Popen(
                    [self.program, "import", rows, "--keep-going", "--db", database],
                    env=self._environment(folder),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
                # It has begun: the log of what it writes grows.
                self._wait_for_growth(folder / "callsheet.db-wal")
                for _ in range(self.BATCHES):
                    keys = self._down_and_up(tty)
                    if importer.poll() is not None:
                        break
                    times["importing"] += keys
                if importer.wait(timeout=120) != 0:
                    raise SystemExit("the import fails")
        idle, importing = times["idle"], times["importing"]
        if not importing:
            raise SystemExit("the import was over before a key was typed")
        for name, of in (("median", median), ("p99", p99)):
            ratio = of(importing) / of(idle)
            yield Row(
                "importing",
                f"key to its frame while another process imports {self.IMPORTED:,} rows, {name}",
                f"{milliseconds(of(importing))} ({len(importing)} keys)",
                f"idle {milliseconds(of(idle))} ({len(idle)} keys)",
                f"{ratio:.2f} ≤ 2",
                ratio <= 2,
                "importing",
            )

    @staticmethod
    def _down_and_up(tty):
        """Times of ten keys between the same two rows, with a moment before them in which the processors turn to others."""
        time.sleep(0.02)
        return [tty.key_to_mark(b"j" if number % 2 == 0 else b"k") for number in range(10)]

    def lists(self):
        """Keys in the lists with many rows, beside the same with few; a search in the history's words; what an edit costs."""
        few, many = min(self.sizes), self.sizes[-1]
        people = {count: self.folder / f"people-{count}" for count in (few, many)}
        # A server that takes a connection and never greets: nothing is sent while keys are typed.
        with socket.create_server((mail.HOST, 0)) as silent:
            port = silent.getsockname()[1]
            posts = {count: self._correspondence(count, port) for count in (few, self.largest)}
            for screen, folders in (("contacts", people), ("message types", people), ("outbox", posts), ("history", people)):
                yield from self._list(screen, folders)
        yield from self._edits(few, many)
        for wanted, word in lists.WORDS.items():
            first, last = lists.search(self._program(people[many]), self._environment(), word)
            what = f"search in a history of {many:,} entries, {wanted}"
            yield Row("lists", f"{what}, first address", milliseconds(first))
            yield Row("lists", f"{what}, last byte of the page", milliseconds(last))

    def _list(self, screen, folders):
        (few, *_, many), times = sorted(folders), {}
        for _ in range(self.LIST_ROUNDS):
            for count, folder in folders.items():
                for name, seen in lists.keys(self._program(folder), self._environment(folder), screen).items():
                    times.setdefault(name, {}).setdefault(count, []).extend(seen)
        for name, by_count in times.items():
            yield self._many_to_few("lists", f"{screen}, {name}", by_count[many], by_count[few], many, few, 1.2)

    def _edits(self, few, many):
        times = {}
        for _ in range(self.LIST_ROUNDS):
            for count in (few, many):
                for name, seen in lists.edits(self._callsheet(count), self._environment(), 6).items():
                    times.setdefault(name, {}).setdefault(count, []).extend(seen)
        for name, by_count in times.items():
            yield self._many_to_few("lists", f"a contact: {name}", by_count[many], by_count[few], many, few, 1.5)

    @staticmethod
    def _many_to_few(part, what, many, few, count, small, limit):
        ratio = median(many) / median(few)
        return Row(
            part,
            f"{what}, {count:,} to {small:,} rows",
            milliseconds(median(many)),
            milliseconds(median(few)),
            f"{ratio:.2f} ≤ {limit}",
            ratio <= limit,
            part,
        )

    def _imported(self, name, count):
        """A folder with a database into which so many contacts were imported: each is an entry of the history."""
        folder = self._new_folder(name)
        rows = folder / "people.csv"
        data.write_table(rows, count)
        # An account that is set up: no dialog asks for it.
        data.fill_callsheet(self.program, self._environment(folder), folder / "callsheet.db", 0)
        self._run(folder, "import", rows)
        rows.unlink()
        return folder

    def _correspondence(self, count, port):
        """So many contacts, nearly all with a code in the outbox for the server at this port."""
        folder = self._copy(self.folder / f"people-{count}", f"post-{count}")
        self._use_server(folder, port, 1)
        self._run(folder, "resend", "--unverified", "--queue-only")
        return folder

    def _program(self, folder):
        return [self.program, "--db", folder / "callsheet.db"]

    @staticmethod
    def _wait_for_growth(file):
        end = time.monotonic() + 60
        before = file.stat().st_size if file.exists() else 0
        while not file.exists() or file.stat().st_size < before + MEGABYTE:
            if time.monotonic() > end:
                raise SystemExit(f"{file} does not grow")
            time.sleep(0.001)

    def bulk(self):
        """Subscribing, exporting and deleting everybody at the screen: how long others wait for the lock, and keys meanwhile."""
        count = self.largest
        folder = self._new_folder("bulk")
        database = folder / "callsheet.db"
        data.fill_callsheet(self.program, self._environment(folder), database, count)
        # What the system has still to write of that is no part of what is measured.
        os.sync()
        for work in bulk.works(folder / "all.csv"):
            with terminal.Terminal([self.program, "--db", database], self._environment(folder)) as tty:
                tty.wait_for(b"@")
                tty.settle()
                seen = bulk.measure(tty, database, work)
            what = f"{work.name} {count:,} contacts on the screen"
            limit = "≤ 50 ms"
            yield Row(
                "bulk",
                f"{what}: the write lock's longest hold",
                milliseconds(seen.hold),
                "",
                f"{seen.hold * 1000:.0f} {limit}",
                seen.hold <= 0.05,
                "bulk-lock",
            )
            yield Row("bulk", f"{what}: progress is shown", "yes" if seen.progress else "no", "", "", seen.progress, "bulk")
            for name, of in (("median", median), ("p99", p99)):
                if seen.times:
                    ratio = of(seen.times) / of(seen.idle)
                    yield Row(
                        "bulk",
                        f"{what}: key to its frame meanwhile, {name}",
                        milliseconds(of(seen.times)),
                        f"idle {milliseconds(of(seen.idle))}",
                        f"{ratio:.2f} ≤ 2",
                        ratio <= 2,
                        "busy",
                    )

    def soak(self):
        """Use by a script for `soak_minutes`: memory, threads and files do not grow."""
        folder = self._new_folder("soak")
        database = folder / "callsheet.db"
        data.fill_callsheet(self.program, self._environment(folder), database, min(self.sizes))
        before = data.entries(database)
        rounds, (begin, warm, end) = soak.run(
            [self.program, "--db", database], self._environment(folder), self.soak_minutes
        )
        entries = data.entries(database) - before
        least = rounds * soak.ENTRIES
        yield Row(
            "soak",
            f"entries of the history that {rounds} rounds made: the keys do what they should",
            str(entries),
            "",
            f"{entries} ≥ {least}",
            entries >= least,
            "soak",
        )
        ratio = end["memory"] / warm["memory"]
        yield Row(
            "soak",
            f"memory after {self.soak_minutes:g} minutes of use, {rounds} rounds, to {soak.WARM_ROUNDS} rounds",
            f"{end['memory'] / MEGABYTE:.1f} MB",
            f"{warm['memory'] / MEGABYTE:.1f} MB ({begin['memory'] / MEGABYTE:.1f} MB at the start)",
            f"{ratio:.2f} ≤ 1.1",
            ratio <= 1.1,
            "soak",
        )
        for what in ("threads", "files"):
            yield Row(
                "soak",
                f"open {what} after it" if what == "files" else f"{what} after it",
                str(end[what]),
                str(warm[what]),
                f"{end[what]} ≤ {warm[what]}",
                end[what] <= warm[what],
                "soak",
            )

    def bytes(self):
        """Bytes to the terminal for a key."""
        large = self.largest
        cursor, scroll = self._count_bytes(self._callsheet(large), self._environment())
        abook, abook_scroll = self._count_bytes(self._abook(large), self._environment())
        yield Row(
            "bytes",
            "bytes for cursor down, median",
            f"{cursor:.0f} B",
            f"abook {abook:.0f} B",
            f"{cursor / abook:.2f} ≤ 1.2",
            cursor <= 1.2 * abook,
            "bytes-cursor",
        )
        yield Row(
            "bytes",
            "bytes a key when scrolling by cursor down, mean",
            f"{scroll:.0f} B",
            f"fzf's move 1 356 B (fixed in the design); abook {abook_scroll:.0f} B",
            f"{scroll / 1356:.2f} ≤ 1",
            scroll <= 1356,
            "bytes-scroll",
        )
        with terminal.Terminal(self._callsheet(large), self._environment()) as tty:
            tty.wait_for(b"@")
            tty.settle()
            tty.key(b"a")
            typed = [tty.key(letter.encode())[1] for letter in "AdaLovelaceTwo"]
        yield Row(
            "bytes",
            "bytes for a letter typed in a field, most",
            f"{max(typed)} B",
            "",
            f"{max(typed)} ≤ 64 B",
            max(typed) <= 64,
            "bytes-type",
        )

    def idle(self):
        """Ten seconds without a key."""
        with terminal.Terminal(self._callsheet(self.largest), self._environment()) as tty:
            tty.wait_for(b"@")
            tty.settle()
            octets, ticks = tty.idle(10)
        yield Row(
            "idle", "idle for 10 s, bytes", f"{octets} B", "", f"{octets} ≤ 0", octets == 0, "idle"
        )
        yield Row(
            "idle",
            f"idle for 10 s, processor ticks of {terminal.TICK * 1000:.0f} ms",
            str(ticks),
            "",
            f"{ticks} ≤ 1",
            ticks <= 1,
            "idle",
        )

    def memory(self):
        """Resident memory with the list open, after 60 cursor keys."""
        found = {}
        for size in self.sizes:
            peers = [("abook", self._abook(size))] if size == self.largest else []
            for name, command in [("callsheet", self._callsheet(size)), *peers]:
                with terminal.Terminal(command, self._environment()) as tty:
                    tty.wait_for(b"@")
                    tty.settle()
                    for _ in range(60):
                        tty.key(b"j")
                    found[name, size] = tty.memory()
        ours, theirs = found["callsheet", self.largest], found["abook", self.largest]
        yield Row(
            "memory",
            f"memory, list of {self.largest:,} open",
            f"{ours / MEGABYTE:.1f} MB",
            f"abook {theirs / MEGABYTE:.1f} MB",
            f"{ours / theirs:.2f} ≤ 0.5",
            ours <= 0.5 * theirs,
            "memory",
        )
        for size in self.sizes:
            if size > self.largest:
                grown = found["callsheet", size]
                yield Row(
                    "memory",
                    f"memory at {size:,} to {self.largest:,}",
                    f"{grown / MEGABYTE:.1f} MB",
                    f"{ours / MEGABYTE:.1f} MB",
                    f"{grown / ours:.2f} ≤ 1.2",
                    grown <= 1.2 * ours,
                    "memory",
                )

    def hangup(self):
        """From closing the terminal until the process is gone."""
        times = []
        for _ in range(5):
            with terminal.Terminal(self._callsheet(self.largest), self._environment()) as tty:
                tty.wait_for(b"@")
                tty.settle()
                times.append(tty.hang_up())
        yield Row(
            "hangup",
            "process gone after the terminal hangs up, worst of 5",
            milliseconds(max(times)),
            "",
            f"{max(times):.3f} ≤ 1 s",
            max(times) <= 1,
            "hangup",
        )

    def mail(self):
        """Mails a second into smtp-sink, compose to recorded reply, on 1, 2 and 4 connections; beside smtp-source, which composes
        and records nothing, and beside a Postfix that takes the same mails and relays them."""
        ours, sources, relayed = ({connections: [] for connections in self.CONNECTIONS} for _ in range(3))
        size = self._mail_size()
        obstacle = relay.obstacle(self.folder)
        with mail.SmtpSink() as sink:
            for connections in self.CONNECTIONS:
                queued = self._queue(sink.port, connections=connections)
                for _ in range(self.MAIL_ROUNDS):
                    ours[connections].append(self._deliver(self._copy(queued, "round")))
                    sources[connections].append(mail.smtp_source(sink.port, connections, self.SOURCE_MAILS, size))
                    if not obstacle:
                        relayed[connections].append(self._relay(sink.port, connections, size))
            queued = self._queue_notice(sink.port)
            notices = [self._deliver(self._copy(queued, "round")) for _ in range(self.MAIL_ROUNDS)]
        for connections in self.CONNECTIONS:
            what = f"durable deliveries a second, {size:,} B each, {connections} connection{'s' * (connections > 1)}"
            rate, source = median(ours[connections]), median(sources[connections])
            # The design promises it for the most connections; with fewer it is shown all the same.
            promised = connections == max(self.CONNECTIONS)
            yield Row(
                "mail",
                f"{what}, beside smtp-source",
                f"{rate:,.0f}",
                f"smtp-source: {source:,.0f}",
                f"{rate / source:.2f}" + (" ≥ 0.5 (aim)" if promised else ""),
                rate >= 0.5 * source if promised else None,
                "mail",
            )
            if obstacle:
                yield Row("mail", f"{what}, beside a relaying Postfix", f"{rate:,.0f}", f"not measured: {obstacle}")
                continue
            postfix = median(relayed[connections])
            yield Row(
                "mail",
                f"{what}, beside a relaying Postfix",
                f"{rate:,.0f}",
                f"Postfix: {postfix:,.0f}",
                f"{rate / postfix:.2f}" + (" ≥ 3" if promised else ""),
                rate >= 3 * postfix if promised else None,
                "mail-relay",
            )
        rate, codes = median(notices), median(ours[max(self.CONNECTIONS)])
        what = f"durable deliveries a second of a notice to {self.MAILS:,}, {max(self.CONNECTIONS)} connections"
        yield Row("mail", f"{what}, beside codes", f"{rate:,.0f}", f"codes: {codes:,.0f}", f"{rate / codes:.2f}")
        if not obstacle:
            postfix = median(relayed[max(self.CONNECTIONS)])
            yield Row(
                "mail",
                f"{what}, beside a Postfix that relays codes",
                f"{rate:,.0f}",
                f"Postfix: {postfix:,.0f}",
                f"{rate / postfix:.2f} ≥ 3",
                rate >= 3 * postfix,
                "mail-relay",
            )
        yield Row("mail", "one durable write to this disk (write, fdatasync)", milliseconds(self._flush_time()))

    def notify(self):
        """A notice to everybody, queued in one transaction; 10 000 recipients are to take 2 s at most."""
        seconds = {}
        for count in (10_000, 100_000):
            folder = self._new_folder("notify")
            data.fill_callsheet(self.program, self._environment(folder), folder / "callsheet.db", count)
            data.subscribe_everybody(folder / "callsheet.db", "security")
            body = folder / "body"
            body.write_text("Text.\n", encoding="utf-8")
            times = []
            for number in range(self.NOTICES):
                arguments = ("security.account", "--subject", f"Notice {number}", "--body-file", body, "--queue-only")
                times.append(self._timed(folder, "notify", *arguments))
            if self._waiting_mails(folder) != count * self.NOTICES:
                raise SystemExit(f"not every one of {count} contacts has its mails")
            seconds[count] = median(times)
        for count, taken in seconds.items():
            promise = 2 if count == 10_000 else 5
            yield Row(
                "notify",
                f"a notice to {count:,} contacts queued, start of the command included",
                f"{taken:.2f} s",
                "",
                f"{taken:.2f} ≤ {promise} s (aim)",
                taken <= promise,
                "notify",
            )

    def trips(self):
        """How often the client waits for the server for one mail on an open connection."""
        with mail.CountingServer() as server:
            folder = self._copy(self._queue(server.port, 100, connections=1), "trips")
            self._deliver(folder, 100)
            trips = server.turns / server.mails
        yield Row(
            "trips", "round trips a mail, PIPELINING", f"{trips:.2f}", "", f"{trips:.2f} ≤ 2", trips <= 2, "trips"
        )

    def exchange(self):
        """Contacts a second in and out of a table, beside the sqlite3 shell."""
        count = self.sizes[-1]
        rows, keyed = tables.write(self._new_folder("tables"), count)
        ours, theirs = {"import": [], "export": []}, {"import": [], "export": []}
        for _ in range(self.TABLE_ROUNDS if count < 1_000_000 else 1):
            own, other = self._new_folder("own"), self._new_folder("other")
            for folder in (own, other):
                self._run(folder, "list")
            ours["import"].append(self._timed(own, "import", rows))
            theirs["import"].append(tables.shell_import(other / "callsheet.db", keyed))
            ours["export"].append(self._timed(own, "export", own / "all.csv"))
            theirs["export"].append(tables.shell_export(own / "callsheet.db"))
        for work, peer, promise in (("import", "sqlite3 .import", 0.8), ("export", "sqlite3 -csv", None)):
            rate, peer_rate = count / median(ours[work]), count / median(theirs[work])
            ratio = rate / peer_rate
            yield Row(
                "exchange",
                f"{work} of {count:,} rows, contacts a second",
                f"{rate:,.0f}",
                f"{peer}, same schema: {peer_rate:,.0f}",
                f"{ratio:.2f}" + (f" ≥ {promise}" if promise else ""),
                ratio >= promise if promise else None,
                "exchange",
            )

    def size(self):
        """The stripped release binary."""
        octets = os.path.getsize(self.program)
        yield Row(
            "size",
            "stripped binary",
            f"{octets / MEGABYTE:.1f} MB",
            "",
            f"{octets / MEGABYTE:.1f} ≤ 12 MB",
            octets <= 12_000_000,
            "size",
        )

    # How each is measured.

    def _measure_start(self, command, _size):
        with terminal.Terminal(command, self._environment()) as tty:
            return tty.wait_for(b"@")

    def _measure_keys(self, command, _size):
        """Times of cursor down, from the top of the list on."""
        with terminal.Terminal(command, self._environment()) as tty:
            tty.wait_for(b"@")
            # Who would get what is counted behind the first frame; the frame that tells it belongs to no key.
            tty.settle(_COUNTED)
            return [tty.key(b"j")[0] for _ in range(self.KEYS)]

    def _measure_pages(self, command):
        """Times of going down pages beyond what is loaded, to the end, up pages, and back."""
        with terminal.Terminal(command, self._environment()) as tty:
            tty.wait_for(b"@")
            tty.settle(_COUNTED)
            keys = [*[lists.PAGE_DOWN] * 8, b"G", *[lists.PAGE_UP] * 4, b"g", b"j"]
            return [tty.key(key)[0] for key in keys]

    def _measure_echo(self):
        """Times of a key that the kernel answers by itself: no program draws anything."""
        with terminal.Terminal(["/bin/cat"], self._environment()) as tty:
            tty.settle()
            return [tty.key(b"j")[0] for _ in range(self.ROUNDS * self.KEYS)]

    def _count_bytes(self, command, environment):
        """Bytes of cursor down within the first screen, and on average over the two screens after it."""
        with terminal.Terminal(command, environment) as tty:
            tty.wait_for(b"@")
            tty.settle()
            counts = [tty.key(b"j")[1] for _ in range(120)]
        return median(counts[2:22]), statistics.fmean(counts[40:])

    @staticmethod
    def _up_and_down(tty, keys):
        """Times of moving between the second and the third row of the list."""
        tty.key_to_mark(b"j")
        return [tty.key_to_mark(b"j" if number % 2 == 0 else b"k") for number in range(keys)]

    def _alternate(self, measure):
        """callsheet at every size, in turn with abook at the largest that abook is compared at; what was measured, by size."""
        ours, theirs = ({size: [] for size in self.sizes} for _ in range(2))
        # The first round fills the caches.
        for number in range(self.ROUNDS + 1):
            for size in self.sizes:
                own = measure(self._callsheet(size), size)
                other = measure(self._abook(size), size) if size == self.largest else None
                if number > 0:
                    ours[size].append(own)
                    if other is not None:
                        theirs[size].append(other)
        return ours, theirs

    def _ratio(self, part, what, ours, theirs, of, limit, told=None):
        """`told` makes the text of what was measured; it is `of` by itself."""
        told = told or (lambda times: milliseconds(of(times)))
        ratio = of(ours) / of(theirs)
        return Row(
            part,
            what,
            told(ours),
            f"abook {told(theirs)}",
            f"{ratio:.2f} ≤ {limit}",
            ratio <= limit,
            part,
        )

    def _growth(self, part, what, ours, small, limit, told=lambda times: milliseconds(median(times))):
        for size in self.sizes:
            if size == small:
                continue
            ratio = median(ours[size]) / median(ours[small])
            # The design promises it for a million; with less data it is shown all the same.
            promised = size >= 1_000_000
            yield Row(
                part,
                f"{what}, {size:,} to {small:,} contacts",
                told(ours[size]),
                told(ours[small]),
                f"{ratio:.2f} ≤ {limit}",
                ratio <= limit if promised or ratio <= limit else None,
                f"{part}-growth",
            )

    def _queue(self, port, mails=None, connections=4):
        """A folder with a database in which so many codes are queued for the server at this port."""
        mails = mails or self.MAILS
        folder = self._new_folder(f"queued-{port}")
        self._use_server(folder, port, connections)
        data.fill_callsheet(
            self.program, self._environment(folder), folder / "callsheet.db", mails, verified=False
        )
        self._run(folder, "resend", "--unverified", "--queue-only")
        return folder

    def _queue_notice(self, port):
        """The same with a notice to as many subscribers."""
        folder = self._new_folder(f"notice-{port}")
        self._use_server(folder, port, max(self.CONNECTIONS))
        database = folder / "callsheet.db"
        data.fill_callsheet(self.program, self._environment(folder), database, self.MAILS)
        data.subscribe_everybody(database, "security")
        body = folder / "body"
        body.write_text("Text.\n" * 40, encoding="utf-8")
        self._run(folder, "notify", "security.account", "--subject", "Notice", "--body-file", body, "--queue-only")
        return folder

    @staticmethod
    def _use_server(folder, port, connections):
        (folder / "config.toml").write_text(
            f'[mail]\nhost = "{mail.HOST}"\nport = {port}\nsecurity = "none"\nfrom = "Example Ltd <notices@example.com>"\n'
            f"connections = {connections}\n[verification]\ndaily_limit = 1000000\n",
            encoding="utf-8",
        )

    def _deliver(self, folder, mails=None):
        """Sends what is queued; mails a second, over the whole run of the command."""
        mails = mails or self.MAILS
        began = time.perf_counter()
        told = self._run(folder, "deliver").stderr
        seconds = time.perf_counter() - began
        if f"{mails} sent" not in told:
            raise SystemExit(f"not all mails were sent: {told[-300:]}")
        return mails / seconds

    def _relay(self, port, connections, size):
        """Hands so many mails to a Postfix that relays them; mails a second from the first until the last has left again."""
        with relay.Postfix(self._new_folder("postfix"), port, connections) as postfix:
            # The first mail starts its processes.
            mail.smtp_source(postfix.port, 1, 1, size)
            postfix.wait_until_empty(mail.DEADLINE)
            began = time.perf_counter()
            mail.smtp_source(postfix.port, connections, self.RELAY_MAILS, size)
            postfix.wait_until_empty(120)
            return self.RELAY_MAILS / (time.perf_counter() - began)

    def _waiting_mails(self, folder):
        return json.loads(self._run(folder, "status", "--json").stdout)["queue"]

    def _mail_size(self):
        """The size of a verification mail, as files hold it; the median of both languages."""
        folder = self._new_folder("files")
        data.fill_callsheet(self.program, self._environment(folder), folder / "callsheet.db", 20, verified=False)
        self._run(folder, "resend", "--unverified")
        return int(median([path.stat().st_size for path in (folder / "mail").iterdir()]))

    def _flush_time(self):
        times = []
        with open(self.folder / "flush", "wb", buffering=0) as file:
            for _ in range(200):
                began = time.perf_counter()
                file.write(b"x" * 4096)
                os.fdatasync(file.fileno())
                times.append(time.perf_counter() - began)
        return median(times)

    def _timed(self, folder, *arguments):
        """Seconds of a whole command."""
        began = time.perf_counter()
        self._run(folder, *arguments)
        return time.perf_counter() - began

    # Folders and commands.

    def _run(self, folder, *arguments):
        done = subprocess.run(
            [self.program, *arguments, "--db", folder / "callsheet.db"],
            env=self._environment(folder),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=600,
        )
        if done.returncode != 0:
            raise SystemExit(f"callsheet {' '.join(arguments)}: exit {done.returncode}\n{done.stderr[-500:]}")
        return done

    def _new_folder(self, name):
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def _copy(self, folder, name):
        copy = self.folder / name
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(folder, copy)
        return copy

    def _environment(self, folder=None):
        """Nobody's home, no settings but those in the folder."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        # A form that was open when its terminal hung up would be offered at the next start.
        shutil.rmtree(home / ".local/state/callsheet/drafts", ignore_errors=True)
        config = (folder or home) / "config.toml"
        config.touch()
        return {
            "HOME": str(home),
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "TZ": "UTC",
            "CALLSHEET_CONFIG": str(config),
        }

    def _database(self, size):
        return self.folder / f"people-{size}" / "callsheet.db"

    def _addressbook(self, size):
        return self.folder / f"{size}.abook"

    def _callsheet(self, size):
        return [self.program, "--db", self._database(size)]

    def _abook(self, size):
        return [self.abook, "--config", os.devnull, "--datafile", self._addressbook(size)]


PARTS = (
    "start",
    "keys",
    "lists",
    "filter",
    "busy",
    "importing",
    "bulk",
    "soak",
    "bytes",
    "idle",
    "memory",
    "hangup",
    "mail",
    "notify",
    "trips",
    "exchange",
    "size",
)
