#!/usr/bin/env python3
"""deploy/container/Containerfile: container.py BIN_FOLDER

With GERBANG_LONG=1, and where podman or buildah and the base images are at hand, builds the image. Everywhere: reads the file, compares the libraries that it installs with those that the built program loads,
and runs its health check against a gateway, well and dead. What was not looked at is said."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/end_to_end"))
from deployment import Deployment, free_port  # noqa: E402

FILE = ROOT / "deploy/container/Containerfile"
KNOWN = set("FROM RUN COPY WORKDIR USER VOLUME EXPOSE STOPSIGNAL HEALTHCHECK ENTRYPOINT CMD".split())


def instructions():
    """(word, rest) of each instruction, continued lines joined."""
    out, rest = [], ""
    for line in FILE.read_text().splitlines():
        if line.startswith("#") or not line.strip():
            continue
        rest += line.removesuffix("\\")
        if line.endswith("\\"):
            continue
        word, _, text = rest.strip().partition(" ")
        out.append((word, text.strip()))
        rest = ""
    assert not rest, "the last line is continued"
    return out


def read():
    steps = instructions()
    assert all(word in KNOWN for word, _ in steps), [w for w, _ in steps if w not in KNOWN]
    assert steps[0][0] == "FROM"
    stages, images = [], []
    for word, text in steps:
        if word == "FROM":
            image, _, stage = text.partition(" AS ")
            assert re.fullmatch(r"docker\.io/library/debian:12(-slim)?", image), image
            images.append(image)
            stages.append(stage)
        elif word == "COPY":
            *sources, _ = [p for p in text.split() if not p.startswith("--")]
            source_stage = re.search(r"--from=(\w+)", text)
            if source_stage:
                assert source_stage[1] in stages[:-1], text
                continue
            for source in sources:
                assert (ROOT / source).exists(), f"COPY of {source}, which is not there"
        elif word in ("CMD", "ENTRYPOINT"):
            assert isinstance(json.loads(text), list), "a shell would swallow SIGTERM"
    last = max(i for i, (word, _) in enumerate(steps) if word == "FROM")
    final = steps[last:]
    users = [text for word, text in final if word == "USER"]
    assert users and re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1]), "runs as root, or as a name that a kubelet cannot check"
    assert [w for w, _ in final].index("USER") < [w for w, _ in final].index("ENTRYPOINT")
    assert not any(re.search(r"\.key|secret|password", text, re.I) for _, text in steps), "a secret in the image"
    ignored = (ROOT / ".containerignore").read_text().split()
    assert {"build", ".git", "out"} <= set(ignored), "the build's folder would go into the image"
    return final, images


def brought(packages):
    """These and what apt installs with them, by what dpkg knows of them here."""
    known, asked = set(packages), sorted(packages)
    while asked:
        said = subprocess.run(["dpkg-query", "-W", "-f=${Pre-Depends}, ${Depends}\\n", *asked], capture_output=True, text=True)
        named = set(re.findall(r"(?:^|[,|])\s*([a-z0-9][a-z0-9.+-]+)", said.stdout, re.M))
        asked = sorted(named - known)
        known |= named
    return known


def libraries(final, program):
    """Every package that the program loads something of is installed in the image, or comes with one that is."""
    installed = set(re.search(r"install -y --no-install-recommends\s+(.*?) &&", dict(final)["RUN"])[1].split())
    always = {"libc6", "libgcc-s1", "libstdc++6", "gcc-12-base"}  # of the base image, with apt
    if not shutil.which("dpkg-query"):
        print("  NOT LOOKED AT: the packages of the libraries; there is no dpkg here")
        return
    # What libpq5 needs comes with it; what the program itself needs is named.
    direct = subprocess.run(["readelf", "-d", str(program)], capture_output=True, text=True, check=True).stdout
    direct = set(re.findall(r"\(NEEDED\).*\[(.*)\]", direct))
    assert direct, "the program needs no library?"
    there = brought(installed)
    said = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=True).stdout
    for path in re.findall(r"=> (/\S+)", said):
        if re.search(r"/lib(asan|ubsan|tsan)\.so", path):
            continue  # of a test build
        owner = subprocess.run(["dpkg-query", "-S", str(pathlib.Path(path).resolve())], capture_output=True, text=True)
        if owner.returncode != 0:
            owner = subprocess.run(["dpkg-query", "-S", path], capture_output=True, text=True)
        assert owner.returncode == 0, f"no package has {path}"
        package = owner.stdout.split(":")[0]
        enough = installed if pathlib.Path(path).name in direct else there
        assert package in enough | always, f"{package} ({path}) is not in the image"
    print("  every library of the program is in the image")


def health(final, bins):
    words = json.loads(re.search(r"CMD (\[.*\])", dict(final)["HEALTHCHECK"])[1])
    with tempfile.TemporaryDirectory(prefix="gerbang-container-") as folder:
        gateway = Deployment(folder, bins)
        gateway.write_config()
        try:
            gateway.start_gateway()

            def check(port):
                return subprocess.run(words, env={"GERBANG_PORT": str(port), "PATH": "/usr/bin:/bin"},
                                      capture_output=True, timeout=10).returncode

            assert check(gateway.port) == 0, "a healthy gateway is called dead"
            assert check(free_port()) != 0, "nothing at all is called healthy"
        finally:
            gateway.close()
    print("  the health check tells a gateway from none")


def build(images):
    if not os.environ.get("GERBANG_LONG"):
        print("  NOT RUN: building the image; it takes minutes and Debian's packages: GERBANG_LONG=1, with podman or buildah")
        return
    for tool in ("podman", "buildah"):
        if not shutil.which(tool):
            continue
        for image in images:
            command = [tool, "image", "exists", image] if tool == "podman" else [tool, "inspect", image]
            if subprocess.run(command, capture_output=True).returncode != 0:
                print(f"  NOT RUN: building the image; {tool} is here, {image} is not")
                return
        done = subprocess.run([tool, "build", "--pull=never", "-t", "gerbang-test", "-f", str(FILE), str(ROOT)],
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-3000:]
        print(f"  built by {tool}")
        return
    print("  NOT RUN: building the image; there is neither podman nor buildah here")


def main():
    final, images = read()
    bins = pathlib.Path(sys.argv[1]).resolve()
    libraries(final, bins / "gerbang")
    health(final, bins)
    build(images)
    print("container file: good as far as it was looked at")


if __name__ == "__main__":
    main()
