"""Runs the parts of the bench that are asked for, prints the table, and writes it to docs/performance.md: the whole after a whole run, and with
--write the rows of the parts.

Started by benches/peers/run, which installs what is needed.
"""

import argparse
import os
import pathlib
import shutil
import sys
import time
import traceback

import bench
import report

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    options = argparse.ArgumentParser(prog="benches/peers/run", description=__doc__)
    options.add_argument("--million", action="store_true", help="also with 1 000 000 contacts")
    options.add_argument("--soak", type=float, metavar="MINUTES", help="how long the part soak takes; 2 without it")
    options.add_argument("--write", action="store_true", help="renew the rows of these parts in docs/performance.md")
    options.add_argument("part", nargs="*", help=f"of {', '.join(bench.PARTS)}; without one, all of them")
    given = options.parse_args()
    unknown = [part for part in given.part if part not in bench.PARTS]
    if unknown:
        options.error(f"no such part: {', '.join(unknown)}")
    sizes = (10_000, 100_000, 1_000_000) if given.million else (10_000, 100_000)
    # Beside the program and not in a temporary folder, which may lie in memory, where nothing has to be made durable.
    folder = ROOT / "target/peers"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    program = os.environ.get("CALLSHEET_BIN") or str(ROOT / "target/release/callsheet")
    try:
        run = bench.Bench(program, folder, sizes)
        run.soak_minutes = given.soak or run.soak_minutes
        begin = os.getloadavg()[0]
        print("-- data", file=sys.stderr)
        began = time.monotonic()
        run.prepare()
        print(f"   {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        rows, broken = [], []
        for part in given.part or bench.PARTS:
            print(f"-- {part}", file=sys.stderr)
            began = time.monotonic()
            try:
                rows.extend(getattr(run, part)())
            except (Exception, SystemExit) as error:
                traceback.print_exc()
                said = " ".join(f"{error}".split())[:120].replace("|", "/")
                rows.append(bench.Row(part, f"{part}: ended before its end", f"{type(error).__name__}: {said}", passed=False))
                broken.append(part)
            print(f"   {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        run.load = (begin, os.getloadavg()[0])
        print(report.text(rows))
        print(report.summary(rows))
        if not given.part:
            report.write(ROOT / "docs/performance.md", rows, run)
        elif given.write:
            report.write_parts(ROOT / "docs/performance.md", rows, given.part, bench.PARTS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if broken:
        sys.exit(f"ended before their end: {', '.join(broken)}")


main()
