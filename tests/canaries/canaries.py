#!/usr/bin/env python3
"""Canaries (RELIABILITY section 1, 9): secrets and buyers' data that can be recognised are let loose in a
whole deployment, then everything the gateway wrote or said is searched for them.

    canaries.py BIN_FOLDER [--keep]

The canaries: partner and push keys, the master key, API keys and the admin key, every token the sandboxes
issue, authorisation codes, and a buyer's name, phone, e-mail, address and note in every order. A proxy
between gateway and sandboxes plants them, notes that they really travelled, and plays the marketplace that
repeats our own token in its error messages, answers with HTML, breaks connections.

Searched: the gateway's log at level debug, the metrics page, every API answer, refusals of hostile
requests, the command line's output, the event feed, the database files (in use, stopped, backup), the
process's command line and environment. Each canary is looked for as it is, percent-encoded, in hex and
in base64. The test fails, too, when a canary was never used: then it has proved nothing."""

import argparse
import base64
import http.client
import http.server
import json
import pathlib
import shutil
import socket
import sqlite3
import sys
import tempfile
import threading
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "end_to_end"))
import deployment  # noqa: E402
from deployment import ROOT, Deployment, Refused, wait_for  # noqa: E402

BUYER = {"name": "Kenari Uji Rahayu", "phone": "+6281234509876", "email": "kenari.uji@contoh.invalid",
         "address": "Jalan Kenari Kuning 77 RT 03", "note": "titip di pos ronda kenari"}
# Those whose every call goes to the address in the configuration and so through a proxy.
CHANNELS = ("bukalapak", "shopee")
TOKEN_NAMES = ("access_token", "refresh_token", "token")
CODE = "kode-izin-kenari-0815"


class Proxy:
    """Between the gateway and one sandbox: notes the tokens that are issued and used, puts the buyer into
    orders, and misbehaves on request."""

    def __init__(self, target_port):
        self.target = target_port
        self.issued, self.used, self.planted = set(), set(), set()
        self.fault, self.faulted = None, 0
        self.lock = threading.Lock()
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                proxy.serve(self, body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def serve(self, handler, body):
        sent = (handler.path + "\n" + str(handler.headers)).encode() + body
        with self.lock:
            self.used |= {t for t in self.issued if t.encode() in sent or urllib.parse.quote(t, safe="").encode() in sent}
            fault = self.fault
            if fault and any(t in self.used for t in self.issued):
                self.faulted += 1
        if fault == "reset":
            handler.close_connection = True
            handler.connection.shutdown(socket.SHUT_RDWR)
            return
        if fault == "html":
            return self.answer(handler, 200, "text/html", self.complaint().encode())
        if fault == "echo":
            text = self.complaint()
            return self.answer(handler, 400, "application/json", json.dumps(
                {"error": "error_param", "code": "error_param", "message": text, "request_id": "r-1",
                 "error_description": text, "detail": [{"message": text, "field": text}],
                 "errors": [{"code": 10003, "message": text}], "meta": {"http_status": 400}}).encode())
        connection = http.client.HTTPConnection("127.0.0.1", self.target, timeout=30)
        headers = {k: v for k, v in handler.headers.items() if k.lower() not in ("connection", "host")}
        headers["Host"] = f"127.0.0.1:{self.target}"
        connection.request(handler.command, handler.path, body or None, headers)
        reply = connection.getresponse()
        data = reply.read()
        kind = reply.headers.get("Content-Type") or "application/json"
        if "json" in kind:
            try:
                value = json.loads(data)
            except ValueError:
                value = None
            if value is not None:
                self.note_tokens(value)
                if self.plant(value):
                    data = json.dumps(value).encode()
        self.answer(handler, reply.status, kind, data,
                    {k: v for k, v in reply.headers.items() if k.lower() in ("location", "retry-after")})
        connection.close()

    def answer(self, handler, status, kind, data, headers=None):
        handler.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **(headers or {})}.items():
            handler.send_header(name, value)
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(data)

    def complaint(self):
        """An error text that repeats what only we should know."""
        with self.lock:
            tokens = sorted(self.issued)
        return "invalid " + " ".join(tokens) + " in /x?access_token=" + (tokens or ["-"])[-1] + "&sign=" + "ab" * 32

    def note_tokens(self, value):
        if isinstance(value, dict):
            for key, inner in value.items():
                if key in TOKEN_NAMES and isinstance(inner, str) and len(inner) >= 12:
                    with self.lock:
                        self.issued.add(inner)
                self.note_tokens(inner)
        elif isinstance(value, list):
            for inner in value:
                self.note_tokens(inner)

    def plant(self, value):
        """Whoever has a telephone is a buyer."""
        planted = False
        if isinstance(value, dict):
            if "phone" in value and ("name" in value or "address" in value):
                value.update(name=BUYER["name"], phone=BUYER["phone"], email=BUYER["email"])
                for key in ("address", "full_address", "address_1"):
                    value[key] = BUYER["address"]
                with self.lock:
                    self.planted |= {"name", "phone", "email", "address"}
                planted = True
            for key in ("buyer_note", "message_to_seller", "customer_note", "remarks"):
                if key in value:
                    value[key] = BUYER["note"]
                    with self.lock:
                        self.planted.add("note")
                    planted = True
            for inner in value.values():
                planted = self.plant(inner) or planted
        elif isinstance(value, list):
            for inner in value:
                planted = self.plant(inner) or planted
        return planted


