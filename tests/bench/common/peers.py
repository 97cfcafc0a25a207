"""The peers' own program: tests/bench/peers/peers.py runs gerbang and the others side by side, in rounds of its own."""

import contextlib
import json
import pathlib
import subprocess
import sys

from common.frame import NotBuilt

SCRIPT = pathlib.Path(__file__).resolve().parents[1] / "peers/peers.py"
seen = {}  # one run serves P6 and P7


@contextlib.contextmanager
def rounds_of(context, name):
    if not SCRIPT.exists():
        raise NotBuilt("tests/bench/peers")
    if not seen:
        done = subprocess.run([sys.executable, str(SCRIPT), str(context.build), "--json", "--rounds",
                               str(context.rounds), "--folder", str(context.folder)], stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise NotBuilt("the peers did not run: tests/bench/peers/README.md")
        seen.update(json.loads(done.stdout))
    ratios, foreign = seen[name], seen.get("foreign", [0.0])

    def one_round(number):
        return {"ratio": ratios[min(number, len(ratios) - 1)], "foreign": foreign[min(number, len(foreign) - 1)]}
    yield one_round
