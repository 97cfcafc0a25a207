#!/usr/bin/env python3
"""Every error code that the program can emit has a row in the message catalogue, and every row is of
use.

    codes.py [ROOT]      checks the tree
    codes.py --list      prints each code with where it is made
    codes.py --self-test

Codes are found in the sources that become part of the program (not tests, not sandboxes, not the conformance kit), in these
shapes:
  * after an error kind: Error(ErrorKind::invalid, "code"), a table row {"their", K::rejected, "code"},
    either with  condition ? "one" : "other"
  * given to a function, method or lambda of which a parameter is named code (or ends in _code, or is
    named reason): fail("/sku", "code", "…"); what the function joins to it is joined here
  * the second text of a field finding:  errors.push_back({"/item", "code", "…"})
  * assigned to a member named code or reason:  shop.reason = "code"
An Error whose code is none of these and no constant or member that the file or folder sets is
reported: a shape that this test does not know is not allowed to hide a code."""

import pathlib
import re
import sys
import tempfile

KINDS = ("invalid unauthenticated forbidden not_found conflict precondition_failed too_large unsupported rejected "
         "blocked transient throttled auth_expired indeterminate cancelled bug").split()
# An enumerator of ErrorKind, under whatever short name a file has given it, and a comma behind it.
KIND = re.compile(r"\b(?:ErrorKind|K|Kind|EK)::(?:" + "|".join(KINDS) + r")\b\s*,")
CODE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)
PARAMETER = re.compile(r"^(?:const\s+)?(?:std::)?(?:string_view|string|char\s*\*|char\s*const\s*\*|auto)\s*[&*]*\s*"
                       r"(\w*_code|code|reason|refused|otherwise)$")
NOT_NAMES = {"if", "for", "while", "switch", "return", "catch", "sizeof", "assert", "message", "has_message",
             "log", "info", "warning", "debug", "error", "count"}

# Rows that no source emits as a literal, and why they stay.
ALLOWED_ROWS = {
    "unexpected": "the words for a code without a row; named by config/messages.cpp at run time",
}
# Emitted, but never shown to anyone: a broken assumption that ends in a bug report, not in a remedy.
ALLOWED_CODES = {}


def without_comments(text):
    out, i = [], 0
    while i < len(text):
        c = text[i]
        if c == 'R' and text.startswith('R"', i) and (i == 0 or not text[i - 1].isalnum()):
            m = re.match(r'R"([^(]*)\(', text[i:])
            if m:
                end = text.find(")" + m.group(1) + '"', i)
                end = len(text) if end < 0 else end + len(m.group(1)) + 2
                out.append('""' + "\n" * text.count("\n", i, end))
                i = end
                continue
        if c == '"':
            j = i + 1
            while j < len(text) and text[j] != '"':
                j += 2 if text[j] == "\\" else 1
            out.append(text[i:j + 1])
            i = j + 1
        elif c == "'" and re.match(r"'(?:\\.[^']*|[^'\\])'", text[i:i + 8]):
            m = re.match(r"'(?:\\.[^']*|[^'\\])'", text[i:i + 8])
            out.append("' '")
            i += len(m.group(0))
        elif text.startswith("//", i):
            j = text.find("\n", i)
            i = len(text) if j < 0 else j
        elif text.startswith("/*", i):
            j = text.find("*/", i)
            j = len(text) if j < 0 else j + 2
            out.append("\n" * text.count("\n", i, j))
            i = j
        else:
            out.append(c)
            i += 1
    return "".join(out)


def arguments(text, at):
    """The arguments of the list that opens at `at`, each with its offset, and where the list ends."""
    depth, start, out, i = 0, at + 1, [], at
    while i < len(text):
        c = text[i]
        if c == '"':
            i += 1
            while i < len(text) and text[i] != '"':
                i += 2 if text[i] == "\\" else 1
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
            if depth == 0:
                out.append((text[start:i].strip(), start))
                return out, i
        elif c == "," and depth == 1:
            out.append((text[start:i].strip(), start))
            start = i + 1
        i += 1
    return [], i


def first_argument(text, at):
    """From `at` to the next comma or closing bracket on the same level."""
    depth, i = 0, at
    while i < len(text):
        c = text[i]
        if c == '"':
            i += 1
            while i < len(text) and text[i] != '"':
                i += 2 if text[i] == "\\" else 1
        elif c in "([{":
            depth += 1
        elif c in ")]};":
            if depth == 0:
                break
            depth -= 1
        elif c == "," and depth == 0:
            break
        i += 1
    return text[at:i].strip()


def codes_in(expression):
    """The literals of an argument: all of a conditional expression but what it compares with. A literal that is
    only a part of the code (joined with +) is none."""
    expression = re.sub(r'\["(?:[^"\\]|\\.)*"\]', "", expression)  # a member of a JSON value
    expression = re.sub(r'[=!]=\s*"(?:[^"\\]|\\.)*"', "", expression)
    expression = re.sub(r'"(?:[^"\\]|\\.)*"\s*[=!]=', "", expression)
    if "+" in LITERAL.sub("", expression):
        return []
    return [m for m in LITERAL.findall(expression) if CODE.fullmatch(m)]


