"""nginx as a reference: one worker, a static answer to any request, no access log."""

import contextlib
import shutil
import subprocess

from common.frame import NotBuilt
from common.gateway import free_port, started


def certificate(folder):
    """A P-256 certificate for 127.0.0.1, and its key: both servers get the same one."""
    folder.mkdir(parents=True, exist_ok=True)
    cert, key = folder / "tls.crt", folder / "tls.key"
    if not cert.exists():
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                        "-nodes", "-days", "30", "-subj", "/CN=127.0.0.1", "-addext",
                        "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", str(key), "-out", str(cert)],
                       check=True, capture_output=True)
    return cert, key


@contextlib.contextmanager
def nginx(folder, tls=False):
    """Gives (port, the worker's pid)."""
    binary = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if binary is None:
        raise NotBuilt("apt-get install nginx-light")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    listen = f"listen 127.0.0.1:{port};"
    if tls:
        cert, key = certificate(folder)
        listen = (f"listen 127.0.0.1:{port} ssl; ssl_certificate {cert}; ssl_certificate_key {key};"
                  " ssl_protocols TLSv1.2 TLSv1.3;")
    temp = "".join(f"{kind}_temp_path {folder}/{kind};"
                   for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(f"""
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 16384; }}
http {{ access_log off; {temp} keepalive_requests 1000; keepalive_timeout 75s;
  server {{ {listen} location / {{ return 200 ''; }} }} }}
""")
    process = subprocess.Popen([binary, "-e", str(folder / "error.log"), "-p", str(folder), "-c",
                                str(folder / "nginx.conf")], stdin=subprocess.DEVNULL)
    try:
        started(process, port)
        worker = int(subprocess.run(["ps", "--no-headers", "-o", "pid", "--ppid", str(process.pid)],
                                    capture_output=True, text=True, check=True).stdout.split()[0])
        yield port, worker
    finally:
        process.terminate()
        process.wait(15)
