#!/usr/bin/env python3
"""Every metric, label and label value that alerts and dashboard ask for is one that a running gateway shows:
metrics.py BIN_FOLDER

A gateway and its sandbox marketplaces as real processes; a village sells a little; then /metrics is read. What one
of several gateways shows besides is read from another one, on PostgreSQL."""

import json
import pathlib
import re
import sys
import tempfile
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/end_to_end"), str(ROOT / "tests/nodes")]
from deployment import Deployment, Refused, request, wait_for  # noqa: E402
from postgres import Postgres  # noqa: E402

RULES = ROOT / "deploy/prometheus/gerbang.rules.yml"
TESTS = ROOT / "deploy/prometheus/gerbang.rules_test.yml"
DASHBOARD = ROOT / "deploy/grafana/gerbang.json"
CHANNELS = ("shopee", "lazada")
# Made by Prometheus itself for each target.
OF_PROMETHEUS = {"up": {"job": {"gerbang"}, "instance": set()}}
# Words of PromQL that look like metrics.
WORDS = set("""sum min max avg count by without on ignoring rate increase changes absent unless and or time topk
    histogram_quantile min_over_time max_over_time""".split())


def shown(text):
    """Metric -> label -> values, from the text exposition format."""
    out = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        match = re.fullmatch(r'(\w+)(?:\{(.*)\})? (\S+)', line)
        assert match, f"not the exposition format: {line}"
        labels = out.setdefault(match[1], {})
        for label, value in re.findall(r'(\w+)="([^"]*)"', match[2] or ""):
            labels.setdefault(label, set()).add(value)
    return out


def asked(expr):
    """The metrics of an expression with their matchers, and the labels that it groups by."""
    grouped = set()
    for labels in re.findall(r"\b(?:by|on|without|ignoring)\s*\(([^)]*)\)", expr):
        grouped |= {l.strip() for l in labels.split(",") if l.strip()}
    bare = re.sub(r"\b(?:by|on|without|ignoring)\s*\([^)]*\)", " ", expr)
    metrics = []
    for name, matchers in re.findall(r"\b([a-z_][a-z0-9_]*)\b(?:\{([^}]*)\})?", re.sub(r"\[[0-9smhd]+\]", " ", bare)):
        if name not in WORDS:
            metrics.append((name, re.findall(r'(\w+)\s*(=~|!=|!~|=)\s*"([^"]*)"', matchers)))
    return metrics, grouped


def expressions():
    """(where, expression, labels that its texts show)."""
    rules = re.split(r"^      - alert: (\w+)$", RULES.read_text(), flags=re.M)
    for name, rule in zip(rules[1::2], rules[2::2]):
        expr = re.search(r"expr: (?:>\n((?:          .*\n)+)|(.*)\n)", rule)
        yield f"alert {name}", expr[1] or expr[2], set(re.findall(r"\$labels\.(\w+)", rule))
    for name, series in enumerate(re.findall(r"series: '([^']+)'", TESTS.read_text())):
        yield f"test series {name}", re.sub(r", (\w+=)", r",\1", series), set()
    dashboard = json.loads(DASHBOARD.read_text())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield f"panel {panel['title']}", target["expr"], set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))


def problems(known):
    out = []
    used = set()
    for where, expr, texts in expressions():
        metrics, grouped = asked(expr)
        if not metrics:
            out.append(f"{where}: no metric in {expr}")
        for name, matchers in metrics:
            used.add(name)
            labels = known.get(name)
            if labels is None:
                out.append(f"{where}: there is no {name}")
                continue
            for label, how, value in matchers:
                if label in ("job", "instance"):  # which Prometheus adds
                    continue
                if label not in labels:
                    out.append(f"{where}: {name} has no label {label}")
                elif labels[label] and how == "=" and value not in labels[label] and "test series" not in where:
                    out.append(f"{where}: {name} never has {label}={value}, but {sorted(labels[label])}")
            if name in OF_PROMETHEUS or "test series" in where:
                continue
            for label in (grouped | texts) - set(labels):
                out.append(f"{where}: {name} has no label {label} to group by or to show")
    return out, used


