"""The table as text for a terminal and as Markdown in docs/performance.md, with what was measured where, and why a promise is not
reached."""

import datetime
import os
import pathlib
import platform
import subprocess

import bench

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"

# By the key of a row: why it does not pass, as far as it is known. Written by hand, shown only where it applies.
REASONS = {
    "start": "Most of it is the process itself; see the table of a profile before changing anything.",
    "start-growth": "A page is read by an index, so growth means that something else reads the whole table.",
    "keys": "Of a key that is slow, the program's own processor time is the usual half millisecond, most of it ratatui's, which "
    "builds, compares and resets a picture of 4 800 cells for each frame; the rest is spent waiting for a processor. abook's own "
    "p99 and that of a bare echo, both beside it, show how much of that comes with a virtual machine whose processors are shared. "
    "What is the program's own: a key passes through two threads, and where it reaches the end of what is loaded, the thread that "
    "reads the next page (2 to 3 ms) competes with the one that draws.",
    "keys-growth": "A page is read by an index, so growth means that something else reads the whole table.",
    "filter": "Most of a key is the frame and the page of contacts that is read; the search itself is one pass over the text.",
    "filter-memory": "The text, an id, an end, a mark and a rank for each contact; see the resident set by mapping.",
    "busy": "Not profiled. Four carriers and the server compete with the drawing thread for two processors, each delivery is "
    "announced to the screen, and the disk is busy; with one connection the same ratio was 1.1.",
    "bulk": "The work is done too soon to show how far it is.",
    "bulk-lock": "A chunk is as large as the last ones allow in a fifth of the time; a disk or a processor that is busy with others "
    "may make one longer.",
    "soak": "See what is kept by mapping (smaps), and which round adds to it.",
    "idle": "The worker and the sender look four times a second each whether another process has changed the database.",
    "memory": "See the resident set by mapping before changing anything.",
    "mail": "smtp-source sends the same bytes again and again and records nothing. Of a mail's processor time here a quarter is "
    "composing, a quarter SQL, a quarter the commits (one for two mails, with a sync each), a fifth the dialogue. The thread that "
    "records is the narrow place: it does the SQL of all connections and waits for each sync. Tried and kept: a commit answers "
    "whoever has asked by its end, results go with the next note, carriers compose while they wait, fdatasync instead of fsync. "
    "Left: the next mail's commands in the same write as a body (RFC 2920 allows it) would save a round trip and let more notes "
    "share a commit; whether all servers bear that is not known.",
    "mail-relay": "Postfix records each mail once when it takes it; see the row of smtp-source for where the time goes here.",
    "notify": "Each recipient is a row with the indexes of the outbox, and two counters that are kept with it.",
    "exchange": "Every contact has its entry in the audit log, which the shell does not write.",
    "trips": "One round trip for MAIL, RCPT and DATA, one for the body.",
}

# Promises of the design that this script does not measure.
UNMEASURED = (
    "each key of the filter while the index is still being built",
    "an hour of use (`benches/peers/run --soak 60 soak`); the part `soak` takes 2 minutes",
    "a clean release build: `cargo clean && time cargo build --release`",
)


def text(rows):
    """The table for a terminal."""
    table = [("", "promise", "callsheet", "peer", "ratio and limit")]
    table += [(_verdict(row), row.what, row.figure, row.peer, row.ratio) for row in rows]
    widths = [max(len(line[column]) for line in table) for column in range(5)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in table]
    return "\n".join(lines)


def summary(rows):
    """How many promises are kept."""
    passed, failed = (sum(row.passed is verdict for row in rows) for verdict in (True, False))
    return f"{passed} passed, {failed} not"


def write(path, rows, bench_run):
    """Replaces what stands between the markers of the document."""
    _replace(path, lambda _: _markdown(rows, bench_run))


def write_parts(path, rows, parts, order):
    """Replaces only the rows of these parts, and what is said of those of them that do not pass; the parts stay in their order."""

    def renewed(measured):
        # The table, how many pass, and why some do not stand in paragraphs of their own.
        head, table, _, *rest = measured.strip().split("\n\n")
        title, line, *old = table.split("\n")
        kept = [row for row in old if _part(row) not in parts]
        table = sorted(kept + [_line(row) for row in rows], key=lambda row: order.index(_part(row)))
        failing = [row.split(" | ")[1] for row in table if row.startswith("| NOT ")]
        reasons = {row.what: REASONS.get(row.key, "") for row in rows if row.passed is False}
        for said in "\n".join(rest).split("\n"):
            what, end, why = said.removeprefix("- **").partition(".** ")
            if end:
                reasons.setdefault(what, why)
        passed = sum(row.startswith("| pass ") for row in table)
        paragraphs = [head, "\n".join([title, line, *table]), f"{passed} passed, {len(failing)} not."]
        return "\n\n".join(paragraphs + _why({what: reasons.get(what, "") for what in failing})) + "\n"

    _replace(path, renewed)


def _part(line):
    """The part that a line of the table was measured by."""
    return line.rpartition("benches/peers/run ")[2].partition("`")[0]


def _replace(path, renewed):
    """Puts what `renewed` makes of the text between the markers in its place."""
    before, begin, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    measured, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{path} has no markers {BEGIN} … {END}")
    path.write_text(f"{before}{BEGIN}\n{renewed(measured)}{END}{after}", encoding="utf-8")


def machine(folder):
    """What kind of machine this is: processors, system and the file system under the data."""
    model = "unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    shown = subprocess.run(
        ["df", "--output=fstype", folder], capture_output=True, encoding="utf-8", check=True
    ).stdout.split()
    system = "Linux " + ".".join(platform.release().split("-")[0].split(".")[:2])
    return f"{os.cpu_count()} processors ({model}), {pages / 1e9:.0f} GB, {system} {platform.machine()}, {shown[-1]}"


def _markdown(rows, bench_run):
    head = (
        f"Measured on {datetime.date.today().isoformat()} on {machine(bench_run.folder)}. Load average {bench_run.load[0]:.1f} at the "
        f"beginning and {bench_run.load[1]:.1f} at the end, this run included."
    )
    table = ["| | promise | callsheet | peer | ratio and limit | measured | command |", "|---|---|---|---|---|---|---|"]
    table += [_line(row) for row in rows]
    reasons = {row.what: REASONS.get(row.key, "") for row in rows if row.passed is False}
    return "\n\n".join([head, "\n".join(table), f"{summary(rows)}.", *_why(reasons)]) + "\n"


def _line(row):
    today = datetime.date.today().isoformat()
    cells = (_verdict(row), row.what, row.figure, row.peer, row.ratio, today, f"`benches/peers/run {row.part}`")
    return "| " + " | ".join(cells) + " |"


def _why(reasons):
    """Why some promises are not kept, and what is not measured; paragraphs."""
    said = [f"- **{what}.** {why}".rstrip() for what, why in reasons.items()]
    not_reached = ["Not reached, and why:", "\n".join(said)] if said else []
    return [*not_reached, "Not measured here:", "\n".join(f"- {what}" for what in UNMEASURED)]


def _verdict(row: "bench.Row"):
    return {True: "pass", False: "NOT", None: ""}[row.passed]
