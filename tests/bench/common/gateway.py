"""Gateways and loads for the measures."""

import itertools
import json
import os
import pathlib
import random
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "end_to_end"))
from deployment import APPS, ROOT, Deployment, free_port, request, wait_for  # noqa: E402, F401

from common.machine import cpu_of, until_idle, written_bytes  # noqa: E402

BATCH = 100
PASSES = 3  # over all items, in one phase's file of requests


class Village(Deployment):
    """A gateway for one measure. `settings`: lines of TOML by section, over what a deployment has."""

    def __init__(self, folder, bin_folder, settings=None, **more):
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(folder, bin_folder, **more)
        self.settings = settings or {}

    def write_config(self):
        super().write_config()
        path = self.folder / "gerbang.toml"
        text = path.read_text()
        for section, lines in self.settings.items():
            if f"[{section}]" not in text:
                text = f"[{section}]\n" + text
            text = text.replace(f"[{section}]\n", f"[{section}]\n{lines}\n", 1)
        path.write_text(text)

    @property
    def server(self):
        return self.processes["gateway"].pid

    def open_empty(self):
        """Started without shops, with an organisation and its key."""
        self.write_config()
        self.start_gateway()
        self.found_village()
        return self

    def metric(self, name):
        """The sum of a metric's series."""
        import urllib.request
        with urllib.request.urlopen(self.url + "/metrics", timeout=20) as page:
            return sum(float(line.rpartition(" ")[2]) for line in page.read().decode().splitlines()
                       if line.startswith((name + " ", name + "{")))


class Stock:
    """Counts of many items. No count repeats the one before it: the store would have less to write."""

    def __init__(self, items):
        self.items = [f"BARANG-{n:06}" for n in range(items)]
        self.random = random.Random(1)
        self.values = (1000 + n * 7919 % 10007 for n in itertools.count())

    def _passes(self):
        for _ in range(PASSES):
            value = next(self.values)
            yield value, self.random.sample(self.items, len(self.items))

    def fill(self, village):
        for at in range(0, len(self.items), 1000):
            answer = village.api("POST", "/v1/stock:batch", {
                "items": [{"item": i, "on_hand": 500} for i in self.items[at:at + 1000]]})
            assert all(r["status"] == 200 for r in answer["results"]), answer

    def single(self):
        for value, items in self._passes():
            for item in items:
                yield f'PUT /v1/stock/{item} {{"on_hand":{value}}}\n'

    def batch(self):
        for value, items in self._passes():
            for at in range(0, len(items), BATCH):
                body = {"items": [{"item": i, "on_hand": value} for i in items[at:at + BATCH]]}
                yield f"POST /v1/stock:batch {json.dumps(body, separators=(',', ':'))}\n"


class Generator:
    """gerbang-load under way; done() waits for it. Every request must have been answered 2xx, and every item
    confirmed in an answer: anything else ends the measure."""

    def __init__(self, context, port, lines, connections, seconds, marker="", key="", rate=None):
        requests = context.folder / f"requests-{port}"
        requests.write_text("".join(lines))
        command = [str(context.program("gerbang-load")), str(port), str(connections), str(seconds), str(requests),
                   marker] + ([str(rate)] if rate else [])
        self.seconds = seconds
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, "GERBANG_KEY": key})

    def done(self, per_reply=1):
        out, said = self.process.communicate(timeout=self.seconds + 60)
        if self.process.returncode != 0:
            raise RuntimeError(f"gerbang-load: {said}")
        seen = json.loads(out)
        wrong = seen["refused"] + seen["broken"] + seen["unanswered"]
        if wrong or not seen["replies"] or seen["items"] != seen["replies"] * per_reply:
            raise RuntimeError(f"not every item was confirmed: {out}{said}")
        return seen


def load(context, server, port, lines, connections, marker="", per_reply=1, key="", seconds=None):
    """Closed loop; what the server's process spent on it, checkpoints included."""
    cpu, written = cpu_of(server), written_bytes(server)
    seen = Generator(context, port, lines, connections, seconds or context.seconds, marker, key).done(per_reply)
    until_idle(server)
    spent = cpu_of(server) - cpu
    return {"rate": seen["items"] / seen["seconds"], "p50_ms": seen["p50_ms"], "p99_ms": seen["p99_ms"],
            "items": seen["items"], "cpu_us_per_item": spent / seen["items"] * 1e6,
            "per_cpu_second": seen["items"] / max(spent, 0.01),
            "written_per_item": (written_bytes(server) - written) / seen["items"],
            "generator_cores": seen["cpu_seconds"] / seen["seconds"]}


def single(context, village, stock, connections):
    return load(context, village.server, village.port, stock.single(), connections, '"revision":', key=village.key)


def batch(context, village, stock, connections):
    return load(context, village.server, village.port, stock.batch(), connections, '"status":200', BATCH,
                key=village.key)


class Grouping:
    """How many requests shared a commit since the last question."""

    def __init__(self, village):
        self.village = village
        self.before = self._now()

    def _now(self):
        return tuple(self.village.metric("gerbang_store_group_size" + end) for end in ("_sum", "_count"))

    def mean(self):
        now = self._now()
        writes, groups = now[0] - self.before[0], now[1] - self.before[1]
        self.before = now
        return max(1.0, writes / max(groups, 1))


def program(context, name, *arguments, timeout=3600):
    """The JSON that one of our programs prints."""
    done = subprocess.run([str(context.program(name)), *map(str, arguments)], capture_output=True, text=True,
                          timeout=timeout)
    if done.returncode != 0:
        raise RuntimeError(f"{name} {arguments[0] if arguments else ''}: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def started(process, port, seconds=20):
    """Waits until somebody listens."""
    import socket

    def listens():
        assert process.poll() is None, f"it ended with {process.returncode}"
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    wait_for("the server listens", listens, seconds, 0.05)
    time.sleep(0.1)
