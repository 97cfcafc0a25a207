#!/usr/bin/env python3
"""deploy/BACKUP.md, executed: backup.py BIN_FOLDER

A village trades; its gateway is backed up by the commands of the page; then things happen that the backup does
not know - a count, a sale, a product, new tokens -, the machine is lost, something is sold while there is no
gateway. The page's commands put the backup on a fresh machine. Nothing may be offered twice, no order missing,
no product published a second time. `systemctl` and the service's user are played by the test; everything else is
the page's own words."""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/end_to_end"))
from deployment import Deployment, request, wait_for  # noqa: E402

PAGE = (ROOT / "deploy/BACKUP.md").read_text()
BLOCKS = dict(re.findall(r"^```sh\n# block: ([\w-]+)\n(.*?)^```", PAGE, re.M | re.S))
CHANNELS = ("shopee", "lazada")

SYSTEMCTL = """#!/bin/sh
# Plays systemd for one service.
[ "$2" = gerbang ] || exit 2
pid=$(cat "$MACHINE/pid" 2>/dev/null)
case "$1" in
  stop)
    [ -n "$pid" ] || exit 0
    kill -TERM "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
    rm -f "$MACHINE/pid" ;;
  start)
    cd "$MACHINE/var"
    setsid gerbang serve --config "$MACHINE/etc/gerbang.toml" >>"$MACHINE/log" 2>&1 </dev/null &
    echo $! >"$MACHINE/pid" ;;
  *) exit 2 ;;
esac
"""


class Machine:
    """Folders of a machine with the gateway installed, and the page's commands on it."""

    def __init__(self, folder, village, safe):
        self.folder, self.village = folder, village
        self.etc, self.data, self.bin, self.safe = folder / "etc", folder / "var", folder / "bin", safe
        for path in (self.etc / "secrets", self.data / "backups", self.bin):
            path.mkdir(parents=True)
        (self.bin / "systemctl").write_text(SYSTEMCTL)
        (self.bin / "systemctl").chmod(0o755)
        (self.bin / "gerbang").symlink_to(village.bin.resolve() / "gerbang")
        # What install.sh makes, with the village's configuration.
        for name, text in (("master.key", os.urandom(32).hex()), ("admin.key", village.admin_key)):
            (self.etc / "secrets" / name).write_text(text + "\n")
        for path in village.folder.glob("*secret"):
            (self.etc / path.name).write_text(path.read_text())
        config = (village.folder / "gerbang.toml").read_text()
        for old, new in (('path = "gerbang.db"', f'path = "{self.data}/gerbang.db"\n'
                                                 f'backup_directory = "{self.data}/backups"'),
                         ('"master.key"', '"secrets/master.key"'), ('"admin.key"', '"secrets/admin.key"')):
            assert config.count(old) == 1, old
            config = config.replace(old, new)
        (self.etc / "gerbang.toml").write_text(config)

    def settings(self):
        return f"""
etc={self.etc} data={self.data} lib={ROOT}/deploy safe={self.safe}
as_service() {{ "$@"; }}
export GERBANG_URL={self.village.url} GERBANG_BACKUPS={self.data}/backups GERBANG_BIN={self.bin}/gerbang
export GERBANG_KEY_FILE={self.etc}/secrets/admin.key
"""

    def run(self, block, check=True, text=None, **environment):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.settings() + (text or BLOCKS[block])], capture_output=True,
            text=True, timeout=120, cwd=self.folder,
            env={**os.environ, "PATH": f"{self.bin}:{os.environ['PATH']}", "MACHINE": str(self.folder), **environment})
        assert not check or done.returncode == 0, \
            f"block {block}: {done.returncode}\n{done.stdout}\n{done.stderr}\n{self.log()[-1500:]}"
        return done

    def systemctl(self, verb):
        self.run(verb, text=f"systemctl {verb} gerbang")
        if verb == "start":
            wait_for("the gateway is ready", lambda: request("GET", self.village.url + "/readyz", timeout=2) or True, 20, 0.05)

    def log(self):
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def pid(self):
        path = self.folder / "pid"
        return int(path.read_text()) if path.exists() else None

    def burn(self):
        """The machine is lost, with everything on it but what was copied away."""
        os.kill(self.pid(), signal.SIGKILL)
        (self.folder / "pid").unlink()
        wait_for("it is gone", lambda: not answers(self.village), 10, 0.05)

    def close(self):
        if self.pid():
            os.kill(self.pid(), signal.SIGTERM)
            wait_for("the gateway has ended", lambda: not answers(self.village), 20, 0.05)


