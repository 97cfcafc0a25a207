"""kill -9 under load with a whole catalogue unsent → the first push; and what was acknowledged and is gone.

A shop at the WooCommerce sandbox has one published product; its rows are copied (gerbang-bench-store) until there are
so many, each with stock that waits to be sent. In each round four clients count items of their own while the lane pushes,
the gateway is killed; its database is opened and counted as the kill left it; the gateway is started again, and the
sandbox's ledger says when the first stock push came, counted from that start. Then every count
that was answered must be in the database, or the one of the same item that was under way."""

import contextlib
import datetime
import random
import sqlite3
import threading
import time

from common.catalogues import sizes
from common.frame import Line
from common.gateway import Village, program, wait_for

ID = "P17"
TITLE = "kill -9 with 1e6 unsent changes → first push, beside opening the same database and counting them"
CHANNEL = "woocommerce"
CLIENTS = 4
LINES = [Line("ratio", "until the first push / plain open and count", "<=", 3, 1.5),
         Line("lost", "acknowledged counts that are gone", "<=", 0, 0, deterministic=True)]
SHOWN = {"first_push_ms": ("started again → first push, ms", ",.0f"), "open_and_count_ms": ("open and count, ms", ",.0f"),
         "ready_ms": ("started again → ready, ms", ",.0f"), "acknowledged": ("counts acknowledged before the kill", ",.0f"),
         "unsent": ("unsent changes", ",.0f")}
TEMPLATE = "CONTOH00000"


class Clients:
    """Counts items of their own, one after the other, and remembers what was answered."""

    def __init__(self, village):
        self.village, self.answered, self.tried, self.stopped = village, {}, {}, False
        self.count = 0
        self.threads = [threading.Thread(target=self._run, args=(n,)) for n in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def _run(self, number):
        chance = random.Random(number)
        value = 0
        while not self.stopped:
            item = f"HITUNG-{number}-{chance.randrange(50):02}"
            value += 1
            self.tried[item] = value
            try:
                self.village.api("PUT", f"/v1/stock/{item}", {"on_hand": value})
            except OSError:  # killed: nobody knows whether it happened
                return
            self.answered[item] = value
            self.count += 1

    def end(self):
        self.stopped = True
        for thread in self.threads:
            thread.join(30)

    def lost(self):
        """How many answered counts neither stand there nor were followed by the one under way."""
        gone = 0
        for item, value in self.answered.items():
            level = self.village.api("GET", f"/v1/stock/{item}")
            stands = level["levels"][0]["on_hand"]
            gone += stands not in (value, self.tried[item])
        return gone


@contextlib.contextmanager
def opened(context):
    size = 2_000 if context.short else 1_000_000
    village = Village(context.folder / "gateway", context.bin, poll="10m")
    database = village.folder / "gerbang.db"
    try:
        village.start_sandboxes()
        village.write_config()
        village.start_gateway()
        village.found_village()
        village.connect(CHANNEL)
        village.api("POST", "/v1/stock:batch", {"items": [{"item": TEMPLATE, "on_hand": 10}]})
        village.api("PUT", f"/v1/products/{TEMPLATE}", {
            "code": TEMPLATE, "title": {"id": "Teh Hitam Lereng Gulung Tangan 100 g"},
            "category": "makanan-minuman/minuman-herbal",
            "images": [{"url": f"http://127.0.0.1:{village.ports['images']}/images/teh.png"}],
            "variants": [{"sku": TEMPLATE, "weight_grams": 125, "package_mm": [110, 70, 190],
                          "price": {"amount": 32000, "currency": "IDR"}}]})
        village.quiet(60)
        village.stop_gateway()
        program(context, "gerbang-bench-store", "mark", "sqlite", database)
        program(context, "gerbang-bench-store", "copy", "sqlite", database, size, timeout=7200)
        with contextlib.closing(sqlite3.connect(database)) as db:
            unsent = db.execute("SELECT count(*) FROM work WHERE aspect = 'stock' AND parked = 0").fetchone()[0]
        assert unsent > size, unsent
        village.start_gateway()

        def plain():
            began = time.perf_counter()
            with contextlib.closing(sqlite3.connect(database)) as db:
                found = db.execute("SELECT count(*) FROM work").fetchone()[0]
            return (time.perf_counter() - began) * 1000, found

        def one_round(_number):
            clients = Clients(village)
            time.sleep(0.3 if context.short else 1.5)
            last = max((e["sequence"] for e in village.ledger(CHANNEL)), default=0)
            village.kill_gateway()
            clients.end()
            # The reference first, on the files as the kill left them. Their pages are in memory for both.
            open_and_count, found = plain()
            began = time.time()
            ready = village.start_gateway()

            def pushed():
                return next((e for e in village.ledger(CHANNEL, last) if moment(e) >= began and
                             e["effect"] and "stock" in str(e["effect"])), None)
            first = wait_for("a push", pushed, 60, 0.02)
            village.api("GET", "/v1/shops")  # it serves
            return {"ratio": (moment(first) - began) * 1000 / open_and_count, "lost": clients.lost(),
                    "first_push_ms": (moment(first) - began) * 1000, "open_and_count_ms": open_and_count,
                    "ready_ms": ready * 1000, "acknowledged": clients.count, "unsent": found}
        yield one_round
    finally:
        village.close()


def moment(entry):
    return datetime.datetime.fromisoformat(entry["at"].replace("Z", "+00:00")).timestamp()
