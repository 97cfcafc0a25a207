#!/usr/bin/env python3
"""Word lists for the fuzzer, made from what the readers themselves look for.

    dictionary.py ROOT OUT

OUT/common.dict: the words of configuration, catalogue and framing; OUT/answers_<channel>.dict and
OUT/webhook_<channel>.dict: every text literal of a connector's sources (names of members, codes,
states). OUT/inputs/<target>/: the project's own examples, which need not stand in the tree twice."""

import csv
import io
import json
import pathlib
import re
import sys

LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
GENERAL = ["\\x00", "\\xff", "\\x80", "\\xed\\xa0\\x80", "\\\\u0000", "\\\\ud800", "-1", "0", "1e9999", "1.0", "0.1",
           "9223372036854775807", "9223372036854775808", "-9223372036854775808", "99999999999999999999",
           "null", "true", "false", "[]", "{}", "[[", "{\\x22", "\\x22:", "%00", "%2e%2e", "..", "\\x0d\\x0a", "\\x0d\\x0a\\x0d\\x0a",
           "token-akses-uji-4713", "token-segar-uji-4714"]
FRAMING = ["GET ", "POST ", "PUT ", "HEAD ", " HTTP/1.1", " HTTP/1.0", "Host: a", "Content-Length: ", "chunked",
           "Transfer-Encoding: ", "Expect: 100-continue", "Connection: close", "HTTP/1.1 200 OK", "HTTP/1.1 100 Continue",
           "0\\x0d\\x0a\\x0d\\x0a", "http://", "https://", "[::1]", "3201011212900001"]


def quoted(word):
    return '"' + word + '"'


def literals(files):
    words = set()
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.lstrip().startswith(("#include", "//")):
                continue
            for match in LITERAL.finditer(line):
                word = match.group(1)
                if 2 <= len(word) <= 40 and "\\" not in word and word.isascii():
                    words.add(word.replace("\\", "\\\\"))
    return sorted(words)


def sources(folder):
    return [f for f in sorted(folder.glob("*.cpp")) + sorted(folder.glob("*.hpp")) if "_test" not in f.name]


def write(path, words):
    path.write_text("\n".join(quoted(w) for w in dict.fromkeys(words)) + "\n", encoding="utf-8")


def main():
    root, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    common = literals(sources(root / "config") + sources(root / "core/model") +
                      [root / "gateway/cli/catalogue_csv.cpp", root / "gateway/api/bodies.cpp"])
    write(out / "common.dict", GENERAL + FRAMING + common)
    for folder in sorted((root / "connectors").iterdir()):
        if folder.name == "sandbox" or not (folder / "CMakeLists.txt").exists():
            continue
        words = GENERAL + literals(sources(folder))
        for kind in ("answers", "webhook"):
            write(out / f"{kind}_{folder.name}.dict", words)

    def example(target, name, data):
        place = out / "inputs" / target
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(data)

    example("settings", "example", (root / "config/gerbang.example.toml").read_bytes())
    with open(root / "deploy/demo/katalog.csv", encoding="utf-8-sig", newline="") as sheet:
        lines = list(csv.reader(sheet))
    for at in range(1, len(lines), 8):
        text = io.StringIO()
        csv.writer(text).writerows([lines[0]] + lines[at:at + 8])
        example("catalogue", f"rows_{at}", text.getvalue().encode())
    demo = json.loads((root / "deploy/demo/katalog.json").read_text(encoding="utf-8"))
    for number, product in enumerate(demo["products"]):
        data = json.dumps(product, ensure_ascii=False).encode()
        example("product", f"demo_{number}", data)
        example("json", f"demo_{number}", data)
    for folder in sorted((root / "connectors").iterdir()):
        for file in sorted((folder / "fixtures").glob("*.json")) if (folder / "fixtures").is_dir() else []:
            data = file.read_bytes()
            if len(data) > 16384:
                continue
            example("json", f"{folder.name}_{file.name}", data)
            # The answer of a fixture, to each operation: one of them is the one it is meant for.
            for operation in range(19):
                example(f"answers_{folder.name}", f"{file.stem}_{operation}",
                        bytes([operation, 0]) + b"\xff" + (b"\x00" + data + b"\xff") * 3)


main()
