#!/usr/bin/env python3
"""Delivered events, oversell window and memory, beside ordinary ways to do the same. See README.md.

    tests/bench/peers/peers.py BUILD_FOLDER [--rounds 5] [--seconds 5] [--json]
                               [--only bullmq,outbox,rabbitmq,n8n] [--folder DISK]"""

import argparse
import contextlib
import json
import math
import os
import pathlib
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "end_to_end")]
from deployment import request, wait_for  # noqa: E402
from machine import Foreign, cpu_of, file_system, memory_of  # noqa: E402
from servers import Process  # noqa: E402
from subjects import ON_HAND, PEERS, Gerbang, N8n, Peer, Subject, install  # noqa: E402

PACE = 10_000  # events a second that a file of requests is made for; more would repeat its counts
WARM_SECONDS = 2
STALLED = 4  # seconds without an arrival: what is missing will not come
DRAIN = 60
AFTER = 1  # seconds of what a server still does (checkpoints, clearing up): part of the measurement
MAX_FOREIGN = 0.5


class Sink:
    def __init__(self, folder, build, items):
        ready = folder / "sink.json"
        self.process = Process("sink", [build / "bin/gerbang-sink", ready, items], folder)
        wait_for("the sink listens", lambda: self.process.alive() and ready.exists(), 20)
        told = json.loads(ready.read_text())
        self.ports, self.url = told["ports"], f"http://127.0.0.1:{told['control']}"
        self.roots = [self.process.pid]

    def ask(self, method, path, body=None):
        self.process.alive()
        return request(method, self.url + path, body)


