#!/usr/bin/env python3
"""Enforces the room table of ARCHITECTURE.md: who may include whom, and where heavy or dangerous
headers may appear. Usage: include_rules.py [ROOT]; --self-test checks that violations are found."""

import pathlib
import re
import sys
import tempfile

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')

# Room (longest prefix wins) -> prefixes of ours it may include besides itself. None: everything.
ROOMS = {
    "core/base": [],
    "core/model": ["core/base"],
    "core/connector": ["core/model", "core/base"],
    "core/policy": ["core/model", "core/base"],
    "core/store": ["core/model", "core/base"],
    "core/sync": ["core"],
    "connectors": ["connectors", "core/connector", "core/model", "core/base"],
    "connectors/sandbox": ["core/connector", "core/model", "core/base"],
    "connectors/conformance": ["connectors/sandbox", "core/connector", "core/model", "core/base"],
    "config": ["core/model", "core/base"],
    "gateway": None,
    "tests": None,
}
# A connector's folder, by pattern: it never includes another connector's.
CONNECTOR = re.compile(r"^connectors/(?!sandbox/|conformance/)([a-z0-9_]+)/")
CONNECTOR_MAY = ["connectors/sandbox", "core/connector", "core/model", "core/base"]

# Header prefix -> places where it may stand.
HEAVY = [
    (re.compile(r"^boost/beast"), [re.compile(r"^gateway/http/")]),
    (re.compile(r"^sqlite3\.h$"),
     [re.compile(r"^core/store/sqlite/"), re.compile(r"^tests/sim/disk\.cpp$")]),
    (re.compile(r"^libpq-fe\.h$"), [re.compile(r"^core/store/postgres/")]),
    (re.compile(r"^rapidjson/"), [re.compile(r"^core/base/json\.cpp$")]),
    (re.compile(r"^spdlog/"), [re.compile(r"^core/base/log\.cpp$")]),
    (re.compile(r"^prometheus/"), [re.compile(r"^core/base/metrics\.cpp$")]),
    (re.compile(r"^toml\+\+/"), [re.compile(r"^config/.*\.cpp$")]),
    (re.compile(r"^openssl/"), [re.compile(r"^core/base/.*\.cpp$"), re.compile(r"^gateway/http/.*\.cpp$")]),
    (re.compile(r"^boost/asio"), [re.compile(r"^core/sync/"), re.compile(r"^gateway/"), re.compile(r"^tests/")]),
]


# Tests, and the headers that only tests include.
TEST_CODE = ("_test.cpp", "_for_test.hpp")


def room_of(path):
    fitting = [r for r in ROOMS if path == r or path.startswith(r + "/")]
    return max(fitting, key=len) if fitting else None


def allowed(path, header):
    """Whether the file at `path` may include our header."""
    connector = CONNECTOR.match(path)
    if connector:
        own = f"connectors/{connector.group(1)}/"
        is_test = path.endswith(TEST_CODE)
        return header.startswith(own) or any(header.startswith(p + "/") for p in CONNECTOR_MAY) or (
            is_test and header.startswith(("tests/kit/", "connectors/conformance/")))
    room = room_of(path)
    if room is None or ROOMS[room] is None:
        return True
    if path.endswith(TEST_CODE) and header.startswith("tests/"):
        return True
    return any(header.startswith(p + "/") for p in [room] + ROOMS[room])


def check(root):
    problems = []
    files = [p for top in ("core", "connectors", "config", "gateway", "tests")
             for p in sorted((root / top).rglob("*")) if p.suffix in (".hpp", ".cpp", ".h")]
    for file in files:
        path = file.relative_to(root).as_posix()
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            header = match.group(2)
            ours = room_of(header) is not None
            if ours and not allowed(path, header):
                problems.append(f"{path}:{number}: may not include {header}")
            for pattern, places in HEAVY:
                if pattern.match(header) and not any(p.match(path) for p in places):
                    problems.append(f"{path}:{number}: {header} does not belong here")
    return problems, len(files)


def self_test():
    bad = {
        "core/base/a.cpp": '#include "core/model/money.hpp"',
        "core/policy/a.hpp": "#include <boost/asio/awaitable.hpp>",
        "core/store/a.cpp": '#include "core/connector/connector.hpp"',
        "connectors/one/a.cpp": '#include "connectors/two/b.hpp"',
        "connectors/one/c.cpp": '#include "core/store/store.hpp"',
        "gateway/api/a.cpp": "#include <boost/beast/http.hpp>",
        "core/sync/a.cpp": "#include <sqlite3.h>",
    }
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for path, text in bad.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text + "\n")
        for top in ("config", "tests"):
            (root / top).mkdir()
        problems, _ = check(root)
    missed = [path for path in bad if not any(p.startswith(path + ":") for p in problems)]
    if missed:
        sys.exit(f"the rules do not see: {missed}")
    print(f"self-test: {len(problems)} planted violations found")


def main():
    if "--self-test" in sys.argv:
        return self_test()
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    problems, count = check(root)
    for problem in problems:
        print(problem)
    if count < 20:
        sys.exit("too few files read: wrong folder?")
    if problems:
        sys.exit(f"{len(problems)} includes break the room table (ARCHITECTURE.md)")
    print(f"{count} files keep to the room table")


main()
