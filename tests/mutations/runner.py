"""Plants one mutation after the other and says of each what came of it.

Only a proof that ran and failed has caught a mutation. A mutation that does not build, a program that
was ended from outside, a proof that fails without the mutation, and a proof that runs on where the row
does not expect it are errors of the row: they say nothing about the proof. No row ends the run.
"""
import hashlib
import json
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

CAUGHT, MISSED, ERROR = "caught", "not noticed", "error"

# What the program itself says before it stops itself: ensure(), assertions of the library, terminate.
OWN_WORDS = ("gerbang: invariant broken:", "terminate called", "Assertion '", "Assertion `")


class Mutation:
    """hangs: the bug makes the proof run on; only then is a proof that does not end a catch."""

    def __init__(self, number, invariant, what, file, old, new, target, proof, hangs=False):
        self.number, self.invariant, self.what = number, invariant, what
        self.file, self.old, self.new = file, old, new
        self.target, self.proof, self.hangs = target, proof, hangs


@dataclass
class Verdict:
    kind: str
    words: str


@dataclass
class Ended:
    """How a process ended; code is None when its time was over and it was stopped."""
    code: int | None
    out: str
    err: str


def run_bounded(command, cwd, seconds):
    """In a group of its own, so that a stop reaches the children too, and nobody else."""
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, errors="replace", start_new_session=True)
    try:
        out, err = process.communicate(timeout=seconds)
        return Ended(process.returncode, out, err)
    except subprocess.TimeoutExpired:
        stop_group(process)
        out, err = process.communicate()
        return Ended(None, out, err)
    except BaseException:
        stop_group(process)
        process.wait()
        raise


def stop_group(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def signal_name(code):
    try:
        return signal.Signals(code).name
    except ValueError:
        return f"signal {code}"


def tail(text, size=1500):
    return text[-size:].strip()


def failed_tests(output):
    names = []
    for line in output.splitlines():
        if line.startswith("[  FAILED  ] ") and "(" in line:
            names.append(line[len("[  FAILED  ] "):].split(",")[0].split(" (")[0])
    return list(dict.fromkeys(names))


def judge_build(ended):
    """None when it was built, else the error."""
    if ended.code == 0:
        return None
    if ended.code is None:
        return Verdict(ERROR, "its build did not end in time")
    if ended.code < 0:
        return Verdict(ERROR, f"its build was ended by {signal_name(-ended.code)}")
    return Verdict(ERROR, "does not build:\n" + tail(ended.out + ended.err))


def judge_proof(ended, hangs):
    if ended.code is None:
        return Verdict(CAUGHT, "hangs") if hangs else Verdict(ERROR, "its proof did not end in time")
    if ended.code == 0:
        return Verdict(MISSED, "")
    failed = failed_tests(ended.out)
    if ended.code == 1 and failed:
        return Verdict(CAUGHT, ", ".join(failed))
    if ended.code == -signal.SIGABRT:
        for line in ended.err.splitlines():
            if any(word in line for word in OWN_WORDS):
                return Verdict(CAUGHT, "the program stops itself: " + line.strip())
    how = signal_name(-ended.code) if ended.code < 0 else f"code {ended.code}"
    return Verdict(ERROR, f"its proof ended with {how} and no failed test:\n"
                   + tail(ended.out + ended.err))


class Tree:
    """A copy of the project in which bugs are planted."""
    build_seconds, proof_seconds = 3600, 600

    def __init__(self, root, path):
        self.root, self.path = root, path
        self.digest = ""

    def prepare(self):
        self.copy()
        if not (self.path / "build/debug/build.ninja").exists():
            ended = run_bounded(["cmake", "--preset", "debug"], self.path, 600)
            if ended.code != 0:
                raise RuntimeError("the copy cannot be configured:\n" + tail(ended.out + ended.err))

    def copy(self):
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=self.root, check=True, capture_output=True).stdout.split(b"\0")
        digest = hashlib.sha256()
        for name in sorted(filter(None, (n.decode() for n in listed))):
            source, target = self.root / name, self.path / name
            if not source.is_file():
                continue
            content = source.read_bytes()
            if not name.endswith(".md") and not name.startswith("tests/mutations/"):
                digest.update(f"{name}\0{len(content)}\0".encode() + content)
            if target.exists() and target.read_bytes() == content:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            # With a new time: a bug that an interrupted run left behind has to be built away again.
            target.write_bytes(content)
            shutil.copymode(source, target)
        self.digest = digest.hexdigest()

    def build(self, target):
        return run_bounded(["nice", "-n", "10", "ninja", "-C", "build/debug", "-j1", target],
                           self.path, self.build_seconds)

    def program(self, mutation, *arguments):
        return run_bounded([str(self.path / "build/debug" / mutation.target[1]),
                            "--gtest_filter=" + mutation.proof, *arguments],
                           self.path, self.proof_seconds)

    def prove(self, mutation):
        return self.program(mutation, "--gtest_brief=1")

    def proof_is_sound(self, mutation):
        """None when the proof exists and holds as long as nothing is planted, else the error."""
        listed = self.program(mutation, "--gtest_list_tests")
        if listed.code != 0 or not any(l.startswith("  ") for l in listed.out.splitlines()):
            return Verdict(ERROR, "its proof names no test")
        bare = self.prove(mutation)
        if bare.code != 0:
            return Verdict(ERROR, "its proof fails without any mutation:\n"
                           + tail(bare.out + bare.err))
        return None