class Village(Deployment):
    """A deployment whose gateway reaches its sandboxes through proxies and logs at level debug."""

    def __init__(self, folder, bin_folder):
        super().__init__(folder, bin_folder)
        self.proxies = {}

    def write_config(self):
        super().write_config()
        file = self.folder / "gerbang.toml"
        text = file.read_text().replace('level = "info"', 'level = "debug"')
        for channel, port in self.ports.items():
            if channel in CHANNELS and f'"http://127.0.0.1:{port}' in text:
                proxy = self.proxies[channel] = Proxy(port)
                text = text.replace(f'"http://127.0.0.1:{port}', f'"http://127.0.0.1:{proxy.port}')
        file.write_text(text)

    def close(self):
        super().close()
        for proxy in self.proxies.values():
            proxy.close()

    def fault(self, kind):
        for proxy in self.proxies.values():
            with proxy.lock:
                proxy.fault, proxy.faulted = kind, 0

    def secrets(self):
        """name → value of everything that must not be seen."""
        out = {f"file {f.name}": f.read_text().strip() for f in self.folder.glob("*secret")}
        out["master key"] = (self.folder / "master.key").read_text().strip()
        out["admin key"] = self.admin_key
        out["API key"] = self.key
        out["authorisation code"] = CODE
        for channel, proxy in self.proxies.items():
            for number, token in enumerate(sorted(proxy.issued)):
                out[f"token {number} of {channel}"] = token
        out.update({f"buyer's {k}": v for k, v in BUYER.items()})
        return out


def forms(value):
    """A text as it may appear after someone has 'encoded' it."""
    raw = value.encode()
    out = {raw, urllib.parse.quote(value, safe="").encode(), urllib.parse.quote_plus(value).encode(),
           raw.hex().encode(), raw.hex().upper().encode()}
    for shift in range(3):  # base64 at every alignment, without the characters its neighbours decide
        text = base64.b64encode(b"\0" * shift + raw)
        inner = text[4 if shift else 0:len(text) - 4]
        if len(inner) >= 12:
            out |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}
    return out


def sightings(haystacks, secrets, but=()):
    out = []
    for name, value in secrets.items():
        needles = forms(value)
        for place, data in haystacks.items():
            if (name, place) in but:
                continue
            for needle in needles:
                at = data.find(needle)
                if at >= 0:
                    out.append(f"{name} in {place}: …{data[max(0, at - 80):at + 40]!r}…")
                    break
    return out


def check_the_search():
    """The search sees what it should: a canary in each of its forms, in the middle of other bytes."""
    for form in forms(BUYER["address"]) | forms("abcdefgh-0123456789"):
        found = sightings({"x": b"....." + form + b"....."},
                          {"a": BUYER["address"], "b": "abcdefgh-0123456789"})
        assert len(found) == 1, (form, found)
    for shift in range(3):
        hidden = base64.b64encode(b"x" * shift + BUYER["address"].encode() + b"tail")
        assert sightings({"x": hidden}, {"a": BUYER["address"]}), hidden
    assert not sightings({"x": b"nothing here"}, {"a": BUYER["address"]})


class Answers:
    """Every answer of the gateway, kept for the search."""

    def __init__(self, village):
        self.kept, self.village, self.number = {}, village, 0
        plain = deployment.request

        def keeping(method, url, body=None, headers=None, timeout=20):
            try:
                answer = plain(method, url, body, headers, timeout)
            except Refused as refused:
                self.keep(f"{method} {url} refused", json.dumps(refused.problem).encode(), url)
                raise
            self.keep(f"{method} {url}", json.dumps(answer, ensure_ascii=False).encode(), url)
            return answer

        deployment.request = keeping

    def keep(self, name, data, url=None):
        if url and not url.startswith(self.village.url):
            return  # the sandbox's control interface
        self.number += 1
        self.kept[f"{self.number}: {name}"] = data

    def raw(self, method, path, body=None, headers=None):
        """Any request, any answer, its head included."""
        req = urllib.request.Request(self.village.url + path, data=body, method=method, headers=headers or {})
        try:
            with urllib.request.urlopen(req, timeout=20) as answer:
                data = str(answer.headers).encode() + answer.read()
        except urllib.error.HTTPError as error:
            data = str(error.headers).encode() + error.read()
        self.keep(f"{method} {path[:40]}", data)
        return data


