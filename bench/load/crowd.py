"""The process that is all candidates: reads who they are and what they do, tells what they saw."""

import gc
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import uniform

from bench.load import plan as plans
from bench.load.candidate import Course, Seat, sign_in, sit, visit
from bench.load.lines import Answer, Ask, Loop, Script
from bench.load.plan import Plan, Step

_LATE = 1.0  # seconds after the end of a step until its last answers are in


class Crowd:
    def __init__(self, plan: Plan, port: int) -> None:
        self.plan = plan
        self.loop = Loop(port, self._note)
        self.course = Course([], host=f"127.0.0.1:{port}".encode())
        self.seconds: dict[tuple[str, str], list[float]] = {}
        self.refused: Counter[str] = Counter()

    def _note(self, asked: Ask, answer: Answer, now: float) -> None:
        step = next((step.name for _, end, step in self.course.bounds if asked.due < end), plans.END)
        self.seconds.setdefault((step, asked.kind), []).append(answer.seconds)
        if answer.status not in (200, 302):
            self.refused[f"{step}: {asked.kind} {answer.status or answer.body.decode()}"] += 1

    def sign_in(self, seats: Sequence[Seat]) -> None:
        """Beforehand and without haste, two at a time."""
        now = time.monotonic()
        self.course.bounds = [(now, now + 3600, Step("before", 3600, 0))]
        for some in (seats[::2], seats[1::2]):
            self.loop.add(_enter(self.course, some))
        self.loop.run()

    def sit(self, seats: Sequence[Seat], visitors: Sequence[Seat]) -> None:
        begin = time.monotonic() + 1
        self.course.bounds = [(b + begin, e + begin, s) for b, e, s in plans.bounds(self.plan.steps)]
        waiting = iter(visitors)
        for b, e, step in self.course.bounds:
            for _ in range(step.sign_ins):
                self.loop.add(visit(self.course, next(waiting), uniform(b, e)))  # noqa: S311
        for seat in seats:
            self.loop.add(sit(self.course, seat))
        if self.plan.rush:
            self.loop.add(self._watch())
        gc.freeze()
        gc.disable()  # a pause of the crowd's would look like one of the server's
        print(f"begin {time.time() - time.monotonic() + begin}", flush=True)
        self.loop.run()

    def _watch(self) -> Script:
        """Ends the rush after the first pace that was too much; what the start left waiting is none."""
        for _, end, step in list(self.course.bounds)[2:-1]:
            yield end + _LATE
            took = sorted(self.seconds.get((step.name, "save"), []))
            if took and took[len(took) * 99 // 100] > plans.TOO_SLOW:
                self.course.cut(time.monotonic())
                return

    def told(self) -> plans.Told:
        first = self.course.bounds[0][0]
        return {
            "steps": [(s.name, b - first, e - first) for b, e, s in self.course.bounds],
            "seconds": [(step, kind, found) for (step, kind), found in self.seconds.items()],
            "refused": self.refused, "given_up": self.course.given_up, "reopened": self.loop.reopened,
            "processor": time.process_time(), "acked": self.course.acked, "receipts": self.course.receipts,
        }  # fmt: skip


def _enter(course: Course, seats: Sequence[Seat]) -> Script:
    for seat in seats:
        yield from sign_in(course, seat, time.monotonic())


def main() -> None:
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    plan = plans.read(folder / "plan.json")
    seats = [Seat(**told) for told in json.loads((folder / "seats.json").read_text())]
    candidates, visitors = seats[: plan.candidates], seats[plan.candidates :]
    crowd = Crowd(plan, port)
    crowd.sign_in([seat for seat in candidates if not seat.cookie])
    crowd.sit(candidates, visitors)
    (folder / "told.json").write_text(json.dumps(crowd.told()))


if __name__ == "__main__":
    main()