class Progress:
    """What was seen, a line for each row, so that an interrupted run can go on. A line counts as
    long as the sources and the row are the same. Errors are tried again."""

    def __init__(self, path):
        self.path, self.seen = path, {}
        if path and path.exists():
            for line in path.read_text().splitlines():
                try:
                    one = json.loads(line)
                    self.seen[one["key"]] = Verdict(one["kind"], one["words"])
                except (ValueError, KeyError, TypeError):
                    continue  # the run was interrupted while it wrote this line

    @staticmethod
    def key(tree, m):
        row = [m.number, m.file, m.old, m.new, *m.target, m.proof, m.hangs]
        return hashlib.sha256(json.dumps([tree.digest, row]).encode()).hexdigest()

    def find(self, key):
        verdict = self.seen.get(key)
        return verdict if verdict and verdict.kind != ERROR else None

    def add(self, key, m, verdict):
        if not self.path:
            return
        line = json.dumps({"key": key, "number": m.number, "kind": verdict.kind,
                           "words": verdict.words})
        with self.path.open("a") as file:
            file.write("\n" + line + "\n")  # also after half a line
            file.flush()
            os.fsync(file.fileno())


def plant(tree, m):
    """Builds and proves one mutation. The sound text is back when this returns or throws."""
    path = tree.path / m.file
    sound = path.read_text()
    if sound.count(m.old) != 1:
        return Verdict(ERROR, f"its line is {sound.count(m.old)} times in {m.file}")
    try:
        path.write_text(sound.replace(m.old, m.new))
        return judge_build(tree.build(m.target[0])) or judge_proof(tree.prove(m), m.hangs)
    finally:
        path.write_text(sound)


def judge(tree, m):
    try:
        return plant(tree, m)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return Verdict(ERROR, f"{type(error).__name__}: {error}")


def sound_or_error(tree, rows):
    """Of each row of one target: None when its proof holds without a mutation, else the error."""
    try:
        fault = judge_build(tree.build(rows[0].target[0]))
        if fault:
            fault = Verdict(ERROR, "without any mutation: " + fault.words)
            return {m.number: fault for m in rows}
        return {m.number: tree.proof_is_sound(m) for m in rows}
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        fault = Verdict(ERROR, f"{type(error).__name__}: {error}")
        return {m.number: fault for m in rows}


def run(tree, chosen, progress, say):
    """Returns the verdicts by number."""
    began = time.monotonic()
    tree.prepare()
    verdicts = {}

    def settle(m, verdict, told=""):
        verdicts[m.number] = verdict
        words = f" by {verdict.words}" if verdict.kind == CAUGHT and verdict.words != "hangs" else (
            f": {verdict.words}" if verdict.words else "")
        say(f"{m.number:5} {verdict.kind}{words}  [{m.what}]{told}")

    todo = []
    for m in chosen:
        known = progress.find(Progress.key(tree, m))
        if known:
            settle(m, known, " (seen by an earlier run)")
        else:
            todo.append(m)
    for target in sorted({m.target[0] for m in todo}):
        rows = sorted((m for m in todo if m.target[0] == target), key=lambda one: one.file)
        faults = sound_or_error(tree, rows)
        for m in rows:
            verdict = faults[m.number] or judge(tree, m)
            progress.add(Progress.key(tree, m), m, verdict)
            settle(m, verdict)
    count = {kind: sum(v.kind == kind for v in verdicts.values())
             for kind in (CAUGHT, MISSED, ERROR)}
    say(f"mutations took {time.monotonic() - began:.0f} s")
    say(f"proof: mutations: {len(chosen)} rounds, {len(chosen) - count[ERROR]} faults injected, "
        f"{count[MISSED] + count[ERROR]} violations ({count[CAUGHT]} caught, {count[MISSED]} not noticed, "
        f"{count[ERROR]} errors)")
    return verdicts