class Bench:
    def __init__(self, arguments, folder):
        self.arguments, self.folder = arguments, folder
        self.random = random.Random(1)
        self.counts = {}  # by subject: the next count, which is below all before
        self.sold = {}  # by subject: the next SKU to be sold
        self.sink = Sink(folder, arguments.build, max(arguments.items, arguments.order_items))
        self.subjects = {}

    # -- subjects

    def prepare(self, names):
        arguments = self.arguments
        modules = install() if any(n in PEERS and n != "n8n" for n in names) else None
        for name in names:
            began = time.monotonic()
            if name.startswith("gerbang"):
                subject = Gerbang(self.folder / name, arguments.build, self.sink,
                                  arguments.single_items if name == "gerbang-single" else arguments.items,
                                  arguments.order_items, arguments.sellers, name == "gerbang-single")
            elif name == "n8n":
                subject = N8n(name, self.folder / name, install(HERE / "n8n"), self.sink, arguments.items,
                              arguments.order_items)
            else:
                subject = Peer(name, self.folder / name, modules, self.sink, arguments.items, arguments.order_items,
                               **PEERS[name])
            self.subjects[name] = subject
            self.counts[name], self.sold[name] = ON_HAND - 1, 0
            say(f"{name} is prepared after {time.monotonic() - began:.0f} s")

    def close(self):
        for subject in self.subjects.values():
            with contextlib.suppress(Exception):
                subject.close()
        Process.stop_all()

    # -- measurements

    def changes(self, subject, seconds):
        """A closed loop of stock changes, until the last one is at all targets."""
        passes = max(2, math.ceil(PACE * seconds / subject.items))
        highest = self.counts[subject.name]
        self.counts[subject.name] -= passes
        numbers = list(range(subject.items))
        requests = self.folder / "requests"
        with open(requests, "w") as out:
            for value in range(highest, highest - passes, -1):
                self.random.shuffle(numbers)
                out.writelines(subject.change(f"{subject.kind}-{n:06}", value) for n in numbers)
        self.sink.ask("POST", "/expect", {"highest": highest, "values": passes})
        foreign = Foreign(subject.roots() + self.sink.roots)
        cpu = {part: cpu_of([pid]) for part, pid in subject.parts().items()}
        done = subprocess.run([str(self.arguments.build / "bin/gerbang-load"), str(subject.port),
                               str(subject.connections), str(seconds), str(requests), subject.marker],
                              capture_output=True, text=True, timeout=seconds + 60,
                              env={**os.environ, "GERBANG_KEY": subject.key})
        assert done.returncode == 0, f"gerbang-load: {done.stderr}"
        load = json.loads(done.stdout)
        wrong = load["refused"] + load["broken"] + load["unanswered"]
        assert not wrong and load["replies"] and load["items"] == load["replies"], f"{done.stdout}{done.stderr}"
        seen = self.drained(subject, load["replies"])
        time.sleep(AFTER)
        cpu = {part: cpu_of([pid]) - cpu[part] for part, pid in subject.parts().items()}
        parts, cpu = cpu, sum(cpu.values())
        took = seen["last"] - seen["first"]
        assert seen["delivered"] and took > 0, f"nothing was delivered: {seen}"
        assert subject.name.startswith("gerbang") or seen["delivered"] == load["replies"], \
            f"{subject.name}: {load['replies']} were accepted, {seen}"
        return {"accepted": load["replies"], "accepted_rate": load["replies"] / load["seconds"],
                "delivered": seen["delivered"], "rate": seen["delivered"] / took, "seconds": took,
                "per_cpu": seen["delivered"] / cpu, "cpu_us": cpu / seen["delivered"] * 1e6,
                "cpu_us_by_part": {part: used / seen["delivered"] * 1e6 for part, used in parts.items()},
                "cores": cpu / (took + AFTER),
                "answer_p50_ms": load["p50_ms"], "answer_p99_ms": load["p99_ms"],
                "items_per_call": sum(seen["pushes"]) / max(1, sum(seen["calls"])),
                "coalesced": load["replies"] - seen["delivered"], "repeats": seen["repeats"], "others": seen["others"],
                "foreign": foreign.cores()}

    def drained(self, subject, accepted):
        end = time.monotonic() + DRAIN
        moved, before = time.monotonic(), None
        while time.monotonic() < end:
            seen = self.sink.ask("GET", "/seen")
            if seen["delivered"] >= accepted:
                break
            if seen["pushes"] != before:
                moved, before = time.monotonic(), seen["pushes"]
            elif time.monotonic() - moved > (1 if subject.settled() else STALLED):
                break
            time.sleep(0.05)
        return self.sink.ask("GET", "/seen")

    def window(self, subject, seconds):
        """Orders at a fixed rate: from the moment of the sale to the arrival at the last target."""
        count = int(subject.orders_per_second * seconds)
        first = self.sold[subject.name]
        self.sold[subject.name] += count
        self.sink.ask("POST", "/expect", {"highest": 0, "values": 0})
        foreign, cpu = Foreign(subject.roots() + self.sink.roots), cpu_of(subject.roots())
        self.sink.ask("POST", "/orders", {"rate": subject.orders_per_second, "count": count, "first": first,
                                         "of": self.arguments.order_items, **subject.orders_to()})
        end, moved, before = time.monotonic() + seconds + DRAIN, time.monotonic(), None
        while time.monotonic() < end:
            time.sleep(0.2)
            seen = self.sink.ask("GET", "/orders")
            if seen["done"] == count and seen["answered"] == count:
                break
            if seen != before:
                moved, before = time.monotonic(), seen
            elif time.monotonic() - moved > STALLED:
                break
        assert not seen["refused"], seen
        return {"sold": count, "done": seen["done"], "p50_ms": seen["window_ms"]["p50"], "p99_ms": seen["window_ms"]["p99"],
                "max_ms": seen["window_ms"]["max"], "answer_p50_ms": seen["answer_ms"]["p50"],
                "answer_p99_ms": seen["answer_ms"]["p99"], "cores": (cpu_of(subject.roots()) - cpu) / seconds,
                "others": self.sink.ask("GET", "/seen")["others"], "foreign": foreign.cores()}

    def measure(self, subject):
        arguments = self.arguments
        subject.start()
        try:
            out = {"rest": memory_of(subject.roots())}
            self.changes(subject, WARM_SECONDS)
            if subject.orders_too:
                self.window(subject, 1)
            out["changes"] = self.changes(subject, arguments.seconds)
            if subject.orders_too:
                out["window"] = self.window(subject, arguments.seconds)
            out["memory"] = memory_of(subject.roots())
        finally:
            subject.stop()
        line = f"  {subject.name}: {out['changes']['rate']:,.0f} events/s, {out['changes']['per_cpu']:,.0f} per CPU-s"
        if "window" in out:
            line += f", window {out['window']['p50_ms']:.1f} / {out['window']['p99_ms']:.1f} ms"
        say(f"{line}, {out['memory']['pss']:.0f} MiB, foreign {out['changes']['foreign']:.2f}")
        return out

    def rounds(self):
        names = list(self.subjects)
        for number in range(self.arguments.rounds):
            say(f"round {number + 1}")
            # There and back, so that a drift of the machine favours nobody.
            yield {name: self.measure(self.subjects[name]) for name in (names if number % 2 == 0 else names[::-1])}


