#!/usr/bin/env python3
"""Sync before answer (T3), seen from outside: the real gateway under strace.

    tests/disk/sync_order.py BUILD_FOLDER [--keep]
    tests/disk/sync_order.py --self-test

Every change that a client was told to have happened (2xx to a write or a webhook) must have been
written to the log and synced before the first byte of the answer left: write of its transaction, then a
sync that begins after it and ends well, then the answer. Besides: the database file is written only with
what the log has on disk, and the log is begun anew only after the database file was synced.

Exit code 77 (skipped, loudly) where processes may not be traced."""

import hashlib
import hmac
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "end_to_end"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "crash"))

SKIPPED = 77
TOKEN = re.compile(rb"T3-[0-9]{6}")
CALLS = "pwrite64,pwritev,pwritev2,write,writev,fdatasync,fsync,sendto,sendmsg,recvfrom,recvmsg,read,readv,ftruncate"
FRAME_HEADER, WAL_HEADER = 24, 32
CHANGES = (b"PUT ", b"POST ", b"PATCH ", b"DELETE ")


class Call:
    """One system call: where in the trace it began and ended, what it was about."""

    def __init__(self, begin, end, thread, name, arguments, result):
        self.begin, self.end, self.thread, self.name, self.result = begin, end, thread, name, result
        file = re.match(r"(\d+)<([^>]*)>", arguments)
        self.fd = int(file[1]) if file else -1
        self.file = unhex(file[2]).decode(errors="replace") if file else ""
        self.arguments = arguments

    def data(self):
        """The bytes it carried, all buffers together."""
        return b"".join(unhex(text) for text in re.findall(r'"((?:\\x[0-9a-f]{2})*)"', self.arguments))

    def offset(self):
        return int(re.search(r", (\d+)$", self.arguments)[1])


def unhex(text):
    hexed = re.match(r"(?:\\x[0-9a-f]{2})+", text)  # "<char 1:3>" may follow the name of a device
    return bytes.fromhex(hexed[0].replace("\\x", "")) if hexed else text.encode()


def calls(lines):
    """The calls of a trace of `strace -f -yy -xx`, in the order in which they began."""
    open_calls, out = {}, []
    for number, line in enumerate(lines):
        head = re.match(r"(\d+) +(.*)$", line)
        if not head or head[2].startswith(("+++", "---")):
            continue
        thread, text = head[1], head[2]
        resumed = re.match(r"<\.\.\. (\w+) resumed>(.*)$", text)
        if resumed:
            if thread not in open_calls:
                continue
            begin, name, before = open_calls.pop(thread)
            text = before + resumed[2]
        else:
            call = re.match(r"(\w+)\((.*)$", text)
            if not call:
                continue
            begin, name, text = number, call[1], call[2]
            if text.endswith("<unfinished ...>"):
                open_calls[thread] = (begin, name, text[: -len("<unfinished ...>")].rstrip(" "))
                continue
        ended = re.match(r"(.*)\) += (-?\d+|\?)", text)
        if ended:
            result = -1 if ended[2] == "?" else int(ended[2])
            out.append(Call(begin, number, thread, name, ended[1], result))
    out.sort(key=lambda c: c.begin)
    return out


class Log:
    """The write-ahead log as a list of transactions, and all syncs that ended well."""

    def __init__(self, trace):
        self.transactions = []  # (end of its last write, all its bytes)
        self.begun_anew = []    # calls that wrote the log's header
        self.syncs = {"-wal": [], ".db": []}
        self.database_writes = []
        pages, commit = [], False
        for call in trace:
            kind = next((k for k in self.syncs if call.file.endswith(k)), None)
            if kind is None or call.result < 0:
                continue
            if call.name in ("fdatasync", "fsync"):
                self.syncs[kind].append(call)
            elif call.name.startswith("pwrite") and kind == ".db":
                self.database_writes.append(call)
            elif call.name == "ftruncate" and kind == "-wal":
                self.begun_anew.append(call)
            elif call.name.startswith("pwrite"):
                data = call.data()
                if len(data) == FRAME_HEADER:
                    commit = data[4:8] != b"\0\0\0\0"  # the size of the database: a transaction's last
                elif len(data) == WAL_HEADER and call.offset() == 0:
                    self.begun_anew.append(call)
                else:
                    pages.append(data)
                    if commit:
                        self.transactions.append((call.end, b"".join(pages)))
                        pages, commit = [], False

    def transaction_of(self, token):
        """Where in the trace the first transaction that holds it was written; nothing: none does."""
        return next((end for end, data in self.transactions if token in data), None)

    def synced(self, kind, after, before):
        return any(s.begin > after and s.end < before for s in self.syncs[kind])


def answers(trace):
    """(token, request, answer's call, status) of every request that carries a token."""
    out, waiting = [], {}
    for call in trace:
        if not call.file.startswith("TCP") or call.result <= 0:
            continue
        if call.name in ("recvfrom", "recvmsg", "read", "readv"):
            data = call.data()
            if data.startswith(CHANGES + (b"GET ",)):
                waiting[call.fd] = data
            elif call.fd in waiting:
                waiting[call.fd] += data
        elif call.name in ("sendto", "sendmsg", "write", "writev"):
            data = call.data()
            request = waiting.pop(call.fd, None)
            if request is None or not data.startswith(b"HTTP/1.1 "):
                continue
            token = TOKEN.search(request)
            if token and request.startswith(CHANGES):
                out.append((token[0], request, call, int(data[9:12])))
    return out


