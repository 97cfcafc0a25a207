#!/usr/bin/env python3
"""Durable stock updates per second, beside what the disk can sync. See README.md.

    tests/bench/stock.py BUILD_FOLDER [--json] [--rounds 5] [--seconds 3] [--folder DISK]"""

import argparse
import itertools
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "end_to_end"))
from deployment import Deployment  # noqa: E402

BATCH = 100
PREALLOCATED = 16 << 20
BLOCK = 4096
PASSES = 3  # over all items, in one phase's file of requests
TICK = os.sysconf("SC_CLK_TCK")
MAX_FOREIGN = 0.5
SUBJECTS = ("fdatasync", "single", "batch")


# -- the machine

def cpu_of(pid):
    """User and system seconds of a process, all threads."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def cpu_of_machine():
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(
        int, pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICK


def resident_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmRSS")


def file_system(folder):
    """Type of the file system that holds the folder."""
    best = ("", "unknown")
    for line in pathlib.Path("/proc/mounts").read_text().splitlines():
        _, place, kind, *_ = line.split(" ")
        if pathlib.Path(place) in [folder, *folder.parents] and len(place) >= len(best[0]):
            best = (place, kind)
    return best[1]


class Foreign:
    """Cores' worth of CPU that others used: the machine's less the server's, ours and our children's."""

    def __init__(self, server):
        self.server = server
        self.began, self.before = time.monotonic(), self._others()

    def _others(self):
        ours = os.times()
        return cpu_of_machine() - cpu_of(self.server) - sum(ours[:4])

    def cores(self):
        return max(0.0, (self._others() - self.before) / (time.monotonic() - self.began))


def until_idle(server, seconds=5):
    """What the server still does after a phase (checkpoints) belongs to that phase, not to the next."""
    end = time.monotonic() + seconds
    before = cpu_of(server)
    while time.monotonic() < end:
        time.sleep(0.2)
        now = cpu_of(server)
        if now - before <= 0.01:
            return
        before = now


# -- what is measured

class Disk:
    """The reference: 4 KiB written over a file that already has its blocks, then fdatasync."""

    def __init__(self, folder):
        self.file = os.open(folder / "reference", os.O_RDWR | os.O_CREAT, 0o600)
        # Really written: blocks that are only reserved cost a journal commit at their first sync.
        for at in range(0, PREALLOCATED, 1 << 20):
            os.pwrite(self.file, os.urandom(1 << 20), at)
        os.fsync(self.file)
        self.at = 0

    def measure(self, seconds):
        block, took = os.urandom(BLOCK), []
        began = last = time.perf_counter()
        while last - began < seconds:
            os.pwrite(self.file, block, self.at)
            os.fdatasync(self.file)
            now = time.perf_counter()
            took.append((now - last) * 1000)
            last = now
            self.at = (self.at + BLOCK) % PREALLOCATED
        took.sort()
        return {"rate": len(took) / (last - began), "p50_ms": took[len(took) // 2],
                "p99_ms": took[int(len(took) * 0.99)]}


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


def load(village, lines, connections, seconds, marker, per_reply):
    """Runs gerbang-load; an error, a refusal or an item that is not confirmed ends the benchmark."""
    requests = village.folder / "requests"
    requests.write_text("".join(lines))
    server = village.processes["gateway"].pid
    cpu, foreign = cpu_of(server), Foreign(server)
    done = subprocess.run([str(village.bin / "gerbang-load"), str(village.port), str(connections),
                           str(seconds), str(requests), marker], capture_output=True, text=True,
                          timeout=seconds + 60, env={**os.environ, "GERBANG_KEY": village.key})
    if done.returncode != 0:
        sys.exit(f"gerbang-load: {done.stderr}")
    foreign = foreign.cores()
    until_idle(server)
    seen = json.loads(done.stdout)
    wrong = seen["refused"] + seen["broken"] + seen["unanswered"]
    if wrong or not seen["replies"] or seen["items"] != seen["replies"] * per_reply:
        sys.exit(f"not every item was confirmed: {done.stdout}{done.stderr}")
    return {"rate": seen["items"] / seen["seconds"], "p50_ms": seen["p50_ms"], "p99_ms": seen["p99_ms"],
            "cpu_us_per_item": (cpu_of(server) - cpu) / seen["items"] * 1e6,
            "generator_cores": seen["cpu_seconds"] / seen["seconds"], "foreign": foreign}


def measure(village, disk, stock, arguments):
    server = village.processes["gateway"].pid

    def fdatasync():
        foreign = Foreign(server)
        return {**disk.measure(arguments.seconds), "foreign": foreign.cores()}

    def single():
        return load(village, stock.single(), arguments.single_connections, arguments.seconds,
                    '"revision":', 1)

    def batch():
        return load(village, stock.batch(), arguments.batch_connections, arguments.seconds,
                    '"status":200', BATCH)

    subjects = dict(zip(SUBJECTS, (fdatasync, single, batch)))
    for number in range(arguments.rounds):
        # There and back, so that a drift of the machine favours nobody.
        order = SUBJECTS if number % 2 == 0 else SUBJECTS[::-1]
        seen = {name: subjects[name]() for name in order}
        for name in SUBJECTS[1:]:
            for value in ("rate", "p50_ms", "p99_ms"):
                seen[name][value + "_ratio"] = seen[name][value] / seen["fdatasync"][value]
        print(f"round {number + 1}: " + "; ".join(f"{n} {seen[n]['rate']:,.0f}/s" for n in SUBJECTS),
              file=sys.stderr, flush=True)
        yield seen


# -- what is printed

def summary(rounds):
    """Per subject and value: median, least and most of the rounds."""
    out = {}
    for name in SUBJECTS:
        out[name] = {}
        for value in rounds[0][name]:
            all_of = [r[name][value] for r in rounds]
            out[name][value] = {"median": statistics.median(all_of), "min": min(all_of), "max": max(all_of)}
    return out


def print_report(report):
    def spread(numbers, form):
        return (f"{numbers['median']:{form}} [{numbers['min']:{form}}..{numbers['max']:{form}}]")

    settings = report["settings"]
    print(f"{settings['build_type']} build, {settings['file_system']}, {settings['cores']} cores, "
          f"{settings['items']} items, {settings['rounds']} rounds of 3 x {settings['seconds']} s; "
          "median [min..max] of the rounds\n")
    titles = {"fdatasync": f"fdatasync of {BLOCK // 1024} KiB, file preallocated (reference)",
              "single": f"PUT /v1/stock/{{item}}, {settings['single_connections']} connections",
              "batch": f"POST /v1/stock:batch of {BATCH}, {settings['batch_connections']} connections"}
    for name, seen in report["subjects"].items():
        print(titles[name])
        print(f"  {'syncs' if name == 'fdatasync' else 'items'} per second  {spread(seen['rate'], ',.0f')}")
        print(f"  p50 ms            {spread(seen['p50_ms'], '.2f')}")
        print(f"  p99 ms            {spread(seen['p99_ms'], '.2f')}")
        if name != "fdatasync":
            print(f"  rate / reference  {spread(seen['rate_ratio'], '.2f')}")
            print(f"  p50 / reference   {spread(seen['p50_ms_ratio'], '.1f')}")
            print(f"  p99 / reference   {spread(seen['p99_ms_ratio'], '.1f')}")
            print(f"  server CPU us per item  {spread(seen['cpu_us_per_item'], '.1f')}")
            print(f"  generator, cores  {spread(seen['generator_cores'], '.2f')}")
        print(f"  foreign, cores    {spread(seen['foreign'], '.2f')}")
    resident = report["resident_mib"]
    print(f"\nserver's resident memory at rest: {resident['started']:.0f} MiB started, "
          f"{resident['filled']:.0f} MiB with its items, {resident['after']:.0f} MiB after the rounds")
    if not report["decides"]:
        print(f"This run decides nothing: {'; '.join(report['doubts'])}.")


def build_type(build):
    cache = build / "CMakeCache.txt"
    lines = cache.read_text().splitlines() if cache.exists() else []
    found = [line.partition("=")[2] for line in lines if line.startswith("CMAKE_BUILD_TYPE:")]
    return found[0] if found else "unknown"


def run(arguments, folder):
    village = Deployment(folder, arguments.build / "bin")
    village.write_config()
    stock = Stock(arguments.items)
    try:
        village.start_gateway()
        server = village.processes["gateway"].pid
        resident = {"started": resident_mib(server)}
        village.found_village()
        stock.fill(village)
        disk = Disk(folder)
        until_idle(server)
        resident["filled"] = resident_mib(server)
        rounds = list(measure(village, disk, stock, arguments))
        resident["after"] = resident_mib(server)
        code, _ = village.stop_gateway()
        assert code == 0, f"the server ended with {code}"
    finally:
        village.close()
    settings = {k: v for k, v in vars(arguments).items() if isinstance(v, (int, float)) and k != "json"}
    settings |= {"build_type": build_type(arguments.build), "file_system": file_system(folder),
                 "cores": os.cpu_count()}
    subjects = summary(rounds)
    doubts = [f"{subjects[n]['foreign']['median']:.2f} cores were busy with something else during {n}"
              for n in SUBJECTS if subjects[n]["foreign"]["median"] > MAX_FOREIGN]
    if settings["build_type"] != "Release":
        doubts.append("not known to be a release build")
    if arguments.rounds < 5:
        doubts.append("fewer than 5 rounds")
    return {"settings": settings, "subjects": subjects, "resident_mib": resident,
            "decides": not doubts, "doubts": doubts}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", type=lambda p: pathlib.Path(p).resolve(),
                        help="build folder with bin/gerbang and bin/gerbang-load")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3, help="of each of a round's three parts")
    parser.add_argument("--items", type=int, default=20000, help="stock items, a multiple of 100")
    parser.add_argument("--single-connections", type=int, default=64)
    parser.add_argument("--batch-connections", type=int, default=16)
    parser.add_argument("--folder", help="where database and reference file lie; default: the build folder")
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    arguments = parser.parse_args()
    if arguments.items <= 0 or arguments.items % BATCH or arguments.rounds < 1 or arguments.seconds <= 0:
        parser.error("items: a multiple of 100; rounds and seconds: above 0")
    with tempfile.TemporaryDirectory(prefix="bench-", dir=arguments.folder or arguments.build) as folder:
        folder = pathlib.Path(folder).resolve()
        if file_system(folder) in ("tmpfs", "ramfs"):
            sys.exit("fdatasync in memory measures nothing: give --folder on a disk")
        report = run(arguments, folder)
    print(json.dumps(report, indent=1)) if arguments.json else print_report(report)


main()
