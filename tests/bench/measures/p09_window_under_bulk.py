"""P8 while 60 posts/s of 100 counts go through the same writer: does a sale wait behind them?

The counted items are on no shop: what is measured is the writer's order lane, not the shops' limits."""

import contextlib

from common.frame import Line
from common.gateway import BATCH, Generator, Stock
from measures import p08_window

ID = "P9"
TITLE = "P8's window under 6,000 bulk items/s, beside the same without, in the same round"
POSTS = 60
LINES = [Line("p99_loaded", "window p99 under load / without", "<=", 4, 1.5)]
SHOWN = {"loaded_p50_ms": ("under load, window p50 ms", ".2f"), "loaded_p99_ms": ("under load, window p99 ms", ".2f"),
         "idle_p50_ms": ("without, window p50 ms", ".2f"), "idle_p99_ms": ("without, window p99 ms", ".2f"),
         "hook_p50_ms": ("under load, webhook answered p50 ms", ".2f"),
         "hook_p99_ms": ("under load, webhook answered p99 ms", ".2f"),
         "bulk_per_second": ("bulk items/s", ",.0f"), "bulk_p99_ms": ("bulk post p99 ms", ".1f"),
         "cpu_us_per_item": ("server CPU µs per order, the bulk's share included", ".0f")}


@contextlib.contextmanager
def opened(context):
    village = p08_window.Shops(context)
    try:
        village.open_shops(20 if context.short else 300)
        stock = Stock(2_000 if context.short else 20_000)
        stock.fill(village)
        rate, posts = (20, 6) if context.short else (p08_window.RATE, POSTS)

        def loaded():
            bulk = Generator(context, village.port, stock.batch(), 16, context.seconds, '"status":200', village.key, posts)
            seen = village.sell(rate, context.seconds)
            did = bulk.done(BATCH)
            return {**seen, "bulk_per_second": did["items"] / did["seconds"], "bulk_p99_ms": did["p99_ms"]}

        def one_round(number):
            seen = context.in_turn(number, {"idle": lambda: village.sell(rate, context.seconds), "loaded": loaded})
            idle, under = seen["idle"], seen["loaded"]
            return {"p99_loaded": under["push_p99_ms"] / idle["push_p99_ms"], "loaded_p50_ms": under["push_p50_ms"],
                    "loaded_p99_ms": under["push_p99_ms"], "idle_p50_ms": idle["push_p50_ms"],
                    "idle_p99_ms": idle["push_p99_ms"],
                    **{n: under[n] for n in ("hook_p50_ms", "hook_p99_ms", "bulk_per_second", "bulk_p99_ms",
                                             "cpu_us_per_item")}}
        yield one_round
    finally:
        village.close()