def violations(trace):
    """What breaks the order, in words; and how many answers and checkpoint writes were looked at."""
    log, found = Log(trace), []
    good = [a for a in answers(trace) if 200 <= a[3] < 300]
    for token, request, call, status in good:
        what = f"{request.split(b' HTTP')[0][:60].decode()} ({token.decode()}), answered {status}"
        written = log.transaction_of(token)
        if written is None or written > call.begin:
            found.append(f"{what} before it was written")
        elif not log.synced("-wal", written, call.begin):
            found.append(f"{what} before it was synced")
    for write in log.database_writes:
        committed = [end for end, _ in log.transactions if end < write.begin]
        if committed and not log.synced("-wal", committed[-1], write.begin):
            found.append(f"the database was written from an unsynced log (line {write.begin})")
    for anew in log.begun_anew:
        copied = [w.end for w in log.database_writes if w.end < anew.begin]
        if copied and not log.synced(".db", copied[-1], anew.begin):
            found.append(f"the log was begun anew before the database was synced (line {anew.begin})")
    return found, good, log


# -- the load

def webhook(village, client, token):
    body = json.dumps({"msg_id": token, "code": 3, "shop_id": 880012345, "timestamp": int(time.time()),
                       "data": {"ordersn": "2411" + token[3:], "status": "READY_TO_SHIP"}}).encode()
    key = (village.folder / "shopee.push_secret").read_bytes()
    signature = hmac.new(key, (village.url + "/hooks/shopee|").encode() + body, hashlib.sha256).hexdigest()
    return client.call("POST", f"/hooks/shopee?{token}", raw=body, headers={"Authorization": signature})


def one_of_each(village, client, token, n):
    """A write of the n-th kind that carries the token; everything that answers 2xx is checked."""
    key = {"Idempotency-Key": token}
    money = {"amount": 1000 + n, "currency": "IDR"}
    if n % 6 == 0:
        return client.call("PUT", f"/v1/stock/{token}", {"on_hand": n})
    if n % 6 == 1:
        return client.call("POST", "/v1/stock/SAMA/movements", {"quantity": 1, "reason": "received"}, key)
    if n % 6 == 2:
        product = {"title": {"id": "Kopi"}, "description": {"id": "Kopi dari desa. " * 300},
                   "variants": [{"sku": token, "price": money}]}
        return client.call("PUT", f"/v1/products/{token}", product)
    if n % 6 == 3:
        return client.call("PUT", "/v1/prices/HARGA", money, key)
    if n % 6 == 4:
        return webhook(village, client, token)
    return client.call("POST", "/v1/stock:batch", {"items": [{"item": f"{token}-{i}", "on_hand": i}
                                                              for i in range(30)]}, key)


def record(build, folder):
    """Runs the gateway under strace with some load; the trace's lines."""
    from deployment import APPS, Deployment, request, wait_for
    from ledger import Client
    village = Deployment(folder, build / "bin")
    village.ports = dict.fromkeys(APPS, 9)  # apps are configured, nobody is there
    village.write_config()
    # A process that is traced cannot look for leaks in itself (asan preset).
    village.environment = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}
    trace = folder / "trace"
    # -D: the gateway stays our child, strace is its grandchild.
    village._start("gateway", ["strace", "-D", "-f", "-qq", "-yy", "-xx", "-s", "20000", "-e", "trace=" + CALLS,
                               "-o", trace, build / "bin/gerbang", "serve", "--config", folder / "gerbang.toml"])
    try:
        wait_for("the gateway is ready", lambda: request("GET", village.url + "/readyz", timeout=5) or True, 30)
        village.organisation = village.admin("POST", "/admin/v1/organisations", {
            "name": "T3-000000", "kind": "bumdes", "zone": "WIB"})["id"]
        village.key = village.admin("POST", f"/admin/v1/organisations/{village.organisation}/keys",
                                    {"label": "T3-000001"})["key"]
        setting_up = Client(village)
        setting_up.call("PUT", "/v1/products/HARGA", {"title": {"id": "Kopi"}, "variants": [{"sku": "HARGA"}]},
                        {"Idempotency-Key": "T3-000002"})
        failures = []

        def client_of(number):
            client = Client(village, 60)
            try:
                for n in range(40):
                    status, _, body = one_of_each(village, client, f"T3-{number}{n:05}", n + number)
                    if status >= 300:
                        raise AssertionError(f"write {n} answered {status} {body}")
            except BaseException as error:
                failures.append(error)
            finally:
                client.close()

        threads = [threading.Thread(target=client_of, args=(n,)) for n in range(1, 6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]
        # A key used again: no change of its own, but still nothing is claimed that is not on disk.
        setting_up.call("PUT", "/v1/products/HARGA", {"title": {"id": "Kopi"}, "variants": [{"sku": "HARGA"}]},
                        {"Idempotency-Key": "T3-000002"})
        setting_up.close()
        code, _ = village.stop_gateway()
        if code != 0:
            raise AssertionError(f"the gateway ended with {code}")
        pid = trace.read_text().split(" ", 1)[0]
        wait_for("strace has written everything", lambda: not pathlib.Path(f"/proc/{pid}").exists(), 20)
        time.sleep(0.2)
    finally:
        village.close()
    return trace.read_text().splitlines()


def may_trace():
    if not shutil.which("strace"):
        return "strace is not installed"
    probe = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "true"], capture_output=True, text=True)
    return "" if probe.returncode == 0 else f"strace may not trace here: {probe.stderr.strip()[-200:]}"


