from dataclasses import replace

import pytest

from app.domain.assembly import (
    AtLeast,
    Cell,
    Plan,
    Wanted,
    breaches,
    difficulty,
    senseless,
    shared,
    swapped,
    swaps,
    usable,
    weight,
)
from app.domain.papers import Candidate
from app.domain.questions import Kind

HARD = Candidate(1, "q1", Kind.MULTIPLE, "党的纪律/政治纪律", ("qi",), "hard", ("qi/1", "qi/2"))
EASY = Candidate(2, "q2", Kind.SINGLE, "党史", ("ba",), "easy", ("ba/1",))


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(),
        Wanted(Kind.MULTIPLE, ("党的纪律",), "hard", ("qi", "wu"), ("qi/2",)),
        Wanted(topics=("党史", "党的纪律/政治纪律")),
    ],
)
def test_what_is_wanted_takes_what_fits(wanted: Wanted) -> None:
    assert wanted.takes(HARD)


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(Kind.SINGLE),
        Wanted(topics=("党的纪律/政治",)),
        Wanted(difficulty="medium"),
        Wanted(rule_sets=("ba",)),
        Wanted(clauses=("qi/3",)),
        Wanted(Kind.MULTIPLE, rule_sets=("ba",)),
    ],
)
def test_what_is_wanted_takes_nothing_else(wanted: Wanted) -> None:
    assert not wanted.takes(HARD)


def test_difficulty_is_as_stated_or_as_measured() -> None:
    assert [weight(replace(EASY, difficulty=level)) for level in ("easy", "medium", "hard")] == [10, 20, 30]
    assert [weight(replace(EASY, right=share)) for share in (1.0, 0.5, 0.33, 0.0)] == [10, 20, 23, 30]


def test_the_newest_version_stands_for_its_question_and_what_was_used_is_left_out() -> None:
    newer = replace(EASY, version_id=9)
    assert usable([newer, HARD, EASY]) == [HARD, newer]
    assert usable([newer, HARD, EASY], {"q2"}) == [HARD]


def plan(**changes: object) -> Plan:
    cells = (Cell(0, Wanted(Kind.MULTIPLE), 1, 600), Cell(1, Wanted(Kind.SINGLE), 1, 400))
    return replace(Plan(cells, (AtLeast(Wanted(clauses=("qi/1",)), 1),)), **changes)


def test_a_plan_makes_sense_or_says_what_does_not() -> None:
    assert senseless(plan()) == []
    assert senseless(plan(total=990)) == ["total"]
    assert senseless(plan(forms=0)) == ["forms"]
    assert senseless(plan(cells=(), total=0)) == ["size"]
    assert senseless(plan(cells=(Cell(0, Wanted(), 1, 1001), Cell(0, Wanted(), -1, 1)))) == ["count", "size"]
    assert senseless(plan(cells=(Cell(0, Wanted(), 1000, 1),))) == ["size"]


def test_the_referee_sees_every_breach() -> None:
    good = ((HARD,), (EASY,))
    other = replace(EASY, version_id=3, question_id="q3", difficulty="medium")
    assert breaches(plan(), [good], [{"q1", "q9"}]) == []
    assert breaches(plan(), [good], [{"q1", "q2"}]) == ["form 0: enemies"]
    assert breaches(plan(), []) == ["number of forms"]
    assert breaches(plan(forms=2), [good, ((HARD,), (other,))]) == ["difficulty differs"]
    assert breaches(plan(forms=2, slack=10), [good, ((HARD,), (other,))]) == []
    assert breaches(plan(), [((HARD,), ())]) == ["form 0: cell 1", "form 0: points"]
    assert breaches(plan(), [((EASY,), (HARD,))]) == ["form 0: cell 0", "form 0: cell 1"]
    without = replace(HARD, clauses=())
    assert breaches(plan(), [((without,), (EASY,))]) == ["form 0: condition 0"]
    twice = plan(cells=(Cell(0, Wanted(), 2, 500),))
    assert breaches(twice, [((HARD, HARD),)]) == ["form 0: a question twice"]


def test_forms_are_compared() -> None:
    form = ((HARD,), (EASY,))
    assert difficulty(form) == 40
    assert shared([form, form, ((HARD,), ())]) == {(0, 1): 2, (0, 2): 1, (1, 2): 1}


def test_a_question_is_swapped_for_what_breaks_no_rule() -> None:
    form = ((HARD,), (EASY,))
    other = replace(HARD, version_id=3, question_id="q3", clauses=("qi/1",))
    without = replace(HARD, version_id=4, question_id="q4", clauses=())
    hostile = replace(other, version_id=5, question_id="q5")
    pool = [HARD, EASY, other, without, hostile]
    assert swaps(plan(), form, "q1", pool, [{"q5", "q2"}]) == [other]
    assert swaps(plan(), form, "q2", pool) == []
    assert swapped(form, "q1", other) == ((other,), (EASY,))
    assert swaps(plan(), ((without,), (EASY,)), "q4", pool) == [HARD, other, hostile]
