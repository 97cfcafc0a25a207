#!/usr/bin/env python3
"""End-to-end tests over real sockets: the demo village, its shops, real processes.

    scenarios.py BIN_FOLDER basic|lossy|killed|adopt [--rounds N]

basic   catalogue in, orders across shops, cancellation, price, withdrawal, restart, backup/restore
lossy   the same at all channels at once, with every second webhook dropped and every third delivered
        twice; an order from any shop lowers all others
killed  the same while the gateway is killed (SIGKILL) at random instants; what was acknowledged
        must be there, no order twice
adopt   a web shop that sells already is adopted from the command line, the gateway killed while it
        reads and after a confirmation; stock is told after a link, and nothing is there twice
"""

import argparse
import json
import pathlib
import random
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from deployment import APPS, ROOT, Deployment, Refused, request, wait_for  # noqa: E402

DEMO = ROOT / "deploy/demo"
COUNTED = "HITUNG-UJI"  # its stock is counted up while the gateway is being killed


class Expected:
    """What the shops should show, worked out here from the imported catalogue, independently of
    the gateway's arithmetic."""

    def __init__(self, village):
        self.variants, self.products, self.stock = {}, {}, {}
        self.moving = set()  # SKUs whose stock is never at rest
        for product in village.pages("/v1/products?limit=200"):
            self.products[product["code"]] = product
            for v in product["variants"]:
                takes = v.get("components") or [{"item": v["sku"], "quantity": 1}]
                self.variants[v["sku"]] = {"product": product["code"], "takes": takes,
                                           "price": (v.get("price") or {}).get("amount"),
                                           "weight": v.get("weight_grams")}
        for item in village.pages("/v1/stock?limit=200"):
            self.stock[item["item"]] = item["available"]

    def sell(self, sku, quantity):
        for c in self.variants[sku]["takes"]:
            self.stock[c["item"]] -= c["quantity"] * quantity

    def sellable(self, sku):
        return max(0, min(self.stock.get(c["item"], 0) // c["quantity"] for c in self.variants[sku]["takes"]))


def refused_listings(village, shop):
    """SKUs whose last attempt was refused, with the reason: these a person must mend."""
    out = {}
    for listing in village.pages(f"/v1/listings?shop={shop}&limit=200"):
        attempt = listing.get("attempt") or {}
        if attempt.get("outcome") in ("rejected", "invalid"):
            out[listing["sku"]] = attempt["code"]
    return out


def check_shops(village, expected, seconds=60):
    """Every listing of all shops shows the expected stock and price, and each exactly once."""

    def difference():
        problems = []
        for channel in village.channels:
            refused = refused_listings(village, village.shops[channel]["id"])
            shown = {}
            for listing in village.all_listings(channel):
                if listing["state"] in ("SELLER_DELETE", "deleted"):
                    continue
                if listing["sku"] in shown:
                    problems.append(f"{channel}: {listing['sku']} is there twice")
                shown[listing["sku"]] = listing
            for sku, variant in expected.variants.items():
                product = expected.products[variant["product"]]
                if product.get("withdrawn") or not product.get("channels", {}).get(channel, {}).get("listed", True):
                    continue
                listing, want = shown.get(sku), expected.sellable(sku)
                if listing is None:
                    if sku not in refused:
                        problems.append(f"{channel}: {sku} is missing")
                elif listing["stock"] != want and sku not in expected.moving:
                    problems.append(f"{channel}: {sku} shows {listing['stock']}, should {want}")
                elif listing["price"] != variant["price"]:
                    problems.append(f"{channel}: {sku} costs {listing['price']}, should {variant['price']}")
        return problems

    problems = None
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        problems = difference()
        if not problems:
            return
        time.sleep(0.5)
    raise AssertionError(f"{len(problems)} differences: {problems[:12]}")


def check_orders(village, placed):
    """Every placed order is there once, with its lines matched."""
    orders = list(village.pages("/v1/orders?limit=200"))
    numbers = [(o["channel"], o["external_id"]) for o in orders]
    assert len(numbers) == len(set(numbers)), "an order is there twice"
    assert {n for n in numbers} == set(placed), f"orders {set(placed) ^ set(numbers)}"
    for o in orders:
        for line in o["lines"]:
            assert line["sku"], f"{o['id']} has a line that was not matched"


def set_up(village, lossy):
    village.start_sandboxes()
    village.write_config()
    village.start_gateway()
    village.found_village()
    if lossy:
        for channel in village.channels:
            village.sandbox("POST", channel, "faults",
                            {"pushes": {"drop_every": 2, "duplicate_every": 3, "reorder": True}})
    for channel in village.channels:
        village.connect(channel)
    # The demo's pictures are served on whatever port was free.
    sheet, system = village.folder / "katalog.csv", village.folder / "katalog.json"
    for copy in (sheet, system):
        original = (DEMO / copy.name).read_bytes()
        copy.write_bytes(original.replace(b"127.0.0.1:8099", f"127.0.0.1:{village.ports['images']}".encode()))
    done = village.cli("import", sheet, "--json", check=(3,))
    report = json.loads(done.stdout)
    assert report["products"] == 72, (report["products"], report["refused"])
    assert len({r["code"] for r in report["refused"]}) == 12, report["refused"]
    for r in report["refused"]:
        assert r["place"] and r["reason"] and r["title"] and r["remedy"], r
    done = village.cli("import", system, "--json", check=(3,))
    report = json.loads(done.stdout)
    assert report["products"] == 17 and len({r["code"] for r in report["refused"]}) == 3, report


class Trade:
    """The story every scenario tells; `calm` is called where the world may be disturbed."""

    def __init__(self, village):
        self.village, self.placed = village, []

    def buy(self, expected, channel, sku, quantity, pay=True):
        number = self.village.buy(channel, sku, quantity, pay)
        self.placed.append((channel, number))
        expected.sell(sku, quantity)
        return number

    def write(self, method, path, body, headers=None):
        """Repeats with one idempotency key until it is acknowledged: a client with a weak signal."""
        headers = {"Idempotency-Key": f"{method}-{path}-{random.getrandbits(64)}", **(headers or {})}

        def attempt():
            try:
                return [self.village.api(method, path, body, headers)]
            except Refused as refused:
                if refused.status in (500, 503):
                    return None
                raise

        return wait_for(f"{method} {path} is acknowledged", attempt, 60, 0.2)[0]


def story(village, patience=90):
    trade = Trade(village)
    wait_for("all shops are published", lambda: village.waiting() == 0, patience * 2, 0.3)
    expected = Expected(village)
    expected.moving = {COUNTED}
    check_shops(village, expected, patience)
    for channel in village.channels:
        count, refused = len(village.listings(channel)), refused_listings(village, village.shops[channel]["id"])
        print(f"  {channel}: {count} on offer, {len(refused)} refused with a reason: {sorted(set(refused.values()))}")
        assert count >= 100, f"{channel} shows only {count}"

    everywhere = set.intersection(*(set(village.listings(channel)) for channel in village.channels))
    sold = [s for s in village.listings("shopee") if s in everywhere - expected.moving
            and expected.sellable(s) >= 10]
    sack = next(s for s in sold if len({v for v, d in expected.variants.items()
                                        if d["takes"][0]["item"] == expected.variants[s]["takes"][0]["item"]}) > 2)
    other = next(s for s in sold if expected.variants[s]["takes"][0]["item"] != expected.variants[sack]["takes"][0]["item"])

    print("  an order at any shop lowers the others")
    for n, channel in enumerate(village.channels):
        trade.buy(expected, channel, (sack, other)[n % 2], 2 - n % 2)
        check_shops(village, expected, patience)

    print("  a cancellation restores the stock once")
    number = trade.buy(expected, "shopee", other, 4, pay=False)
    check_shops(village, expected, patience)
    village.sandbox("POST", "shopee", f"orders/{number}/cancel", {})
    expected.sell(other, -4)
    check_shops(village, expected, patience)

    print("  a price change and a count reach all")
    trade.write("PUT", f"/v1/prices/{other}", {"amount": 77000, "currency": "IDR"})
    expected.variants[other]["price"] = 77000
    item = expected.variants[other]["takes"][0]["item"]
    level = village.api("GET", f"/v1/stock/{item}")["levels"][0]
    trade.write("POST", f"/v1/stock/{item}/movements",
                {"location": level["location"], "quantity": 5, "reason": "received", "reference": "nota-1"})
    expected.stock[item] += 5
    check_shops(village, expected, patience)

    print("  a withdrawn product disappears from all")
    gone = expected.variants[sack]["product"]
    trade.write("DELETE", f"/v1/products/{gone}", None)
    expected.products[gone]["withdrawn"] = True
    wait_for("it is off all shops", lambda: not any(
        expected.variants[s]["product"] == gone for c in village.channels for s in village.listings(c)), patience, 0.3)
    check_shops(village, expected, patience)
    check_orders(village, trade.placed)
    return expected, trade


def stock_sent(village, channel, sku):
    """Every stock that the channel was given for a SKU, in order, from its ledger."""
    external = next(l for l in village.pages(f"/v1/listings?shop={village.shops[channel]['id']}&sku={sku}&limit=5")
                    if l["sku"] == sku)["external"]
    sent = []
    for entry in village.ledger(channel):
        effects = entry["effect"] if isinstance(entry["effect"], list) else [entry["effect"] or {}]
        sent += [e["stock"] for e in effects
                 if e.get("stock") is not None and external["product"] in map(str, e.values())]
    return sent


def basic(village, _):
    set_up(village, lossy=False)
    expected, trade = story(village)

    print("  backup while running, stop, restore, serve: nothing missing")
    backup = village.folder / "copy.db"
    village.key, key = None, village.key
    village.cli("backup", backup)
    village.key = key
    code, seconds = village.stop_gateway()
    assert code == 0 and seconds < 10, (code, seconds)
    village.cli("restore", backup, "--force", "--config", village.folder / "gerbang.toml")
    village.start_gateway()
    check_orders(village, trade.placed)
    check_shops(village, expected)
    bad_input(village)
    walls(village)


def lossy(village, _):
    village.channels = tuple(APPS)
    set_up(village, lossy=True)
    story(village, patience=120)


def killed(village, rounds):
    """SIGKILL at random instants while the whole story goes on."""
    set_up(village, lossy=False)
    counted = json.loads((DEMO / "katalog.json").read_text())["products"]
    counted = next(p for p in counted if p["code"] == "KAP-LAMPU-BAMBU")
    counted.update(code=COUNTED, title={"id": "Kap lampu bambu untuk dihitung"}, images=[
        {"url": f"http://127.0.0.1:{village.ports['images']}/images/hitung.png"}])
    counted["variants"][0].update(sku=COUNTED, barcode=None)
    village.api("PUT", f"/v1/products/{COUNTED}", counted)
    chance = random.Random(20261124)
    stop = threading.Event()
    kills, slowest = 0, 0.0
    failure = []

    def reaper():
        nonlocal kills, slowest
        try:
            while not stop.is_set() and kills < rounds:
                time.sleep(chance.uniform(0.05, 1.5))
                village.kill_gateway()
                kills += 1
                slowest = max(slowest, village.start_gateway())
        except BaseException as error:  # the main thread reports it
            failure.append(error)

    acknowledged = []

    def writer():
        """Counts an item up, one by one; remembers what was acknowledged."""
        trade, n = Trade(village), 0
        while not stop.is_set():
            n += 1
            trade.write("PUT", f"/v1/stock/{COUNTED}", {"on_hand": n})
            acknowledged.append(n)

    threads = [threading.Thread(target=reaper), threading.Thread(target=writer)]
    for t in threads:
        t.start()
    try:
        _, trade = patient_story(village)
        wait_for("all kills are done", lambda: kills >= rounds or failure, 120)
    finally:
        stop.set()
        for t in threads:
            t.join(60)
    assert not failure, failure
    stock = village.api("GET", f"/v1/stock/{COUNTED}")["levels"][0]["on_hand"]
    assert stock >= acknowledged[-1], f"acknowledged {acknowledged[-1]}, stored {stock}"
    village.quiet(120)
    check_shops(village, Expected(village), 60)
    check_orders(village, trade.placed)
    for channel in village.channels:
        sent = stock_sent(village, channel, COUNTED)
        assert sent and sent[-1] == stock, (channel, sent[-5:], stock)
        assert sent == sorted(sent), f"{channel} got an older count after a newer one: {sent}"
        print(f"  {channel} was told {len(sent)} of its counts, never an older one after a newer one")
    print(f"  {kills} kills, {len(acknowledged)} acknowledged counts, healthy again in at most {slowest:.1f} s")


def patient_story(village):
    """story() under a gateway that goes away now and then: reads are repeated."""
    plain = village.api

    def api(method, path, body=None, headers=None):
        if method != "GET":
            return plain(method, path, body, headers)

        def attempt():
            try:
                return [plain(method, path, body, headers)]
            except Refused as refused:
                if refused.status == 503:
                    return None
                raise

        return wait_for(f"GET {path}", attempt, 60, 0.2)[0]

    village.api = api
    return story(village, patience=150)


def bad_input(village):
    print("  bad input: a 4xx with a stable code, nothing changed")
    product = {"title": {"id": "Uji"}, "variants": [{"sku": "UJI-1", "price": {"amount": 1000, "currency": "IDR"}}]}
    cases = [
        ("PUT", "/v1/products/UJI", "[1", 400, "json_invalid"),
        ("PUT", "/v1/products/UJI", {**product, "titel": 1}, 422, None),
        ("PUT", "/v1/products/UJI", {**product, "variants": [{"sku": "UJI-1", "price": {"amount": -1, "currency": "IDR"}}]}, 422, None),
        ("PUT", "/v1/products/UJI", {**product, "variants": [{"sku": "UJI-1", "price": {"amount": 1, "currency": "USD"}}]}, 422, None),
        ("PUT", "/v1/stock/UJI-1", {"on_hand": 1.5}, 422, None),
        ("PUT", "/v1/stock/UJI-1", {"on_hand": -1}, 422, None),
        ("PUT", "/v1/prices/TIDAK-ADA", {"amount": 1, "currency": "IDR"}, 404, "sku_unknown"),
        ("GET", "/v1/orders/ord_01ARZ3NDEKTSV4RRFFQ69G5FAV", None, 404, None),
        ("POST", "/v1/shops", {"channel": "tidakada", "name": "x"}, None, None),
    ]
    before = village.api("GET", "/v1/events?after=0&limit=1")
    for method, path, body, status, code in cases:
        try:
            if isinstance(body, str):
                import urllib.error
                import urllib.request
                req = urllib.request.Request(village.url + path, body.encode(), method=method, headers={
                    "Authorization": "Bearer " + village.key, "Content-Type": "application/json"})
                try:
                    urllib.request.urlopen(req, timeout=10)
                    raise AssertionError(f"{method} {path} was accepted")
                except urllib.error.HTTPError as error:
                    raise Refused(error.code, json.loads(error.read())) from None
            village.api(method, path, body)
        except Refused as refused:
            assert 400 <= refused.status < 500, (method, path, refused)
            assert status in (None, refused.status), (method, path, refused)
            assert refused.problem["code"] and refused.problem["title"], refused.problem
            assert code in (None, refused.problem["code"]), (path, refused.problem)
        else:
            raise AssertionError(f"{method} {path} {body} was accepted")
    assert village.api("GET", "/v1/events?after=0&limit=1") == before
    for body, headers in ((b"{}", {"Authorization": "0" * 64}), (b"{}", {})):
        try:
            request("POST", village.url + "/hooks/shopee", json.loads(body), headers)
            raise AssertionError("a forged webhook was accepted")
        except Refused as refused:
            assert refused.status == 401, refused


def walls(village):
    print("  another organisation sees nothing of it")
    other = village.admin("POST", "/admin/v1/organisations", {"name": "Lain", "kind": "bumdes", "zone": "WIT"})["id"]
    key = village.admin("POST", f"/admin/v1/organisations/{other}/keys", {"label": "x"})["key"]
    order = next(iter(village.pages("/v1/orders")))["id"]
    for path in (f"/v1/orders/{order}", f"/v1/shops/{village.shops['shopee']['id']}", "/v1/products/KOPI-ROBUSTA"):
        try:
            request("GET", village.url + path, None, {"Authorization": "Bearer " + key})
            raise AssertionError(f"{path} is visible to another organisation")
        except Refused as refused:
            assert refused.status == 404, (path, refused)


def adopt(village, _):
    village.channels = ("woocommerce",)
    village.start_sandboxes()
    village.write_config()
    village.start_gateway()
    village.found_village()
    cli = lambda *a, **k: json.loads(village.cli("--json", "adopt", *a, **k).stdout)  # noqa: E731
    products = [{"code": f"TEH-{n}", "title": {"id": f"Teh Hijau Lereng Sachet {n} gram"},
                 "description": {"id": "Teh hijau dari kebun desa, dipetik tangan dan dikeringkan perlahan."},
                 "category": "makanan-minuman/minuman-herbal", "condition": "new",
                 "variants": [{"sku": f"TEH-{n}", "weight_grams": n, "package_mm": [80, 50, 200],
                               "price": {"amount": 1000 * n, "currency": "IDR"}}]} for n in range(30, 36)]
    for product in products:
        village.api("PUT", f"/v1/products/{product['code']}", {k: v for k, v in product.items() if k != "code"})
        village.api("PUT", f"/v1/stock/{product['code']}", {"on_hand": 40})

    print("  the shop sells already: some with our SKUs, one under another title, others unknown")
    remote = village.sandbox("POST", "woocommerce", "shops", {"name": "Toko lama"})["shop_id"]

    def by_hand(name, sku, price):
        village.sandbox("PUT", "woocommerce", "settings", {"make": {
            "shop_id": remote, "name": name, "sku": sku, "type": "simple", "status": "publish",
            "regular_price": str(price), "manage_stock": True, "stock_quantity": 3}})

    by_hand("Teh Hijau Lereng Sachet 30 gram", "teh-30", 30000)
    by_hand("Teh Hijau Lereng 31 gr", "TEH 31", 31000)
    by_hand("Lereng Teh Hijau asli sachet 32gr", "LAMA-1", 32000)
    for n in range(60):  # several pages
        by_hand(f"Tampah Bambu Nomor {n}", f"TAMPAH-{n}", 50000)
    made_by_hand = 63
    village.sandbox("POST", "woocommerce", "faults", {"faults": [
        {"operation": "product.list", "kind": "slow", "delay_ms": 700, "times": -1}]})

    given = village.sandbox("POST", "woocommerce", "consent", {"shop_id": remote})["credentials"]
    keys = village.folder / "shop.keys"
    keys.write_text("".join(f"{k}={v}\n" for k, v in given.items()))
    shop = json.loads(village.cli("--json", "shop", "connect", "--channel", "woocommerce", "--name", "Toko lama",
                                  "--adopt", "--credentials-file", keys).stdout)["id"]
    village.shops["woocommerce"] = {"id": shop, "remote": remote}

    print("  killed while it reads, again and again: what was read is read once")
    seen = kills = 0

    def further():
        review = village.api("GET", f"/v1/shops/{shop}/review")
        return review if review["state"] != "reading" or review["pages"] > seen else None

    while (review := wait_for("a page more is kept", further, 60, 0.05))["state"] == "reading":
        seen, kills = review["pages"], kills + 1
        village.kill_gateway()
        village.start_gateway()
        assert village.api("GET", f"/v1/shops/{shop}/review")["pages"] >= seen
    assert kills >= 2, kills
    village.sandbox("DELETE", "woocommerce", "faults")
    assert cli("status", shop, "--wait", "60")["state"] == "open"
    review = village.api("GET", f"/v1/shops/{shop}/review")
    assert review["counts"] == {"found": made_by_hand, "undecided": made_by_hand, "proposed": 3, "confirmed": 0,
                                "refused": 0}, review
    proposals = {p["listing"]["sku"]: p for p in cli("list", shop)["data"]}
    assert proposals["teh-30"]["candidate"] == "TEH-30" and proposals["teh-30"]["reason"]["code"] == "sku_equal"
    assert proposals["TEH 31"]["candidate"] == "TEH-31", proposals["TEH 31"]
    assert proposals["LAMA-1"]["candidate"] == "TEH-32" and proposals["LAMA-1"]["confidence"] < 95, proposals["LAMA-1"]
    assert proposals["TAMPAH-7"]["candidate"] is None

    def shown():
        return {l["sku"]: l["stock"] for l in village.all_listings("woocommerce")}

    def calls(*operations):
        return [e for e in village.ledger("woocommerce") if e["operation"] in operations]

    def writes():
        return calls("product.create", "product.update", "product.batch", "product.delete", "variation.create",
                     "variation.update", "variation.batch", "variation.delete")

    def some_polls(count):
        before = len(calls("order.list"))
        wait_for("the gateway went on with its day", lambda: len(calls("order.list")) >= before + count, 60)

    print("  nothing is told before a person has decided, whatever changes")
    for n in range(30, 36):
        village.api("PUT", f"/v1/stock/TEH-{n}", {"on_hand": 50})
    village.cli("sync", "--shop", shop, "--price", "--content")
    some_polls(3)
    assert len(shown()) == made_by_hand and set(shown().values()) == {3}, shown()
    assert writes() == [], writes()

    print("  confirmed: stock is told, also after a kill at once")
    done = village.cli("adopt", "confirm", shop, "--above", "95")
    assert "2 linked" in done.stdout, done.stdout
    village.kill_gateway()
    village.start_gateway()
    wait_for("the linked ones show our stock", lambda: (shown()["teh-30"], shown()["TEH 31"]) == (50, 50), 60)
    assert shown()["LAMA-1"] == 3
    refused = village.cli("adopt", "confirm", shop, proposals["LAMA-1"]["id"], "--sku", "TEH-30", check=(1,))
    assert "variant_linked" in refused.stderr, refused.stderr
    assert "review_undecided" in village.cli("adopt", "end", shop, check=(1,)).stderr
    village.cli("adopt", "confirm", shop, proposals["LAMA-1"]["id"])
    wait_for("the third shows our stock", lambda: shown()["LAMA-1"] == 50, 60)
    assert len(shown()) == made_by_hand, "nothing was made meanwhile"

    print("  the end: what the shop lacked is published, nothing is there twice")
    village.cli("adopt", "end", shop)
    wait_for("the others are published", lambda: {f"TEH-{n}" for n in (33, 34, 35)} <= set(shown()), 60)
    village.quiet()
    some_polls(2)
    skus = sorted(l["sku"] for l in village.all_listings("woocommerce"))
    assert len(skus) == len(set(skus)) == made_by_hand + 3, skus
    assert {n for n in ("TEH-30", "TEH-31", "TEH-32") if n in skus} == set(), skus
    assert all(stock == 3 for sku, stock in shown().items() if sku.startswith("TAMPAH"))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bin_folder")
    parser.add_argument("scenario", choices=("basic", "lossy", "killed", "adopt"))
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--keep", action="store_true", help="keep the folder for a look")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="gerbang-e2e-")
    village = Deployment(folder, options.bin_folder)
    village.channels = ("shopee", "bukalapak")
    try:
        {"basic": basic, "lossy": lossy, "killed": killed, "adopt": adopt}[options.scenario](village, options.rounds)
        print(f"{options.scenario}: good")
    except BaseException:
        for log in ("gateway.log", "sandboxes.log"):
            path = pathlib.Path(folder) / log
            if path.exists():
                lines = path.read_text(errors="replace").splitlines()
                bad = [l for l in lines if '"level":"warn"' in l or '"level":"error"' in l or "invariant" in l]
                print(f"--- {log}: last warnings", *bad[-15:], sep="\n", file=sys.stderr)
        raise
    finally:
        village.close()
        if not options.keep:
            import shutil
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(f"kept: {folder}")


main()
