#!/usr/bin/env python3
"""deploy/patroni/patroni.yml, by Debian's `patroni --validate-config`: patroni.py BIN_FOLDER

It wants etcd reachable and the addresses free: stand-ins on 127.0.0.2 and following, on ports of the moment."""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/end_to_end"), str(pathlib.Path(__file__).resolve().parent)]
from deployment import free_port  # noqa: E402
from documents import documents, reader  # noqa: E402

FILE = ROOT / "deploy/patroni/patroni.yml"


def here(text, folder, etcd):
    """The file with addresses, ports and folders of this machine and moment."""
    text = re.sub(r"10\.0\.0\.2(\d):2379", lambda m: f"127.0.0.{int(m[1]) + 1}:{etcd[int(m[1]) - 1].getsockname()[1]}", text)
    for port in (8008, 5432):
        text = text.replace(f"10.0.0.21:{port}", f"127.0.0.2:{free_port()}")
    bins = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))[-1].parent
    text = text.replace("/usr/lib/postgresql/15/bin", str(bins)).replace("/var/lib/postgresql/", f"{folder}/")
    assert "10.0.0.2" not in text.replace("10.0.0.0/24", ""), "an address was overlooked"
    return text


def validate(path, text):
    path.write_text(text)
    return subprocess.run(["patroni", "--validate-config", str(path)], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "PATRONI_SUPERUSER_PASSWORD": "a", "PATRONI_REPLICATION_PASSWORD": "b",
                               "PATRONI_REWIND_PASSWORD": "c", "PATRONI_RESTAPI_PASSWORD": "d"})


def durable(config):
    """What the page promises of it."""
    dcs = config["bootstrap"]["dcs"]
    assert dcs["synchronous_mode"] is True and dcs["synchronous_node_count"] >= 1
    assert dcs["ttl"] >= dcs["loop_wait"] + 2 * dcs["retry_timeout"], "the primary would give up for a short silence"
    parameters = dcs["postgresql"]["parameters"]
    source = (ROOT / "core/store/postgres/migrations.cpp").read_text()
    demanded = re.findall(r'"(\w+)"', re.search(r'for \(const char\* name : {(.*?)}', source)[1])
    assert len(demanded) == 3 and all(parameters[name] == "on" for name in demanded), demanded
    assert parameters["wal_log_hints"] == "on" or {"data-checksums"} & set(map(str, config["bootstrap"]["initdb"]))
    assert not re.search(r"password:", FILE.read_text()), "a password stands in the file"
    allowed = config["bootstrap"]["dcs"]["postgresql"]["pg_hba"]
    assert all(not re.search(r"\b(trust|md5|password)$", line) for line in allowed), allowed
    page = (ROOT / "deploy/patroni/README.md").read_text()
    address = re.search(r'^address = "(.*)"$', page, re.M)[1]
    hosts = address.split("@")[1].split("/")[0].split(",")
    assert "target_session_attrs=read-write" in address
    assert hosts == [h.split(":")[0] for h in config["etcd3"]["hosts"]], hosts


def main():
    if not reader():
        print("NOT LOOKED AT: there is no Python here that reads YAML (Debian package python3-yaml)")
        return 77
    config = documents(FILE.read_text())[0]
    durable(config)
    if not shutil.which("patroni") or not list(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        print("NOT LOOKED AT: the file by Patroni; patroni or a PostgreSQL server is not here (tests/packages.txt)")
        return 77
    etcd = []
    try:
        for n in range(3):
            etcd.append(socket.create_server((f"127.0.0.{n + 2}", 0)))
        with tempfile.TemporaryDirectory(prefix="gerbang-patroni-") as name:
            folder = pathlib.Path(name)
            text = here(FILE.read_text(), folder, etcd)
            done = validate(folder / "config.yml", text)
            assert done.returncode == 0 and not done.stdout + done.stderr, done.stdout + done.stderr
            for good, bad in (("scope: gerbang", "skope: gerbang"), ("username: replicator", "user: replicator"),
                              ("data_dir:", "data_folder:"), ("connect_address: 127.0.0.2", "connect_address: 127.0.0.1")):
                assert good in text
                done = validate(folder / "config.yml", text.replace(good, bad, 1))
                assert done.stdout + done.stderr, f"{bad} was not noticed"
    finally:
        for server in etcd:
            server.close()
    print("Patroni: it takes the file, and sees what is missing")
    return 0


if __name__ == "__main__":
    sys.exit(main())
