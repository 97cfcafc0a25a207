#!/usr/bin/env python3
"""P1 to P18, each beside its reference from the same run. See README.md.

    tests/bench/bench.py BUILD_FOLDER [P1 P8 …] [--rounds 5] [--seconds 3] [--long] [--json FILE]"""

import argparse
import json
import os
import pathlib
import platform
import signal
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from common import frame  # noqa: E402
from common.machine import file_system  # noqa: E402
import measures  # noqa: E402


def build_type(build):
    cache = build / "CMakeCache.txt"
    lines = cache.read_text().splitlines() if cache.exists() else []
    found = [line.partition("=")[2] for line in lines if line.startswith("CMAKE_BUILD_TYPE:")]
    return found[0] if found else "unknown"


def shown(numbers, form):
    return f"{numbers['median']:{form}} [{numbers['min']:{form}}..{numbers['max']:{form}}]"


def print_measure(measure, part):
    print(f"\n{part['id']}  {part['title']}")
    if "not_built" in part:
        print(f"  not built: {part['not_built']}")
        return
    if "failed" in part:
        print(f"  FAILED: {part['failed']}")
        return
    for line in part["lines"]:
        moonshot = "" if line["moonshot"] is None else f", moonshot {line['sense']} {line['moonshot']:g}"
        if line["moonshot_met"] and line["judged"]:
            moonshot += " (reached)"
        print(f"  {line['words']:64} {shown(line, '.3g'):28} gate {line['sense']} {line['gate']:g}{moonshot}: "
              f"{line['verdict']}")
    for name, (words, form) in measure.SHOWN.items():
        if name in part["numbers"]:
            print(f"    {words:62} {shown(part['numbers'][name], form)}")
    print(f"    {'foreign, cores':62} {shown(part['numbers']['foreign'], '.2f')}")
    if part["doubts"]:
        print(f"    decides nothing: {'; '.join(part['doubts'])}")


def print_table(parts):
    print(f"\n{'':5} {'':64} {'median':>9} {'gate':>9} {'moonshot':>9}  verdict")
    for part in parts:
        if not part["lines"]:
            print(f"{part['id']:5} {part['title'][:64]:64} {'':9} {'':9} {'':9}  "
                  f"{'FAILED' if 'failed' in part else 'not built'}")
        for line in part["lines"]:
            moonshot = "" if line["moonshot"] is None else f"{line['sense']}{line['moonshot']:g}"
            print(f"{part['id']:5} {line['words'][:64]:64} {line['median']:9.3g} {line['sense'] + format(line['gate'], 'g'):>9} "
                  f"{moonshot:>9}  {line['verdict']}{', moonshot reached' if line['moonshot_met'] and line['judged'] else ''}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=lambda p: pathlib.Path(p).resolve(), help="build folder")
    parser.add_argument("only", nargs="*", help="measures to run (P1 …, REST); all when none is named")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3, help="of each part of a round")
    parser.add_argument("--long", action="store_true", help="the nightly sizes: 4e6 listings on SQLite, 2.6e7 on PostgreSQL")
    parser.add_argument("--short", action="store_true",
                        help="one small round of each: that the programs work and what is deterministic")
    parser.add_argument("--folder", help="where databases and reference files lie; default: the build folder")
    parser.add_argument("--json", metavar="FILE", help="the whole report as JSON; - for standard output")
    arguments = parser.parse_args()
    everything = measures.all_of()
    wanted = {name.upper() for name in arguments.only}
    if unknown := wanted - {m.ID for m in everything}:
        parser.error(f"no measure {', '.join(sorted(unknown))}")
    if arguments.short:
        arguments.rounds, arguments.seconds = 1, min(arguments.seconds, 0.5)
    if arguments.rounds < 1 or arguments.seconds <= 0:
        parser.error("rounds and seconds: above 0")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # by way of what ends the processes and the folders
    parts = []
    quiet = arguments.json == "-"
    kind = build_type(arguments.build)
    for measure in everything:
        if wanted and measure.ID not in wanted:
            continue
        if not wanted and arguments.short and not getattr(measure, "IN_SHORT", True):
            continue
        with tempfile.TemporaryDirectory(prefix=f"bench-{measure.ID}-", dir=arguments.folder or arguments.build) as place:
            folder = pathlib.Path(place).resolve()
            if file_system(folder) in ("tmpfs", "ramfs"):
                sys.exit("fdatasync in memory measures nothing: give --folder on a disk")
            disk = file_system(folder)
            context = frame.Context(arguments.build, folder, arguments.rounds, arguments.seconds, arguments.short,
                                    arguments.long, kind == "Release")
            parts.append(frame.run(measure, context))
        if not quiet:
            print_measure(measure, parts[-1])
            sys.stdout.flush()
    report = {"settings": {"rounds": arguments.rounds, "seconds": arguments.seconds, "long": arguments.long,
                           "short": arguments.short, "build_type": kind, "file_system": disk, "cores": os.cpu_count(),
                           "kernel": platform.release()}, "measures": parts}
    if arguments.json:
        text = json.dumps(report, indent=1) + "\n"
        sys.stdout.write(text) if quiet else pathlib.Path(arguments.json).write_text(text)
    if not quiet:
        print_table(parts)
    failed = [part["id"] for part in parts if "failed" in part]
    # Nothing that is timed is judged here; what repeats to the last digit is.
    below = [f"{part['id']} {line['name']}" for part in parts for line in part["lines"]
             if line["deterministic"] and not line["met"]]
    if arguments.short and below:
        failed += below
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


main()
