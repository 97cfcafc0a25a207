#!/usr/bin/env python3
"""Instructions of the key paths, counted by callgrind, against the baseline in the tree.

    tests/bench/instructions.py BUILD [--json] [--update] [--only NAME] [--repeat N]
    tests/bench/instructions.py --self-test

A path that costs more than 5 % above its baseline fails with its name. Exit 77: the counts of this
build mean nothing here (no baseline for its compiler and build type, a sanitizer, no valgrind).
See instructions/README.md."""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
BASELINE = HERE / "instructions" / "baseline.json"
TOLERANCE = 0.05
SKIP = 77

# Code that is chosen by what the processor can do would be counted as another program. Under valgrind
# the processor is valgrind's own model of the real one; this takes away what differs between them.
PINNED = {
    "GLIBC_TUNABLES": ":".join((
        "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW,-AVX2,-AVX,-BMI1,-BMI2,-LZCNT,-MOVBE,-POPCNT,-SSE4_1,-SSE4_2,"
        "-SSSE3,-FMA,-FMA4,-ERMS,-FSRM,-RTM,-XSAVEC,-Fast_Unaligned_Copy,-AVX_Fast_Unaligned_Load,-Slow_BSF,"
        "-Fast_Copy_Backward,-Prefer_No_VZEROUPPER",
        "glibc.cpu.x86_data_cache_size=32768", "glibc.cpu.x86_shared_cache_size=1048576",
        "glibc.cpu.x86_non_temporal_threshold=786432", "glibc.cpu.x86_rep_movsb_threshold=2048",
        "glibc.malloc.arena_max=1")),
    "OPENSSL_ia32cap": "0x0:0x0",
    "OPENSSL_CONF": "/dev/null",
    "LD_BIND_NOW": "1",
    "LC_ALL": "C",
    "TZ": "UTC",
    "PATH": "/usr/bin:/bin",
}


class Unsuitable(Exception):
    pass


def ask(program, *arguments):
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=True, timeout=60).stdout


def count(program, name, operations):
    """Instructions of one operation."""
    with tempfile.TemporaryDirectory(prefix="gerbang-callgrind-") as folder:
        out = pathlib.Path(folder) / "out"
        # Addresses are valgrind's, so the same each time; setarch is for what valgrind leaves to the kernel.
        command = ["setarch", "-R", "valgrind", "--tool=callgrind", "--toggle-collect=gerbang_counted",
                   f"--callgrind-out-file={out}", "--error-exitcode=9", str(program), name]
        ran = subprocess.run(command, env=PINNED, cwd="/", capture_output=True, text=True, timeout=900)
        if ran.returncode != 0:
            raise SystemExit(f"{name}: {ran.stderr[-2000:]}")
        found = re.search(r"^(?:totals|summary): (\d+)", out.read_text(), re.M)
        if not found or int(found[1]) == 0:
            raise SystemExit(f"{name}: nothing was counted")
        return int(found[1]) / operations


def suitable(program):
    """The build's description; why it cannot be judged otherwise."""
    if not program.exists():
        raise SystemExit(f"{program} is not built")
    build = json.loads(ask(program, "--build"))
    if "sanitize" in build["flags"]:
        raise Unsuitable("a sanitizer counts its own instructions")
    if os.uname().machine != "x86_64":
        raise Unsuitable("the baseline is of x86_64")
    for tool in ("valgrind", "setarch"):
        if not shutil.which(tool):
            raise Unsuitable(f"{tool} is not installed (tests/packages.txt)")
    return build


def key_of(build):
    return f"{build['compiler']} {build['build_type']} {build['flags']}"


def judge(counts, baseline):
    """(name, count, baseline or None, ratio or None, good) of each path."""
    out = []
    for name, now in counts.items():
        before = baseline.get(name)
        ratio = now / before if before else None
        out.append((name, now, before, ratio, ratio is None or ratio <= 1 + TOLERANCE))
    return out


def self_test():
    rows = {r[0]: r for r in judge({"same": 100, "dearer": 106, "cheaper": 50, "new": 7},
                                   {"same": 100, "dearer": 100, "cheaper": 100, "gone": 1})}
    assert rows["same"][4] and rows["cheaper"][4] and rows["new"][4], rows
    assert not rows["dearer"][4], rows
    assert set(rows) == {"same", "dearer", "cheaper", "new"}
    stored = json.loads(BASELINE.read_text())
    names = [set(b["paths"]) for b in stored["builds"].values()]
    assert names and all(n == names[0] for n in names), "the builds of the baseline have different paths"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build_folder", nargs="?", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--update", action="store_true", help="store what is counted as the baseline of this build")
    parser.add_argument("--only", help="one path")
    parser.add_argument("--repeat", type=int, default=1, help="count each so often; they must agree to 0.1 %%")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    if not options.build_folder:
        parser.error("a build folder is needed")
    program = options.build_folder / "bin" / "gerbang-bench-instructions"
    stored = json.loads(BASELINE.read_text()) if BASELINE.exists() else {"builds": {}}
    try:
        build = suitable(program)
        baseline = stored["builds"].get(key_of(build))
        if baseline is None and not options.update:
            raise Unsuitable(f"no baseline for {key_of(build)}")
    except Unsuitable as why:
        print(json.dumps({"skipped": str(why)}) if options.json else f"skipped: {why}")
        sys.exit(SKIP)

    counts, spread = {}, {}
    for line in ask(program).splitlines():
        name, operations = line.split()
        if options.only and name != options.only:
            continue
        each = [count(program, name, int(operations)) for _ in range(options.repeat)]
        counts[name] = round(min(each))
        spread[name] = max(each) / min(each) - 1
        if spread[name] > 0.001:
            raise SystemExit(f"{name}: counts of one program differ by {100 * spread[name]:.2f} %: {each}")
    if options.update:
        kept = stored["builds"].get(key_of(build), {}).get("paths", {})
        stored["builds"][key_of(build)] = {"libraries": build["libraries"], "paths": {**kept, **counts}}
        BASELINE.write_text(json.dumps(stored, indent=1) + "\n")
        baseline = stored["builds"][key_of(build)]

    rows = judge(counts, baseline["paths"])
    other = {k: v for k, v in build["libraries"].items() if baseline["libraries"].get(k) != v}
    if options.json:
        print(json.dumps({
            "build": key_of(build), "libraries": build["libraries"], "libraries_differ": other,
            "tolerance": TOLERANCE,
            "paths": [{"name": n, "instructions": now, "baseline": before,
                       "ratio": ratio and round(ratio, 4), "spread": round(spread[n], 6), "good": good}
                      for n, now, before, ratio, good in rows]}, indent=1))
    else:
        print(f"{key_of(build)}\n{'path':28} {'instructions':>13} {'baseline':>13} {'ratio':>7}")
        for name, now, before, ratio, good in rows:
            print(f"{name:28} {now:>13,} {before or 0:>13,} {ratio or 0:>7.3f}{'' if good else '  COSTS MORE'}")
        if other:
            print(f"other libraries than the baseline's: {other}")
    bad = [r[0] for r in rows if not r[4]]
    if bad:
        print(f"more than {TOLERANCE:.0%} above the baseline: {', '.join(bad)}\n"
              "wanted? tests/bench/instructions.py BUILD --update, and say in the commit what for", file=sys.stderr)
        sys.exit(1)


main()
