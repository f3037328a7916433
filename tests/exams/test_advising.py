from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations_with_replacement, product

from hypothesis import HealthCheck, assume, given, settings

from app.domain.assembly import Advice, AtLeast, Cell, Lack, Plan, Wanted, usable
from app.domain.dealing import lay
from app.domain.papers import Candidate
from app.domain.questions import DIFFICULTIES, Kind
from app.exams.advising import advice
from tests.exams import planned

IDEALS = [
    Candidate(0, "", kind, topic, planned.SETS, level, ("r/1", "s/1"))
    for kind, topic, level in product(planned.KINDS, ("", *planned.TOPICS), DIFFICULTIES)
]
"""Every kind of question that a plan of these can tell apart, citing all there is."""


def advised(
    plan: Plan, pool: list[Candidate], apart: list[set[str]], held_back: frozenset[str] = frozenset()
) -> Advice:
    return advice(lay(plan, usable(pool, held_back), apart, 0), plan, pool, held_back)


def possible(plan: Plan, pool: Sequence[Candidate], apart: list[set[str]]) -> bool:
    return next(planned.every_form(plan, pool, apart), None) is not None


def kinds_of_new(plan: Plan) -> list[Candidate]:
    """One of each that the plan sees as different, of those that fit somewhere."""
    looks = {
        (
            tuple(cell.wanted.takes(one) for cell in plan.cells),
            tuple(rule.wanted.takes(one) for rule in plan.at_least),
        ): one
        for one in IDEALS
    }
    return [one for (cells, _), one in looks.items() if any(cells)]


def has_room(plan: Plan) -> bool:
    """Could the plan be filled with whatever one cares to write?"""
    new = kinds_of_new(plan)
    ways = (
        combinations_with_replacement([one for one in new if cell.wanted.takes(one)], cell.count)
        for cell in plan.cells
    )
    return any(
        all(
            sum(rule.wanted.takes(one) for cell in form for one in cell) >= rule.count
            for rule in plan.at_least
        )
        for form in product(*ways)
    )


def with_new(pool: list[Candidate], new: Sequence[Candidate]) -> list[Candidate]:
    return [*pool, *planned.numbered(new, 101)]


def written(plan: Plan, lack: Lack) -> list[Candidate]:
    """Questions that are as the advice says, and cite no more than that."""
    found = []
    for n in range(lack.count):
        met = [plan.at_least[rule].wanted for rule, count in lack.bearing if n < count]
        wanted = [plan.cells[lack.cell].wanted, *met]
        ideal = next(one for one in IDEALS if all(each.takes(one) for each in wanted))
        sets = tuple(sorted({code for each in wanted for code in each.rule_sets}))
        clauses = tuple(sorted({code for each in wanted for code in each.clauses}))
        found.append(replace(ideal, rule_sets=sets, clauses=clauses))
    return found


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(planned.plans(), planned.pools, planned.enemies())
def test_what_is_lacking_is_true_and_the_least(
    plan: Plan, pool: list[Candidate], apart: list[set[str]]
) -> None:
    assume(not possible(plan, pool, apart))
    said = advised(plan, pool, apart)
    cut = [
        replace(rule, count=rule.count - dict(said.too_many).get(n, 0))
        for n, rule in enumerate(plan.at_least)
    ]
    eased = replace(plan, at_least=tuple(cut))
    new = [one for lack in said.lacks for one in written(plan, lack)]
    assert possible(eased, with_new(pool, new), apart)
    if new and len(new) < 4:
        for fewer in combinations_with_replacement(kinds_of_new(plan), len(new) - 1):
            assert not possible(eased, with_new(pool, fewer), apart)
    assert has_room(plan) == (not said.too_many)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(planned.plans(), planned.pools, planned.enemies())
def test_the_nearest_plan_can_be_filled_and_none_is_nearer(
    plan: Plan, pool: list[Candidate], apart: list[set[str]]
) -> None:
    assume(not possible(plan, pool, apart))
    nearest = advised(plan, pool, apart).nearest
    others = [
        Plan(
            tuple(replace(c, count=n) for c, n in zip(plan.cells, counts, strict=True)), rules, 1, plan.total
        )
        for counts in product(range(8), repeat=len(plan.cells))
        for rules in product(*([replace(r, count=n) for n in range(r.count + 1)] for r in plan.at_least))
    ]
    fillable = [p for p in others if p.points == plan.total and possible(p, pool, apart)]
    if nearest is None:
        assert not fillable
    else:
        assert nearest.points == plan.total and possible(nearest, pool, apart)
        assert distance(plan, nearest) == min(distance(plan, other) for other in fillable)


def counted(plan: Plan, *counts: int) -> Plan:
    return replace(
        plan, cells=tuple(replace(cell, count=n) for cell, n in zip(plan.cells, counts, strict=True))
    )


def distance(plan: Plan, other: Plan) -> tuple[int, int]:
    cut = sum(a.count - b.count for a, b in zip(plan.at_least, other.at_least, strict=True))
    return cut, sum(abs(a.count - b.count) for a, b in zip(plan.cells, other.cells, strict=True))


MULTIPLE = Wanted(Kind.MULTIPLE, difficulty="hard", rule_sets=("r",))


def test_three_hard_questions_are_lacking_and_easy_ones_offered() -> None:
    plan = Plan(
        (Cell(0, MULTIPLE, 5, 10), Cell(0, Wanted(Kind.MULTIPLE, difficulty="easy"), 5, 10)), total=100
    )
    levels = ["hard"] * 4 + ["easy"] * 9
    pool = planned.numbered([Candidate(0, "", Kind.MULTIPLE, "甲", ("r",), level) for level in levels])
    said = advised(plan, pool, [{"q001", "q002"}], frozenset({"q003"}))
    assert said == Advice((Lack(0, 3, held_back=1),), (), counted(plan, 2, 8))


def test_an_empty_pool_lacks_everything() -> None:
    plan = Plan((Cell(0, Wanted(), 2, 10),), (AtLeast(Wanted(clauses=("r/1",)), 1),), total=20)
    assert advised(plan, [], []) == Advice((Lack(0, 2, ((0, 1),)),), (), None)


def test_a_condition_beyond_the_grid_is_no_matter_of_writing_questions() -> None:
    easy, hard = Wanted(difficulty="easy"), Wanted(difficulty="hard")
    plan = Plan((Cell(0, easy, 2, 10),), (AtLeast(hard, 1),), total=20)
    pool = planned.numbered([Candidate(0, "", Kind.SINGLE, "甲", (), "easy")] * 3)
    nearest = replace(plan, at_least=(AtLeast(hard, 0),))
    assert advised(plan, pool, []) == Advice((), ((0, 1),), nearest)
