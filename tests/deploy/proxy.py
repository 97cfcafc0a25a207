#!/usr/bin/env python3
"""deploy/haproxy/haproxy.cfg by a real HAProxy: proxy.py BIN_FOLDER

Before two gateways on one PostgreSQL: both serve; one is killed and nobody notices; none is left and clients are
told when to come again; clients are who they are, not who they say. Before two servers that take a request and die:
what is asked again of the other one and what is not. And the file's times and bounds against the gateway's own."""

import concurrent.futures
import contextlib
import http.client
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/end_to_end"), str(ROOT / "tests/nodes")]
from deployment import Deployment, free_port, request, wait_for  # noqa: E402
from postgres import Postgres  # noqa: E402

FILE = ROOT / "deploy/haproxy/haproxy.cfg"


def environment(folder, servers=("127.0.0.1:1", "127.0.0.1:1")):
    ports = {name: free_port() for name in ("HTTPS", "HTTP", "PROXY_METRICS")}
    return {**{f"GERBANG_{name}": f"127.0.0.1:{port}" for name, port in ports.items()},
            "GERBANG_1": servers[0], "GERBANG_2": servers[1], "GERBANG_CERTIFICATES": str(folder / "certificate.pem")}


def text_for_us():
    text = FILE.read_text()
    return text if os.geteuid() == 0 else re.sub(r"^    (user|group) haproxy\n", "", text, flags=re.M)


def certificate(folder):
    subprocess.run([str(ROOT / "deploy/compose/secrets.sh"), str(folder / "secrets")], check=True, capture_output=True)
    shutil.copy(folder / "secrets/certificate.pem", folder / "certificate.pem")


def check(path, variables):
    return subprocess.run(["haproxy", "-c", "-f", str(path)], env={**os.environ, **variables}, capture_output=True,
                          text=True, timeout=30)


