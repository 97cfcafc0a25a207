#!/usr/bin/env python3
"""deploy/compose: compose.py BIN_FOLDER

The file is read by docker-compose (which needs no daemon for that), and what it names is there: files, secrets,
networks, addresses, ports that fit each other. No service has more rights than it needs. The secrets are made. The
configuration is one that the program takes; HAProxy takes its file with these variables. And a PostgreSQL of this
machine is started with the settings of the file, its role made by the script of the file, and migrated with the
configuration of the file. Not run: the containers."""

import ipaddress
import os
import pathlib
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/end_to_end"), str(pathlib.Path(__file__).resolve().parent)]
from deployment import free_port  # noqa: E402
from documents import documents, reader, seconds  # noqa: E402

FOLDER = ROOT / "deploy/compose"
FILE = FOLDER / "compose.yaml"
GATEWAYS = ("gateway-1", "gateway-2")


def run(*command, check=True, **more):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=120, **more)
    assert not check or done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def read_by_compose(folder):
    if not shutil.which("docker-compose"):
        print("  NOT LOOKED AT: the file by docker-compose (Debian package docker-compose)")
        return
    said = run("docker-compose", "-f", FILE, "config").stdout
    assert set(documents(said)[0]["services"]) == {"postgres", "migrate", "haproxy", *GATEWAYS}
    text = FILE.read_text()
    for good, bad in (("read_only: true", "read_onli: true"), ("service_healthy", "service_helthy"),
                      ("pids_limit: 256", "pids_limits: 256"), ("image: docker.io", "imag: docker.io")):
        broken = folder / "broken.yaml"
        broken.write_text(text.replace(good, bad, 1))
        assert run("docker-compose", "-f", broken, "config", check=False).returncode != 0, f"{bad} was not noticed"
    print("  docker-compose reads the file, and sees what is misspelt")


def rights(services):
    for name, service in services.items():
        assert re.fullmatch(r"(docker\.io/library/\w+:[\d.]+|\$\{GERBANG_IMAGE:-[\w./]+:\w+\})", service["image"]), name
        assert service["read_only"] is True and service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["user"] not in ("", "0", "root") and not service["user"].startswith("0:"), name
        assert service["mem_limit"] and service["pids_limit"] and service["logging"]["options"]["max-size"], name
        assert not {"privileged", "cap_add", "devices", "pid", "network_mode", "ipc"} & set(service), name
        assert ("ports" in service) == (name == "haproxy"), f"{name} has a port outside"
        for variable, value in service.get("environment", {}).items():
            secret = re.search(r"PASSWORD|SECRET|KEY|TOKEN", variable)
            assert not secret or (variable.endswith("_FILE") and value.startswith("/run/secrets/")), f"{name}: {variable}"
        for volume in service.get("volumes", []):
            source, _, how = volume.partition(":")
            assert not source.startswith(("/", "~")) and "docker.sock" not in volume, volume
            assert source == "database" or how.endswith(":ro"), f"{volume} can be written to"
        assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")
    print(f"  {len(services)} services: no root, no rights, nothing to write to, bounded")


