"""A PostgreSQL cluster of a test's own, from Debian's packages: in a folder of its own, reached through a
socket in that folder and through nothing else. The server keeps its durable settings."""

import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import time


class Postgres:
    def __init__(self):
        versions = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        assert versions, "no PostgreSQL server: install the packages in tests/packages.txt"
        self.bin = versions[-1].parent
        # In memory where the system offers it: what is proven does not hang on the speed of a disk.
        memory = pathlib.Path("/dev/shm")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gerbang-pg-", dir=memory if memory.is_dir() else None))
        self.folder.chmod(0o755)
        self.home = self.folder / "home"
        self.home.mkdir()
        self.user = {}
        if os.geteuid() == 0:  # the server refuses to run as root
            entry = pwd.getpwnam("postgres")
            os.chown(self.home, entry.pw_uid, entry.pw_gid)
            self.user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        self.server = None
        self.run("initdb", "-D", self.home / "data", "-U", "super", "--auth=trust", "--locale=C", "-E", "UTF8",
                 "--no-sync", "--no-instructions")
        self.start()
        self.sql("CREATE ROLE gerbang LOGIN")
        self.sql("CREATE DATABASE gerbang OWNER gerbang")

    @property
    def address(self):
        return f"host={self.home} user=gerbang dbname=gerbang"

    def run(self, program, *arguments):
        done = subprocess.run([str(self.bin / program), *map(str, arguments)], cwd=self.home, capture_output=True,
                              text=True, timeout=120, **self.user)
        assert done.returncode == 0, f"{program}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def start(self):
        log = open(self.folder / "log", "ab")
        self.server = subprocess.Popen(
            [str(self.bin / "postgres"), "-D", str(self.home / "data"), "-c", "listen_addresses=", "-c",
             f"unix_socket_directories={self.home}", "-c", "max_connections=120", "-c", "shared_buffers=64MB",
             "-c", "log_min_messages=warning"],
            cwd=self.home, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self.user)
        log.close()
        end = time.monotonic() + 30
        while True:
            try:
                self.sql("SELECT 1", database="postgres")
                return
            except AssertionError:
                assert time.monotonic() < end and self.server.poll() is None, (self.folder / "log").read_text()
                time.sleep(0.1)

    def sql(self, statement, database=None):
        database = database or ("postgres" if statement.startswith("CREATE") else "gerbang")
        return self.run("psql", "-X", "-q", "-A", "-t", "-h", self.home, "-U", "super", "-d", database, "-v",
                        "ON_ERROR_STOP=1", "-c", statement).strip()

    def close(self):
        if self.server and self.server.poll() is None:
            self.server.send_signal(signal.SIGINT)
            try:
                self.server.wait(20)
            except subprocess.TimeoutExpired:
                self.server.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
