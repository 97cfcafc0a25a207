#!/usr/bin/env python3
"""Three gateways on one PostgreSQL, real processes over real sockets: one is killed, one stands still past
its lease and goes on, one is stopped, all while shoppers buy and stock is counted.

    nodes.py BIN_FOLDER

Nothing that was acknowledged is lost, no order is in twice, one push per change (the marketplaces' own
ledgers), no shop is served by two nodes, and how long a dead node's shops wait is measured."""

import datetime
import json
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "end_to_end"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from deployment import Deployment, Refused, free_port, request, wait_for  # noqa: E402
from postgres import Postgres  # noqa: E402

LEASE, DEADLINE, MARGIN = 8, 3, 1  # seconds
PATIENCE = 240
SKUS = [f"BARANG-{n}" for n in range(1, 7)]


class Balancer:
    """Hands connections to the nodes that are said to be up, one after the other, as a proxy before them."""

    def __init__(self, port):
        self.up, self.turn = [], 0
        self.listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.carry, args=(client,), daemon=True).start()

    def carry(self, client):
        up = list(self.up)
        self.turn += 1
        for n in range(len(up)):
            try:
                server = socket.create_connection(("127.0.0.1", up[(self.turn + n) % len(up)]), 2)
                break
            except OSError:
                continue
        else:
            client.close()
            return
        back = threading.Thread(target=self.pump, args=(server, client), daemon=True)
        back.start()
        self.pump(client, server)
        back.join(60)
        client.close()
        server.close()

    @staticmethod
    def pump(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass
        try:
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.listener.close()


class Nodes(Deployment):
    """Several gateways on one database behind one address."""

    def __init__(self, folder, bin_folder, address, count):
        super().__init__(folder, bin_folder)
        self.address = address
        self.balancer = Balancer(self.port)
        self.node_ports = {f"node-{n}": free_port() for n in range(count)}

    # Two shops at each channel, "shopee" and "shopee.2": more of them than a node could have by chance.

    def sandbox(self, method, channel, path, body=None):
        return super().sandbox(method, base(channel), path, body)

    def connect(self, channel):
        remote = self.sandbox("POST", channel, "shops", {"name": f"Toko BUM Desa {channel}"})
        shop = self.api("POST", "/v1/shops", {"channel": base(channel), "name": f"Toko di {channel}"})
        self.shops[channel] = {"id": shop["id"], "remote": remote["shop_id"]}
        if shop["authorise_url"] is None:
            given = self.sandbox("POST", channel, "consent", {"shop_id": remote["shop_id"]})
            self.api("PUT", f"/v1/shops/{shop['id']}/credentials", {"credentials": given["credentials"]})
        else:
            self.consent(channel, shop["authorise_url"])

    def write_configs(self):
        self.write_config()
        text = (self.folder / "gerbang.toml").read_text()
        for name, port in self.node_ports.items():
            mine = text.replace('path = "gerbang.db"', f'address = "{self.address}"')
            mine = mine.replace(f"port = {self.port}", f'port = {port}\npublic_url = "{self.url}"')
            mine = mine.replace("[log]", f'request_deadline = "{DEADLINE}s"\n[node]\nname = "{name}"\n'
                                f'lease = "{LEASE}s"\nmargin = "{MARGIN}s"\n[log]')
            (self.folder / f"{name}.toml").write_text(mine)

    def start(self, name):
        self._start(name, [self.bin / "gerbang", "serve", "--config", self.folder / f"{name}.toml"])
        url = f"http://127.0.0.1:{self.node_ports[name]}/readyz"
        wait_for(f"{name} is ready", lambda: self._alive(name) and (request("GET", url, timeout=2) or True), 30, 0.05)
        self.balancer.up.append(self.node_ports[name])

    def down(self, name):
        self.balancer.up.remove(self.node_ports[name])

    def kill(self, name):
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        self.down(name)

    def signal(self, name, number):
        self.processes[name].send_signal(number)

    def living(self):
        return {n["name"]: n for n in self.admin("GET", "/admin/v1/nodes")["data"]}

    def close(self):
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
        super().close()
        self.balancer.close()

    def write(self, method, path, body):
        """Repeats with one idempotency key until it is acknowledged."""
        headers = {"Idempotency-Key": f"{random.getrandbits(64):x}"}

        def attempt():
            try:
                return [self.api(method, path, body, headers)]
            except Refused as refused:
                if refused.status in (409, 500, 503):
                    return None
                raise

        return wait_for(f"{method} {path} is acknowledged", attempt, 60, 0.1)[0]

    def get(self, path):
        def attempt():
            try:
                return [self.api("GET", path)]
            except Refused as refused:
                if refused.status == 503:
                    return None
                raise

        return wait_for(f"GET {path}", attempt, 60, 0.1)[0]


def base(channel):
    return channel.split(".")[0]


def product(sku, images):
    return {"title": {"id": f"Keranjang rotan anyaman tangan {sku}"},
            "description": {"id": "Keranjang rotan anyaman tangan, kuat dan ringan, untuk belanja harian."},
            "category": "rumah-tangga/anyaman", "condition": "new", "attributes": {"Negara Asal": "Indonesia"},
            "images": [{"url": f"http://127.0.0.1:{images}/images/keranjang.png"}],
            "variants": [{"sku": sku, "weight_grams": 700, "package_mm": [300, 300, 200],
                          "price": {"amount": 120000, "currency": "IDR"}}]}


def stocks(village, sku):
    """What each shop shows of it."""
    return {channel: village.listings(channel).get(sku, {}).get("stock") for channel in village.channels}


def shown_everywhere(village, sku, stock, seconds, what):
    """How long it took."""
    began = time.monotonic()
    wait_for(what, lambda: set(stocks(village, sku).values()) == {stock} or None, seconds, 0.02)
    return time.monotonic() - began


def stock_pushes(village, channel, sku):
    """The stock values that the channel was given for it, in order, from its ledger."""
    listing = next(l for l in village.get(f"/v1/listings?shop={village.shops[channel]['id']}&sku={sku}&limit=5")["data"]
                   if l["sku"] == sku)
    sent = []
    for entry in village.ledger(channel):
        if str(entry["shop"]) != str(village.shops[channel]["remote"]):
            continue
        effects = entry["effect"] if isinstance(entry["effect"], list) else [entry["effect"] or {}]
        sent += [e["stock"] for e in effects
                 if e.get("stock") is not None and listing["external"]["product"] in map(str, e.values())]
    return sent


class Shoppers:
    """Buy all the time; counts of one item are written all the time. They remember what was acknowledged."""

    def __init__(self, village):
        self.village, self.stop = village, threading.Event()
        self.placed, self.counted, self.failures = [], [], []
        self.threads = [threading.Thread(target=self.guard, args=(work,)) for work in (self.buy, self.count)]
        for thread in self.threads:
            thread.start()

    def guard(self, work):
        chance = random.Random(work.__name__)
        try:
            while not self.stop.is_set():
                work(chance)
                self.stop.wait(chance.uniform(0.05, 0.4))
        except BaseException as error:  # told by the main thread
            self.failures.append(error)

    def buy(self, chance):
        channel = chance.choice(self.village.channels)
        self.placed.append((self.village.shops[channel]["id"], self.village.buy(channel, SKUS[1], 1)))

    def count(self, _):
        n = len(self.counted) + 1
        self.village.write("PUT", f"/v1/stock/{SKUS[2]}", {"on_hand": n})
        self.counted.append(n)

    def end(self):
        self.stop.set()
        for thread in self.threads:
            thread.join(90)
        if self.failures:
            raise self.failures[0]


def all_at_rest(village):
    def attempt():
        try:
            return village.waiting() == 0
        except Refused as refused:
            if refused.status == 503:
                return False
            raise

    wait_for("all work is done", attempt, PATIENCE, 0.2)


def check(village, shoppers):
    """Everything that was acknowledged is there, once; the shops show what should be."""
    all_at_rest(village)

    def orders_in():
        orders = [o for o in village.pages("/v1/orders?limit=200")]
        numbers = [(o["shop"], o["external_id"]) for o in orders]
        assert len(numbers) == len(set(numbers)), "an order is in twice"
        return set(numbers) == set(shoppers.placed) or None

    wait_for("every order is in", orders_in, PATIENCE, 0.5)
    all_at_rest(village)
    level = village.get(f"/v1/stock/{SKUS[2]}")["levels"][0]["on_hand"]
    assert level == shoppers.counted[-1], (level, shoppers.counted[-1])
    bought = len(shoppers.placed)
    stock = village.get(f"/v1/stock/{SKUS[1]}")
    assert stock["levels"][0]["reserved"] == bought, (stock, bought)
    shown_everywhere(village, SKUS[1], stock["available"], PATIENCE, "what was bought is off all shops")
    shown_everywhere(village, SKUS[2], level, PATIENCE, "the last count is at all shops")
    for channel in village.channels:
        sent = stock_pushes(village, channel, SKUS[2])
        assert sent[-1] == level, (channel, sent[-5:], level)


def one_push_per_change(village, sku, values):
    """At rest between the changes: each of them told each shop once."""
    before = {c: len(stock_pushes(village, c, sku)) for c in village.channels}
    for value in values:
        village.write("PUT", f"/v1/stock/{sku}", {"on_hand": value})
        shown_everywhere(village, sku, value, PATIENCE, f"{value} of {sku} at all shops")
        all_at_rest(village)
    for channel in village.channels:
        sent = stock_pushes(village, channel, sku)[before[channel]:]
        assert sent == values, f"{channel} was told {sent} for {values}"


def share_of_each(village, count):
    def attempt():
        nodes = village.living()
        held = sum(n["leases"] for n in nodes.values())
        return nodes if len(nodes) == count and held >= len(village.channels) and all(
            n["serving"] for n in nodes.values()) else None

    return wait_for(f"{count} nodes share the shops", attempt, 60, 0.1)


def busiest(village):
    """The node that has most; it has a shop."""
    name, node = max(village.living().items(), key=lambda item: item[1]["leases"])
    assert node["leases"] > 2, f"{node} may have jobs alone"
    return name


def served_by_one_at_a_time(village):
    """From the nodes' own logs: between one taking of a shop and the next nobody else has told it anything -
    but one that lost it in the middle of a call, and says so."""
    events = []
    for name in village.node_ports:
        for line in (village.folder / f"{name}.log").read_text(errors="replace").splitlines():
            if line.startswith("{"):
                event = json.loads(line)
                if event["event"] in ("lane.taken", "lane.lost", "attempt.finished"):
                    at = datetime.datetime.fromisoformat(event["at"].replace("Z", "+00:00"))  # "…12Z" or "…12.345Z"
                    events.append((at, name, event["event"], event["shop"]))
    lost = {(name, shop) for _, name, what, shop in events if what == "lane.lost"}
    holder, attempts, takings, late = {}, 0, 0, 0
    for at, name, what, shop in sorted(events, key=lambda e: e[0]):
        if what == "lane.taken":
            holder[shop] = name
            takings += 1
        elif what == "attempt.finished":
            attempts += 1
            if holder.get(shop) != name:
                late += 1
                trail = [(str(e[0].time()), *e[1:3]) for e in sorted(events) if e[3] == shop and e[0] <= at][-8:]
                assert (name, shop) in lost, f"{name} told {shop} something, which {holder.get(shop)} has: {trail}"
    assert attempts > 100 and takings > len(village.channels), (attempts, takings)
    return f"{attempts} attempts under {takings} leases, {late} of them late and refused"


def story(village, database):
    village.start_sandboxes()
    village.write_configs()
    for name in village.node_ports:
        village.start(name)
    village.found_village()
    for channel in village.channels:
        village.connect(channel)
    for sku in SKUS:
        village.write("PUT", f"/v1/products/{sku}", product(sku, village.ports["images"]))
        village.write("PUT", f"/v1/stock/{sku}", {"on_hand": 1000})
    wait_for("all is published", lambda: all(
        set(SKUS) <= set(village.listings(c)) for c in village.channels) or None, PATIENCE * 2, 0.5)
    all_at_rest(village)
    nodes = share_of_each(village, 3)
    print("  leases: " + ", ".join(f"{name} {n['leases']}" for name, n in sorted(nodes.items())))
    print("  " + village.cli_nodes().replace("\n", "\n  "))

    print("  one push per change, whichever node it was written at")
    one_push_per_change(village, SKUS[0], [900, 901, 902, 903])

    shoppers = Shoppers(village)
    try:
        name = busiest(village)
        print(f"  {name} is killed")
        village.kill(name)
        died = time.monotonic()
        village.write("PUT", f"/v1/stock/{SKUS[3]}", {"on_hand": 77})
        shown_everywhere(village, SKUS[3], 77, PATIENCE, "the shops of the dead one are served again")
        print(f"  after {time.monotonic() - died:.1f} s all shops are served again (lease {LEASE} s)")
        assert time.monotonic() - died < 60
        village.start(name)
        share_of_each(village, 3)

        name = busiest(village)
        print(f"  {name} stands still past its lease and goes on")
        before = village.living()[name]["id"]
        village.signal(name, signal.SIGSTOP)
        village.down(name)
        village.write("PUT", f"/v1/stock/{SKUS[4]}", {"on_hand": 88})
        time.sleep(LEASE + 2)
        shown_everywhere(village, SKUS[4], 88, PATIENCE, "its shops are served by others")
        village.signal(name, signal.SIGCONT)
        village.balancer.up.append(village.node_ports[name])
        assert share_of_each(village, 3)[name]["id"] != before, "it went on as if nothing had happened"

        name = busiest(village)
        print(f"  {name} is stopped")
        process = village.processes.pop(name)
        village.down(name)
        process.terminate()
        assert (code := process.wait(30)) == 0, code
        stopped = time.monotonic()
        village.write("PUT", f"/v1/stock/{SKUS[5]}", {"on_hand": 99})
        shown_everywhere(village, SKUS[5], 99, PATIENCE, "its shops are served by others")
        print(f"  {time.monotonic() - stopped:.1f} s after its end a change was at all shops")
    finally:
        shoppers.end()
    check(village, shoppers)
    print(f"  {len(shoppers.placed)} orders, {len(shoppers.counted)} acknowledged counts: all there, once")

    print("  two that are left: still one push per change")
    share_of_each(village, 2)
    one_push_per_change(village, SKUS[0], [800, 801, 802])

    for name in sorted(set(village.processes) & set(village.node_ports)):
        process = village.processes.pop(name)
        process.terminate()
        assert (code := process.wait(30)) == 0, code
    left = database.sql("SELECT count(*) FROM nodes")
    assert left == "0", f"nodes that are left, and with them the leases they held: {left}"
    print("  " + served_by_one_at_a_time(village))


def main():
    with tempfile.TemporaryDirectory(prefix="gerbang-nodes-") as folder:
        database = Postgres()
        try:
            village = Nodes(folder, pathlib.Path(sys.argv[1]).resolve(), database.address, 3)
            village.channels = [channel + shop for channel in ("shopee", "tokopedia", "lazada", "blibli", "woocommerce")
                                for shop in ("", ".2")]
            village.cli_nodes = lambda: subprocess.run(
                [str(village.bin / "gerbang"), "node", "list"], cwd=folder, capture_output=True, text=True,
                timeout=30, check=True, env={"GERBANG_URL": village.url, "GERBANG_KEY": village.admin_key}).stdout
            try:
                story(village, database)
            except BaseException:
                for log in sorted(pathlib.Path(folder).glob("*.log")):
                    print(f"--- {log.name}\n" + log.read_text(errors="replace")[-3000:])
                raise
            finally:
                village.close()
        finally:
            database.close()
    print("ok")


if __name__ == "__main__":
    main()
