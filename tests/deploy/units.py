#!/usr/bin/env python3
"""The installation and the systemd units: units.py BUILD_FOLDER

Installs into a folder with deploy/install.sh, twice; looks at what is there and at its modes; has systemd
verify the units and rate their exposure; runs the installed program with the installed configuration, as
nobody and without any capability where the test is root."""

import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
# systemd's own scale, 0 to 10 (times ten on its command line): the unit as it stands has 1.2.
WORST = {"gerbang.service": 12, "gerbang-backup.service": 12}


def run(*command, check=True, **more):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=120, **more)
    assert not check or done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def install(build, place):
    return run(ROOT / "deploy/install.sh", "--root", place, "--build", build).stdout


def layout(build, place):
    said = install(build, place)
    assert "made: " in said and "written: " in said, said
    etc = place / "etc/gerbang"
    secrets = {name: (etc / "secrets" / name).read_text() for name in ("master.key", "admin.key")}
    for name, text in secrets.items():
        assert re.fullmatch(r"[0-9a-f]{64}\n", text), f"{name} is no key"
        assert mode(etc / "secrets" / name) == 0o640, name
    assert secrets["master.key"] != secrets["admin.key"]
    assert sorted(p.name for p in (etc / "secrets").iterdir()) == ["admin.key", "master.key"]
    assert mode(etc) == 0o750 and mode(etc / "secrets") == 0o750 and mode(etc / "gerbang.toml") == 0o640

    print("  installed again: keys and configuration stay, the program is new")
    with (etc / "gerbang.toml").open("a") as file:
        file.write("# mine\n")
    program = place / "usr/local/bin/gerbang"
    program.write_text("old")
    said = install(build, place)
    assert "made: " not in said and "written: " not in said, said
    assert {n: (etc / "secrets" / n).read_text() for n in secrets} == secrets
    assert (etc / "gerbang.toml").read_text().endswith("# mine\n")
    assert program.stat().st_size > 1_000_000
    for name in ("usr/local/lib/gerbang/backup.sh", "usr/local/share/doc/gerbang/RUNBOOK.md",
                 "usr/local/share/gerbang/prometheus/gerbang.rules.yml",
                 "usr/local/share/gerbang/grafana/gerbang.json"):
        assert (place / name).is_file(), f"{name} is not installed"


def in_unit(place, name):
    """What the units name exists in the installation."""
    text = (place / "usr/local/lib/systemd/system" / name).read_text()
    for path in re.findall(r"(?:^Exec\w*=|file://|=)(/(?:usr/local|etc/gerbang)/[\w./-]+)", text, re.M):
        assert (place / path[1:]).exists(), f"{name} names {path}, which is not installed"


def units(place):
    folder = place / "usr/local/lib/systemd/system"
    for unit in sorted(folder.iterdir()):
        in_unit(place, unit.name)
    if not shutil.which("systemd-analyze"):
        print("  NOT LOOKED AT: the units by systemd; there is no systemd-analyze here")
        return False
    # Units that ours want are systemd's, and not in this folder.
    for name in ("network-online.target", "time-sync.target", "multi-user.target", "timers.target",
                 "sysinit.target", "basic.target", "shutdown.target"):
        (folder / name).write_text(f"[Unit]\nDescription={name}\n")
    try:
        for name in ("gerbang.service", "gerbang-backup.service", "gerbang-backup.timer"):
            done = run("systemd-analyze", "verify", "--man=no", "--recursive-errors=one", f"--root={place}",
                       name, check=False)
            complaints = [l for l in (done.stdout + done.stderr).splitlines() if l.strip()]
            assert done.returncode == 0 and not complaints, f"{name}: {complaints}"
        print("  systemd reads the units without a complaint")
        broken = folder / "broken.service"
        broken.write_text((folder / "gerbang.service").read_text().replace("ProtectSystem=strict", "ProtectSystm=strict"))
        done = run("systemd-analyze", "verify", "--man=no", f"--root={place}", "broken.service", check=False)
        assert "ProtectSystm" in done.stderr, "a misspelt setting was not noticed"
        broken.unlink()
        for name, worst in WORST.items():
            done = run("systemd-analyze", "security", "--offline=true", f"--threshold={worst}", folder / name,
                       check=False)
            last = done.stdout.strip().splitlines()[-1]
            assert done.returncode == 0, f"{name} is exposed more than {worst / 10}: {last}"
            print("  " + last.lstrip("→ "))
        weak = folder / "weak.service"
        weak.write_text((folder / "gerbang.service").read_text().replace("NoNewPrivileges=yes\n", "").replace(
            "CapabilityBoundingSet=\n", "").replace("PrivateDevices=yes\n", "").replace("PrivateUsers=yes\n", ""))
        done = run("systemd-analyze", "security", "--offline=true", f"--threshold={WORST['gerbang.service']}", weak,
                   check=False)
        assert done.returncode != 0, "a unit with capabilities passed"
    finally:
        for left in folder.glob("*.target"):
            left.unlink()
    return True


