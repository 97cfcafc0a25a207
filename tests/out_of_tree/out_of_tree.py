#!/usr/bin/env python3
"""A connector outside the tree, from the installed SDK to an order in the real gateway.

    out_of_tree.py BUILD_FOLDER SOURCE_FOLDER COMPILER

Installs the SDK, makes a connector with the installed script, builds it with find_package alone, runs
its conformance kit and unit tests, loads it in the real gateway by name and sells something through it
at a real sandbox. Then the stamp is spoiled, and the gateway refuses. Ends with the size of what a new
connector is; connectors/README.md says the same figures."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

BUILD, SOURCE, COMPILER = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(), sys.argv[3]
sys.path.insert(0, str(SOURCE / "tests/end_to_end"))
from deployment import Deployment, wait_for  # noqa: E402

NAME = "pasardesa"
# Always the same place, so that the compiler's cache knows it.
WORK = BUILD / "tests/out_of_tree/work"


def run(*command, cwd=None, check=True, env=None):
    done = subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, text=True, timeout=800, env=env)
    if check and done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}")
    return done


def cache(entry):
    for line in (BUILD / "CMakeCache.txt").read_text().splitlines():
        if line.startswith(entry + ":"):
            return line.split("=", 1)[1]
    return ""


def build_it():
    sdk, project = WORK / "sdk", WORK / "project"
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    run("cmake", "--install", BUILD, "--component", "sdk", "--prefix", sdk)
    run(sdk / "bin/gerbang-new-connector", NAME, project, "Pasar Desa")
    (project / "connectors" / NAME / "codes.tsv").write_text(
        "pasardesa_closed\tPasar sedang tutup\tTunggu sampai besok pagi.\tThe market is closed\tWait until the morning.\n")
    # All of it stands outside of what we have written: that is how no file of ours changes.
    assert WORK.is_relative_to(BUILD) and not list(project.rglob("CMakeLists.txt"))[1:], "more than a project of its own"
    refused = run(sdk / "bin/gerbang-new-connector", "../oops", WORK / "other", check=False)
    assert refused.returncode == 2 and not (WORK / "other").exists(), "a name with a path is taken"
    launcher = cache("CMAKE_CXX_COMPILER_LAUNCHER") or shutil.which("ccache") or ""
    run("cmake", "-S", project, "-B", project / "build", "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={sdk}",
        f"-DCMAKE_CXX_COMPILER={COMPILER}", "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS_DEBUG=-O0",
        *([f"-DCMAKE_CXX_COMPILER_LAUNCHER={launcher}"] if launcher else []))
    commands = run("ninja", "-C", project / "build", "-t", "commands").stdout
    inside = re.sub(re.escape(str(WORK)), "", commands)
    assert str(SOURCE) + "/core" not in inside and f"-I{SOURCE} " not in inside, "it is built against our tree"
    run("cmake", "--build", project / "build", "-j1")
    tests = run("ctest", "--test-dir", project / "build", "--output-on-failure", "-V").stdout
    for name in (f"{NAME}.conformance", f"{NAME}.unit"):
        assert re.search(rf"{name} \.+ +Passed", tests), f"{name} did not run:\n{tests[-3000:]}"
    kit = re.search(r"(\d+) passed, 0 failed, (\d+) not declared; (\d+) trials", tests)
    assert kit and int(kit.group(1)) > 30, tests[-3000:]
    print(f"conformance kit: {kit.group(0)}")
    return project


def sizes(project):
    def count(files):
        files = [f for f in files if f.is_file()]
        return len(files), sum(len(f.read_text().splitlines()) for f in files)
    folder = project / "connectors" / NAME
    code = [f for f in folder.glob("*.?pp") if "_test" not in f.name] + [project / "plugin.cpp",
                                                                        project / "CMakeLists.txt"]
    sandbox = [f for f in (folder / "sandbox").iterdir() if "_test" not in f.name and f.suffix != ".md"]
    tests = [f for f in folder.rglob("*_test.cpp")]
    return {"connector": count(code), "sandbox": count(sandbox), "tests": count(tests)}


def check_config(village, expect):
    done = subprocess.run([str(village.bin / "gerbang"), "check-config", "--config",
                           str(village.folder / "gerbang.toml"), "--lang", "en"], capture_output=True, text=True,
                          timeout=60, cwd=village.folder)
    out = done.stdout + done.stderr
    if expect is None:
        assert done.returncode == 0, out
    else:
        assert done.returncode != 0 and expect in out, f"{expect} is not said:\n{out}"


def sell(village):
    """From the catalogue to the shop and back, all through the shared object."""
    village.shops[NAME] = {}
    remote = village.sandbox("POST", "sample", "shops", {"name": "Toko BUM Desa Sukamaju"})["shop_id"]
    shop = village.api("POST", "/v1/shops", {"channel": NAME, "name": "Toko di Pasar Desa"})
    village.shops["sample"] = village.shops[NAME] = {"id": shop["id"], "remote": remote}
    village.consent("sample", shop["authorise_url"])
    village.api("PUT", "/v1/products/TEH", {
        "title": {"id": "Teh Hijau Lereng"}, "description": {"id": "Pucuk teh dari kebun kecil."},
        "category": "makanan-minuman/teh", "images": [{"url": "https://desa.example/teh.png"}],
        "variants": [{"sku": "TEH-100", "weight_grams": 125, "price": {"amount": 32000, "currency": "IDR"}}]})
    village.api("PUT", "/v1/stock/TEH-100", {"on_hand": 12})
    wait_for("it is on offer with its stock",
             lambda: village.listings("sample").get("TEH-100", {}).get("stock") == 12, 60)
    order = village.buy("sample", "TEH-100", 5)
    wait_for("the order is in", lambda: any(str(o["external_id"]) == str(order) for o in village.pages("/v1/orders")), 60)


def run_it(project):
    folder = WORK / "village"
    folder.mkdir()
    (folder / "connectors").mkdir(mode=0o750)
    os.chmod(folder / "connectors", 0o750)
    shared = folder / "connectors" / f"gerbang-{NAME}.so"
    shutil.copy(project / "build" / shared.name, shared)
    os.chmod(shared, 0o640)
    village = Deployment(folder, BUILD / "bin", poll="1s")
    (folder / f"{NAME}.secret").write_text("sample-sandbox-secret")
    try:
        village.start_sandboxes()
        village.write_config()
        with open(folder / "gerbang.toml", "a") as config:
            config.write(f"""