def say(text):
    print(text, file=sys.stderr, flush=True)


# -- what is made of it

def spread(numbers):
    numbers = list(numbers)
    return {"median": statistics.median(numbers), "min": min(numbers), "max": max(numbers), "ratios": numbers}


def ratios(rounds):
    """Of each round: gerbang's figure by the best peer's of the kind, and by each peer's."""
    names = [n for n in rounds[0] if not n.startswith("gerbang")]
    family = {kind: [n for n in names if n.split("-")[0] == kind] for kind in ("bullmq", "outbox")}
    at_200 = [n for n in names if n != "n8n"]
    of = {
        "events": lambda r, n: r[n]["changes"]["rate"],
        "per_cpu": lambda r, n: r[n]["changes"]["per_cpu"],
        "p50": lambda r, n: r[n]["window"]["p50_ms"],
        "p99": lambda r, n: r[n]["window"]["p99_ms"],
        "memory": lambda r, n: r[n]["memory"]["pss"],
    }

    def against(figure, peers, best):
        return [of[figure](r, "gerbang") / best(of[figure](r, p) for p in peers) for r in rounds] if peers else []

    out = {}
    for key, figure, peers, best in (
            ("P6", "per_cpu", family["bullmq"], max), ("P7", "events", family["outbox"], max),
            ("window", "p50", at_200, min), ("window_p99", "p99", at_200, min), ("memory", "memory", family["bullmq"], min),
            ("events_bullmq", "events", family["bullmq"], max)):
        if values := against(figure, peers, best):
            out[key] = spread(values)
    out["by_peer"] = {n: {figure: spread(against(figure, [n], max)) for figure in of} for n in names}
    return out


def summary(rounds):
    """Per subject and figure: median, least and most of the rounds."""
    out = {}
    for name in rounds[0]:
        out[name] = {part: {value: {k: v for k, v in spread(r[name][part][value] for r in rounds).items() if k != "ratios"}
                            for value, seen in rounds[0][name][part].items() if not isinstance(seen, dict)}
                     for part in rounds[0][name]}
        first = rounds[0][name]["changes"]["cpu_us_by_part"]
        out[name]["cpu_us_by_part"] = {part: statistics.median(r[name]["changes"]["cpu_us_by_part"][part] for r in rounds)
                                       for part in first}
    return out


def print_report(report):
    def three(n, form):
        return f"{n['median']:{form}} [{n['min']:{form}}..{n['max']:{form}}]"

    settings = report["settings"]
    print(f"{settings['file_system']}, {settings['cores']} cores, {settings['rounds']} rounds of {settings['seconds']} s; "
          "median [min..max] of the rounds\n")
    for name, seen in report["subjects"].items():
        changes, memory = seen["changes"], seen["memory"]
        print(name)
        print(f"  delivered events/s      {three(changes['rate'], ',.0f')}   accepted/s {three(changes['accepted_rate'], ',.0f')}")
        print(f"  delivered per CPU-s     {three(changes['per_cpu'], ',.0f')}   cores {three(changes['cores'], '.2f')}")
        print("  CPU us per event        " + ", ".join(f"{part} {us:.0f}" for part, us in seen["cpu_us_by_part"].items()))
        print(f"  items per call          {three(changes['items_per_call'], '.1f')}   coalesced {three(changes['coalesced'], ',.0f')}")
        if "window" in seen:
            window = seen["window"]
            print(f"  window ms, p50          {three(window['p50_ms'], '.2f')}   of {window['done']['min']:.0f} to "
                  f"{window['done']['max']:.0f} orders of {window['sold']['median']:.0f}")
            print(f"  window ms, p99          {three(window['p99_ms'], '.2f')}")
            print(f"  answer to an order, ms  {three(window['answer_p50_ms'], '.2f')}   p99 {three(window['answer_p99_ms'], '.2f')}")
        print(f"  PSS / RSS MiB           {three(memory['pss'], '.0f')} / {three(memory['rss'], '.0f')}   "
              f"at rest {three(seen['rest']['pss'], '.0f')}")
        print(f"  foreign, cores          {three(changes['foreign'], '.2f')}")
    titles = {"P6": "P6: delivered events per CPU-second, gerbang / the best BullMQ",
              "P7": "P7: delivered events per second, gerbang / outbox poller",
              "events_bullmq": "delivered events per second, gerbang / the best BullMQ",
              "window": f"oversell window at {settings['orders_per_second']} orders/s, p50, gerbang / the best peer",
              "window_p99": "the same, p99", "memory": "memory after load (PSS), gerbang / the leanest BullMQ"}
    print()
    for key, title in titles.items():
        if key in report:
            print(f"{title}: {three(report[key], '.3g')}")
    for name, by in report["by_peer"].items():
        print(f"gerbang / {name}: " + ", ".join(f"{figure} {three(values, '.3g')}" for figure, values in by.items()))
    if not report["decides"]:
        print(f"This run decides nothing: {'; '.join(report['doubts'])}.")