def named(whole):
    services = whole["services"]
    for name, service in services.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in whole["volumes"] or (FOLDER / source).is_file(), f"{name}: {source} is not there"
        for secret in service.get("secrets", []):
            assert secret in whole["secrets"], f"{name}: no secret {secret}"
        for other, how in service.get("depends_on", {}).items():
            assert other in services
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services[other], other
            else:
                assert how["condition"] == "service_completed_successfully" and services[other]["restart"] == "no"
        for network in service["networks"]:
            assert network in whole["networks"], f"{name}: no network {network}"
        if "build" in service:
            context = FOLDER / service["build"]["context"]
            assert (context / service["build"]["dockerfile"]).is_file()
    assert services["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for gateway in GATEWAYS:
        assert services[gateway]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    used = {s for service in services.values() for s in service.get("secrets", [])}
    assert used == set(whole["secrets"]), used ^ set(whole["secrets"])


def fits(whole, config):
    """Addresses, ports and times."""
    services, networks = whole["services"], whole["networks"]
    subnet = ipaddress.ip_network(networks["front"]["ipam"]["config"][0]["subnet"])
    at = {n: s["networks"]["front"]["ipv4_address"] for n, s in services.items() if "front" in s["networks"]}
    assert set(at) == {"haproxy", *GATEWAYS} and len(set(at.values())) == 3
    for address in at.values():  # the first one is the network's gateway
        assert ipaddress.ip_address(address) in subnet and address != str(subnet[1]), address
    assert networks["back"]["internal"] is True
    assert list(services["postgres"]["networks"]) == ["back"] and "back" not in services["haproxy"]["networks"]
    proxy, server = services["haproxy"]["environment"], config["server"]
    assert server["trusted_proxies"] == [at["haproxy"]], "others than HAProxy are believed, or HAProxy is not"
    assert [proxy[f"GERBANG_{n}"] for n in (1, 2)] == [f"{at[g]}:{server['port']}" for g in GATEWAYS]
    assert server["address"] == "0.0.0.0"
    assert services["haproxy"]["ports"] == ["80" + proxy["GERBANG_HTTP"], "443" + proxy["GERBANG_HTTPS"]]
    assert proxy["GERBANG_PROXY_METRICS"] in ":" + services["haproxy"]["healthcheck"]["test"][-1].rsplit("/", 1)[1] + ":"
    example = (ROOT / "config/gerbang.example.toml").read_text()
    grace = int(re.search(r"#shutdown_grace = \"(\d+)s\"", example)[1])
    connections = int(re.search(r"#connections = (\d+)", example)[1])
    for gateway in GATEWAYS:
        assert seconds(services[gateway]["stop_grace_period"]) >= grace + 10, "killed before it could hand its shops over"
        assert services[gateway]["ulimits"]["nofile"] >= 2 * connections
        for _, values in config.items():
            for key, value in values.items():
                if key.endswith("_file"):
                    assert value.removeprefix("/run/secrets/") in services[gateway]["secrets"], f"{key} is not mounted"
    hard_stop = int(re.search(r"hard-stop-after (\d+)s", (ROOT / "deploy/haproxy/haproxy.cfg").read_text())[1])
    assert seconds(services["haproxy"]["stop_grace_period"]) > hard_stop
    user = re.search(r"--uid (\d+)", (ROOT / "deploy/container/Containerfile").read_text())[1]
    assert services["gateway-1"]["user"] == f"{user}:{user}"
    # Some ten connections for each gateway (deploy/README.md), one of them being replaced, and a few for people.
    allowed = int(re.search(r"max_connections=(\d+)", " ".join(services["postgres"]["command"]))[1])
    assert allowed >= 10 * (len(GATEWAYS) + 1) + 10
    print("  addresses, ports, secrets and times fit each other")


def secrets(whole, folder):
    made = folder / "secrets"
    run(FOLDER / "secrets.sh", made)
    names = {pathlib.Path(s["file"]).name for s in whole["secrets"].values()}
    assert names == {p.name for p in made.iterdir()}, f"named and made differ: {sorted(p.name for p in made.iterdir())}"
    assert all(pathlib.Path(s["file"]) == pathlib.Path("secrets") / n for n, s in whole["secrets"].items())
    assert stat.S_IMODE(made.stat().st_mode) == 0o700, "anybody may read the secrets"
    # In the containers their readers are users that do not exist here.
    assert all(stat.S_IMODE(p.stat().st_mode) == 0o644 for p in made.iterdir())
    before = {p.name: p.read_text() for p in made.iterdir()}
    keys = [before[n] for n in ("master.key", "admin.key", "database.password", "postgres.password")]
    assert len(set(keys)) == 4 and all(re.fullmatch(r"[0-9a-f]{64}\n", k) for k in keys)
    assert run(FOLDER / "secrets.sh", made).stdout == ""
    assert {p.name: p.read_text() for p in made.iterdir()} == before, "made again: what they sealed is lost"
    for ignored in ((ROOT / ".containerignore").read_text(), (FOLDER / ".gitignore").read_text()):
        assert re.search(r"^(deploy/compose/)?secrets/?$", ignored, re.M), "the secrets would go into the image, or the history"
    print(f"  {len(before)} secrets are made once")
    return made


def proxy(whole, made):
    if not shutil.which("haproxy"):
        print("  NOT LOOKED AT: HAProxy's file by haproxy (Debian package haproxy)")
        return
    variables = {**os.environ, **whole["services"]["haproxy"]["environment"]}
    variables["GERBANG_CERTIFICATES"] = str(made / "certificate.pem")
    run("haproxy", "-c", "-f", ROOT / "deploy/haproxy/haproxy.cfg", env=variables)
    print("  HAProxy takes its file with the variables of compose.yaml")


def database(whole, config_text, made, folder, bins):
    service = whole["services"]["postgres"]
    programs = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        print("  NOT LOOKED AT: PostgreSQL with these settings; there is none here")
        return
    programs, port = programs[-1], free_port()
    home = folder / "database"
    home.mkdir()
    user = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        entry = pwd.getpwnam("postgres")
        os.chown(home, entry.pw_uid, entry.pw_gid)
        user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    run(programs / "initdb", "-D", home / "data", "-U", "postgres", "--no-sync",
        *service["environment"]["POSTGRES_INITDB_ARGS"].split(), cwd=home, **user)
    assert service["command"][0] == "postgres"
    log = (folder / "database.log").open("ab")
    server = subprocess.Popen(
        [str(programs / "postgres"), "-D", str(home / "data"), *service["command"][1:], "-clisten_addresses=127.0.0.1",
         f"-cport={port}", f"-cunix_socket_directories={home}"],
        cwd=home, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **user)
    log.close()
    try:
        check = [w.replace("127.0.0.1", f"127.0.0.1 --port={port}") for w in service["healthcheck"]["test"][1:]]
        check = " ".join(check).split()
        end = time.monotonic() + 30
        while run(programs / check[0], *check[1:], check=False).returncode != 0:
            assert server.poll() is None and time.monotonic() < end, (folder / "database.log").read_text()
            time.sleep(0.1)
        role = {**os.environ, "PGHOST": str(home), "PGPORT": str(port), "POSTGRES_USER": "postgres",
                "GERBANG_PASSWORD_FILE": str(made / "database.password")}
        run(FOLDER / "postgres/role.sh", env=role)
        config = folder / "gerbang.toml"
        here = config_text.replace("/run/secrets/", f"{made}/").replace(
            "@postgres/gerbang?", f"@127.0.0.1:{port}/gerbang?")
        assert f"127.0.0.1:{port}" in here
        config.write_text(here)
        run(bins / "gerbang", "check-config", "--config", config)
        said = [run(bins / "gerbang", "migrate", "--config", config).stdout for _ in range(2)]
        assert re.match(r"schema version \d+", said[0]) and said[0] == said[1], said
        wrong = folder / "wrong.toml"
        wrong.write_text(here.replace("database.password", "postgres.password"))
        assert run(bins / "gerbang", "migrate", "--config", wrong, check=False).returncode != 0, "any password will do"
        facts = run("psql", "-X", "-A", "-t", "-U", "postgres", "-d", "gerbang", "-c",
                    "SELECT rolsuper, rolbypassrls, rolcreatedb, left(rolpassword, 13) FROM pg_authid WHERE rolname = 'gerbang'",
                    env=role).stdout.strip()
        assert facts == "f|f|f|SCRAM-SHA-256", facts
        assert made.joinpath("database.password").read_text().strip() not in (folder / "database.log").read_text()
        # The role does not see its own rows without saying of whom; a backup is the superuser's business.
        dumped = run("pg_dump", "-U", "postgres", "-Fc", "gerbang", "-f", folder / "dump", env=role)
        assert dumped.returncode == 0 and (folder / "dump").stat().st_size > 10_000
        done = run("psql", "-X", "-c", "SET fsync = off", "-U", "postgres", check=False, env=role)
        assert done.returncode != 0
    finally:
        if server.poll() is None:
            server.send_signal(getattr(signal, service["stop_signal"]))
            server.wait(30)
    print("  PostgreSQL with these settings, this role and this configuration: migrated, and a second time nothing to do")


def main():
    if not reader():
        print("NOT LOOKED AT: there is no Python here that reads YAML (Debian package python3-yaml)")
        return 77
    bins = pathlib.Path(sys.argv[1]).resolve()
    whole = documents(FILE.read_text())[0]
    config_text = (FOLDER / "gerbang.toml").read_text()
    with tempfile.TemporaryDirectory(prefix="gerbang-compose-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        read_by_compose(folder)
        rights(whole["services"])
        named(whole)
        fits(whole, tomllib.loads(config_text))
        made = secrets(whole, folder)
        proxy(whole, made)
        database(whole, config_text, made, folder, bins)
    print("Compose: good as far as it was looked at")
    return 0


if __name__ == "__main__":
    sys.exit(main())
