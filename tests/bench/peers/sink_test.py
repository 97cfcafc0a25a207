#!/usr/bin/env python3
"""That gerbang-sink counts what it should: the figures of peers.py are its. Nothing here is timed.

    tests/bench/peers/sink_test.py BIN_FOLDER"""

import base64
import hashlib
import hmac
import http.server
import json
import pathlib
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "end_to_end")]
from deployment import Refused, request, wait_for  # noqa: E402
from servers import Process  # noqa: E402

received = []


class Buyer(http.server.BaseHTTPRequestHandler):
    """Takes orders; refuses that of P-000002."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        received.append((self.path, dict(self.headers), body))
        self.send_response(500 if b'"sku":"P-000002"' in body else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def test(ports, control):
    def push(place, sku, stock):
        assert request("POST", f"http://127.0.0.1:{ports[place]}/stock", {"sku": sku, "stock": stock}) == {"ok": True}

    def shop(place, method, path, body=None):
        return request(method, f"http://127.0.0.1:{ports[place]}/desa-0/wp-json/wc/v3{path}", body)

    def seen():
        return request("GET", control + "/seen")

    # An event is delivered once all three have it, and once.
    request("POST", control + "/expect", {"highest": 50, "values": 2})
    for place in (0, 1, 1):
        push(place, "B-000003", 50)
    assert seen()["delivered"] == 0 and seen()["repeats"] == 1, seen()
    push(2, "B-000003", 50)
    push(2, "B-000003", 49)  # another event
    push(2, "B-000003", 48)  # none that is expected
    push(2, "B-000999", 50)  # no item
    push(2, "unknown", 50)
    out = seen()
    assert (out["delivered"], out["others"], out["pushes"], out["calls"]) == (1, 3, [1, 2, 3], [1, 2, 5]), out
    assert 0 < out["first"] <= out["last"], out

    # The same events, told as WooCommerce is told.
    for place in (0, 1):
        answer = shop(place, "POST", "/products/batch", {"update": [
            {"id": 1000003, "manage_stock": True, "stock_quantity": 49},
            {"id": 1000004, "manage_stock": True, "stock_quantity": 49}]})
        assert answer == {"update": [{"id": 1000003, "manage_stock": True, "stock_quantity": 49},
                                     {"id": 1000004, "manage_stock": True, "stock_quantity": 49}]}, answer
    assert seen()["delivered"] == 2 and seen()["calls"] == [2, 3, 5], seen()
    made = shop(2, "POST", "/products", {"name": "x", "type": "simple", "sku": "B-000004", "manage_stock": True})
    assert made["id"] == 1000004 and made["manage_stock"] is True, made
    made = shop(2, "POST", "/products/3000007/variations/batch", {"create": [{"sku": "S-000007"}]})
    assert made == {"create": [{"id": 4000007, "manage_stock": True}]}, made
    for place in (0, 1, 2):
        shop(place, "POST", "/products/3000007/variations/batch", {"update": [
            {"id": 4000007, "manage_stock": True, "stock_quantity": 50}]})
    assert seen()["delivered"] == 3, seen()

    # Orders: signed, where they were asked for, and done once their stock is at all targets.
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Buyer)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    try:
        request("POST", control + "/orders", {"rate": 1000, "count": 1, "first": 0, "of": 3, "sellers": 1})
        raise AssertionError("orders went where nobody had asked for them")
    except Refused as refused:
        assert refused.status == 409
    hook = {"name": "h", "topic": "order.created", "delivery_url": f"http://127.0.0.1:{port}/hooks/x", "secret": "geheim"}
    assert shop(3, "POST", "/webhooks", hook)["status"] == "active"
    assert shop(3, "GET", "/webhooks")[0]["delivery_url"] == hook["delivery_url"]
    request("POST", control + "/orders", {"rate": 1000, "count": 3, "first": 0, "of": 3, "sellers": 1})
    wait_for("the orders are answered", lambda: request("GET", control + "/orders")["answered"] == 3, 20)
    assert len(received) == 3 and {path for path, _, _ in received} == {"/hooks/x"}
    for _, headers, body in received:
        ours = base64.b64encode(hmac.new(b"geheim", body, hashlib.sha256).digest()).decode()
        assert headers["X-WC-Webhook-Signature"] == ours
        order = json.loads(body)
        assert shop(3, "GET", f"/orders/{order['id']}") == order
    assert sorted(json.loads(b)["line_items"][0]["sku"] for _, _, b in received) == [f"P-{n:06}" for n in range(3)]
    for place in (0, 1, 2):
        push(place, "P-000001", 9)
    push(0, "P-000000", 9)
    push(0, "P-000001", 8)  # of no open order
    out = request("GET", control + "/orders")
    assert (out["sold"], out["refused"], out["done"]) == (3, 1, 1) and out["window_ms"]["max"] > 0, out
    server.shutdown()


def main():
    with tempfile.TemporaryDirectory(prefix="sink-") as folder:
        folder = pathlib.Path(folder)
        ready = folder / "ready.json"
        sink = Process("sink", [pathlib.Path(sys.argv[1]).resolve() / "gerbang-sink", ready, 100], folder)
        try:
            wait_for("the sink listens", lambda: sink.alive() and ready.exists(), 20)
            told = json.loads(ready.read_text())
            test(told["ports"], f"http://127.0.0.1:{told['control']}")
            sink.alive()
        finally:
            sink.stop()


main()
