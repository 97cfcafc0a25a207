#!/usr/bin/env python3
"""Crash points are in the builds that test with them and nowhere else.

    points_test.py SOURCE_FOLDER BUILD_FOLDER ON|OFF COMPILER

ON: every named point is in the programs. OFF: none is, nor the code that could die at one. In both:
the release preset has them off, the default is off, and without the option a point is no code."""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

source, build, wanted, compiler = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3], sys.argv[4]
names, rooms = [], ("config", "core", "connectors", "gateway")
for path in (p for room in rooms for p in (source / room).rglob("*.[ch]pp")):
    text = path.read_text()
    names += re.findall(r'GERBANG_CRASH_POINT\("([^"]+)"\)', text)
    names += [n for pair in re.findall(r'GERBANG_CRASH_PHASE\("([^"]+)", "([^"]+)"\)', text) for n in pair]
assert len(names) > 20, names

on = wanted.upper() in ("ON", "TRUE", "1", "YES")
binary = (build / "bin/gerbang").read_bytes()
found = [n for n in names if n.encode() in binary]
assert found == (names if on else []), (wanted, sorted(set(names) ^ set(found)))
assert (b"GERBANG_CRASH_AT" in binary) == on

presets = {p["name"]: p.get("cacheVariables", {}) for p in
           json.loads((source / "CMakePresets.json").read_text())["configurePresets"]}
assert presets["release"]["GERBANG_CRASH_POINTS"] == "OFF", presets["release"]
for name in ("debug", "asan"):
    assert presets[name]["GERBANG_CRASH_POINTS"] == "ON", presets[name]
option = re.search(r'option\(GERBANG_CRASH_POINTS "[^"]*" (\w+)\)', (source / "config/cmake/Rooms.cmake").read_text())
assert option and option[1] == "OFF"

with tempfile.TemporaryDirectory(prefix="gerbang-points-") as folder:
    probe = pathlib.Path(folder) / "probe.cpp"
    probe.write_text('#include "core/base/crash_point.hpp"\n#include "core/store/sqlite/crash_disk.hpp"\n'
                     '#include "core/base/crash_point.cpp"\n#include "core/store/sqlite/crash_disk.cpp"\n'
                     'int answer() {\n  GERBANG_CRASH_PHASE("probe.write", "probe.sync");\n'
                     '  GERBANG_CRASH_POINT("probe.point");\n  return 1;\n}\n')
    command = [compiler, "-std=c++20", "-O0", "-S", "-o", "-", f"-I{source}", str(probe)]
    plain = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "answer" in plain and "crash" not in plain and "probe.p" not in plain, plain
    armed = subprocess.run([*command, "-DGERBANG_CRASH_POINTS"], capture_output=True, text=True, check=True).stdout
    assert "probe.point" in armed and "fdatasync" in armed
print(f"crash points: {len(names)}, {'all' if on else 'none'} of them in this build")
