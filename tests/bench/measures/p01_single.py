"""Durable single-item updates: authenticated, with an Idempotency-Key each, answered after the commit."""

import contextlib

from common.disk import Disk
from common.frame import Line
from common.gateway import Grouping, Stock, Village, program, single, until_idle

ID = "P1"
TITLE = "PUT /v1/stock/{item}, 256 connections, beside fdatasync of 4 KiB"
CONNECTIONS = 256
ITEMS = 20_000
LINES = [Line("per_sync", "updates/s / fdatasync/s", ">=", 3, 10),
         Line("of_sqlite", "updates/s / SQLite's own group commit of the same rows", ">=", 0.6)]
SHOWN = {"rate": ("updates/s", ",.0f"), "syncs": ("fdatasync/s", ",.0f"), "sqlite": ("SQLite's own updates/s", ",.0f"),
         "group": ("requests that share a commit", ".1f"), "p50_ms": ("p50 ms", ".2f"), "p99_ms": ("p99 ms", ".2f"),
         "cpu_us_per_item": ("server CPU µs per update", ".1f"), "generator_cores": ("generator, cores", ".2f")}


@contextlib.contextmanager
def grouped(context, one_request, items_in_a_request):
    """What P1 and P2 have in common: the disk, the gateway, and SQLite alone with groups as large."""
    items = 2_000 if context.short else ITEMS
    village = Village(context.folder / "gateway", context.bin)
    rows = context.folder / "rows.db"
    program(context, "gerbang-bench-store", "fill", "sqlite", rows, items)
    context.program("gerbang-bench-rows")
    try:
        village.open_empty()
        stock = Stock(items)
        stock.fill(village)
        disk = Disk(context.folder)
        until_idle(village.server)
        grouping = Grouping(village)
        size = {}

        def subject():
            grouping.mean()
            seen = one_request(village, stock)
            size["now"] = grouping.mean()
            return seen

        def sqlite():
            return program(context, "gerbang-bench-rows", rows, context.seconds, round(size["now"]), items_in_a_request)

        def one_round(number):
            seen = context.in_turn(number, {"disk": lambda: disk.measure(context.seconds), "gateway": subject,
                                            "sqlite": sqlite})
            ours = seen["gateway"]
            return {"per_sync": ours["rate"] / seen["disk"]["rate"], "of_sqlite": ours["rate"] / seen["sqlite"]["rate"],
                    "syncs": seen["disk"]["rate"], "sqlite": seen["sqlite"]["rate"], "group": size["now"], **ours}
        yield one_round
        code, _ = village.stop_gateway()
        assert code == 0, f"the server ended with {code}"
    finally:
        village.close()


def opened(context):
    return grouped(context, lambda village, stock: single(context, village, stock, CONNECTIONS), 1)
