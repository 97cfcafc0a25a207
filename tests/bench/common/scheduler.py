"""gerbang-bench-scheduler: a shop at four times its limit, through the real lanes, on the virtual clock."""

import contextlib

from common.gateway import program

seen = {}  # it repeats to the last digit: one run serves P10 and P11


@contextlib.contextmanager
def value_of(context, name):
    if not seen:
        seen.update({b["id"]: float(b["value"]) for b in program(context, "gerbang-bench-scheduler", "--json")["benchmarks"]})
    yield lambda _number: {"ratio": seen[name], "foreign": 0.0}
