"""A PostgreSQL cluster of a measure's own: durable as delivered, tuned as its documentation says for a
write-heavy table that is larger than its buffers."""

import contextlib
import os
import pathlib
import pwd
import shutil
import subprocess
import time

from common.frame import NotBuilt

TUNED = {"shared_buffers": "512MB", "max_wal_size": "8GB", "checkpoint_timeout": "15min", "wal_compression": "on",
         "max_connections": "40", "listen_addresses": "", "log_min_messages": "warning"}


@contextlib.contextmanager
def cluster(folder):
    """Gives the address of an empty database whose owner no row-level security is lifted for."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise NotBuilt("apt-get install postgresql")
    programs = found[-1].parent
    # The server refuses to run as root.
    user = next((u for u in ("postgres", "nobody") if any(p.pw_name == u for p in pwd.getpwall())), None) \
        if os.geteuid() == 0 else None
    as_user = ["setpriv", f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--clear-groups"] if user else []
    folder.mkdir(parents=True, exist_ok=True)
    if user:
        shutil.chown(folder, user)
        for parent in folder.parents:  # the server has to reach its folder
            with contextlib.suppress(PermissionError):
                if parent.stat().st_mode & 0o5 != 0o5 and str(parent) != "/":
                    parent.chmod(parent.stat().st_mode | 0o5)
    socket = pathlib.Path("/tmp") / f"gerbang-bench-{os.getpid()}"  # a socket's path has to be short
    socket.mkdir(mode=0o700, exist_ok=True)
    if user:
        shutil.chown(socket, user)
    data = folder / "data"
    subprocess.run([*as_user, str(programs / "initdb"), "-D", str(data), "-U", "super", "--auth=trust",
                    "--locale=C", "-E", "UTF8", "--no-instructions"], check=True, capture_output=True, cwd="/")
    settings = [word for name, value in {**TUNED, "unix_socket_directories": str(socket)}.items()
                for word in ("-c", f"{name}={value}")]
    log = open(folder / "log", "ab")
    process = subprocess.Popen([*as_user, str(programs / "postgres"), "-D", str(data), *settings], stdout=log,
                               stderr=log, stdin=subprocess.DEVNULL, cwd="/")
    log.close()
    try:
        def sql(text, database="postgres"):
            return subprocess.run([str(programs / "psql"), "-h", str(socket), "-U", "super", "-d", database, "-qAtc",
                                   text], capture_output=True, text=True, cwd="/")
        for _ in range(300):
            if sql("SELECT 1").returncode == 0:
                break
            assert process.poll() is None, (folder / "log").read_text()[-2000:]
            time.sleep(0.1)
        for text in ("CREATE ROLE gerbang LOGIN", "CREATE DATABASE bench OWNER gerbang"):
            done = sql(text)
            assert done.returncode == 0, done.stderr
        yield f"host={socket} port=5432 user=gerbang dbname=bench"
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
        shutil.rmtree(socket, ignore_errors=True)
