"""The runner against programs that end in every way a build or a proof can end. Builds nothing."""
import signal
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
from runner import (CAUGHT, ERROR, MISSED, Ended, Mutation, Progress, Tree, Verdict, judge_build,
                    judge_proof, run, run_bounded)

FAILED = "[  FAILED  ] Room.test (3 ms)\n[  FAILED  ] Room.test\n"


class FakeTree(Tree):
    """The word that a mutation plants says how its build and its proof end."""
    proof_seconds = 1

    def __init__(self, path):
        super().__init__(path, path)
        (path / "code").write_text("sound\n")
        self.built = []

    def prepare(self):
        self.digest = "same"

    def build(self, target):
        word = (self.path / "code").read_text().strip()
        self.built.append(word)
        return self.shell({"unbuildable": "echo error: no; exit 1",
                           "build_killed": "kill -KILL $$"}.get(word, "exit 0"))

    def program(self, mutation, *arguments):
        if "--gtest_list_tests" in arguments:
            return self.shell("printf 'Room.\\n  test\\n'" if mutation.proof != "none" else "exit 0")
        if mutation.proof == "broken":
            return self.shell("exit 1")
        word = (self.path / "code").read_text().strip()
        return self.shell({"noticed": "echo '[  FAILED  ] Room.test (3 ms)'; exit 1",
                           "killed": "kill -KILL $$", "termed": "kill -TERM $$",
                           "aborts": "echo 'gerbang: invariant broken: x at y:1' >&2; kill -ABRT $$",
                           "hang": "sleep 60 & sleep 60"}.get(word, "exit 0"))

    def shell(self, script):
        return run_bounded(["sh", "-c", script], self.path, self.proof_seconds)


def row(number, word, proof="Room.*", hangs=False):
    return Mutation(number, "", word, "code", "sound", word, ("room", "room"), proof, hangs)


class Judging(unittest.TestCase):
    def test_only_a_failed_test_or_the_programs_own_word_is_a_catch(self):
        for code, out, err, kind in (
                (0, "", "", MISSED), (1, FAILED, "", CAUGHT), (1, "", "cannot load", ERROR),
                (127, "", "", ERROR), (-signal.SIGKILL, FAILED, "", ERROR),
                (-signal.SIGTERM, "", "", ERROR), (-signal.SIGABRT, "", "", ERROR),
                (-signal.SIGABRT, "", "gerbang: invariant broken: x at y:1\n", CAUGHT),
                (-signal.SIGSEGV, "", "", ERROR)):
            with self.subTest(code=code, out=out, err=err):
                self.assertEqual(judge_proof(Ended(code, out, err), False).kind, kind)

    def test_no_end_is_a_catch_only_where_the_row_says_so(self):
        self.assertEqual(judge_proof(Ended(None, "", ""), False).kind, ERROR)
        self.assertEqual(judge_proof(Ended(None, "", ""), True), Verdict(CAUGHT, "hangs"))

    def test_a_build_that_did_not_succeed_is_an_error(self):
        self.assertIsNone(judge_build(Ended(0, "", "")))
        for code in (1, None, -signal.SIGKILL):
            self.assertEqual(judge_build(Ended(code, "", "")).kind, ERROR)


class Running(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="gerbang-mutations-test-")
        self.addCleanup(self.folder.cleanup)
        self.path = Path(self.folder.name)
        self.tree = FakeTree(self.path)
        self.file = self.path / "progress"

    def kinds(self, rows):
        verdicts = run(self.tree, rows, Progress(self.file), lambda text: None)
        return {number: verdict.kind for number, verdict in verdicts.items()}

    def test_no_row_ends_the_run_and_the_sound_text_comes_back(self):
        absent = row("11", "noticed")
        absent.file = "absent"
        self.assertEqual(
            self.kinds([row("1", "unbuildable"), row("2", "build_killed"), row("3", "killed"),
                        row("4", "termed"), row("5", "hang"), row("6", "hang", hangs=True),
                        row("7", "aborts"), row("8", "silent"), row("9", "noticed", "broken"),
                        row("10", "noticed", "none"), absent, row("12", "noticed")]),
            {"1": ERROR, "2": ERROR, "3": ERROR, "4": ERROR, "5": ERROR, "6": CAUGHT,
             "7": CAUGHT, "8": MISSED, "9": ERROR, "10": ERROR, "11": ERROR, "12": CAUGHT})
        self.assertEqual((self.path / "code").read_text(), "sound\n")

    def test_an_interrupted_run_goes_on_and_tries_errors_again(self):
        rows = [row("1", "noticed"), row("2", "silent"), row("3", "killed")]
        first = self.kinds(rows)
        with self.file.open("a") as file:
            file.write('{"key": "ha')
        self.tree.built.clear()
        self.assertEqual(self.kinds(rows), first)
        self.assertEqual(self.tree.built, ["sound", "killed"])
        self.tree.built.clear()
        self.kinds([row("1", "noticed", "Room.other")])  # another proof was not seen yet
        self.assertEqual(self.tree.built, ["sound", "noticed"])


if __name__ == "__main__":
    sys.exit(unittest.main())
