"""The oversell window: an order's signed webhook leaves one marketplace → the fallen stock arrives at the others.

In between lies everything that really happens: signature, inbox commit, the lane's call to fetch the order (answered
by the same sandbox), the commit that reserves the stock and marks the others, one lane each that reads the value and
sends it. The webhook carries no order, as Shopee's does not, so the window holds one more call than a prototype that
trusts the webhook's body. `hook` and `fetch` say where it goes: the webhook's durable 200, and the fetch arriving."""

import contextlib
import json

from common.disk import Disk
from common.frame import Line
from common.gateway import APPS, ROOT, Village, cpu_of, request, wait_for

ID = "P8"
TITLE = "200 signed orders/s at Shopee → stock at Tokopedia, Lazada and WooCommerce, beside fdatasync"
RATE = 200
SHOP, SINKS = "shopee", ("tokopedia", "lazada", "woocommerce")
LINES = [Line("p50_per_sync", "window p50 / fdatasync p50", "<=", 8, 3),
         Line("p99_per_sync", "window p99 / fdatasync p99", "<=", 20, 6)]
SHOWN = {"push_p50_ms": ("window p50 ms", ".2f"), "push_p99_ms": ("window p99 ms", ".2f"),
         "hook_p50_ms": ("webhook answered p50 ms", ".2f"), "hook_p99_ms": ("webhook answered p99 ms", ".2f"),
         "fetch_p50_ms": ("order fetched p50 ms", ".2f"), "sync_p50_ms": ("fdatasync p50 ms", ".3f"),
         "sync_p99_ms": ("fdatasync p99 ms", ".3f"), "windows": ("windows", ",.0f"),
         "cpu_us_per_item": ("server CPU µs per order with its pushes", ".0f"),
         "sandbox_cores": ("sandboxes and shoppers, cores", ".2f")}


class Shops(Village):
    """A gateway with four shops, hosted by gerbang-bench-window, and so many published products."""

    def __init__(self, context):
        super().__init__(context.folder / "gateway", context.bin, poll="10m")
        self.context = context
        self.skus = []

    def start_sandboxes(self):
        ready = self.folder / "sandboxes.json"
        channels = (SHOP, *SINKS)
        settings = {c: {**APPS[c]["test"]["settings"], **APPS[c]["test"].get("real_time", {})} for c in channels}
        self._start("sandboxes", [self.context.program("gerbang-bench-window"), "--hook-base", self.url, "--ready-file",
                                  ready, "--channels", ",".join(channels), "--settings", json.dumps(settings)])
        wait_for("the sandboxes listen", ready.exists, 20)
        self.ports = json.loads(ready.read_text())

    def open_shops(self, products):
        self.start_sandboxes()
        self.write_config()
        self.start_gateway()
        self.found_village()
        for channel in (SHOP, *SINKS):
            self.connect(channel)
        self.publish(products)
        return self

    def publish(self, count):
        catalogue = json.loads((ROOT / "deploy/demo/katalog.json").read_text())["products"]
        model = next(p for p in catalogue if p["code"] == "TEH-HITAM-LERENG")
        products = []
        for number in range(count):
            sku = f"TEH-{number:05}"
            copy = json.loads(json.dumps(model).replace("127.0.0.1:8099", f"127.0.0.1:{self.ports['images']}"))
            copy["code"] = copy["variants"][0]["sku"] = sku
            copy["title"]["id"] += f" nomor {number:05}"
            products.append(copy)
            self.skus.append(sku)
        self.api("POST", "/v1/stock:batch", {"items": [{"item": sku, "on_hand": 100_000} for sku in self.skus]})
        for at in range(0, count, 100):
            answer = self.api("POST", "/v1/products:batch", {"items": products[at:at + 100]})
            assert all(r["status"] < 300 for r in answer["results"]), answer
        self.quiet(600)
        for channel in (SHOP, *SINKS):
            shown = self.listings(channel)
            assert set(self.skus) <= set(shown), f"{channel} shows {len(shown)} of {count}"

    def sell(self, rate, seconds):
        """What the shoppers' process saw; every window must have ended."""
        sandboxes, server = self.processes["sandboxes"].pid, self.server
        before = cpu_of(server), cpu_of(sandboxes)
        seen = request("POST", f"http://127.0.0.1:{self.ports[SHOP]}/_window/run", {
            "channel": SHOP, "shop": self.shops[SHOP]["remote"], "skus": self.skus, "sinks": list(SINKS), "rate": rate,
            "seconds": seconds}, timeout=seconds + 60)
        if seen["missing"] or seen["refused_hooks"] or not seen["windows"] or seen["orders"] < rate * seconds * 0.99:
            raise RuntimeError(f"not every sale arrived at every shop: {seen}")
        return {**seen, "cpu_us_per_item": (cpu_of(server) - before[0]) / seen["orders"] * 1e6,
                "sandbox_cores": (cpu_of(sandboxes) - before[1]) / seen["seconds"]}


@contextlib.contextmanager
def opened(context):
    village = Shops(context)
    try:
        village.open_shops(20 if context.short else 300)
        disk = Disk(context.folder)
        rate = 20 if context.short else RATE

        def one_round(number):
            seen = context.in_turn(number, {"disk": lambda: disk.measure(context.seconds),
                                            "gateway": lambda: village.sell(rate, context.seconds)})
            ours, sync = seen["gateway"], seen["disk"]
            return {"p50_per_sync": ours["push_p50_ms"] / sync["p50_ms"],
                    "p99_per_sync": ours["push_p99_ms"] / sync["p99_ms"], "sync_p50_ms": sync["p50_ms"],
                    "sync_p99_ms": sync["p99_ms"], **ours}
        yield one_round
    finally:
        village.close()