def answers(village):
    try:
        request("GET", village.url + "/healthz", timeout=2)
        return True
    except OSError:
        return False


def product(village, code, name):
    """One of the demo's, which every channel takes, under another code."""
    out = json.loads((ROOT / "deploy/demo/katalog.json").read_text())["products"]
    out = next(p for p in out if p["code"] == "KAP-LAMPU-BAMBU")
    out.update(code=code, title={"id": name}, images=[
        {"url": f"http://127.0.0.1:{village.ports['images']}/images/{code.lower()}.png"}])
    assert len(out["variants"]) == 1 and "components" not in out["variants"][0]
    out["variants"][0].update(sku=code, barcode=None)
    return out


def put(village, code, name):
    village.api("PUT", f"/v1/products/{code}", product(village, code, name))


def stocks(village, sku):
    return {c: village.listings(c).get(sku, {}).get("stock") for c in CHANNELS}


def told(village, channel, after):
    """Every stock that a channel was given since, whatever the listing."""
    out = []
    for entry in village.ledger(channel, after):
        effects = entry["effect"] if isinstance(entry["effect"], list) else [entry["effect"] or {}]
        out += [e["stock"] for e in effects if e.get("stock") is not None]
    return out


def expiry(village):
    return village.api("GET", "/v1/shops/" + village.shops["shopee"]["id"])["token"]["expires_at"]


def last_entry(village, channel):
    entries = village.ledger(channel)
    return entries[-1]["sequence"] if entries else 0


def events(village, after="0"):
    """What is told after a number, and the number to ask with next."""
    out = []
    while True:
        page = village.api("GET", f"/v1/events?after={after}&limit=100")
        if not page["events"]:
            return out, after
        out, after = out + page["events"], page["next"]


def page_is_whole():
    assert set(BLOCKS) == {"settings", "keep-key", "backup", "restore", "verify"}, set(BLOCKS)
    assert PAGE.count("```sh\n") == len(BLOCKS), "a block that nobody runs"
    for name in re.findall(r"\$([a-z]\w*)", "".join(v for k, v in BLOCKS.items() if k != "settings")):
        assert re.search(rf"\b{name}=", PAGE) , f"${name} is set nowhere"


def kept_number(machine):
    """The oldest go, the newest stay."""
    for _ in range(3):
        machine.run("backup", GERBANG_KEEP="2")
    left = sorted((machine.data / "backups").iterdir())
    assert len(left) == 2 and all(p.name.endswith(".db") for p in left), left
    assert all(p.stat().st_mode & 0o77 == 0 for p in left), "others may read a backup"
    return left[-1]


def main():
    page_is_whole()
    with tempfile.TemporaryDirectory(prefix="gerbang-backup-") as name:
        folder = pathlib.Path(name)
        for part in ("village", "safe", "elsewhere"):
            (folder / part).mkdir()
        village = Deployment(folder / "village", pathlib.Path(sys.argv[1]).resolve(), poll="1s")
        village.start_sandboxes()
        village.write_config()
        old = Machine(folder / "old", village, folder / "safe")
        fresh = Machine(folder / "fresh", village, folder / "safe")
        try:
            story(village, old, fresh, folder)
        finally:
            for machine in (old, fresh):
                machine.close()
            village.close()
    print("backup and restore: good")