# -- the checker checked

def self_test():
    def hexed(data):
        return "".join(f"\\x{b:02x}" for b in data)

    wal, database = hexed(b"/d/gerbang.db-wal"), hexed(b"/d/gerbang.db")
    sock = "7<TCP:[127.0.0.1:1->127.0.0.1:2]>"
    ask = f'1 recvfrom({sock}, "{hexed(b"PUT /v1/stock/T3-000007 HTTP/1.1")}", 16384, 0, NULL, NULL) = 30'
    other = [f'2 pwrite64(5<{wal}>, "{hexed(bytes(24))}", 24, 32) = 24']
    write = [f'2 pwrite64(5<{wal}>, "{hexed(bytes(4) + b"abcd" + bytes(16))}", 24, 32) = 24',
             f'2 pwrite64(5<{wal}>, "{hexed(b"..T3-000007..")}", 4096, 56) = 4096']
    sync = [f"2 fdatasync(5<{wal}>) = 0"]
    send = [f'1 sendmsg({sock}, {{msg_name=NULL, msg_iov=[{{iov_base="{hexed(b"HTTP/1.1 200 OK")}", iov_len=15}}], '
            'msg_iovlen=1}, MSG_NOSIGNAL) = 15']
    copy = [f'2 pwrite64(4<{database}>, "{hexed(b"page")}", 4096, 4096) = 4096']
    anew = [f'2 pwrite64(5<{wal}>, "{hexed(bytes(32))}", 32, 0) = 32']

    def found(*parts):
        return violations(calls([line for part in ([ask], *parts) for line in part]))[0]

    assert found(write, sync, send) == []
    assert found(other, write, sync, send) == []
    assert len(found(write, send, sync)) == 1, "answered before the sync"
    assert len(found(sync, write, send)) == 1, "an earlier sync does not count"
    assert len(found(send, write, sync)) == 1, "answered before the write"
    assert len(found(send)) == 1, "never written"
    assert len(found(write[:1], sync, send)) == 1, "half written"
    assert len(found(write, [f"2 fdatasync(5<{wal}>) = -1 EIO (Input/output error)"], send)) == 1, "a failed sync"
    assert len(found(write, [f"2 fdatasync(4<{database}>) = 0"], send)) == 1, "another file's sync"
    begun = [f"2 fdatasync(5<{wal}> <unfinished ...>"]
    done = ["2 <... fdatasync resumed>) = 0"]
    assert found(write, begun, done, send) == []
    assert len(found(write, begun, send, done)) == 1, "the sync had not ended"
    assert len(found(write[:1], begun, write[1:], done, send)) == 1, "the sync began before the last write"
    assert found(write, sync, copy, [f"2 fdatasync(4<{database}>) = 0"], anew, send) == []
    assert len(found(write, copy, sync, send)) == 1, "copied from an unsynced log"
    assert len(found(write, sync, copy, anew, send)) == 1, "the log begun anew too early"
    refused = [line.replace(hexed(b"200"), hexed(b"409")) for line in send]
    assert found(refused) == []
    print("sync order: the checker finds what it should")


def main():
    if "--self-test" in sys.argv:
        return self_test()
    build = pathlib.Path(sys.argv[1]).resolve()
    why_not = may_trace()
    if why_not:
        print(f"proof: sync order: not proven here: {why_not}")
        sys.exit(SKIPPED)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="gerbang-sync-order-"))
    lines = record(build, folder)
    found, good, log = violations(calls(lines))
    kinds = {re.match(rb"(\w+ /[a-z]*/?[a-z0-9]*/?[a-z-]*)", a[1])[1].decode() for a in good}
    keep = "--keep" in sys.argv or found
    if not keep:
        shutil.rmtree(folder)
    for violation in found[:20]:
        print(violation, file=sys.stderr)
    # What was not seen was not checked.
    assert len(good) >= 200 and len(kinds) >= 6, (len(good), sorted(kinds))
    assert len(log.database_writes) > 100, "no checkpoint was seen"
    print(f"proof: sync order: {len(good)} rounds, 0 faults injected, {len(found)} violations "
          f"(answers of {len(kinds)} kinds, {len(log.transactions)} transactions, {len(log.syncs['-wal'])} syncs, "
          f"{len(log.database_writes)} checkpoint writes" + (f"; trace in {folder}" if keep else "") + ")")
    sys.exit(1 if found else 0)


main()
