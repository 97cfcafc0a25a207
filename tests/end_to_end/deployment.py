"""A gateway and its sandbox marketplaces as real processes over real sockets, for tests.

Everything listens on 127.0.0.1, lives in one temporary folder and is ended by its process id."""

import http.client
import json
import os
import pathlib
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]


# What each sandbox expects of an app, by channel: those that are part of the demo.
APPS = {path.parents[1].name: json.loads(path.read_text())
        for path in sorted(ROOT.glob("connectors/*/sandbox/app.json")) if '"demo"' in path.read_text()}


class Refused(Exception):
    """An answer of 400 or more: status and problem document."""

    def __init__(self, status, problem):
        super().__init__(f"{status} {problem}")
        self.status, self.problem = status, problem


def request(method, url, body=None, headers=None, timeout=20):
    """Refused: an answer of 400 or more. OSError: no whole answer, whatever became of the request."""
    try:
        return whole_answer(method, url, body, headers, timeout)
    except http.client.HTTPException as error:  # killed in the middle of its answer
        raise ConnectionError(repr(error)) from None


def whole_answer(method, url, body, headers, timeout):
    data = None if body is None else json.dumps(body).encode()
    req = urllib.request.Request(url, data=data, method=method, headers=dict(headers or {}))
    if data is not None:
        req.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(req, timeout=timeout) as answer:
            text = answer.read()
            return json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        text = error.read()
        try:
            problem = json.loads(text)
        except ValueError:
            problem = text.decode(errors="replace")[:300]
        raise Refused(error.code, problem) from None


def given_by_the_kernel():
    """The first and last port that the kernel gives to whoever asks for any."""
    return map(int, pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())


kept = []  # the sockets that keep our ports


def free_port():
    """A port that is ours until this process ends, though nothing need listen on it: a gateway is killed and
    started again on the same one. The kernel gives it to nobody (it lies outside of what it gives), and no
    other test takes it: each binds the port on 127.0.0.2 first."""
    first, last = given_by_the_kernel()
    below, above = range(10000, first), range(last + 1, 65536)
    ports = [*below, *above]
    assert len(ports) > 100, "the kernel may give nearly any port"
    for port in secrets.SystemRandom().sample(ports, 100):
        keeper = socket.socket()
        try:
            keeper.bind(("127.0.0.2", port))
            with socket.socket() as asked:  # where the gateway will be, another program may be
                asked.bind(("127.0.0.1", port))
        except OSError:
            keeper.close()
            continue
        kept.append(keeper)
        return port
    raise AssertionError("no free port")


def wait_for(what, condition, seconds, pause=0.1):
    """The condition's first true value. Fails after `seconds`, saying what did not happen."""
    end = time.monotonic() + seconds
    last = None
    while time.monotonic() < end:
        try:
            last = condition()
            if last:
                return last
        except (OSError, urllib.error.URLError) as error:
            last = error
        time.sleep(pause)
    raise AssertionError(f"not within {seconds} s: {what} (last: {last})")