def small_catalogue(village):
    demo = json.loads((ROOT / "deploy/demo/katalog.json").read_text())
    good = [p for p in demo["products"] if len(p.get("variants", [])) == 1 and p.get("images")][:3]
    skus = {p["variants"][0]["sku"] for p in good}
    text = json.dumps({"products": good, "stock": [s for s in demo["stock"] if s["item"] in skus] or
                       [{"item": s, "on_hand": 50} for s in skus]})
    file = village.folder / "katalog.json"
    file.write_text(text.replace("127.0.0.1:8099", f"127.0.0.1:{village.ports['images']}"))
    return file


def hostile_requests(village, answers):
    """Requests that carry secrets where none belongs; the refusal and the log must not repeat them."""
    key = village.key
    answers.raw("GET", f"/v1/products?access_token={key}", headers={"Authorization": "Bearer " + key})
    answers.raw("GET", f"/v1/{key}", headers={"Authorization": "Bearer " + key + "x"})
    answers.raw("GET", "/v1/orders?cursor=" + urllib.parse.quote(key), headers={"Authorization": "Bearer " + key})
    answers.raw("PUT", "/v1/products/UJI", b'{"title": {"id": "' + BUYER["phone"].encode() + b'"}, "sandi": "'
                + key.encode() + b'"}', {"Authorization": "Bearer " + key, "Content-Type": "application/json"})
    answers.raw("GET", "/healthz?code=" + CODE)
    for channel, proxy in village.proxies.items():
        answers.raw("GET", f"/oauth/{channel}/callback?code={CODE}&state=salah&shop_id=1")
        token = (sorted(proxy.issued) or ["-"])[0]
        answers.raw("POST", f"/hooks/{channel}?token={urllib.parse.quote(token)}",
                    json.dumps({"code": 3, "data": {"phone": BUYER["phone"], "token": token}}).encode(),
                    {"Authorization": token, "Content-Type": "application/json"})


def command_lines(village, answers):
    for arguments in (["shop", "list"], ["order", "list"], ["export"], ["check-config", "--config", "gerbang.toml"]):
        for more in ([], ["--json"]):
            done = village.cli(*arguments, *more, check=(0, 1, 2, 3))
            answers.keep("gerbang " + " ".join(arguments + more), (done.stdout + done.stderr).encode())
    key, village.key = village.key, None  # with the admin key
    try:
        for arguments in (["organisation", "list"], ["keys", "list", village.organisation]):
            done = village.cli(*arguments, "--json", check=(0, 1, 2, 3))
            answers.keep("gerbang " + " ".join(arguments), (done.stdout + done.stderr).encode())
        village.key = "kunci-salah-" + key
        done = village.cli("shop", "list", "--json", check=(1, 2, 3, 4))
        answers.keep("gerbang with a wrong key", (done.stdout + done.stderr).encode())
    finally:
        village.key = key


def process_is_closed(village):
    pid = village.processes["gateway"].pid
    limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
    core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"], core
    return {"command line": pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()}


