#!/usr/bin/env python3
"""Calls that a channel sees for 1,000 changed SKUs, beside one call for each change. See README.md.

    tests/bench/calls.py BUILD_FOLDER [--json] [--rounds 7]

Counted in the sandboxes' ledgers, so the figures do not depend on the machine's speed."""

import argparse
import collections
import json
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "end_to_end"))
from deployment import APPS, ROOT, Deployment  # noqa: E402

REPEATS = 10  # counts of each item, one after the other, in a burst


def set_up(village):
    """The demo village at every channel, published and at rest."""
    village.start_sandboxes()
    village.write_config()
    village.start_gateway()
    village.found_village()
    for channel in APPS:
        village.sandbox("POST", channel, "faults", {"pushes": {"silent": True}})
        village.connect(channel)
    for name in ("katalog.csv", "katalog.json"):
        text = (ROOT / "deploy/demo" / name).read_bytes()
        (village.folder / name).write_bytes(
            text.replace(b"127.0.0.1:8099", f"127.0.0.1:{village.ports['images']}".encode()))
        village.cli("import", village.folder / name, check=(3,))
    village.quiet(300)


def count(village, items, on_hand):
    """One batch for all items."""
    answer = village.api("POST", "/v1/stock:batch", {"items": [{"item": i, "on_hand": on_hand} for i in items]})
    assert all(r["status"] == 200 for r in answer["results"]), answer


def measure(village, items, values):
    """Per channel: listings whose stock changed, and the calls that were made, by operation."""
    before = {c: {l["sku"]: l["stock"] for l in village.all_listings(c)} for c in APPS}
    start = {c: max((e["sequence"] for e in village.ledger(c)), default=0) for c in APPS}
    for value in values:
        count(village, items, value)
    village.quiet(300)
    out = {}
    for channel in APPS:
        changed = sum(before[channel].get(l["sku"]) != l["stock"] for l in village.all_listings(channel))
        calls = collections.Counter(e["operation"] for e in village.ledger(channel, start[channel])
                                    if "order" not in e["operation"].lower())
        out[channel] = (changed, calls)
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build_folder", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--rounds", type=int, default=7, help="each changes every SKU of the demo once")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="gerbang-calls-"))
    village = Deployment(folder, options.build_folder / "bin", poll="10s")
    try:
        set_up(village)
        items = [i["item"] for i in village.pages("/v1/stock?limit=200")]
        rows = []
        for kind, repeats in (("one count of each item", 1), (f"{REPEATS} counts of each item in a burst", REPEATS)):
            changed, calls = collections.Counter(), collections.defaultdict(collections.Counter)
            for number in range(options.rounds if repeats == 1 else 1):
                base = 40_000 + 5_000 * number if repeats == 1 else 80_000  # below what any channel caps
                for channel, (n, made) in measure(village, items, [base + 1_000 * r for r in range(repeats)]).items():
                    changed[channel] += n * repeats
                    calls[channel] += made
            for channel in APPS:
                total = sum(calls[channel].values())
                rows.append({"what": kind, "channel": channel, "changes": changed[channel], "calls": total,
                             "calls_per_1000": round(1000 * total / changed[channel], 1),
                             "gain": round(changed[channel] / total, 1), "operations": dict(calls[channel])})
    finally:
        village.close()
        shutil.rmtree(folder, ignore_errors=True)
    if options.json:
        print(json.dumps(rows, indent=1))
        return
    print(f"{'':36} {'channel':12} {'changes':>8} {'calls':>7} {'per 1,000':>10} {'gain':>6}  operations")
    for r in rows:
        print(f"{r['what']:36} {r['channel']:12} {r['changes']:>8} {r['calls']:>7} {r['calls_per_1000']:>10} "
              f"{r['gain']:>6}  {r['operations']}")


main()