def build_type(build):
    cache = build / "CMakeCache.txt"
    lines = cache.read_text().splitlines() if cache.exists() else []
    found = [line.partition("=")[2] for line in lines if line.startswith("CMAKE_BUILD_TYPE:")]
    return found[0] if found else "unknown"


def chosen(only):
    """Peers by name or by what their names begin with: "bullmq" is all three of it."""
    wanted = [w for w in only.split(",") if w]
    unknown = [w for w in wanted if not any(n == w or n.startswith(w + "-") for n in PEERS)]
    if unknown:
        sys.exit(f"no such peer: {', '.join(unknown)}; there are {', '.join(PEERS)}")
    return [n for n in PEERS if any(n == w or n.startswith(w + "-") for w in wanted)]


def run(arguments, folder):
    bench = Bench(arguments, folder)
    try:
        bench.prepare(["gerbang", *(["gerbang-single"] if arguments.single_items else []), *chosen(arguments.only)])
        rounds = list(bench.rounds())
    finally:
        bench.close()
    doubts = []
    subjects = summary(rounds)
    busiest = max(s["changes"]["foreign"]["median"] for s in subjects.values())
    if busiest > MAX_FOREIGN:
        doubts.append(f"{busiest:.2f} cores were busy with something else")
    if build_type(arguments.build) != "Release":
        doubts.append("not known to be a release build")
    if arguments.rounds < 5:
        doubts.append("fewer than 5 rounds")
    return {"settings": {"rounds": arguments.rounds, "seconds": arguments.seconds, "items": arguments.items,
                         "sellers": arguments.sellers, "connections": Subject.connections,
                         "orders_per_second": Subject.orders_per_second, "cores": os.cpu_count(),
                         "file_system": file_system(folder), "build_type": build_type(arguments.build)},
            **ratios(rounds), "subjects": subjects, "rounds": rounds, "decides": not doubts, "doubts": doubts}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=lambda p: pathlib.Path(p).resolve(),
                        help="build folder with bin/gerbang, bin/gerbang-load and bin/gerbang-sink")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5, help="of load, and of orders, in each round")
    parser.add_argument("--only", default="bullmq,outbox,rabbitmq", help="peers, by name or beginning of it")
    parser.add_argument("--items", type=int, default=12000, help="SKUs that are changed")
    parser.add_argument("--order-items", type=int, default=2000, help="SKUs that are sold")
    parser.add_argument("--sellers", type=int, default=8, help="shops that share the orders")
    parser.add_argument("--single-items", type=int, default=0,
                        help="also measure gerbang with so many products that take a call each")
    parser.add_argument("--folder", help="where the databases lie; default: the build folder")
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # by way of what ends the processes
    if (arguments.rounds < 1 or not 1 <= arguments.seconds <= 60 or not 100 <= arguments.items <= 1_000_000 or
            not 1 <= arguments.sellers <= arguments.order_items <= 1_000_000):
        parser.error("rounds: above 0; seconds: 1 to 60; items: 100 or more; sellers: 1 to the items that they sell")
    with tempfile.TemporaryDirectory(prefix="peers-", dir=arguments.folder or arguments.build) as folder:
        folder = pathlib.Path(folder).resolve()
        if file_system(folder) in ("tmpfs", "ramfs"):
            sys.exit("syncing in memory measures nothing: give --folder on a disk")
        folder.chmod(0o711)
        report = run(arguments, folder)
    print(json.dumps(report, indent=1)) if arguments.json else print_report(report)


if __name__ == "__main__":
    main()
