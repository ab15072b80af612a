"""Compares the counts of a run, below target/gungraun, with those in baseline.txt beside this file.

Counts are exact for one compiler, one valgrind and one set of processor features, which choose among the variants of memchr and
libc. Elsewhere the same source gives other counts: then they are compared all the same, but with a limit that only a mistake
breaks.
"""

import json
import pathlib
import platform
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
BASELINE = HERE / "baseline.txt"
REPORTS = HERE.parent.parent / "target" / "gungraun"

# How much a count may grow: made with the same tools, and made with others.
LIMIT, LIMIT_ELSEWHERE = 1.03, 1.25
# A count that falls by more than this belongs into the baseline.
LEAST = 0.97


def tools():
    """What the counts depend on beside the source."""
    rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    valgrind = subprocess.run(["valgrind", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    flags = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    wide = [name for name in ("sse4_2", "avx2") if name in flags]
    return f"{rustc}, {valgrind}, {' '.join(platform.libc_ver())}, {platform.machine()} {' '.join(wide)}"


def counted():
    """Instructions by name."""
    counts = {}
    for file in sorted(REPORTS.rglob("summary.json")):
        summary = json.loads(file.read_text(encoding="utf-8"))
        name = f"{summary['function_name']} {summary['id']}"
        counts[name] = instructions(summary)
    return counts


def instructions(summary):
    for profile in summary["profiles"]:
        if profile["tool"] == "Callgrind":
            return int(profile["data"]["total"]["metrics"]["Ir"]["values"]["new"])
    raise SystemExit(f"no count of instructions in {summary['id']}")


def read_baseline():
    made_with, counts = "", {}
    for line in BASELINE.read_text(encoding="utf-8").splitlines():
        if line.startswith("# made with "):
            made_with = line.removeprefix("# made with ")
        elif line and not line.startswith("#"):
            name, _, count = line.rpartition("\t")
            counts[name] = int(count)
    return made_with, counts


def write_baseline(made_with, counts):
    lines = [
        "# Instructions, by benches/counts/run --accept. A change has its reason in the commit.",
        f"# made with {made_with}",
        *(f"{name}\t{count}" for name, count in counts.items()),
    ]
    BASELINE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main():
    here, counts = tools(), counted()
    if not counts:
        raise SystemExit(f"no counts below {REPORTS}")
    if sys.argv[1:] == ["--accept"]:
        write_baseline(here, counts)
        print(f"{BASELINE}: {len(counts)} counts written")
        return
    made_with, before = read_baseline()
    limit = LIMIT
    if made_with != here:
        limit = LIMIT_ELSEWHERE
        print(f"The baseline was made with other tools, so a count may be {limit} x what it was instead of {LIMIT} x.")
        print(f"  baseline: {made_with}\n  here:     {here}")
    faults = []
    for name in sorted(before.keys() | counts.keys()):
        old, new = before.get(name), counts.get(name)
        if old is None or new is None:
            faults.append(f"{name}: {'not in the baseline' if old is None else 'not counted any more'}")
            continue
        ratio = new / old
        word = "ok"
        if ratio > limit:
            word = "MORE"
            faults.append(f"{name}: {ratio:.3f} x what it was, at most {limit}")
        elif ratio < LEAST and limit == LIMIT:
            word = "less: write it down with benches/counts/run --accept"
        print(f"{name:24} {new:>12,} {old:>12,} {ratio:6.3f}  {word}")
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(1 if faults else 0)


main()