class Proxy:
    def __init__(self, folder, servers, name="haproxy", change=lambda text: text):
        self.folder, self.variables = folder, environment(folder, servers)
        self.port, self.plain, self.watch = (
            int(self.variables[f"GERBANG_{n}"].rsplit(":", 1)[1]) for n in ("HTTPS", "HTTP", "PROXY_METRICS"))
        path = folder / f"{name}.cfg"
        path.write_text(change(text_for_us()))
        self.log = folder / f"{name}.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(["haproxy", "-db", "-f", str(path)], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, env={**os.environ, **self.variables})
        wait_for("haproxy listens", lambda: self.alive() and self.figures(), 20)

    def alive(self):
        assert self.process.poll() is None, self.log.read_text()
        return True

    def figures(self):
        """Series -> value, of HAProxy's own metrics."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.watch, timeout=5)) as connection:
            connection.request("GET", "/metrics")
            text = connection.getresponse().read().decode()
        return dict(line.rsplit(" ", 1) for line in text.splitlines() if line and line[0] != "#")

    def up(self):
        shown = self.figures()
        return {n: float(shown[f'haproxy_server_status{{proxy="gateways",server="gateway-{n}",state="UP"}}']) == 1
                for n in (1, 2)}

    def served(self):
        shown = self.figures()
        return [float(shown[f'haproxy_server_http_responses_total{{proxy="gateways",server="gateway-{n}",code="2xx"}}'])
                for n in (1, 2)]

    def connect(self, source="127.0.0.1"):
        trust = ssl.create_default_context(cafile=self.folder / "certificate.pem")
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20, context=trust, source_address=(source, 0))

    def ask(self, method, path, headers=None, body=None, source="127.0.0.1"):
        """Status, headers and body."""
        with contextlib.closing(self.connect(source)) as connection:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)


class Gateway(Deployment):
    """One of two on a database."""

    def __init__(self, folder, bins, database, name, public_url):
        folder.mkdir()
        super().__init__(folder, bins)
        self.write_config()
        path = folder / "gerbang.toml"
        text = path.read_text().replace('path = "gerbang.db"', f'address = "{database.address}"')
        text = text.replace("[store]", f'public_url = "{public_url}"\ntrusted_proxies = ["127.0.0.1"]\n[store]')
        path.write_text(text + f'[node]\nname = "{name}"\n')


# ---- what the file says

def file_alone(folder):
    variables = environment(folder)
    path = folder / "check.cfg"
    path.write_text(text_for_us())
    done = check(path, variables)
    assert done.returncode == 0 and "WARNING" not in done.stderr, done.stdout + done.stderr
    for good, bad in (("timeout http-request", "timeout htp-request"), ("default_backend gateways", "default_backend gateway"),
                      ("conn-failure empty-response", "conn-failure empty-answer")):
        assert path.write_text(text_for_us().replace(good, bad, 1)) and good in text_for_us()
        assert check(path, variables).returncode != 0, f"{bad} was not noticed"
    print("  haproxy reads the file without a complaint, and sees what is misspelt")


def bounds():
    """What HAProxy waits for and lets in goes with what the gateway does."""
    text = FILE.read_text()
    server = (ROOT / "gateway/http/server.hpp").read_text()

    def ours(name):
        return int(re.search(rf"Duration {name}{{std::chrono::seconds\((\d+)\)}}", server)[1])

    def waits(name):
        return int(re.search(rf"^    timeout {name} (\d+)s$", text, re.M)[1])

    assert waits("http-request") == ours("head")
    assert waits("http-keep-alive") == ours("idle") and waits("client") >= ours("idle")
    assert int(re.search(r"wait-for-body time (\d+)s", text)[1]) == ours("body")
    assert waits("server") > ours("handler") + ours("write"), "cut off before the gateway answers"
    assert int(re.search(r"hard-stop-after (\d+)s", text)[1]) > waits("server"), "a reload would cut answers off"
    one = int(re.search(r"#connections_per_address = (\d+)", (ROOT / "config/gerbang.example.toml").read_text())[1])
    assert f"sc0_conn_cur gt {one} " in text
    all_of = int(re.search(r"#connections = (\d+)", (ROOT / "config/gerbang.example.toml").read_text())[1])
    assert int(re.search(r"fall 2 rise 2 maxconn (\d+)", text)[1]) <= all_of - 32, "no room for health checks"
    problem = json.loads(re.search(r'http-error status 503 \S+ \S+ string "(.*)" hdr Retry-After', text)[1].replace('\\"', '"'))
    row = next(r.split("\t") for r in (ROOT / "gateway/api/codes.tsv").read_text().splitlines() if r.startswith("not_ready\t"))
    assert problem["code"] == "not_ready" and problem["status"] == 503
    assert problem["title"] == f"{row[1]} / {row[3]}", (problem, row)
    print("  times, bounds and words are those of the gateway")


# ---- before servers that die

class Dying:
    """Two servers that are ready, and do with each request what the script says: answer it, answer it late, or
    take it and close the connection without an answer."""

    def __init__(self):
        self.script, self.seen, self.lock = [], [], threading.Lock()
        dying = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def any(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                what = "answer"
                if self.path != "/readyz":
                    with dying.lock:
                        dying.seen.append((self.server.server_port, self.path))
                        what = dying.script.pop(0)
                if what == "die":
                    self.close_connection = True
                    return
                if what == "late":
                    threading.Event().wait(3)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST = do_PUT = do_HEAD = any

            def log_message(self, *_):
                pass

        self.servers = [http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) for _ in range(2)]
        for server in self.servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def addresses(self):
        return [f"127.0.0.1:{s.server_port}" for s in self.servers]

    def close(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()


def retries(folder):
    dying = Dying()
    # Waiting for an answer is not the client's silence, whatever that may be at most.
    proxy = Proxy(folder, dying.addresses, "retries", lambda text: text.replace("timeout client 30s", "timeout client 1s"))
    try:
        wait_for("both are up", lambda: all(proxy.up().values()), 20)

        def told(method, path, script, headers=None, body=None):
            dying.script, dying.seen = list(script), []
            status, answer, _ = proxy.ask(method, path, headers, body)
            return status, len(dying.seen), len({port for port, _ in dying.seen}), answer

        key = {"Idempotency-Key": "a"}
        assert told("GET", "/v1/stock/A", ["die", "answer"])[:3] == (200, 2, 2), dying.seen
        assert told("PUT", "/v1/stock/A", ["die", "answer"], key, b'{"on_hand":1}')[:3] == (200, 2, 2), dying.seen
        assert told("POST", "/v1/orders/o/cancel", ["die", "die", "answer"], key)[:2] == (200, 3), dying.seen
        status, times, _, answer = told("POST", "/v1/orders/o/cancel", ["die"])
        assert (status, times) == (502, 1) and answer["Retry-After"] == "5", (status, times)
        assert told("POST", "/hooks/shopee", ["die"], None, b"{}")[:2] == (502, 1)
        assert told("GET", "/oauth/shopee/callback?code=c", ["die"])[:2] == (502, 1), "a consent was spent twice"
        assert told("GET", "/v1/events?wait=3", ["late"])[:2] == (200, 1)
        print("  a lost answer is asked for again where that is safe, and nowhere else")
        said = proxy.log.read_text()
        assert "/oauth/shopee/callback" in said and "code=c" not in said, "a consent is in the log"
    finally:
        proxy.close()
        dying.close()


# ---- before two gateways

def as_told(folder, proxy, addresses):
    """Clients are told apart, and are not believed. The gateway shows its figures to its own machine: whoever comes
    through the proxy and says that he is there gets none. The path is written so that the proxy does not know it."""

    def figures(through):
        return through.ask("GET", "/%6Detrics", {"X-Forwarded-For": "127.0.0.1"}, source="127.0.0.2")[0]

    assert figures(proxy) == 401
    naive = Proxy(folder, addresses, "naive", lambda text: text.replace(
        "http-request set-header X-Forwarded-For %[src]", "option forwardfor if-none"))
    try:
        wait_for("both are up", lambda: all(naive.up().values()), 20)
        assert figures(naive) == 200, "a proxy that hands claims on would not be noticed"
    finally:
        naive.close()
    assert proxy.ask("GET", "/metrics")[0] == 404, "the gateways' figures are public"
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", proxy.plain, timeout=10)) as plain:
        plain.request("POST", "/hooks/shopee?a=b", headers={"Host": "gerbang.example"})
        answer = plain.getresponse()
        assert (answer.status, answer.headers["Location"]) == (308, "https://gerbang.example/hooks/shopee?a=b")
    print("  clients are who they are; no metrics from outside; nothing in the clear")


def one_client(proxy):
    """One address may hold so many connections; others are not concerned."""
    held = []
    try:
        for _ in range(64):
            connection = proxy.connect("127.0.0.4")
            connection.connect()
            held.append(connection)
        try:
            proxy.ask("GET", "/healthz", source="127.0.0.4")
            raise AssertionError("one address has 65 connections")
        except (OSError, http.client.HTTPException):
            pass
        assert proxy.ask("GET", "/healthz", source="127.0.0.5")[0] == 200
    finally:
        for connection in held:
            connection.close()
    print("  64 connections of one address, no more")


def gateways(folder, bins):
    database = Postgres()
    nodes, proxy = [], None
    try:
        for n in (1, 2):
            node = Gateway(folder / f"gateway-{n}", bins, database, f"gateway-{n}", "https://127.0.0.1")
            nodes.append(node)
            if n == 2:  # one host's key, one master key
                for name in ("master.key", "admin.key"):
                    shutil.copy(nodes[0].folder / name, node.folder / name)
                node.admin_key = nodes[0].admin_key
            node.start_gateway()
        proxy = Proxy(folder, [f"127.0.0.1:{n.port}" for n in nodes])
        wait_for("both are up", lambda: all(proxy.up().values()), 20)
        nodes[0].found_village()
        key = {"Authorization": "Bearer " + nodes[0].key, "Content-Type": "application/json"}

        def put(n, **more):
            status, headers, body = proxy.ask("PUT", f"/v1/stock/BARANG-{n}", {**key, "Idempotency-Key": f"put-{n}"},
                                              json.dumps({"on_hand": n}).encode())
            return status, headers, body

        def on_hand(n):
            status, _, body = proxy.ask("GET", f"/v1/stock/BARANG-{n}", key)
            assert status == 200, (status, body)
            return json.loads(body)["levels"][0]["on_hand"]

        first = [put(n) for n in range(1, 9)]
        assert [s for s, _, _ in first] == [200] * 8, first
        # The same requests again, wherever they land: the same answers, and no second effect.
        assert [put(n)[2] for n in range(1, 9)] == [b for _, _, b in first]
        assert [on_hand(n) for n in range(1, 9)] == list(range(1, 9))
        assert all(n >= 5 for n in proxy.served()), f"one gateway does all: {proxy.served()}"
        print(f"  both serve, and one knows what the other was told: {proxy.served()}")
        as_told(folder, proxy, [f"127.0.0.1:{n.port}" for n in nodes])
        one_client(proxy)

        print("  one is killed in the middle of it")
        with concurrent.futures.ThreadPoolExecutor(4) as clients:
            running = [clients.submit(put, n) for n in range(100, 220)]
            while sum(f.done() for f in running) < 20:
                concurrent.futures.wait(running, 0.01, concurrent.futures.FIRST_COMPLETED)
            nodes[0].kill_gateway()
            answers = [f.result()[0] for f in running]
        assert answers == [200] * 120, f"clients noticed: {sorted(set(answers))}"
        assert [on_hand(n) for n in range(100, 220)] == list(range(100, 220)), "what was acknowledged is not there"
        wait_for("it is noticed", lambda: proxy.up() == {1: False, 2: True}, 30)
        nodes[0].start_gateway()
        wait_for("it is back", lambda: all(proxy.up().values()), 30)
        before = proxy.served()
        for n in range(1, 9):
            on_hand(n)
        assert proxy.served()[0] > before[0], "the one that came back gets nothing"

        print("  one that is ready and answers nothing is passed over; one that cannot commit, too")
        nodes[1].processes["gateway"].send_signal(signal.SIGSTOP)
        try:
            wait_for("it is noticed", lambda: proxy.up() == {1: True, 2: False}, 40)
            assert on_hand(1) == 1
        finally:
            nodes[1].processes["gateway"].send_signal(signal.SIGCONT)
        wait_for("it is back", lambda: all(proxy.up().values()), 30)
        database.server.send_signal(signal.SIGINT)
        database.server.wait(20)
        wait_for("none is ready", lambda: not any(proxy.up().values()), 40)
        status, headers, body = proxy.ask("GET", "/v1/stock/BARANG-1", key)
        assert status == 503 and headers["Retry-After"] == "5", (status, headers.items())
        assert headers["Content-Type"] == "application/problem+json" and json.loads(body)["code"] == "not_ready", body
        database.start()
        wait_for("they are ready again", lambda: all(proxy.up().values()), 60)
        assert on_hand(219) == 219
        print("  nothing that was acknowledged is missing")
    finally:
        if proxy:
            proxy.close()
        for node in nodes:
            node.close()
        database.close()


def main():
    bounds()
    if not shutil.which("haproxy"):
        print("NOT LOOKED AT: the rest; there is no haproxy here (Debian package haproxy)")
        return 77
    with tempfile.TemporaryDirectory(prefix="gerbang-proxy-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        certificate(folder)
        file_alone(folder)
        retries(folder)
        try:
            gateways(folder, pathlib.Path(sys.argv[1]).resolve())
        except BaseException:
            for log in sorted(folder.rglob("*.log")):
                print(f"--- {log.name}\n" + log.read_text(errors="replace")[-2500:])
            raise
    print("proxy: good")
    return 0


if __name__ == "__main__":
    sys.exit(main())
