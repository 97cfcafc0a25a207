"""What the edge costs: HTTP in, a JSON body read, an empty 200 out, nothing stored.

The gateway's own counterpart of a static reply is Shopee's verification push (code 0): POST /hooks/shopee. Its body
is parsed with the guard of every body, and the answer is an empty 200 without a look at the database; no signature
is sent, as Shopee's first verification has none, so no HMAC is computed. Neither server writes an access log."""

import contextlib
import json

from common.frame import Line
from common.gateway import APPS, Village, load, until_idle
from common.nginx import nginx

ID = "P5"
TITLE = "POST /hooks/shopee (verification, JSON, no storage), 64 connections, beside nginx `return 200` to the same POST"
CONNECTIONS = 64
LINES = [Line("per_cpu", "requests per server CPU-s / nginx's", ">=", 0.55, 0.95)]
SHOWN = {"rate": ("requests/s", ",.0f"), "nginx": ("nginx, requests/s", ",.0f"), "p99_ms": ("p99 ms", ".2f"),
         "cpu_us_per_item": ("server CPU µs per request", ".1f"),
         "nginx_cpu_us_per_item": ("nginx, CPU µs per request", ".1f"),
         "generator_cores": ("generator, cores", ".2f")}
BODY = json.dumps({"code": 0, "data": {"verify_info": "This is a Verification message"}, "timestamp": 1795557361},
                  separators=(",", ":"))


class Hooked(Village):
    def write_config(self):
        super().write_config()
        path = self.folder / "gerbang.toml"
        app = APPS["shopee"]
        path.write_text(path.read_text().replace('level = "info"', 'level = "warn"') + f"""
[[app]]
channel = "shopee"
enabled = true
app_id = "{app['app_id']}"
secret_file = "shopee.secret"
api_url = "http://127.0.0.1:9"
auth_url = "http://127.0.0.1:9"
""")


@contextlib.contextmanager
def opened(context):
    with nginx(context.folder / "nginx") as (port, worker):
        village = Hooked(context.folder / "gateway", context.bin)
        try:
            village.open_empty()
            until_idle(village.server)
            lines = [f"POST /hooks/shopee {BODY}\n"]

            def one_round(number):
                seen = context.in_turn(number, {
                    "nginx": lambda: load(context, worker, port, lines, CONNECTIONS),
                    "gateway": lambda: load(context, village.server, village.port, lines, CONNECTIONS)})
                ours, theirs = seen["gateway"], seen["nginx"]
                return {"per_cpu": ours["per_cpu_second"] / theirs["per_cpu_second"], "nginx": theirs["rate"],
                        "nginx_cpu_us_per_item": theirs["cpu_us_per_item"], **ours}
            yield one_round
        finally:
            village.close()
