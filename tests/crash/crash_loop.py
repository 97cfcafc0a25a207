#!/usr/bin/env python3
"""The crash loop: the real gateway on real files, killed again and again under load.

    tests/crash/crash_loop.py BUILD_FOLDER [--rounds 500] [--seed N] [--only POINT] [--keep]

Concurrent writers keep a ledger of what was acknowledged. The gateway dies by SIGKILL at a random
instant or at a named crash point; after each restart everything that was acknowledged must be there,
once. Without --rounds: every named point once, and about as many random kills."""

import argparse
import json
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "end_to_end"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from deployment import ROOT, Deployment, Refused, wait_for  # noqa: E402
from ledger import Client, Counts, Gone, Movements, Orders, Prices, Products, Violation  # noqa: E402

PUSH_KEY = "sandbox-shopee-push-key"
SOLD = "LARIS-1"  # the SKU that shoppers buy
READY_SECONDS = 10  # of RELIABILITY T1; reported, and a start that takes longer is a failure of its own


def named_points(store="sqlite"):
    """Every crash point in the sources that a gateway on this store passes, in order. One name is one
    instant, in either store."""
    found = []
    others = {"sqlite", "postgres"} - {store}
    for path in sorted(p for room in ("core", "gateway") for p in (ROOT / room).rglob("*.cpp")):
        if any(path.is_relative_to(ROOT / "core/store" / other) for other in others):
            continue
        text = path.read_text()
        found += re.findall(r'GERBANG_CRASH_POINT\("([^"]+)"\)', text)
        for pair in re.findall(r'GERBANG_CRASH_PHASE\("([^"]+)", "([^"]+)"\)', text):
            found += pair
    if len(found) != len(set(found)) or not found:
        raise AssertionError(f"crash points that are there twice, or none: {found}")
    return found


def product_template(images_port):
    catalogue = json.loads((ROOT / "deploy/demo/katalog.json").read_text())
    product = next(p for p in catalogue["products"] if p["code"] == "TEH-HIJAU-LERENG")
    product = {k: v for k, v in product.items() if k not in ("code", "options", "permits")}
    product["images"] = [{"url": product["images"][0]["url"].replace(":8099", f":{images_port}")}]
    product["variants"] = [{k: v for k, v in product["variants"][0].items()
                            if k not in ("options", "components", "barcode")}]
    return product


