"""Memory of connections that wait: RSS of the server per idle keep-alive connection, after one answered request.

TLS: the gateway ends TLS itself ([server] tls_cert); nginx has the same certificate. Plain: the gateway alone. Each
round opens as many connections as fit a minute, takes what they added, and closes them."""

import contextlib
import socket
import ssl
import time

from common.frame import Line
from common.gateway import Village, wait_for
from common.machine import resident_kib
from common.nginx import certificate, nginx

ID = "P12"
TITLE = "RSS per idle TLS keep-alive connection, beside nginx with the same certificate; and per plain connection"
CONNECTIONS = 1500
LINES = [Line("tls", "KiB per TLS connection / nginx's", "<=", 1.5, 1.1),
         Line("plain_kib", "KiB per idle plain connection", "<=", 10)]
SHOWN = {"tls_kib": ("KiB per TLS connection", ".1f"), "nginx_kib": ("nginx, KiB per TLS connection", ".1f")}


class Secured(Village):
    """Answers over TLS; the deployment's own questions come over TLS too."""

    def start_gateway(self):
        self._start("gateway", [self.bin / "gerbang", "serve", "--config", self.folder / "gerbang.toml"])

        def listens():
            self._alive("gateway")
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        wait_for("the gateway listens", listens, 20, 0.05)


def per_connection(port, pid, count, context=None):
    """KiB that so many idle connections add."""
    def one():
        plain = socket.create_connection(("127.0.0.1", port), timeout=20)
        link = context.wrap_socket(plain, server_hostname="127.0.0.1") if context else plain
        link.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        head = b""
        while b"\r\n\r\n" not in head:
            head += link.recv(65536)
        assert head.startswith(b"HTTP/1.1 200"), head[:100]
        return link
    # What the first ones bring once for all is not theirs.
    links = [one() for _ in range(20)]
    time.sleep(0.2)
    before = resident_kib(pid)
    links += [one() for _ in range(count)]
    time.sleep(0.3)
    added = resident_kib(pid) - before
    for link in links:
        link.close()
    time.sleep(0.5)
    return added / count


@contextlib.contextmanager
def opened(context):
    count = 100 if context.short else CONNECTIONS
    cert, key = certificate(context.folder / "nginx")
    client = ssl.create_default_context(cafile=str(cert))
    secured = {"server": f'tls_cert = "{cert}"\ntls_key = "{key}"'}
    with nginx(context.folder / "nginx", tls=True) as (port, worker):
        def fresh(kind, settings, round_number):
            village = kind(context.folder / f"{kind.__name__}-{round_number}", context.bin, settings)
            village.write_config()
            village.start_gateway()
            return village

        def of_gateway(kind, settings, number, with_context):
            # A fresh process: an allocator keeps what the connections of the round before have freed.
            village = fresh(kind, settings, number)
            try:
                return per_connection(village.port, village.server, count, with_context)
            finally:
                village.close()

        def of_nginx():
            return per_connection(port, worker, count, client)

        first = {"kib": None}

        def one_round(number):
            # nginx frees and takes its pools again: only the first round of a worker shows their size, so it is kept.
            if first["kib"] is None:
                first["kib"] = of_nginx()
            seen = context.in_turn(number, {
                "tls": lambda: of_gateway(Secured, secured, number, client),
                "plain": lambda: of_gateway(Village, {}, number, None)})
            return {"tls": seen["tls"] / first["kib"], "plain_kib": seen["plain"], "tls_kib": seen["tls"],
                    "nginx_kib": first["kib"]}
        yield one_round
