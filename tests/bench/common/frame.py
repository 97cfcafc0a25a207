"""What a measure is, how its rounds are run, and what its numbers come to.

A measure is a module with
  ID, TITLE   "P1", one line of what is measured beside what
  LINES       the ratios with a gate, see Line
  SHOWN       {name: (words, format)} of the other numbers of a round
  opened(context)   a context manager that gives round(number) → {name: value}; `foreign` is added when the
                    round does not give its own. Raises NotBuilt when what it needs is not there."""

import contextlib
import dataclasses
import statistics
import sys
import traceback

from common.machine import Foreign

MAX_FOREIGN = 0.5
LEAST_ROUNDS = 5


class NotBuilt(Exception):
    """What has to be there first."""


@dataclasses.dataclass
class Line:
    """One gated ratio. `sense` is ">=" or "<="; `moonshot` may be None."""
    name: str
    words: str
    sense: str
    gate: float
    moonshot: float | None = None
    # Repeats to the last digit, so that it may be judged whatever the machine does meanwhile.
    deterministic: bool = False

    def reached(self, value, bound):
        return value >= bound if self.sense == ">=" else value <= bound


@dataclasses.dataclass
class Context:
    build: object  # pathlib.Path
    folder: object  # on a real disk, for this measure alone
    rounds: int
    seconds: float
    short: bool  # a check of the programs, with small catalogues and no timed judgement
    long: bool  # the nightly sizes
    release: bool

    @property
    def bin(self):
        return self.build / "bin"

    def program(self, name):
        path = self.bin / name
        if not path.exists():
            raise NotBuilt(f"ninja -C {self.build} {name}")
        return path

    def in_turn(self, number, steps):
        """Calls the steps {name: function} in order, in every second round backwards, so that a drift of the
        machine favours nobody; the answers by name."""
        order = list(steps) if number % 2 == 0 else list(steps)[::-1]
        return {name: steps[name]() for name in order}


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def judge(measure, numbers, rounds, release):
    """`numbers`: {name: spread}. The verdict of each line, and why none is due."""
    doubts = []
    if not release:
        doubts.append("not a release build")
    if rounds < LEAST_ROUNDS:
        doubts.append(f"fewer than {LEAST_ROUNDS} rounds")
    if (foreign := numbers.get("foreign")) and foreign["median"] > MAX_FOREIGN:
        doubts.append(f"{foreign['median']:.2f} cores were busy with something else")
    lines = []
    for line in measure.LINES:
        if line.name not in numbers:
            continue
        seen = numbers[line.name]
        met = line.reached(seen["median"], line.gate)
        judged = line.deterministic or not doubts
        lines.append({**dataclasses.asdict(line), **seen, "met": met, "judged": judged,
                      "moonshot_met": line.moonshot is not None and line.reached(seen["median"], line.moonshot),
                      "verdict": ("met" if met else "BELOW ITS GATE") if judged else "not judged"})
    return lines, doubts


def run(measure, context, said=sys.stderr):
    """One measure's part of the report."""
    out = {"id": measure.ID, "title": measure.TITLE, "lines": [], "doubts": [], "numbers": {}, "rounds": []}
    try:
        with contextlib.ExitStack() as stack:
            one_round = stack.enter_context(measure.opened(context))
            rounds = min(context.rounds, getattr(measure, "ROUNDS", context.rounds))
            for number in range(rounds):
                foreign = Foreign()
                seen = one_round(number)
                seen.setdefault("foreign", foreign.cores())
                out["rounds"].append(seen)
                print(f"{measure.ID} round {number + 1}: " + "; ".join(
                    f"{line.name} {seen[line.name]:.4g}" for line in measure.LINES if line.name in seen),
                    file=said, flush=True)
    except NotBuilt as missing:
        out["not_built"] = str(missing)
        return out
    except Exception as error:  # the other measures go on; the report says so and the program fails
        traceback.print_exc(file=said)
        out["failed"] = f"{type(error).__name__}: {error}"
        return out
    names = [n for n in out["rounds"][0] if all(n in r for r in out["rounds"])]
    out["numbers"] = {n: spread([r[n] for r in out["rounds"]]) for n in names}
    # A module whose rounds are its own program's says how many there were.
    count = getattr(measure, "rounds_seen", lambda r: len(r))(out["rounds"])
    out["lines"], out["doubts"] = judge(measure, out["numbers"], count, context.release)
    return out