class Source:
    def __init__(self, root, path):
        self.path = path.relative_to(root).as_posix()
        self.raw = path.read_text(encoding="utf-8")
        self.text = without_comments(self.raw)

    def line(self, offset):
        return self.text.count("\n", 0, offset) + 1


def production(root):
    """The sources of the program: those that are no tests, and the headers they reach."""
    def is_test(path):
        return (path.name.endswith("_test.cpp") or "/sandbox/" in path.as_posix() or "/sandboxes/" in path.as_posix()
                or "/conformance/" in path.as_posix() or "/for_test/" in path.as_posix()
                or path.relative_to(root).as_posix().startswith("tests/"))

    todo = [p for top in ("core", "connectors", "gateway", "config") for p in sorted((root / top).rglob("*.cpp"))
            if not is_test(p)]
    seen = {}
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen[path] = Source(root, path)
        for header in INCLUDE.findall(seen[path].raw):
            if (root / header).is_file() and not is_test(root / header):
                todo.append(root / header)
    return [seen[p] for p in sorted(seen)]


def forwarders(source):
    """Functions, methods and lambdas of this file of which a parameter is a code: {name: {(position, endings)}};
    endings are what the function joins to it:  std::string(code) + (few ? "_too_short" : "_too_long")."""
    out = {}
    definition = re.compile(r"\b(?:auto\s+)?(\w+)\s*(?:=\s*\[[^\]]*\]\s*)?\(")
    for m in definition.finditer(source.text):
        if m.group(1) in NOT_NAMES:
            continue
        inside, end = arguments(source.text, m.end() - 1)
        for place, (argument, _) in enumerate(inside):
            parameter = PARAMETER.match(argument.split("=")[0].strip())
            if not parameter:
                continue
            endings = ()
            brace = re.match(r"[\w\s:]*(?:->\s*[\w:<>]+\s*)?\{", source.text[end + 1:end + 80])
            if brace:
                opens = end + brace.end()
                _, closes = arguments(source.text, opens)
                joined = re.search(r"\b" + parameter.group(1) + r"\)?\s*\+\s*", source.text[opens:closes])
                if joined:
                    endings = tuple(e for e in LITERAL.findall(first_argument(source.text, opens + joined.end()))
                                    if e.startswith("_"))
            out.setdefault(m.group(1), set()).add((place, endings))
    return out


def collect(sources):
    """Codes with the places that make them, and places that this test cannot follow."""
    found, lost = {}, []

    def add(code, source, offset):
        found.setdefault(code, []).append(f"{source.path}:{source.line(offset)}")

    own = {s.path: forwarders(s) for s in sources}
    by_path = {s.path: s for s in sources}

    def visible(source):
        """Forwarders of the file and of the headers it includes."""
        out, todo, seen = {}, [source.path], set()
        while todo:
            path = todo.pop()
            if path in seen or path not in by_path:
                continue
            seen.add(path)
            for name, places in own[path].items():
                out.setdefault(name, set()).update(places)
            todo += INCLUDE.findall(by_path[path].raw)
        return out

    for source in sources:
        text = source.text
        if source.path.startswith("core/base/error."):
            continue  # the kinds and their names
        for m in KIND.finditer(text):
            for code in codes_in(first_argument(text, m.end())):
                add(code, source, m.start())
        names = dict(visible(source))
        for name, places in own[source.path].items():
            names[name] = places  # its own meaning of a name comes first
        for m in re.finditer(r"\b(\w+)\s*([({])", text):
            for place, endings in names.get(m.group(1), ()):
                inside, _ = arguments(text, m.start(2))
                if place < len(inside):
                    for code in codes_in(inside[place][0]):
                        for ending in endings or ("",):
                            add(code + ending, source, m.start())
        for m in re.finditer(r"(?:push_back|emplace_back|FieldError)\s*([({])", text):
            inside, _ = arguments(text, m.start(1))
            if len(inside) == 1 and inside[0][0].startswith("{"):
                inside, _ = arguments(inside[0][0], 0)
            if len(inside) in (2, 3) and m.group(0)[0] != "e":
                if "field" in text[max(0, m.start() - 40):m.start()] or "error" in text[max(0, m.start() - 40):m.start()] \
                        or "wrong" in text[max(0, m.start() - 40):m.start()] or m.group(0).startswith("FieldError"):
                    for code in codes_in(inside[1][0]):
                        add(code, source, m.start())
        for m in re.finditer(r"(?:\.|->)(?:code|reason|retired_code|missing)\s*=(?!=)\s*", text):
            value = first_argument(text, m.end())
            if not re.search(r"\w\(", LITERAL.sub("", value)):  # not the argument of a call
                for code in codes_in(value):
                    add(code, source, m.start())

        # An Error whose code is not a literal must come from somewhere that is looked at.
        for m in re.finditer(r"\bError\b\s*\w*\s*([({])", text):
            inside, _ = arguments(text, m.start(1))
            if len(inside) < 2:
                continue
            code = inside[1][0]
            if LITERAL.search(code) or "&" in code or re.match(r"(?:const\s+)?(?:std::|[A-Z]\w*\s)", code):
                continue  # a literal, or a declaration
            word = re.split(r"\.|->", code)[-1].strip("()")
            if code.endswith((".code", "->code")) or PARAMETER.match("auto " + word):
                continue
            folder = source.path.rsplit("/", 1)[0]
            near = [s for s in sources if s.path.rsplit("/", 1)[0] == folder]
            ways = []
            for s in near:
                ways += [(s, at.start(), c) for at in re.finditer(r"\b" + re.escape(word) + r"\b[^;\"=!<>]{0,40}?=(?!=)\s*", s.text)
                         for c in codes_in(first_argument(s.text, at.end()))]
                ways += [(s, at.start(), c) for at in re.finditer(r"\b" + re.escape(word) + r"\s*\{", s.text)
                         for c in codes_in(first_argument(s.text, at.end()))]
            for s, offset, c in ways:
                add(c, s, offset)
            # A column of a table whose rows begin with their kind: found by the first shape.
            row = re.compile(r"\bErrorKind\s+\w+[^;{}]*;[^{}]*\b" + re.escape(word) + r"\b")
            if not ways and not any(row.search(s.text) for s in near):
                lost.append(f"{source.path}:{source.line(m.start())}: Error with the code {code!r}")
    return found, lost


