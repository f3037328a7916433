from datetime import UTC, datetime

import pytest

from app.exams.candidates import Candidate, State
from app.exams.queries import Result
from app.people.models import Unit
from app.reports import figures
from app.reports.figures import Outcome

AT = datetime(2026, 11, 23, tzinfo=UTC)


def candidate(points: int | None, *, path: str = "/1/", state: State = State.HANDED_IN) -> Candidate:
    result = None if points is None else Result(points, 1000, points >= 600, AT, 1)
    return Candidate(
        person_id=1, name="", username="", unit_name="", unit_path=path, post="", rank="", state=state,
        attempt_id=None, deadline=None, last_save=None, handed_in_at=None, attempts=0, result=result,
        unapplied=0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (candidate(600), Outcome.PASSED),
        (candidate(599), Outcome.FAILED),
        (candidate(None, state=State.ABSENT), Outcome.ABSENT),
        (candidate(None, state=State.NOT_STARTED), Outcome.NOT_STARTED),
        (candidate(None, state=State.SITTING), Outcome.PENDING),
        (candidate(900, state=State.SITTING), Outcome.PASSED),  # sits again, the first try counts so far
    ],
)
def test_outcome(one: Candidate, expected: Outcome) -> None:
    assert figures.outcome(one) is expected


def test_figures_of_a_group() -> None:
    people = [candidate(p) for p in (800, 600, 333)] + [candidate(None, state=State.ABSENT)]
    f = figures.total([*people, candidate(None, state=State.NOT_STARTED)])
    assert (f.entrants, f.sat, f.absent, f.passed, f.unmarked) == (5, 3, 1, 2, 0)
    assert (f.attendance, f.pass_rate) == ("60%", "66.7%")
    assert (f.average, f.highest, f.lowest) == (578, 800, 333)
    f.add(candidate(None))
    assert (f.entrants, f.sat, f.absent, f.passed, f.unmarked, f.pass_rate) == (6, 3, 1, 2, 1, "66.7%")


def test_nobody_has_no_rates() -> None:
    f = figures.total([])
    assert (f.attendance, f.pass_rate, f.average, f.highest, f.lowest) == ("—", "—", None, None, None)


def test_units_include_those_below_and_keep_their_order() -> None:
    units = [Unit(id=n, path=path, name=str(n)) for n, path in ((1, "/1/"), (2, "/1/2/"), (3, "/1/3/"))]
    people = [candidate(500, path="/1/"), candidate(700, path="/1/3/"), candidate(900, path="/1/3/")]
    rows = figures.by_unit(people, units)
    assert [(unit.id, f.entrants, f.average) for unit, f in rows] == [(1, 3, 700), (3, 2, 800)]