def story(village, old, fresh, folder):
    old.systemctl("start")
    village.found_village()
    for channel in CHANNELS:
        village.connect(channel)
    put(village, "LAMPU-LAMA", "Kap lampu bambu anyaman lama")
    village.api("PUT", "/v1/stock/LAMPU-LAMA", {"on_hand": 10})
    wait_for("ten at both", lambda: set(stocks(village, "LAMPU-LAMA").values()) == {10}, 60)
    village.quiet(60)

    # Pairs of tokens that live for seconds: that of the backup is soon spent.
    village.sandbox("PUT", "shopee", "settings", {"token_seconds": 4})
    village.consent("shopee")

    print("  the page: the key is kept, a backup is made and read")
    old.run("keep-key")
    assert "is good" in old.run("backup").stdout
    newest = kept_number(old)
    village.quiet(60)
    (folder / "elsewhere" / newest.name).write_bytes(newest.read_bytes())

    print("  since then: a count, a sale, a product, new tokens")
    of_backup = expiry(village)
    village.api("PUT", "/v1/stock/LAMPU-LAMA", {"on_hand": 4})
    first = village.buy("shopee", "LAMPU-LAMA", 1)
    wait_for("three at both", lambda: set(stocks(village, "LAMPU-LAMA").values()) == {3}, 60)
    put(village, "LAMPU-BARU", "Kap lampu bambu anyaman baru")
    village.api("PUT", "/v1/stock/LAMPU-BARU", {"on_hand": 5})
    wait_for("the new one is on offer", lambda: set(stocks(village, "LAMPU-BARU").values()) == {5}, 60)
    wait_for("a new pair of tokens", lambda: expiry(village) > of_backup, 20)
    village.quiet(60)
    told_before, seen = events(village)

    print("  the machine burns; something is sold while there is no gateway")
    old.burn()
    village.sandbox("PUT", "shopee", "settings", {"token_seconds": None})
    second = village.buy("lazada", "LAMPU-LAMA", 1)
    true = 2  # four were counted, two are sold
    before = {c: last_entry(village, c) for c in CHANNELS}

    print("  the page on a fresh machine; first with the key that install.sh has just made")
    (fresh.data / "backups" / newest.name).write_bytes((folder / "elsewhere" / newest.name).read_bytes())
    kept = fresh.safe / "gerbang-master.key"
    right = kept.read_text()
    kept.chmod(0o600)
    kept.write_text("0" * 64 + "\n")
    refused = fresh.run("restore", check=False)
    assert refused.returncode != 0 and "backup_other_key" in refused.stderr, refused
    assert not (fresh.data / "gerbang.db").exists(), "something was put in place all the same"
    kept.write_text(right)
    fresh.run("restore")
    wait_for("the gateway is ready", lambda: request("GET", village.url + "/readyz", timeout=2) or True, 20, 0.05)

    print("  the seller of one shop is asked for consent; until then no shop is told anything")
    wait_for("consent is asked for", lambda: village.api("GET", "/v1/shops/" + village.shops["shopee"]["id"])["state"]
             == "needs_authorisation", 30)
    wait_for("the other shop's order is in", lambda: {o["external_id"] for o in village.pages("/v1/orders")} == {second}, 30)
    time.sleep(2)  # it has polled and could have told by now
    assert village.api("GET", "/v1/shops/" + village.shops["lazada"]["id"])["recovering"] is True
    for channel in CHANNELS:
        assert told(village, channel, before[channel]) == [], f"{channel} was told a stock of the backup"
    village.consent("shopee")

    print("  the page: verified; every order is in, nothing was offered twice")
    said = fresh.run("verify").stdout
    assert re.search(r"^gerbang_shops_recovering\{channel=\"shopee\"\} 0$", said, re.M), said
    village.quiet(60)
    assert {o["external_id"] for o in village.pages("/v1/orders")} == {first, second}
    wait_for("all show what is surely there", lambda: all(s <= true for s in stocks(village, "LAMPU-LAMA").values()), 30)
    for channel in CHANNELS:
        assert all(s <= true for s in told(village, channel, before[channel])), told(village, channel, before[channel])
    level = village.api("GET", "/v1/stock/LAMPU-LAMA")["levels"][0]
    assert level["on_hand"] == 10 and level["buffer"] >= 6, level
    news, _ = events(village, seen)
    assert {e["type"] for e in news} >= {"order.created", "stock.changed"}, "a village that asks on from its last number misses"
    assert not {e["id"] for e in news} & {e["id"] for e in told_before}

    print("  the village sends again what it had sent: nothing is published twice, a count settles the doubt")
    put(village, "LAMPU-BARU", "Kap lampu bambu anyaman baru")
    village.api("PUT", "/v1/stock/LAMPU-BARU", {"on_hand": 5})
    village.api("PUT", "/v1/stock/LAMPU-LAMA", {"on_hand": 4})  # it still holds the two that are sold
    wait_for("two at both", lambda: set(stocks(village, "LAMPU-LAMA").values()) == {true}, 60)
    village.quiet(60)
    for channel in CHANNELS:
        there = [l for l in village.all_listings(channel) if l["sku"] == "LAMPU-BARU"]
        assert len(there) == 1, f"{channel} has it {len(there)} times"
    wait_for("five of the new one", lambda: set(stocks(village, "LAMPU-BARU").values()) == {5}, 60)
    assert village.api("GET", "/v1/stock/LAMPU-LAMA")["levels"][0]["buffer"] == 0


if __name__ == "__main__":
    main()
