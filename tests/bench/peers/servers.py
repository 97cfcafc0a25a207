"""The servers that peers stand on, as processes of this run: in its folder, on 127.0.0.1, ended by id."""

import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess

import deployment
from deployment import free_port, wait_for

ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}


class Process:
    started = []  # of this run, in their order

    def __init__(self, name, command, folder, environment=None, user=None, end=signal.SIGTERM):
        self.name, self.log, self.end = name, folder / f"{name}.log", end
        more = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
        with open(self.log, "ab") as log:
            self.popen = subprocess.Popen([str(c) for c in command], stdout=log, stderr=log, cwd=folder,
                                          stdin=subprocess.DEVNULL, env={**ENVIRONMENT, **(environment or {})},
                                          **more)
        self.pid = self.popen.pid
        Process.started.append(self)

    def alive(self):
        code = self.popen.poll()
        if code is not None:
            raise AssertionError(f"{self.name} ended with {code}:\n{self.log.read_text(errors='replace')[-2000:]}")
        return True

    @classmethod
    def stop_all(cls):
        """Whatever a failure has left behind."""
        for process in reversed(cls.started):
            process.stop()

    def stop(self, seconds=30):
        if self.popen.poll() is None:
            self.popen.send_signal(self.end)
            try:
                self.popen.wait(seconds)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait(10)


def listening(port):
    with socket.create_connection(("127.0.0.1", port), timeout=1):
        return True


class Postgres:
    """fsync and synchronous_commit are on, as they are unless somebody turns them off."""

    def __init__(self, folder, schema):
        self.folder, self.process = folder / "postgres", None
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        assert found, "no PostgreSQL server: see packages.txt"
        self.bin = found[-1].parent
        self.user = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
        self.folder.mkdir()
        if self.user:
            shutil.chown(self.folder, self.user, self.user)
        done = subprocess.run([self.bin / "initdb", "-D", self.folder / "data", "-U", "peer", "--auth=trust",
                               "--locale=C", "--encoding=UTF8"], capture_output=True, text=True, timeout=120,
                              cwd=self.folder, **self._as_user())
        assert done.returncode == 0, done.stderr
        self.start()
        self.sql("CREATE DATABASE peer", "postgres")
        self.sql(schema)
        self.stop()

    def _as_user(self):
        return {"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}

    def start(self):
        settings = {"listen_addresses": "", "unix_socket_directories": self.folder, "fsync": "on",
                    "synchronous_commit": "on", "max_connections": 100, "max_wal_size": "2GB",
                    "autovacuum_naptime": "5s", "jit": "off"}
        self.process = Process("server", [self.bin / "postgres", "-D", self.folder / "data",
                                          *(f"--{k}={v}" for k, v in settings.items())], self.folder, user=self.user,
                               end=signal.SIGINT)  # "fast"
        wait_for("PostgreSQL is ready", lambda: self.process.alive() and subprocess.run(
            [self.bin / "pg_isready", "-h", self.folder, "-q"]).returncode == 0, 60)
        for setting in ("fsync", "synchronous_commit"):
            assert self.sql(f"SHOW {setting}", "postgres") == "on\n", f"{setting} is off"

    def sql(self, text, database="peer"):
        done = subprocess.run([self.bin / "psql", "-h", self.folder, "-U", "peer", "-d", database, "-qAt", "-v",
                               "ON_ERROR_STOP=1", "-f", "-"], input=text, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def stop(self):
        if self.process:
            self.process.stop()
        self.process = None


class Redis:
    """Every write is in the synced log before it is answered."""

    def __init__(self, folder):
        self.folder, self.process = folder / "redis", None
        self.folder.mkdir()
        self.socket, self.port = self.folder / "redis.sock", free_port()

    def start(self):
        self.process = Process("server", [
            "redis-server", "--bind", "127.0.0.1", "--port", self.port, "--unixsocket", self.socket, "--dir", self.folder,
            "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--maxmemory-policy", "noeviction"], self.folder)
        # It makes its socket, then loads; it answers PING once it has.
        wait_for("Redis is ready", lambda: self.process.alive() and subprocess.run(
            ["redis-cli", "-s", self.socket, "ping"], capture_output=True, text=True).stdout == "PONG\n", 60)
        told = subprocess.run(["redis-cli", "-s", self.socket, "config", "get", "append*"], capture_output=True, text=True)
        assert "appendfsync\nalways\n" in told.stdout and "appendonly\nyes\n" in told.stdout, told.stdout

    def stop(self):
        if self.process:
            self.process.stop()
        self.process = None


class RabbitMQ:
    """A node of its own with an epmd of its own; no plugins."""

    def __init__(self, folder):
        self.folder, self.process, self.epmd = folder / "rabbitmq", None, None
        self.folder.mkdir()
        self.port, self.epmd_port, self.distribution = free_port(), free_port(), free_port()
        deployment.kept.pop().close()  # Erlang looks whether it may have that one at every address
        (self.folder / "plugins").write_text("[].\n")
        (self.folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\nlog.file.level = warning\n")
        cookie = self.folder / ".erlang.cookie"
        cookie.write_text("GERBANGPEERS")
        cookie.chmod(0o400)

    def start(self):
        environment = {"ERL_EPMD_PORT": str(self.epmd_port), "ERL_EPMD_ADDRESS": "127.0.0.1",
                       "HOME": str(self.folder)}
        self.epmd = Process("epmd", ["epmd"], self.folder, environment)
        wait_for("epmd listens", lambda: listening(self.epmd_port), 20)
        files = {"MNESIA_BASE": "data", "LOG_BASE": "log", "ENABLED_PLUGINS_FILE": "plugins", "SCHEMA_DIR": "schema",
                 "GENERATED_CONFIG_DIR": "config", "PID_FILE": "pid", "CONFIG_FILE": "rabbitmq.conf"}
        environment |= {f"RABBITMQ_{name}": str(self.folder / path) for name, path in files.items()}
        environment |= {
            "RABBITMQ_NODENAME": "peer@localhost", "RABBITMQ_DIST_PORT": str(self.distribution),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            # No busy waiting: what rabbitmq.com/docs/runtime advises where CPU is scarce.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none "
                                                   "-kernel inet_dist_use_interface {127,0,0,1}"}
        self.process = Process("server", ["/usr/lib/rabbitmq/bin/rabbitmq-server"], self.folder, environment)
        wait_for("RabbitMQ listens", lambda: self.process.alive() and listening(self.port), 90)

    def stop(self):
        if self.process:
            self.process.stop(seconds=60)
        if self.epmd:
            self.epmd.stop()
        self.process = self.epmd = None