class Deployment:
    def __init__(self, folder, bin_folder, poll="2s"):
        self.folder = pathlib.Path(folder)
        self.bin = pathlib.Path(bin_folder)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.poll = poll
        self.processes = {}
        self.environment = {}  # more of it, for the gateway
        self.ports = {}  # of the sandboxes; none of them: a gateway without apps
        self.shops = {}
        self.organisation = self.key = None
        (self.folder / "master.key").write_text(secrets.token_hex(32))
        self.admin_key = "admin-" + secrets.token_hex(16)
        (self.folder / "admin.key").write_text(self.admin_key)
        for channel, app in APPS.items():
            for name in ("secret", "push_secret"):
                if name in app:
                    (self.folder / f"{channel}.{name}").write_text(app[name])

    # -- processes

    def start_sandboxes(self):
        ready = self.folder / "sandboxes.json"
        arguments = ["--first-port", "0", "--images-port", "0", "--hook-base", self.url, "--ready-file", str(ready)]
        for channel, app in APPS.items():
            # What virtual time takes in its stride, real time does not: the gateway looks at an audit again
            # after minutes. Engine tests and simulation have the audits.
            for name, value in {**app["test"]["settings"], **app["test"].get("real_time", {})}.items():
                arguments += ["--setting", f"{channel}.{name}={json.dumps(value)}"]
        self._start("sandboxes", [self.bin / "gerbang-sandboxes", *arguments])
        wait_for("the sandboxes listen", ready.exists, 20)
        self.ports = json.loads(ready.read_text())

    def write_config(self):
        (self.folder / "gerbang.toml").write_text(f"""
[server]
port = {self.port}
[store]
path = "gerbang.db"
master_key_file = "master.key"
[admin]
key_file = "admin.key"
[http_client]
allow_private_tenant_addresses = true
[sync]
poll_interval = "{self.poll}"
[log]
level = "info"
""" + (self._apps() if self.ports else ""))

    def _apps(self):
        return "".join(f"""
[[app]]
channel = "{channel}"
enabled = true
app_id = "{app['app_id']}"
secret_file = "{channel}.secret"
{f'push_secret_file = "{channel}.push_secret"' if "push_secret" in app else ""}
api_url = "http://127.0.0.1:{self.ports[channel]}"
auth_url = "http://127.0.0.1:{self.ports[channel]}{app['auth_path']}"
rate_scale = 1000.0
""" for channel, app in APPS.items() if channel in self.ports)

    def start_gateway(self):
        self._start("gateway", [self.bin / "gerbang", "serve", "--config", self.folder / "gerbang.toml"])
        began = time.monotonic()
        wait_for("the gateway is ready", lambda: self._alive("gateway") and
                 (request("GET", self.url + "/readyz", timeout=2) or True), 20, 0.05)
        return time.monotonic() - began

    def kill_gateway(self):
        process = self.processes.pop("gateway")
        process.send_signal(signal.SIGKILL)
        process.wait(10)

    def stop_gateway(self):
        """SIGTERM; the exit code and the seconds it took."""
        process = self.processes.pop("gateway")
        began = time.monotonic()
        process.terminate()
        code = process.wait(30)
        return code, time.monotonic() - began

    def close(self):
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        for process in self.processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
        self.processes.clear()

    def _start(self, name, command):
        log = open(self.folder / f"{name}.log", "ab")
        environment = {**os.environ, **(self.environment if name == "gateway" else {})}
        self.processes[name] = subprocess.Popen([str(c) for c in command], stdout=log, stderr=log,
                                                stdin=subprocess.DEVNULL, cwd=self.folder, env=environment)
        log.close()

    def _alive(self, name):
        code = self.processes[name].poll()
        if code is not None:
            tail = (self.folder / f"{name}.log").read_text(errors="replace")[-1500:]
            raise AssertionError(f"{name} ended with {code}:\n{tail}")
        return True

    # -- the gateway's API

    def admin(self, method, path, body=None):
        return request(method, self.url + path, body, {"Authorization": "Bearer " + self.admin_key})

    def api(self, method, path, body=None, headers=None):
        return request(method, self.url + path, body,
                       {"Authorization": "Bearer " + self.key, **(headers or {})})

    def cli(self, *arguments, check=(0,)):
        environment = {**os.environ, "GERBANG_URL": self.url, "GERBANG_KEY": self.key or self.admin_key}
        done = subprocess.run([str(self.bin / "gerbang"), *map(str, arguments)], cwd=self.folder,
                              env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode in check, f"gerbang {arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def pages(self, path):
        cursor, joint = "", "&" if "?" in path else "?"
        while True:
            page = self.api("GET", path + (f"{joint}cursor={urllib.parse.quote(cursor)}" if cursor else ""))
            yield from page["data"]
            cursor = page.get("next")
            if not cursor:
                return

    def found_village(self):
        self.organisation = self.admin("POST", "/admin/v1/organisations",
                                       {"name": "BUM Desa Sukamaju", "kind": "bumdes", "zone": "WIB"})["id"]
        self.key = self.admin("POST", f"/admin/v1/organisations/{self.organisation}/keys",
                              {"label": "test"})["key"]

    def connect(self, channel):
        """A seller's shop at the sandbox, consent given as a browser would: by following the links. Where
        there is no consent page, with the shop's keys."""
        remote = self.sandbox("POST", channel, "shops", {"name": "Toko BUM Desa Sukamaju"})
        shop = self.api("POST", "/v1/shops", {"channel": channel, "name": f"Toko di {channel}"})
        self.shops[channel] = {"id": shop["id"], "remote": remote["shop_id"]}
        if shop["authorise_url"] is None:
            given = self.sandbox("POST", channel, "consent", {"shop_id": remote["shop_id"]})
            self.api("PUT", f"/v1/shops/{shop['id']}/credentials", {"credentials": given["credentials"]})
        else:
            self.consent(channel, shop["authorise_url"])

    def consent(self, channel, link=None):
        """The seller follows the link (a new one when none is given) and agrees."""
        shop, remote = self.shops[channel]["id"], self.shops[channel]["remote"]
        link = link or self.api("POST", f"/v1/shops/{shop}/authorise")["authorise_url"]
        link += ("&" if "?" in link else "?") + urllib.parse.urlencode({"shop_id": remote, "approve": remote})
        with urllib.request.urlopen(link, timeout=20) as page:  # ends at our callback page
            page.read()
        wait_for(f"{channel} is connected",
                 lambda: self.api("GET", "/v1/shops/" + shop)["state"] == "active", 10)

    def waiting(self):
        return sum(s["work"]["waiting"] for s in self.api("GET", "/v1/shops")["data"])

    def quiet(self, seconds=120):
        wait_for("all work is done", lambda: self.waiting() == 0, seconds, 0.2)

    # -- the sandboxes

    def sandbox(self, method, channel, path, body=None):
        return request(method, f"http://127.0.0.1:{self.ports[channel]}/_sandbox/{path}", body)

    def listings(self, channel):
        """By SKU, those on offer."""
        all_of = self.sandbox("GET", channel, f"listings?shop_id={self.shops[channel]['remote']}")["listings"]
        return {l["sku"]: l for l in all_of if l["listed"]}

    def all_listings(self, channel):
        return self.sandbox("GET", channel, f"listings?shop_id={self.shops[channel]['remote']}")["listings"]

    def buy(self, channel, sku, quantity, pay=True):
        return self.sandbox("POST", channel, "orders", {
            "shop_id": self.shops[channel]["remote"], "lines": [{"sku": sku, "quantity": quantity}],
            "pay": pay})["order_id"]

    def ledger(self, channel, after=0):
        entries = []
        while True:
            page = self.sandbox("GET", channel, f"ledger?after={after}")
            entries += page["entries"]
            if not page.get("more") and len(page["entries"]) < 1000:
                return entries
            after = page["entries"][-1]["sequence"]
