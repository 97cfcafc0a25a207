"""What sharing a commit is worth: the same program with and without."""

import contextlib

from common.frame import Line
from common.gateway import Grouping, Stock, Village, single, until_idle

ID = "P3"
TITLE = "PUT /v1/stock/{item}, 256 connections, beside the same with store.group_rows = 1"
CONNECTIONS = 256
LINES = [Line("gain", "grouped / a commit per request, updates/s", ">=", 4, 8)]
SHOWN = {"grouped": ("grouped, updates/s", ",.0f"), "alone": ("a commit each, updates/s", ",.0f"),
         "group": ("requests that share a commit", ".1f"), "alone_group": ("and with a commit each", ".2f"),
         "cpu_us_per_item": ("server CPU µs per update", ".1f"),
         "alone_cpu_us_per_item": ("and with a commit each", ".1f")}


@contextlib.contextmanager
def opened(context):
    villages = {"grouped": Village(context.folder / "grouped", context.bin),
                "alone": Village(context.folder / "alone", context.bin, {"store": "group_rows = 1"})}
    try:
        stocks = {}
        for name, village in villages.items():
            village.open_empty()
            stocks[name] = Stock(2_000 if context.short else 20_000)
            stocks[name].fill(village)
            until_idle(village.server)

        def step(name):
            grouping = Grouping(villages[name])
            seen = single(context, villages[name], stocks[name], CONNECTIONS)
            return {**seen, "group": grouping.mean()}

        def one_round(number):
            seen = context.in_turn(number, {name: lambda name=name: step(name) for name in villages})
            # The switch does what it says.
            assert seen["alone"]["group"] < 1.5, seen
            return {"gain": seen["grouped"]["rate"] / seen["alone"]["rate"], "grouped": seen["grouped"]["rate"],
                    "alone": seen["alone"]["rate"], "group": seen["grouped"]["group"],
                    "alone_group": seen["alone"]["group"], "cpu_us_per_item": seen["grouped"]["cpu_us_per_item"],
                    "alone_cpu_us_per_item": seen["alone"]["cpu_us_per_item"]}
        yield one_round
    finally:
        for village in villages.values():
            village.close()
