#!/usr/bin/env python3
"""Prometheus' configuration and alert rules, by promtool; and that each alert has its page in the runbook.

Without promtool (Debian package prometheus) only the runbook is looked at, and that is said."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy/prometheus"
RULES, TESTS = FOLDER / "gerbang.rules.yml", FOLDER / "gerbang.rules_test.yml"
INSTALLED = "/usr/local/share/gerbang/prometheus/gerbang.rules.yml"


def promtool(*arguments, good=True):
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, timeout=120)
    assert (done.returncode == 0) == good, f"promtool {arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def blocks():
    """Alert name -> text of its rule."""
    parts = re.split(r"^      - alert: (\w+)$", RULES.read_text(), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def runbook(alerts):
    text = (ROOT / "deploy/RUNBOOK.md").read_text()
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", text, re.M | re.S))
    assert set(sections) == set(alerts), f"runbook and rules differ: {set(sections) ^ set(alerts)}"
    for name, rule in alerts.items():
        assert f"runbook: RUNBOOK.md#{name.lower()}\n" in rule, f"{name} does not name its page"
        for annotation in ("summary: ", "ringkasan: "):
            assert annotation in rule, f"{name} has no {annotation}"
        assert re.search(r"severity: (critical|warning)\}", rule), f"{name} has no severity"
        for part in ("**Arti.**", "**Means.**", "**Do.**"):
            assert part in sections[name], f"{name}: the runbook has no {part}"
        assert len(sections[name]) > 250, f"{name}: that is no help"
    print(f"  {len(alerts)} alerts, each with its page")


def tested(alerts):
    text = TESTS.read_text()
    for name in alerts:
        times = re.findall(rf"alertname: {name}\b.*?(?=alertname:|\Z)", text, re.S)
        assert any("exp_alerts" in t for t in times), f"no test sees {name} fire"
        assert any("exp_alerts" not in t for t in times), f"no test sees {name} keep quiet"


def mutations(folder):
    """The tests of the rules notice each rule that goes wrong: its comparison is turned round."""
    text, turned_all = RULES.read_text(), blocks()
    for name, rule in turned_all.items():
        expr = re.search(r"expr: (>\n(?:          .*\n)+|.*\n)", rule)[0]
        turned = re.sub(r" (==|<|>) (?!\n)", lambda m: {"==": " != ", "<": " > ", ">": " < "}[m[1]], expr, count=1)
        assert turned != expr, name
        place = text.index(f"- alert: {name}\n")
        text = text[:place] + text[place:].replace(expr, turned, 1)
    (folder / RULES.name).write_text(text)
    (folder / TESTS.name).write_text(TESTS.read_text())
    said = promtool("test", "rules", folder / TESTS.name, good=False)
    unnoticed = [n for n in turned_all if f"alertname: {n}," not in said]
    assert not unnoticed, f"turned round, and no test of the rules noticed: {unnoticed}"
    print(f"  {len(turned_all)} rules turned round, each noticed by the tests of the rules")


def main():
    alerts = blocks()
    assert len(alerts) >= 15
    runbook(alerts)
    tested(alerts)
    if not shutil.which("promtool"):
        print("NOT LOOKED AT: configuration and rules by promtool; it is in the Debian package prometheus")
        return 77
    with tempfile.TemporaryDirectory(prefix="gerbang-alerts-") as name:
        folder = pathlib.Path(name)
        # The configuration names where the rules will be installed.
        config = (FOLDER / "prometheus.yml").read_text()
        assert config.count(INSTALLED) == 1
        (folder / "prometheus.yml").write_text(config.replace(INSTALLED, str(RULES)))
        said = promtool("check", "config", folder / "prometheus.yml")
        assert f"SUCCESS: {len(alerts)} rules found" in said, said
        promtool("check", "rules", RULES)
        promtool("test", "rules", TESTS)
        print("  promtool: configuration, rules and the tests of the rules are good")
        mutations(folder)
    print("alerts: good")
    return 0


if __name__ == "__main__":
    sys.exit(main())
