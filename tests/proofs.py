#!/usr/bin/env python3
"""Adds up what the proofs of a run said of themselves: one line a proof.

    tests/proofs.py [--long] LOG…     logs of ctest (LastTest.log) and of proofs that ran alone

A proof ends with a line `proof: NAME: N rounds, N faults injected, N violations (details)`, or with
`proof: NAME: not proven here: REASON` where a machine does not let it. Fails when one of the proofs
that belong to the run is missing, tried nothing, or found a violation. What the short form and the
long form (--long) contain stands below."""
import argparse
import pathlib
import re
import sys

# Name, what it is (RELIABILITY section 4), whether a run without --long has it too, and whether a
# machine may be unable to do it.
PROOFS = [
    ("crash loop", "T1", True, False),
    ("disk faults", "T2", True, False),
    ("disk low", "T2", True, False),
    ("sync order", "T3", True, True),
    ("hostile marketplaces", "T4", True, False),
    ("simulation", "T5", True, False),
    ("planted in simulation", "T5", False, False),
    ("model", "T6", True, False),
    ("shop races", "T6", True, False),
    ("fuzz", "T7", True, False),
    ("suite, debug", "T8", True, False),
    ("suite, asan", "T8", True, False),
    ("suite, tsan", "T8", False, False),
    ("upgrade", "T11", True, False),
    ("canaries", "T12", True, False),
    ("assertions", "1", True, False),
    ("mutations", "1", False, False),
]
LINE = re.compile(r"^proof: ([^:]+): (?:(\d+) rounds, (\d+) faults injected, (\d+) violations(?: \((.*)\))?"
                  r"|not proven here: (.*))$")


class Total:
    def __init__(self):
        self.runs = self.rounds = self.faults = self.violations = 0
        self.refused = None
        self.details = ""

    def add(self, match):
        if match[6] is not None:
            self.refused = match[6]
            return
        self.runs += 1
        self.rounds += int(match[2])
        self.faults += int(match[3])
        self.violations += int(match[4])
        if match[5]:
            self.details = match[5]


def gather(lines):
    totals = {}
    for line in lines:
        if line.startswith("proof: "):
            match = LINE.match(line.rstrip("\n"))
            if not match:
                raise SystemExit(f"not a proof's last line: {line!r}")
            totals.setdefault(match[1], Total()).add(match)
    return totals


def report(totals, names_of_run):
    """The lines to print, and whether all is well."""
    known = {name: (number, may_refuse) for name, number, _, may_refuse in PROOFS}
    out, good = [], True
    for name in [p[0] for p in PROOFS if p[0] in names_of_run or p[0] in totals]:
        number, may_refuse = known[name]
        total = totals.get(name)
        if total is None:
            out.append(f"{number:>4}  {name}: MISSING")
            good = False
            continue
        if total.runs:
            # Several programs, several details: none would be true of all of them.
            details = f" ({total.details})" if total.details and total.runs == 1 else ""
            out.append(f"{number:>4}  {name}: {total.rounds} rounds, {total.faults} faults injected, "
                       f"{total.violations} violations{details}")
            good = good and total.violations == 0 and total.rounds > 0
        if total.refused is not None:
            out.append(f"{number:>4}  {name}: NOT PROVEN HERE: {total.refused}")
            good = good and may_refuse
    for name in sorted(set(totals) - set(known)):
        out.append(f"      {name}: UNKNOWN, it has no place in tests/proofs.py")
        good = False
    return out, good


def self_test():
    def verdict(*lines, long=False, only=("crash loop", "sync order")):
        return report(gather(lines), set(only))
    crash = "proof: crash loop: 5 rounds, 3 faults injected, 0 violations (2 named points)\n"
    order = "proof: sync order: 7 rounds, 0 faults injected, 0 violations\n"
    out, good = verdict("noise\n", crash, order, crash)
    assert good and "10 rounds, 6 faults injected, 0 violations" in out[0], out
    assert "named" not in out[0], "details of one run are not those of two"
    assert "(2 named points)" in verdict(crash, order)[0][0]
    assert not verdict(crash)[1], "one is missing"
    assert not verdict(crash, order.replace("7 rounds", "0 rounds"))[1], "one tried nothing"
    assert not verdict(crash, order.replace("0 violations", "1 violations"))[1], "one found something"
    out, good = verdict(crash, "proof: sync order: not proven here: no ptrace\n")
    assert good and out[1].endswith("NOT PROVEN HERE: no ptrace"), out
    assert not verdict(order, "proof: crash loop: not proven here: tired\n")[1], "that one has no excuse"
    assert not verdict(crash, order, "proof: moon: 1 rounds, 0 faults injected, 0 violations\n")[1], "unknown"
    try:
        gather(["proof: crash loop: five rounds\n"])
        raise AssertionError("a line that nobody can read")
    except SystemExit:
        pass
    print("proofs: a missing, an idle and a broken one are told")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true", help="the nightly form: nothing may be missing")
    parser.add_argument("--without", action="append", default=[], help="this one was not asked for")
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("logs", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    lines = []
    for log in options.logs:
        lines += log.read_text(errors="replace").splitlines(keepends=True)
    wanted = {p[0] for p in PROOFS if p[2] or options.long} - set(options.without)
    out, good = report(gather(lines), wanted)
    print("Proofs" + (", long form" if options.long else "") + ":")
    print("\n".join(out))
    sys.exit(0 if good else 1)


main()
