#!/usr/bin/env python3
"""That the frame counts and judges as README.md says."""

import contextlib
import io
import pathlib
import sys
import types

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from common import frame  # noqa: E402
import measures  # noqa: E402


def made(rounds, lines, **more):
    """A measure whose rounds are given."""
    @contextlib.contextmanager
    def opened(_context):
        yield lambda number: dict(rounds[number])
    return types.SimpleNamespace(ID="X", TITLE="", LINES=lines, SHOWN={}, opened=opened, **more)


def of(rounds, lines, release=True, **more):
    context = frame.Context(None, None, len(rounds), 1, False, False, release)
    return frame.run(made(rounds, lines, **more), context, io.StringIO())


def verdicts(part):
    return [line["verdict"] for line in part["lines"]]


def main():
    high, low = frame.Line("a", "", ">=", 3, 10), frame.Line("b", "", "<=", 3, 1.5)
    quiet = [{"a": a, "b": 4, "foreign": 0.1} for a in (1, 5, 3, 4, 100)]
    part = of(quiet, [high, low])
    # The median of the rounds decides, not their mean.
    assert part["numbers"]["a"] == {"median": 4, "min": 1, "max": 100}, part
    assert verdicts(part) == ["met", "BELOW ITS GATE"], part
    assert [line["moonshot_met"] for line in part["lines"]] == [False, False]
    assert of([{"a": 12, "foreign": 0.0}] * 5, [high])["lines"][0]["moonshot_met"]

    # A noisy run, a short one and a build with assertions judge nothing, whatever they saw.
    noisy = [{**r, "foreign": 0.6} for r in quiet]
    for part, doubt in ((of(noisy, [high, low]), "busy"), (of(quiet[:4], [high, low]), "rounds"),
                        (of(quiet, [high, low], release=False), "release")):
        assert verdicts(part) == ["not judged"] * 2 and doubt in part["doubts"][0], part
    # But for what repeats to the last digit.
    exact = frame.Line("b", "", "<=", 0, 0, deterministic=True)
    assert verdicts(of([{"b": 1, "foreign": 2.0}], [exact])) == ["BELOW ITS GATE"]
    assert verdicts(of([{"b": 0, "foreign": 2.0}], [exact])) == ["met"]

    # What is not there is said; what breaks is said, and is no number.
    @contextlib.contextmanager
    def missing(_context):
        raise frame.NotBuilt("ninja it")
        yield
    broken = made(quiet, [high])
    broken.opened = missing
    part = frame.run(broken, frame.Context(None, None, 5, 1, False, False, True), io.StringIO())
    assert part["not_built"] == "ninja it" and not part["lines"], part
    part = frame.run(made([], [high]), frame.Context(None, None, 1, 1, False, False, True), io.StringIO())
    assert "IndexError" in part["failed"], part

    every = measures.all_of()
    assert [m.ID for m in every] == [f"P{n}" for n in range(1, 19)] + ["REST"], [m.ID for m in every]
    for measure in every:
        assert measure.LINES and measure.TITLE and measure.__doc__, measure.ID
        for line in measure.LINES:
            assert line.sense in (">=", "<="), measure.ID
            if line.moonshot is not None:  # the moonshot is the harder of the two
                assert line.reached(line.moonshot, line.gate), (measure.ID, line)
    print("the frame judges as it says")


main()
