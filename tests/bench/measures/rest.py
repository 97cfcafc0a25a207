"""The gateway before anybody asks it anything: how soon it answers, and how much memory it then has."""

import contextlib
import time

from common.catalogues import filled, sizes
from common.frame import Line
from common.gateway import Village, request
from common.machine import resident_kib

ID = "REST"
TITLE = "start and memory at rest, 1e6 listings (--long: 4e6)"
LINES = [Line("start_ms", "start until /readyz answers, ms", "<=", 100), Line("rest_mib", "resident memory at rest, MiB", "<=", 20)]
SHOWN = {"small_start_ms": ("with 1e5 listings, ms", ".0f"), "small_rest_mib": ("with 1e5 listings, MiB", ".1f")}


def begin(village):
    """Milliseconds until it is ready, and MiB a moment later."""
    began = time.perf_counter()
    village._start("gateway", [village.bin / "gerbang", "serve", "--config", village.folder / "gerbang.toml"])
    while True:
        try:
            request("GET", village.url + "/readyz", timeout=2)
            break
        except OSError:
            assert village._alive("gateway")
            assert time.perf_counter() - began < 60, "it does not become ready"
            time.sleep(0.001)
    took = (time.perf_counter() - began) * 1000
    time.sleep(0.5)
    resident = resident_kib(village.server) / 1024
    village.stop_gateway()
    return took, resident


@contextlib.contextmanager
def opened(context):
    small, large = sizes(context)
    with filled(context, small, large) as paths:
        villages = {}
        for size, path in paths.items():
            villages[size] = Village(context.folder / str(size), context.bin)
            villages[size].write_config()
            path.rename(villages[size].folder / "gerbang.db")
        try:
            def one_round(number):
                seen = context.in_turn(number, {n: lambda n=n: begin(villages[n]) for n in paths})
                return {"start_ms": seen[large][0], "rest_mib": seen[large][1], "small_start_ms": seen[small][0],
                        "small_rest_mib": seen[small][1]}
            yield one_round
        finally:
            for village in villages.values():
                village.close()
