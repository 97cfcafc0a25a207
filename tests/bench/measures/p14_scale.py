"""What the size of the catalogue costs: durable counts of uniformly random items through the real store.

One organisation, one shop, every listing published, so each count also marks work: the worst case, for in life a
batch is about one village's few thousand items. 16 batches of 100 wait at a time; the work is cleared between rounds."""

import contextlib

from common.catalogues import filled, sizes
from common.frame import Line
from common.gateway import program

ID = "P14"
TITLE = "random counts/s in batches of 100, 1e6 listings (--long: 4e6), beside 1e5"
LINES = [Line("ratio", "counts/s, large / small", ">=", 0.5, 0.9)]  # at the nightly size 0.4 and 0.8
SHOWN = {"large": ("large, counts/s", ",.0f"), "small": ("small, counts/s", ",.0f"),
         "listings": ("listings of the large one", ",.0f"), "p99_ms": ("large, p99 ms of a batch", ".0f"),
         "cpu_us_per_item": ("large, CPU µs per count, the driver's included", ".1f")}


@contextlib.contextmanager
def opened(context):
    if context.long:
        LINES[0].gate, LINES[0].moonshot = 0.4, 0.8
    small, large = sizes(context)
    with filled(context, small, large) as paths:
        def one_round(number):
            seen = context.in_turn(number, {n: lambda n=n: program(
                context, "gerbang-bench-store", "updates", "sqlite", paths[n], context.seconds) for n in paths})
            return {"ratio": seen[large]["rate"] / seen[small]["rate"], "large": seen[large]["rate"],
                    "small": seen[small]["rate"], "listings": seen[large]["listings"], "p99_ms": seen[large]["p99_ms"],
                    "cpu_us_per_item": seen[large]["cpu_us_per_item"]}
        yield one_round