[connectors]
directory = "connectors"
load = ["{NAME}"]
[[app]]
channel = "{NAME}"
app_id = "sample-sandbox"
secret_file = "{NAME}.secret"
api_url = "http://127.0.0.1:{village.ports['sample']}"
auth_url = "http://127.0.0.1:{village.ports['sample']}/auth"
""")
        check_config(village, None)
        village.start_gateway()
        village.found_village()
        sell(village)
        code, seconds = village.stop_gateway()
        assert code == 0, f"the gateway ends with {code} after {seconds} s"

        whole = shared.read_bytes()
        at = whole.index(b"; headers ") + len(b"; headers ")
        shared.write_bytes(whole[:at] + b"0" * 32 + whole[at + 32:])
        check_config(village, "connector_stamp_differs")
        shared.write_bytes(whole)
        words = shared.with_suffix(".codes.tsv")
        shutil.copy(project / "build" / words.name, words)
        check_config(village, None)
        words.write_text(words.read_text() + "pasar_libur\tPasar libur\n")
        check_config(village, "connector_words_broken")
        words.unlink()
        shared.unlink()
        subprocess.run([COMPILER, "-shared", "-x", "c++", "-", "-o", shared], input=b"int nothing;", check=True)
        os.chmod(shared, 0o640)
        check_config(village, "connector_stamp_missing")
        shared.unlink()
        check_config(village, "connector_file_missing")
    finally:
        village.close()


def main():
    project = build_it()
    run_it(project)
    size = sizes(project)
    said = "; ".join(f"{what} {files} files, {lines} lines" for what, (files, lines) in size.items())
    text = f"A new connector as the script makes it: {said}; files of ours changed: 0."
    print(text)
    readme = " ".join((SOURCE / "connectors/README.md").read_text().split())
    assert text in readme, f"connectors/README.md does not say: {text}"


main()
