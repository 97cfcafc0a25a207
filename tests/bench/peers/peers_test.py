#!/usr/bin/env python3
"""That the peers do the job which peers.py measures: refuse what is not signed, tell all three targets, and
tell again, alone, a target that has refused. Needs their packages, so it is no part of ctest; about 3 minutes.

    tests/bench/peers/peers_test.py [PEER…]"""

import collections
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
from subjects import PEERS, Peer, install  # noqa: E402

ITEMS, REFUSALS = 5, 2


class Target(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        place = self.server.place
        refuse = place == 1 and self.server.refused[body["sku"]] < REFUSALS
        counts = self.server.refused if refuse else self.server.taken
        counts[body["sku"] if refuse else (place, body["sku"], body["stock"])] += 1
        self.send_response(500 if refuse else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Targets:
    """Three; the second refuses each SKU twice."""

    def __init__(self):
        self.taken, self.refused, self.ports = collections.Counter(), collections.Counter(), []
        for place in range(3):
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Target)
            server.daemon_threads = True
            server.place, server.taken, server.refused = place, self.taken, self.refused
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self.ports.append(server.server_address[1])


def refused(status, *arguments):
    try:
        request(*arguments)
    except Refused as error:
        assert error.status == status, error
        return
    raise AssertionError(f"not refused: {arguments}")


def test(peer, targets):
    url = f"http://127.0.0.1:{peer.port}"
    refused(401, "PUT", f"{url}/v1/stock/B-000000", {"on_hand": 76}, {"Authorization": "Bearer no"})
    refused(404, "PUT", f"{url}/v1/stock/B-000999", {"on_hand": 76}, {"Authorization": f"Bearer {peer.key}"})
    order = {"id": 1, "line_items": [{"sku": "P-000001", "quantity": 1}]}
    refused(401, "POST", f"{url}/hooks/orders", order, {"X-WC-Webhook-Signature": "no"})
    skus = [f"B-{n:06}" for n in range(ITEMS)]
    for sku in skus:
        request("PUT", f"{url}/v1/stock/{sku}", {"on_hand": 77}, {"Authorization": f"Bearer {peer.key}"})
    wait_for("all targets know", lambda: len(targets.taken) >= 3 * ITEMS, 60)
    assert targets.taken == {(place, sku, 77): 1 for place in range(3) for sku in skus}, targets.taken
    assert targets.refused == {sku: REFUSALS for sku in skus}, targets.refused


def main():
    modules = install()
    for name in sys.argv[1:] or [n for n in PEERS if n != "n8n"]:
        targets = Targets()
        with tempfile.TemporaryDirectory(prefix="peers-test-") as folder:
            folder = pathlib.Path(folder)
            folder.chmod(0o711)  # PostgreSQL's user passes through
            try:
                peer = Peer(name, folder / name, modules, targets, 10, 10, **PEERS[name])
                peer.start()
                test(peer, targets)
                peer.stop()
            finally:
                Process.stop_all()
        print(f"{name}: all told, once", flush=True)


main()