def dashboard():
    """What Grafana demands of the file, and what makes it readable."""
    board = json.loads(DASHBOARD.read_text())
    for key, kind in (("title", str), ("uid", str), ("schemaVersion", int), ("panels", list), ("time", dict),
                      ("templating", dict)):
        assert isinstance(board[key], kind), key
    assert "id" not in board, "a number of somebody's own Grafana"
    sources = [v["name"] for v in board["templating"]["list"] if v["type"] == "datasource"]
    ids = [p["id"] for p in board["panels"]]
    assert len(ids) == len(set(ids)), "two panels with one id"
    taken = set()
    for panel in board["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24, panel["title"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, f"{panel['title']} lies over another panel"
        taken |= cells
        if panel["type"] == "row":
            continue
        assert panel["type"] in ("stat", "timeseries") and panel["targets"] and panel["title"], panel["title"]
        references = [t["refId"] for t in panel["targets"]]
        assert len(references) == len(set(references)), panel["title"]
        for source in [panel["datasource"], *(t["datasource"] for t in panel["targets"])]:
            assert source["type"] == "prometheus" and source["uid"].strip("${}") in sources, panel["title"]
    print(f"  dashboard: {len(ids)} panels, none over another, all of one data source that is asked for")


def paths(village):
    """Methods and paths that the pages of deploy/ name are those of the API."""
    known = {(m.upper(), p) for p, methods in request("GET", village.url + "/openapi.json")["paths"].items() for m in methods}
    named = set()
    for page in sorted((ROOT / "deploy").glob("*.md")):
        named |= set(re.findall(r"`(GET|PUT|POST|PATCH|DELETE)\s+(/v1/[^\s?`]*)", page.read_text()))
    assert len(named) >= 6 and named <= known, f"no such call: {named - known}"
    print(f"  {len(named)} calls that the pages name are in the API")


def trade(village):
    village.start_sandboxes()
    village.write_config()
    village.start_gateway()
    village.found_village()
    for channel in CHANNELS:
        village.connect(channel)
    product = json.loads((ROOT / "deploy/demo/katalog.json").read_text())["products"]
    product = next(p for p in product if p["code"] == "KAP-LAMPU-BAMBU")
    product["images"] = [{"url": f"http://127.0.0.1:{village.ports['images']}/images/lampu.png"}]
    village.api("PUT", "/v1/products/KAP-LAMPU-BAMBU", {k: v for k, v in product.items()})
    sku = product["variants"][0]["sku"]
    item = (product["variants"][0].get("components") or [{"item": sku}])[0]["item"]
    village.api("PUT", f"/v1/stock/{item}", {"on_hand": 9})
    wait_for("nine are on offer", lambda: all(village.listings(c).get(sku, {}).get("stock") == 9 for c in CHANNELS), 60)
    village.buy("shopee", sku, 1)
    wait_for("the order is in", lambda: list(village.pages("/v1/orders")), 30)
    wait_for("the others know", lambda: village.listings("lazada")[sku]["stock"] == 8, 30)
    try:
        request("POST", village.url + "/hooks/shopee", {}, {"Authorization": "0" * 64})
        raise AssertionError("a forged webhook was accepted")
    except Refused as refused:
        assert refused.status == 401, refused
    village.admin("POST", "/admin/v1/backup", {"path": str(village.folder / "copy.db")})


def of_several(folder, bins):
    """What a gateway on PostgreSQL shows of itself and the others."""
    folder.mkdir()
    node, database = Deployment(folder, bins), Postgres()
    try:
        node.write_config()
        config = folder / "gerbang.toml"
        config.write_text(config.read_text().replace('path = "gerbang.db"', f'address = "{database.address}"'))
        node.start_gateway()

        def nodes():
            with urllib.request.urlopen(node.url + "/metrics", timeout=10) as answer:
                known = {n: l for n, l in shown(answer.read().decode()).items() if n.startswith("gerbang_node")}
            return known if {"gerbang_nodes", "gerbang_node_leases"} <= set(known) else None

        return wait_for("it knows itself", nodes, 20)
    finally:
        node.close()
        database.close()


def main():
    dashboard()
    bins = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="gerbang-metrics-") as folder:
        several = of_several(pathlib.Path(folder) / "several", bins)
        village = Deployment(folder, bins, poll="1s")
        try:
            trade(village)
            paths(village)

            def settled():
                with urllib.request.urlopen(village.url + "/metrics", timeout=10) as answer:
                    known = {**several, **shown(answer.read().decode())}
                found = problems({**known, **OF_PROMETHEUS})
                return (known, *found) if not found[0] else None

            try:
                known, _, used = wait_for("every metric is shown", settled, 40)
            except AssertionError:
                with urllib.request.urlopen(village.url + "/metrics", timeout=10) as answer:
                    known = {**several, **shown(answer.read().decode())}
                found, _ = problems({**known, **OF_PROMETHEUS})
                raise AssertionError("\n".join(found)) from None
        finally:
            village.close()
        # The comparison sees what is missing.
        for name in sorted(used & set(known)):
            less = {k: v for k, v in known.items() if k != name}
            assert problems({**less, **OF_PROMETHEUS})[0], f"{name} would not be missed"
        unused = {re.sub(r"_(bucket|sum|count)$", "", n) for n in known} - {
            re.sub(r"_(bucket|sum|count)$", "", n) for n in used}
        print(f"  {len(used)} series of {len(known)} shown are used by alerts and dashboard; "
              f"unused: {', '.join(sorted(unused))}")
    print("metrics: good")


if __name__ == "__main__":
    main()
