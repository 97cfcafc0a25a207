"""Instructions per operation, counted by callgrind: tests/bench/instructions.py and its baseline."""

import contextlib
import json
import pathlib
import subprocess
import sys

from common.frame import Line, NotBuilt

ID = "P4"
TITLE = "instructions of the key paths, callgrind, beside the baseline in the tree"
ROUNDS = 1  # they repeat
LINES = [Line("worst", "the dearest path / its baseline", "<=", 1.05, deterministic=True)]
SHOWN = {}
IN_SHORT = False  # a ctest of its own
SCRIPT = pathlib.Path(__file__).resolve().parents[1] / "instructions.py"
SKIP = 77


@contextlib.contextmanager
def opened(context):
    if not SCRIPT.exists():
        raise NotBuilt("tests/bench/instructions.py")
    context.program("gerbang-bench-instructions")

    def one_round(_number):
        done = subprocess.run([sys.executable, str(SCRIPT), str(context.build), "--json"], capture_output=True, text=True)
        if done.returncode == SKIP:
            raise NotBuilt(f"nothing to compare with: {done.stdout.strip()}")
        paths = json.loads(done.stdout)["paths"]
        for path in paths:
            SHOWN[path["name"]] = (f"{path['name']}, instructions (baseline {path['baseline'] or 0:,})", ",.0f")
        return {"worst": max(p["ratio"] or 1 for p in paths), "foreign": 0.0,
                **{p["name"]: p["instructions"] for p in paths}}
    yield one_round
