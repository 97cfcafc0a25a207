#!/usr/bin/env python3
"""What can be said of the peers without installing them: programs parse, lockfiles pin every package by its
hash and name no host to fetch it from, and hold what their package.json asks for.

    tests/bench/peers/lint.py            exit code 1 and a line for each fault"""

import ast
import json
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def faults_of_lockfile(folder):
    asked = json.loads((folder / "package.json").read_text())
    lock = json.loads((folder / "package-lock.json").read_text())
    for name, version in asked["dependencies"].items():
        found = lock["packages"].get(f"node_modules/{name}", {}).get("version")
        if found != version:
            yield f"{name} is {version} in package.json and {found} in the lockfile"
    for path, entry in lock["packages"].items():
        if not path:
            continue
        if "resolved" in entry:
            yield f"{path} names where it was fetched from"
        if not entry.get("integrity", "").startswith("sha512-") and not entry.get("inBundle"):
            yield f"{path} has no hash"


def faults():
    for path in sorted(HERE.glob("*.py")):
        try:
            ast.parse(path.read_text(), path.name)
        except SyntaxError as error:
            yield f"{path.name}: {error}"
    node = shutil.which("node")
    for path in sorted(HERE.glob("*.mjs")) if node else []:
        done = subprocess.run([node, "--check", path], capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            yield f"{path.name}: {done.stderr.strip()}"
    for lock in sorted(HERE.rglob("package-lock.json")):
        for fault in faults_of_lockfile(lock.parent):
            yield f"{lock.relative_to(HERE)}: {fault}"


found = list(faults())
print("\n".join(found))
sys.exit(1 if found else 0)
