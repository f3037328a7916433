import random
from dataclasses import replace

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.domain.assembly import AtLeast, Cell, Papers, Plan, Wanted, breaches, shared
from app.domain.dealing import lay
from app.domain.papers import Candidate
from app.domain.questions import DIFFICULTIES, Kind
from app.exams.solving import papers
from tests.exams import planned

LONG = 60.0  # seconds, of which a fraction is used; so what is found depends on no clock


def solved(
    plan: Plan, pool: list[Candidate], apart: list[set[str]] | None = None, seed: int = 1
) -> Papers | None:
    return papers(lay(plan, pool, apart or [], seed), plan, seed, LONG)


@settings(max_examples=60, deadline=None)
@given(planned.plans(forms=3), planned.pools, planned.enemies())
def test_forms_hold_every_rule_or_there_are_none(
    plan: Plan, pool: list[Candidate], apart: list[set[str]]
) -> None:
    found = solved(plan, pool, apart)
    possible = next(planned.every_form(plan, pool, apart), None)
    assert (found is None) == (possible is None)
    if found:
        assert breaches(plan, found.forms, apart) == []
        assert found.overlap == sum(shared(found.forms).values())
        assert found.gap >= 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(planned.plans(forms=2), planned.pools, planned.enemies())
def test_no_two_forms_overlap_less_than_is_said(
    plan: Plan, pool: list[Candidate], apart: list[set[str]]
) -> None:
    forms = list(planned.every_form(plan, pool, apart))
    assume(0 < len(forms) < 60)
    found = solved(plan, pool, apart)
    assert found
    assert found.at_least <= planned.least_overlap(plan, forms) <= found.overlap


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3)), min_size=1, max_size=4), st.integers(1, 6))
def test_forms_have_nothing_in_common_where_the_pool_suffices(
    sizes: list[tuple[int, int]], forms: int
) -> None:
    cells = tuple(Cell(n, Wanted(topics=(f"t{n}",)), count, 10) for n, (count, _) in enumerate(sizes))
    plan = Plan(cells, forms=forms, total=10 * sum(count for count, _ in sizes))
    topics = [f"t{n}" for n, (count, more) in enumerate(sizes) for _ in range(forms * count + more)]
    pool = [Candidate(n, f"q{n}", Kind.SINGLE, topic, (), "easy") for n, topic in enumerate(topics)]
    found = solved(plan, pool)
    assert found
    assert (found.overlap, found.gap, breaches(plan, found.forms)) == (0, 0, [])


def test_equally_difficult_forms_are_found_where_weights_allow_few_sums() -> None:
    """Each of two easy and one hard: no other level has two forms of nothing in common."""
    levels = ["easy"] * 4 + ["hard"] * 2
    pool = [Candidate(n, f"q{n}", Kind.SINGLE, "t", (), level) for n, level in enumerate(levels)]
    plan = Plan((Cell(0, Wanted(), 3, 10),), forms=2, total=30)
    found = solved(plan, pool)
    assert found
    assert (found.overlap, found.gap, breaches(plan, found.forms)) == (0, 0, [])


def test_a_cell_that_states_no_difficulty_is_mixed_like_the_pool() -> None:
    levels = ["easy"] * 40 + ["medium"] * 40 + ["hard"] * 20
    pool = [Candidate(n, f"q{n}", Kind.SINGLE, "t", (), level) for n, level in enumerate(levels)]
    found = solved(Plan((Cell(0, Wanted(), 10, 10),), forms=2, total=100), pool)
    assert found
    for form in found.forms:
        assert [[one.difficulty for one in form[0]].count(level) for level in DIFFICULTIES] == [4, 4, 2]


def county(measured: bool = False) -> list[Candidate]:
    """3,000 questions by chance."""
    rng = random.Random(1)
    kinds = [Kind.SINGLE] * 5 + [Kind.MULTIPLE] * 3 + [Kind.JUDGE] * 2
    return [
        Candidate(
            n, f"q{n:04}", rng.choice(kinds), f"t{rng.randrange(8)}/u{rng.randrange(4)}", (f"s{n % 10}",),
            rng.choice(DIFFICULTIES), tuple(f"s{n % 10}/{rng.randrange(9)}" for _ in range(n % 3)),
            rng.random() if measured else None,
        )
        for n in range(3000)
    ]  # fmt: skip


def grid() -> Plan:
    """36 cells, 100 points, ten forms."""
    sections = ((Kind.SINGLE, (4, 4, 2), 10), (Kind.MULTIPLE, (2, 2, 1), 20), (Kind.JUDGE, (2, 2, 1), 10))
    cells = [
        Cell(number, Wanted(kind, (f"t{topic}",), level), count, points)
        for number, (kind, counts, points) in enumerate(sections)
        for topic in range(4)
        for level, count in zip(DIFFICULTIES, counts, strict=True)
    ]
    rules = (AtLeast(Wanted(clauses=("s1/1", "s1/2")), 2), AtLeast(Wanted(rule_sets=("s2",)), 9))
    return Plan(tuple(cells), rules, forms=10)


def test_ten_forms_of_a_hundred_points_from_three_thousand_questions() -> None:
    rng = random.Random(2)
    pool = county()
    apart = [{one.question_id for one in rng.sample(pool, 2)} for _ in range(100)]
    found = solved(grid(), pool, apart)
    assert found
    assert breaches(grid(), found.forms, apart) == []
    assert found.gap <= 5


def test_the_same_seed_gives_the_same_forms() -> None:
    plan, pool = replace(grid(), forms=3), county(measured=True)
    first, again, other = solved(plan, pool), solved(plan, pool[::-1]), solved(plan, pool, seed=2)
    assert first
    assert not first.late
    assert first == again
    assert other and first.forms != other.forms
