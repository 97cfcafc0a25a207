"""What a lane's question for work costs: 1,000 due rows of 10,000 that wait, scattered over the catalogue."""

import contextlib

from common.catalogues import filled, sizes
from common.frame import Line
from common.gateway import program

ID = "P15"
TITLE = "TakeWork of 1,000 rows, 1e6 listings (--long: 4e6), beside 1e5"
LINES = [Line("ratio", "median time, large / small", "<=", 3, 1.5)]
SHOWN = {"large_ms": ("large, ms", ".2f"), "small_ms": ("small, ms", ".2f"),
         "listings": ("listings of the large one", ",.0f")}


@contextlib.contextmanager
def opened(context):
    small, large = sizes(context)
    dirty, runs = (500, 10) if context.short else (10_000, 200)
    with filled(context, small, large) as paths:
        def one_round(number):
            seen = context.in_turn(number, {n: lambda n=n: program(
                context, "gerbang-bench-store", "due", "sqlite", paths[n], dirty, runs) for n in paths})
            if not context.short:
                assert seen[large]["found"] == seen[small]["found"] == 1000, seen
            return {"ratio": seen[large]["p50_ms"] / seen[small]["p50_ms"], "large_ms": seen[large]["p50_ms"],
                    "small_ms": seen[small]["p50_ms"], "listings": seen[large]["listings"]}
        yield one_round
