"""What a push costs its sender: the gateway's own HTTP client, 64 connections, a body of 90 bytes, against nginx."""

import contextlib
import json
import shutil
import subprocess

from common.frame import Line, NotBuilt
from common.gateway import program
from common.nginx import certificate, nginx

ID = "P13"
TITLE = "pushes per client CPU-s, plain, beside Node's undici; TLS beside plain"
CONNECTIONS = 64
LINES = [Line("plain", "pushes per client CPU-s / undici's", ">=", 3, 6),
         Line("tls", "over TLS / plain, per client CPU-s", ">=", 0.6, 0.75)]
SHOWN = {"per_cpu": ("plain, pushes per client CPU-s", ",.0f"), "tls_per_cpu": ("TLS, pushes per client CPU-s", ",.0f"),
         "undici_per_cpu": ("undici, pushes per client CPU-s", ",.0f"), "rate": ("plain, pushes/s", ",.0f"),
         "undici_rate": ("undici, pushes/s", ",.0f")}
VERSION = "6.21.0"  # of undici
SCRIPT = """
import { Pool } from 'undici';
const [url, connections, seconds] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const pool = new Pool(url, { connections, pipelining: 1 });
const body = '{"item":"KOPI-ROBUSTA-250","on_hand":417,"reserved":3,"available":414,"revision":812345}';
let done = 0;
async function push(stop) {
  while (performance.now() < stop) {
    const answer = await pool.request({ path: '/', method: 'POST', headers: { 'content-type': 'application/json' }, body });
    if (answer.statusCode !== 200) throw new Error(String(answer.statusCode));
    await answer.body.dump();
    ++done;
  }
}
const run = (milliseconds) => {
  const stop = performance.now() + milliseconds;
  return Promise.all(Array.from({ length: connections }, () => push(stop)));
};
await run(1500);  // connections, compiled code
done = 0;
const before = process.cpuUsage(), began = performance.now();
await run(seconds * 1000);
const used = process.cpuUsage(before);
console.log(JSON.stringify({ pushes: done, seconds: (performance.now() - began) / 1000,
                             cpu_seconds: (used.user + used.system) / 1e6 }));
process.exit(0);
"""


def undici(context):
    """The folder of the script, with the package installed once per build folder."""
    if not shutil.which("npm"):
        raise NotBuilt("node and npm")
    folder = context.build / "bench-undici"
    if not (folder / "node_modules/undici").exists():
        folder.mkdir(exist_ok=True)
        (folder / "package.json").write_text(json.dumps({"private": True, "type": "module",
                                                         "dependencies": {"undici": VERSION}}))
        done = subprocess.run(["npm", "install", "--no-audit", "--no-fund"], cwd=folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise NotBuilt(f"npm install undici: {done.stderr[-300:]}")
    (folder / "push.mjs").write_text(SCRIPT)
    return folder


@contextlib.contextmanager
def opened(context):
    context.program("gerbang-bench-client")
    # The short form installs nothing.
    peer = None if context.short else undici(context)
    cert, _ = certificate(context.folder / "tls")
    with nginx(context.folder / "plain") as (port, _), nginx(context.folder / "tls", tls=True) as (tls_port, _):
        def node():
            done = subprocess.run(["node", "push.mjs", f"http://127.0.0.1:{port}", str(CONNECTIONS), str(context.seconds)],
                                  cwd=peer, capture_output=True, text=True, timeout=120)
            if done.returncode != 0:
                raise RuntimeError(done.stderr[-1000:])
            return json.loads(done.stdout)

        def one_round(number):
            steps = {
                "plain": lambda: program(context, "gerbang-bench-client", f"http://127.0.0.1:{port}/", CONNECTIONS,
                                         context.seconds),
                "undici": node,
                "tls": lambda: program(context, "gerbang-bench-client", f"https://127.0.0.1:{tls_port}/", CONNECTIONS,
                                       context.seconds, cert)}
            if peer is None:
                del steps["undici"]
            seen = context.in_turn(number, steps)
            per = {name: s["pushes"] / s["cpu_seconds"] for name, s in seen.items()}
            out = {"tls": per["tls"] / per["plain"], "per_cpu": per["plain"], "tls_per_cpu": per["tls"],
                   "rate": seen["plain"]["pushes"] / seen["plain"]["seconds"]}
            if peer is not None:
                out |= {"plain": per["plain"] / per["undici"], "undici_per_cpu": per["undici"],
                        "undici_rate": seen["undici"]["pushes"] / seen["undici"]["seconds"]}
            return out
        yield one_round
