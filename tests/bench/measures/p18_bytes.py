"""What a disk has to take: bytes written by the server's process (/proc/PID/io, log, database and checkpoints alike)
for each durable item of a post of 100."""

import contextlib

from common.frame import Line
from common.gateway import Stock, Village, batch, until_idle

ID = "P18"
TITLE = "bytes written to disk for each item of POST /v1/stock:batch of 100, beside a record of 48 bytes"
RECORD = 48
LINES = [Line("per_record", "bytes per item / 48", "<=", 150, 10)]
SHOWN = {"written_per_item": ("bytes per item", ",.0f"), "rate": ("items/s", ",.0f"),
         "cpu_us_per_item": ("server CPU µs per item", ".1f")}


@contextlib.contextmanager
def opened(context):
    village = Village(context.folder / "gateway", context.bin)
    try:
        village.open_empty()
        stock = Stock(2_000 if context.short else 20_000)
        stock.fill(village)
        until_idle(village.server)

        def one_round(number):
            seen = batch(context, village, stock, 16)
            return {"per_record": seen["written_per_item"] / RECORD,
                    **{n: seen[n] for n in ("written_per_item", "rate", "cpu_us_per_item")}}
        yield one_round
    finally:
        village.close()