class Loop:
    def __init__(self, village, options, points):
        self.village, self.options, self.points = village, options, points
        self.chance = random.Random(options.seed)
        self.writers = []
        self.rounds = self.kills = self.other_acknowledged = 0
        self.reached, self.slowest, self.busy_with = set(), 0.0, None

    # -- the process

    def environment(self, point, count=1):
        return {"GERBANG_CRASH_AT": f"{point}:{count}"} if point else {}

    def start(self, point=None, count=1, village=None):
        """False: it died at the point before it was ready."""
        village = village or self.village
        village.environment = self.environment(point, count)
        try:
            took = village.start_gateway()
        except AssertionError:
            if point and village is not None and self.died(village, point):
                return False
            raise
        if took > READY_SECONDS:
            raise Violation(f"ready only after {took:.1f} s")
        self.slowest = max(self.slowest, took)
        return True

    def died(self, village, point, seconds=5):
        """Whether the gateway ended by SIGKILL at the point; takes note of it."""
        process = village.processes["gateway"]
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        log = (village.folder / "gateway.log").read_text(errors="replace")
        if code != -signal.SIGKILL or f"crash point {point} reached" not in log[-4000:]:
            raise Violation(f"the gateway ended by itself with {code} ({point}):\n{log[-3000:]}")
        village.processes.pop("gateway")
        self.note(point)
        return True

    def note(self, point=None):
        self.kills += 1
        if point:
            self.reached.add(point)

    # -- the load

    def load(self, until):
        """All writers at once; until(seconds so far) says when to end, with the gateway dead."""
        stop, failures = threading.Event(), []

        def work(writer):
            client = Client(self.village)
            try:
                while not stop.is_set():
                    writer.step(client)
            except Gone:
                pass
            except BaseException as error:  # told by the main thread
                failures.append(error)
            finally:
                client.close()

        threads = [threading.Thread(target=work, args=(w,)) for w in self.writers]
        for writer in self.writers:
            writer.begin_round(self.rounds)
        for thread in threads:
            thread.start()
        try:
            until()
        finally:
            stop.set()
            for thread in threads:
                thread.join(60)
        if failures:
            raise failures[0]

    def random_round(self):
        self.rounds += 1

        def until():
            time.sleep(self.chance.choice((0.02, 0.1, 0.3, 0.6)) * self.chance.uniform(0.2, 1))
            self.village.kill_gateway()
            self.note()

        self.load(until)

    def named_round(self, point):
        self.rounds += 1
        self.busy_with = point
        if point.startswith(("store.migration", "store.creation")) or point == "store.mid_migration":
            return self.migration_round(point)
        if point.startswith("restore."):
            return self.restore_round(point)
        often = point.startswith(("store.", "http.", "sync.")) and "checkpoint" not in point and \
            not point.startswith(("sync.token", "sync.publish"))
        if point == "sync.publish_begun":  # needs something to publish
            for writer in self.writers:
                if isinstance(writer, Products):
                    writer.wanted = max(writer.wanted, writer.made + 2)
        ready = self.start(point, self.chance.randint(1, 12) if often else 1)
        if not ready:
            return
        self.load(lambda: self.provoke(point))
        if point in ("sync.token_before_store", "sync.token_after_store"):
            self.after_token_round(point)

    def provoke(self, point):
        """Ends with the gateway dead at the point."""
        if point.startswith("sync.token"):
            self.short_token()
        backup = self.village.folder / f"backup-{self.rounds}.db"
        if point.startswith("backup."):
            threading.Thread(target=self.quiet_backup, args=(backup,)).start()
        if not self.died(self.village, point, 30):
            raise Violation(f"{point} was not reached within 30 s of load")
        if point.startswith("backup.") and backup.exists():
            self.check_file(backup)

    # -- backups

    def quiet_backup(self, path):
        try:
            self.village.admin("POST", "/admin/v1/backup", {"path": str(path)})
        except (OSError, Refused):
            pass

    def check_file(self, path):
        """What stands under a backup's name is always whole."""
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
            answer = db.execute("PRAGMA integrity_check").fetchone()[0]
            db.execute("SELECT count(*) FROM stock_movements").fetchone()
        if answer != "ok":
            raise Violation(f"{path.name} is damaged: {answer}")

    # -- tokens

    def short_token(self):
        """The seller consents once more, to a pair that falls due within seconds; the one that
        follows it lives long. (A young token that is refused is not refreshed: see sync/tokens.)"""
        before = self.token_expiry()
        self.village.sandbox("PUT", "shopee", "settings", {"token_seconds": 4})
        self.village.consent("shopee")
        wait_for("a short pair is stored", lambda: self.token_expiry() != before, 10)
        self.village.sandbox("PUT", "shopee", "settings", {"token_seconds": None})

    @staticmethod
    def no_order_list():
        return {"operation": "order.get_order_list", "kind": "refuse", "code": "error_inner", "times": -1}

    def after_token_round(self, point):
        """The pair that was stored is used; when the new pair was lost with the process and the old
        one is spent, the shop says that it needs its seller, and works again after the consent."""
        self.start()
        client, prices = Client(self.village), next(w for w in self.writers if isinstance(w, Prices))
        try:
            prices.step(client)  # something to send
        finally:
            client.close()
        if point == "sync.token_before_store":
            wait_for("the seller is asked", lambda: self.shop()["state"] == "needs_authorisation", 30)
            if not self.shop()["reason"]:
                raise Violation("no reason is told")
            self.consent_again()
        # A call that the process died in is waited out first: no older price may follow a newer one.
        wait_for("the shop is told of the price",
                 lambda: self.village.listings("shopee")[SOLD]["price"] == prices.good, 120)
        if self.shop()["state"] != "active":
            raise Violation(f"the shop is {self.shop()}")
        self.village.kill_gateway()

    def shop(self):
        return self.village.api("GET", "/v1/shops/" + self.village.shops["shopee"]["id"])

    def token_expiry(self):
        return self.shop()["token"]["expires_at"]

    def consent_again(self):
        self.village.consent("shopee")

    # -- a database that is being made, and one that is being replaced

    def migration_round(self, point):
        with tempfile.TemporaryDirectory(prefix="gerbang-crash-") as folder:
            young = Deployment(folder, self.village.bin)
            try:
                young.write_config()
                if self.start(point, 1, young):
                    raise Violation(f"{point} was not reached by a first start")
                self.start(village=young)
                young.found_village()
                young.api("PUT", "/v1/stock/AWAL", {"on_hand": 7})
                young.kill_gateway()
                self.start(village=young)
                if young.api("GET", "/v1/stock/AWAL")["available"] != 7:
                    raise Violation("a count was lost")
                self.other_acknowledged += 1
            finally:
                young.close()

    def restore_round(self, point):
        """Old state with its log, interrupted: afterwards it is the old one or the backup's, whole;
        repeated it is the backup's."""
        with tempfile.TemporaryDirectory(prefix="gerbang-crash-") as folder:
            place = Deployment(folder, self.village.bin)
            try:
                place.write_config()
                self.start(village=place)
                place.found_village()
                for n in range(5):
                    place.api("PUT", f"/v1/stock/DULU-{n}", {"on_hand": 1})
                place.admin("POST", "/admin/v1/backup", {"path": str(place.folder / "copy.db")})
                for n in range(5):
                    place.api("PUT", f"/v1/stock/DULU-{n}", {"on_hand": 2})
                place.kill_gateway()  # leaves the log, with everything since the backup in it
                self.other_acknowledged += 10
                command = [str(place.bin / "gerbang"), "restore", str(place.folder / "copy.db"), "--force",
                           "--config", str(place.folder / "gerbang.toml")]
                done = subprocess.run(command, cwd=place.folder, capture_output=True, text=True, timeout=60,
                                      env={**self.plain_environment(), **self.environment(point)})
                if done.returncode != -signal.SIGKILL or f"crash point {point} reached" not in done.stderr:
                    raise Violation(f"restore ended with {done.returncode} ({point}): {done.stderr}")
                self.note(point)
                self.start(village=place)
                seen = {place.api("GET", f"/v1/stock/DULU-{n}")["available"] for n in range(5)}
                if seen not in ({1}, {2}) or (point == "restore.copied" and seen != {2}):
                    raise Violation(f"after {point}: counts {seen}")
                place.kill_gateway()
                place.cli("restore", place.folder / "copy.db", "--force", "--config", place.folder / "gerbang.toml")
                self.start(village=place)
                seen = {place.api("GET", f"/v1/stock/DULU-{n}")["available"] for n in range(5)}
                if seen != {1}:
                    raise Violation(f"restored after {point}: counts {seen}")
            finally:
                place.close()

    @staticmethod
    def plain_environment():
        import os
        return dict(os.environ)

    # -- the whole

    def set_up(self):
        village = self.village
        village.start_sandboxes()
        village.write_config()
        self.start()
        village.found_village()
        village.sandbox("POST", "shopee", "faults", {"pushes": {"silent": True}})
        village.connect("shopee")
        template = product_template(village.ports["images"])
        village.api("PUT", f"/v1/stock/{SOLD}", {"on_hand": 90000})
        sold = Products(village, SOLD, 0, template).document(SOLD, 1)
        sold["variants"][0]["price"]["amount"] = 20000
        village.api("PUT", f"/v1/products/{SOLD}", sold)
        wait_for("the shop sells it", lambda: SOLD in village.listings("shopee"), 60)
        village.quiet(60)
        village.sandbox("POST", "shopee", "faults", {"faults": [self.no_order_list()], "pushes": {"silent": True}})
        seed = self.options.seed
        self.writers = [*(Counts(village, f"{n}", seed) for n in range(2)),
                        *(Movements(village, f"{n}", seed) for n in range(2)),
                        Products(village, "BARANG", seed, template),
                        Prices(village, "harga", seed, SOLD),
                        Orders(village, "pembeli", seed, SOLD, PUSH_KEY)]

    def check(self, all_of_it=False):
        client = Client(self.village)
        try:
            for writer in self.writers:
                (getattr(writer, "check_all", None) if all_of_it and hasattr(writer, "check_all")
                 else writer.check)(client)
        except Gone as error:
            raise Violation(f"the gateway went away while it was read: {error}") from None
        finally:
            client.close()

    def run(self):
        self.set_up()
        self.village.kill_gateway()
        plan = list(self.points)
        self.chance.shuffle(plan)
        rounds = self.options.rounds
        if rounds and plan and not self.options.only:
            while len(plan) < rounds // 2:
                plan.append(self.chance.choice(self.points))
        while plan or self.rounds < (rounds or 0):
            if plan:
                self.named_round(plan.pop(0))
            self.busy_with = "a random instant"
            self.start()
            self.check()
            self.random_round()
        self.busy_with = "the end"
        self.start()
        self.check(all_of_it=True)
        self.converge()
        missed = set(self.points) - self.reached
        if missed:
            raise Violation(f"points that were never reached: {sorted(missed)}")
        acknowledged = sum(w.acknowledged for w in self.writers) + self.other_acknowledged
        repeats = sum(w.repeats for w in self.writers)
        print(f"proof: crash loop: {self.rounds} rounds, {self.kills} faults injected, 0 violations "
              f"({len(self.reached)} named points, {acknowledged} acknowledged, {repeats} repeated, "
              f"healthy again within {self.slowest:.1f} s, lost 0)")

    def converge(self):
        """The shop ends up with the newest of everything, and each listing once."""
        village = self.village
        village.sandbox("DELETE", "shopee", "faults")
        # A repeat for what was bought and never told: the order list finds it now.
        village.quiet(120)
        client = Client(village)

        def difference():
            shown = [l for l in village.all_listings("shopee") if l["listed"]]
            skus = [l["sku"] for l in shown]
            if len(skus) != len(set(skus)):
                raise Violation(f"a listing is there twice: {sorted(s for s in skus if skus.count(s) > 1)}")
            wrong = []
            for listing in client.pages("/v1/listings?limit=200"):
                real = next((l for l in shown if l["sku"] == listing["sku"]), None)
                desired = listing["desired"]
                if real is None:
                    wrong.append(f"{listing['sku']} is not on offer: {listing.get('attempt')}")
                elif (real["stock"], real["price"]) != (desired["stock"], desired["price"]["amount"]):
                    wrong.append(f"{listing['sku']} shows {real}, should {desired}")
            return wrong

        end = time.monotonic() + 90
        while problems := difference():
            if time.monotonic() > end:
                raise Violation(f"the shop does not converge: {problems[:5]}")
            time.sleep(0.3)
        client.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build_folder", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--rounds", type=int, default=0, help="as many rounds; default: each point once")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--only", help="this point alone")
    parser.add_argument("--keep", action="store_true", help="keep the folder for a look")
    options = parser.parse_args()
    binary = (options.build_folder / "bin/gerbang").read_bytes()
    points = named_points() if b"GERBANG_CRASH_AT" in binary else []
    if options.only:
        points = [options.only]
    if not points:
        print("the crash points are not compiled in: random kills only")
        options.rounds = options.rounds or 10
    folder = pathlib.Path(tempfile.mkdtemp(prefix="gerbang-crash-"))
    village = Deployment(folder, options.build_folder / "bin", poll="5s")
    loop = Loop(village, options, points)
    try:
        loop.run()
    except BaseException:
        print(f"crash loop: seed {options.seed}, round {loop.rounds}, at {loop.busy_with}; files in {folder}",
              file=sys.stderr)
        options.keep = True
        log = folder / "gateway.log"
        if log.exists():
            print(*log.read_text(errors="replace").splitlines()[-15:], sep="\n", file=sys.stderr)
        raise
    finally:
        village.close()
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


main()