def rows(root):
    out = {}
    for file in sorted(root.rglob("codes.tsv")):
        if "build" in file.relative_to(root).parts:
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if line and not line.startswith("#"):
                out.setdefault(line.split("\t")[0], f"{file.relative_to(root).as_posix()}:{number}")
    return out


def check(root):
    sources = production(root)
    found, lost = collect(sources)
    catalogue = rows(root)
    problems = [f"{place}: {code} has no row in a codes.tsv"
                for code, places in sorted(found.items()) if code not in catalogue and code not in ALLOWED_CODES
                for place in places[:1]]
    problems += [f"{place}: not followed; give it a shape that {pathlib.Path(__file__).name} knows" for place in lost]
    everything = {m for s in sources for m in LITERAL.findall(s.text)}
    for code, place in sorted(catalogue.items()):
        if code not in found and code not in everything and code not in ALLOWED_ROWS:
            problems.append(f"{place}: {code} is never emitted: delete the row or say in ALLOWED_ROWS why it stays")
    problems += [f"ALLOWED_ROWS: {code} has no row" for code in ALLOWED_ROWS if code not in catalogue]
    return problems, found


SELF_TEST = {
    "core/a.cpp": '''#include "core/a.hpp"
Error one() { return Error(ErrorKind::invalid, "plain_code", "text, with_comma"); }
Error two(bool b) { return Error(ErrorKind::invalid, b ? "first_way" : "second_way"); }
// Error(ErrorKind::invalid, "in_a_comment")
Error three(std::string_view code) { return Error(ErrorKind::invalid, code); }
void f() { three("through_a_function"); const auto no = [&](const char* code) { return three(code); }; no("through_a_lambda"); }
void length(std::string_view code) { five(std::string(code) + (few ? "_too_short" : "_too_long")); }
void e() { length("title"); x = json["not_a_code"]; }
void g(std::vector<FieldError>& errors) { errors.push_back({"/item", "of_a_field", "x"}); }
void h(Shop& s) { s.reason = "of_a_shop"; if (s.reason == "compared_only") f(); }
constexpr Row kRows[] = {{"theirs", K::rejected, "of_a_table"}};
constexpr std::string_view kName = "of_a_constant";
Error four() { return Error(ErrorKind::invalid, kName); }
Error five() { return Error(ErrorKind::invalid, from_nowhere()); }
''',
    "core/a.hpp": "#pragma once\n",
    "core/a_test.cpp": 'Error t() { return Error(ErrorKind::invalid, "of_a_test"); }\n',
    "core/codes.tsv": "plain_code\ta\tb\tc\td\nnever_made\ta\tb\tc\td\n",
}


def self_test():
    global ALLOWED_ROWS
    ALLOWED_ROWS = {}
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in SELF_TEST.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        problems, found = check(root)
    wanted = {"plain_code", "first_way", "second_way", "through_a_function", "through_a_lambda", "of_a_field",
              "of_a_shop", "of_a_table", "of_a_constant", "title_too_short", "title_too_long"}
    assert set(found) == wanted, set(found) ^ wanted
    assert any("never_made is never emitted" in p for p in problems), problems
    assert any("from_nowhere" in p for p in problems), problems
    assert sum("has no row" in p for p in problems) == len(wanted) - 1, problems
    print("self-test passed")


def main():
    if "--self-test" in sys.argv:
        self_test()
        return 0
    names = [a for a in sys.argv[1:] if not a.startswith("--")]
    root = pathlib.Path(names[0]).resolve() if names else pathlib.Path(__file__).resolve().parents[2]
    problems, found = check(root)
    if "--list" in sys.argv:
        for code, places in sorted(found.items()):
            print(code, *places[:4])
    for problem in problems:
        print(problem)
    print(f"{len(found)} codes, {len(problems)} problems")
    return 1 if problems else 0


sys.exit(main())