def promises(place):
    """What the text of the unit has to go with in the program."""
    unit = (place / "usr/local/lib/systemd/system/gerbang.service").read_text()
    setting = dict(re.findall(r"^(\w+)=(.*)$", unit, re.M))
    grace = int(re.search(r"#shutdown_grace = \"(\d+)s\"", (ROOT / "config/gerbang.example.toml").read_text())[1])
    assert int(setting["TimeoutStopSec"].removesuffix("s")) >= grace + 10, "killed before it could stop"
    connections = int(re.search(r"#connections = (\d+)", (ROOT / "config/gerbang.example.toml").read_text())[1])
    assert int(setting["LimitNOFILE"]) >= 2 * connections, "fewer descriptors than connections"
    assert setting["Restart"] == "on-failure" and int(setting["StartLimitBurst"]) <= 10
    assert setting["CapabilityBoundingSet"] == "" and setting["User"] == "gerbang"
    config = (place / "etc/gerbang/gerbang.toml").read_text()
    state = "/var/lib/" + setting["StateDirectory"].split()[0]
    for path in re.findall(r'^(?:path|backup_directory) = "(.*)"', config, re.M):
        assert path.startswith(state + "/"), f"{path} cannot be written to by the service"
    backup = (place / "usr/local/lib/systemd/system/gerbang-backup.service").read_text()
    folder = re.search(r'^backup_directory = "(.*)"', config, re.M)[1]
    assert f"GERBANG_BACKUPS={folder}\n" in backup and f"ReadWritePaths={folder}\n" in backup


def pages(place):
    """Commands that the pages name are there, and so are the pages and files that they link to."""
    program = place / "usr/local/bin/gerbang"
    named = set()
    for page in sorted((ROOT / "deploy").glob("*/*.md")):
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.parent.name}/{page.name} links to {link}"
    for page in sorted((ROOT / "deploy").glob("*.md")):
        text = page.read_text()
        for link in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (page.parent / link).exists(), f"{page.name} links to {link}"
        for span in re.findall(r"`([^`]+)`", text) + re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S):
            named |= {m.strip() for m in re.findall(r"(?:^|[\s(])gerbang((?: [a-z][a-z-]*){1,2})(?![\w.])", span)}
    named -= {n for n in named if n.split()[0] in ("gerbang-backup",)}
    groups = ("organisation", "keys", "shop", "order", "adopt")
    seen = 0
    for command in sorted(named):
        words = command.split()
        words = words[:2] if words[0] in groups else words[:1]
        if run(program, *words, "--help", check=False).returncode != 0:
            # "systemctl restart gerbang afterwards" is prose.
            assert words[0] in ("and",) , f"the pages name `gerbang {' '.join(words)}`, which there is not"
            continue
        seen += 1
    assert seen >= 10, sorted(named)
    print(f"  {seen} commands that the pages name are there")


def without_rights(place):
    """The installed program with the installed configuration, moved to a port and a folder of its own."""
    etc = place / "etc/gerbang"
    data = place / "data"
    data.mkdir(mode=0o700)
    config = (etc / "gerbang.toml").read_text()
    config = config.replace("port = 8080", "port = 0").replace("/var/lib/gerbang", str(data))
    (etc / "gerbang.toml").write_text(config)
    (data / "backups").mkdir()
    command = [place / "usr/local/bin/gerbang", "serve", "--config", etc / "gerbang.toml", "--ready-file",
               data / "ready.json"]
    if os.geteuid() == 0 and shutil.which("setpriv"):
        for path in [data, data / "backups"]:
            os.chown(path, 65534, 65534)
        for path in [etc, etc / "secrets", *etc.rglob("*")]:
            os.chown(path, 0, 65534)
        for path in (place.parent, place):  # a temporary folder is for its owner alone
            path.chmod(0o755)
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs",
                   "--bounding-set=-all", "--inh-caps=-all", *command]
        print("  the program runs as nobody, without capabilities or a way to new ones")
    else:
        print("  NOT LOOKED AT: the program as another user; that takes root and setpriv")
    # In a build with sanitizers: looking for leaks takes the right to trace, which it has not.
    environment = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}
    with (place / "log").open("w") as log:
        process = subprocess.Popen([str(c) for c in command], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                   cwd="/", umask=0o077, env=environment)
    try:
        end = time.monotonic() + 20
        while not (data / "ready.json").exists():
            assert process.poll() is None and time.monotonic() < end, (place / "log").read_text()[-2000:]
            time.sleep(0.05)
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        if command[0] == "setpriv":
            assert re.search(r"^CapEff:\s*0+$", status, re.M) and re.search(r"^NoNewPrivs:\s*1$", status, re.M), status
        assert mode(data / "gerbang.db") == 0o600, oct(mode(data / "gerbang.db"))
    finally:
        process.terminate()
        code = process.wait(20)
    assert code == 0, f"SIGTERM ended it with {code}"


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="gerbang-units-") as folder:
        place = pathlib.Path(folder) / "root"
        layout(build, place)
        promises(place)
        pages(place)
        units(place)
        without_rights(place)
    print("installation and units: good")


if __name__ == "__main__":
    main()