def at_rest(path):
    """How much the database holds sealed: what was never stored was not proved to be encrypted."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        def count(sql):
            return database.execute(sql).fetchone()[0]

        return {"shops with tokens": count("SELECT count(*) FROM shops WHERE length(tokens) > 40"),
                "orders with a buyer": count("SELECT count(*) FROM orders WHERE length(buyer) > 40"),
                "webhooks kept": count("SELECT count(*) FROM inbox WHERE length(body) > 40")}
    finally:
        database.close()


def run(village):
    check_the_search()
    answers = Answers(village)
    village.start_sandboxes()
    village.write_config()
    village.start_gateway()
    village.found_village()
    channels = sorted(village.proxies)
    assert channels == list(CHANNELS), channels
    for channel in channels:
        village.connect(channel)
    village.cli("import", small_catalogue(village), "--json", check=(0, 3))
    village.quiet(120)

    print("  orders with a buyer who can be recognised")
    placed = 0
    for channel in channels:
        offered = [s for s, l in village.listings(channel).items() if l["stock"] >= 3]
        assert offered, f"nothing is on offer at {channel}"
        for _ in range(2):
            village.buy(channel, offered[0], 1)
            placed += 1
    orders = wait_for("the orders are in", lambda: (lambda o: o if len(o) >= placed else None)(
        list(village.pages("/v1/orders?limit=200"))), 60)
    for order in orders:
        village.api("GET", "/v1/orders/" + order["id"])
    village.quiet(60)

    print("  marketplaces that repeat our tokens, answer HTML, break the connection")
    sku = next(iter(village.listings(channels[0])))
    item = next(v for p in village.pages("/v1/products?limit=200") for v in p["variants"] if v["sku"] == sku)
    # The last one may cost the shops their authorisation: to a marketplace that calls our token invalid
    # we can only answer with a refresh, which it refuses as well.
    stock_item = (item.get("components") or [{"item": sku}])[0]["item"]
    for number, kind in enumerate(("reset", "html", "echo"), 1):
        village.fault(kind)
        village.api("PUT", f"/v1/stock/{stock_item}", {"on_hand": 40 + number})
        village.api("PUT", f"/v1/prices/{sku}", {"amount": 30000 + 1000 * number, "currency": "IDR"})
        wait_for(f"{kind} was met", lambda: all(p.faulted > 0 for p in village.proxies.values()), 60)

        def refusals():
            seen = []
            for shop in village.shops.values():
                village.api("GET", "/v1/shops/" + shop["id"])
                seen += [a["remote_message"] for a in (l["attempt"] for l in village.pages(
                    f"/v1/listings?shop={shop['id']}&limit=200")) if a and a["remote_message"]]
            return seen

        # A value after one whose outcome is unclear waits until the older request cannot arrive any more.
        if kind == "echo":
            wait_for("a refusal is shown", refusals, 120, 0.5)
        refusals()
    village.fault(None)

    print("  hostile requests, the command line, the pages of the host")
    hostile_requests(village, answers)
    command_lines(village, answers)
    answers.raw("GET", "/metrics")
    answers.raw("GET", "/metrics", headers={"Authorization": "Bearer " + village.admin_key})
    answers.raw("GET", "/readyz")
    events, after = 0, 0
    while (page := village.api("GET", f"/v1/events?after={after}&limit=200"))["events"]:
        events, after = events + len(page["events"]), page["next"]
    assert events, "no events"
    haystacks = process_is_closed(village)

    backup = village.folder / "copy.db"
    key, village.key = village.key, None
    village.cli("backup", backup)
    village.key = key
    for file in village.folder.glob("gerbang.db*"):
        haystacks[f"{file.name} in use"] = file.read_bytes()
    stored = at_rest(backup)
    code, _ = village.stop_gateway()
    assert code == 0, f"the gateway ended with {code}"
    for file in [*village.folder.glob("gerbang.db*"), backup, village.folder / "gateway.log"]:
        haystacks[file.name] = file.read_bytes()
    haystacks.update(answers.kept)

    # Were they there at all?
    secrets = village.secrets()
    for channel, proxy in village.proxies.items():
        assert len(proxy.issued) >= 2, f"{channel} issued {len(proxy.issued)} tokens"
        assert proxy.used, f"no token of {channel} was ever used"
    planted = set().union(*(p.planted for p in village.proxies.values()))
    assert planted == set(BUYER), f"never sent: {set(BUYER) - planted}"
    assert stored["shops with tokens"] == len(channels), stored
    assert stored["orders with a buyer"] >= placed, stored
    assert stored["webhooks kept"] >= 1, stored
    log = haystacks["gateway.log"]
    assert b'"level":"debug"' in log, "the log is not at level debug"
    assert b"channel.called" in log and b"oauth" in log, "the log says nothing of calls and callbacks"

    # The keys' own creation shows them, once.
    creation = [p for p in answers.kept if "/admin/v1/organisations/" in p and p.split(" ", 1)[1].startswith("POST")]
    found = sightings(haystacks, secrets, but={("API key", p) for p in creation})
    size = sum(len(d) for d in haystacks.values())
    print(f"  {len(secrets)} canaries, {len(haystacks)} places, {size} bytes; at rest: {stored}; seen: {len(found)}")
    assert not found, "\n".join(found[:20])
    print(f"proof: canaries: {len(secrets)} rounds, 0 faults injected, {len(found)} violations "
          f"({len(haystacks)} places, {size} bytes searched)")
    # The marketplaces' repetition reached the answers, blotted out.
    text = b"".join(answers.kept.values())
    assert b"remote_message" in text and b"***" in text, "no refusal of a marketplace was shown"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("bin_folder")
    parser.add_argument("--keep", action="store_true", help="keep the folder for a look")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="gerbang-canaries-")
    village = Village(folder, options.bin_folder)
    try:
        run(village)
        print("canaries: good")
    finally:
        village.close()
        if options.keep:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


main()
