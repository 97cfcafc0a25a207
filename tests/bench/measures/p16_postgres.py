"""The PostgreSQL store beside the SQLite store: P14's counts on catalogues of one size. Both are durable; the cluster
is this run's own, on the same disk."""

import contextlib

from common.catalogues import filled, sizes
from common.frame import Line
from common.gateway import program
from common.postgres import cluster

ID = "P16"
TITLE = "random counts/s on PostgreSQL, 1e6 listings (--long: 2.6e7), beside SQLite"
LINES = [Line("ratio", "counts/s, PostgreSQL / SQLite", ">=", 0.3, 0.8)]
SHOWN = {"postgres": ("PostgreSQL, counts/s", ",.0f"), "sqlite": ("SQLite, counts/s", ",.0f"),
         "listings": ("listings", ",.0f"), "p99_ms": ("PostgreSQL, p99 ms of a batch", ".0f")}


@contextlib.contextmanager
def opened(context):
    size = 26_000_000 if context.long else sizes(context)[1]
    with cluster(context.folder / "postgres") as address, filled(context, size) as paths:
        program(context, "gerbang-bench-store", "fill", "postgres", address, size, timeout=14400)

        def one_round(number):
            seen = context.in_turn(number, {
                "sqlite": lambda: program(context, "gerbang-bench-store", "updates", "sqlite", paths[size], context.seconds),
                "postgres": lambda: program(context, "gerbang-bench-store", "updates", "postgres", address,
                                            context.seconds)})
            return {"ratio": seen["postgres"]["rate"] / seen["sqlite"]["rate"], "postgres": seen["postgres"]["rate"],
                    "sqlite": seen["sqlite"]["rate"], "listings": seen["postgres"]["listings"],
                    "p99_ms": seen["postgres"]["p99_ms"]}
        yield one_round
