"""What a run does and when: a day's exam told in steps."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

# Seconds, and seconds between two answers of a candidate (0: nobody is asked to save).
START, REAL, SIGNING, HURRIED, END = "start", "every 27 s", "every 27 s, sign-ins", "every 15 s", "hand-in"
_DAY = ((START, 60, 27), (REAL, 240, 27), (SIGNING, 60, 27), (HURRIED, 120, 15), (END, 30, 0))
_RUSH = (15, 10, 7.5, 6, 5, 4, 3, 2.5, 2, 1.5, 1)
SECONDS = sum(seconds for _, seconds, _ in _DAY)
TOO_SLOW = 0.5  # seconds: where 99 of 100 saves must be below


@dataclass(frozen=True)
class Step:
    """A stretch of the exam; `pace`: seconds between two answers of one candidate, on the average."""

    name: str
    seconds: float
    pace: float
    sign_ins: int = 0


@dataclass(frozen=True)
class Plan:
    """`sign_in`: so many candidates sign in through the door; the others find themselves signed in.

    `rush`: stop asking for more as soon as a step was too slow. `real`: with questions of the bank.
    """

    engine: str
    candidates: int
    sign_in: int
    steps: tuple[Step, ...]
    rush: bool = False
    real: bool = True

    @property
    def sign_ins(self) -> int:
        return sum(step.sign_ins for step in self.steps)

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))


def read(path: Path) -> Plan:
    told = json.loads(path.read_text())
    return Plan(**told | {"steps": tuple(Step(**step) for step in told["steps"])})


def of(engine: str, candidates: int, seconds: float = SECONDS, sign_ins: int | None = None) -> Plan:
    """The exam as it is meant; in fewer `seconds` everybody does the same, only faster."""
    shrunk = seconds / SECONDS
    many = candidates // 10 if sign_ins is None else sign_ins
    steps = tuple(
        Step(name, length * shrunk, pace * shrunk, many if name == SIGNING else 0)
        for name, length, pace in _DAY
    )
    return Plan(engine, candidates, min(candidates, max(10, candidates // 50)), steps)


def rushed(plan: Plan) -> Plan:
    """After the same beginning as long at every pace, each faster than the one before."""
    first, real, *_, last = plan.steps
    paces = [Step(f"every {pace:g} s", first.seconds, pace) for pace in _RUSH]
    return replace(plan, steps=(first, replace(real, seconds=first.seconds), *paces, last), rush=True)


def from_environment(env: Mapping[str, str] = os.environ) -> Plan:
    engine = env.get("ENGINE") or "postgresql"
    if engine not in {"postgresql", "sqlite"}:
        raise SystemExit(f"ENGINE is postgresql or sqlite, not {engine!r}")
    many = int(env.get("CANDIDATES") or (10_000 if engine == "postgresql" else 500))
    sign_ins = int(env["SIGN_INS"]) if env.get("SIGN_INS") else None
    made = of(engine, many, float(env.get("SECONDS") or SECONDS), sign_ins)
    return rushed(made) if env.get("RUSH") == "1" else made


def bounds(steps: Sequence[Step]) -> list[tuple[float, float, Step]]:
    """Begin and end of each, in seconds from the beginning."""
    found: list[tuple[float, float, Step]] = []
    at = 0.0
    for step in steps:
        found.append((at, at + step.seconds, step))
        at += step.seconds
    return found


Told = dict[str, Any]
