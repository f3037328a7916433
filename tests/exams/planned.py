"""Pools and plans small enough to try everything, and an oracle that does."""

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations, product

from hypothesis import strategies as st

from app.domain.assembly import AtLeast, Cell, Form, Plan, Wanted, breaches, difficulty, shared
from app.domain.papers import Candidate
from app.domain.questions import DIFFICULTIES, Kind

KINDS = (Kind.SINGLE, Kind.MULTIPLE)
TOPICS = ("甲", "甲/子", "乙")
SETS = ("r", "s")

wanteds = st.builds(
    Wanted,
    kind=st.sampled_from((None, *KINDS)),
    topics=st.sampled_from(((), ("甲",), ("甲/子", "乙"))),
    difficulty=st.sampled_from(("", "", *DIFFICULTIES)),
    rule_sets=st.sampled_from(((), (), ("r",))),
    clauses=st.sampled_from(((), (), ("s/1",))),
)
candidates = st.builds(
    lambda kind, topic, level, sets, right: Candidate(
        0, "", kind, topic, sets, level, tuple(f"{code}/1" for code in sets), right
    ),
    st.sampled_from(KINDS),
    st.sampled_from(TOPICS),
    st.sampled_from(DIFFICULTIES),
    st.sampled_from(((), ("r",), ("s",), ("r", "s"))),
    st.sampled_from((None, None, 0.4)),
)


def numbered(ones: Sequence[Candidate], start: int = 1) -> list[Candidate]:
    return [Candidate(n, f"q{n:03}", *_rest(one)) for n, one in enumerate(ones, start)]


def _rest(one: Candidate) -> tuple[object, ...]:
    return one.kind, one.topic, one.rule_sets, one.difficulty, one.clauses, one.right


pools = st.lists(candidates, max_size=7).map(numbered)


@st.composite
def plans(draw: st.DrawFn, forms: int = 1) -> Plan:
    cells = draw(
        st.lists(
            st.builds(Cell, st.integers(0, 1), wanteds, st.integers(1, 2), st.sampled_from((10, 20))),
            min_size=1,
            max_size=2,
        )
    )
    rules = draw(st.lists(st.builds(AtLeast, wanteds, st.integers(1, 2)), max_size=2))
    plan = Plan(tuple(cells), tuple(rules), forms, slack=draw(st.sampled_from((0, 0, 10))))
    return Plan(plan.cells, plan.at_least, forms, plan.points, plan.slack)


@st.composite
def enemies(draw: st.DrawFn) -> list[set[str]]:
    names = st.sampled_from([f"q{n:03}" for n in range(1, 8)])
    return draw(st.lists(st.sets(names, min_size=2, max_size=3), max_size=2))


def every_form(
    plan: Plan, pool: Sequence[Candidate], apart: Collection[Collection[str]] = ()
) -> Iterator[Form]:
    """All forms that hold the plan, by trying."""
    alone = Plan(plan.cells, plan.at_least, 1, plan.total)
    ways = [combinations([one for one in pool if c.wanted.takes(one)], c.count) for c in plan.cells]
    for form in product(*ways):
        if not breaches(alone, [form], apart):
            yield form


def least_overlap(plan: Plan, forms: Sequence[Form]) -> int:
    """Of two forms of these that are equally difficult."""
    pairs = ((a, b) for a in forms for b in forms if abs(difficulty(a) - difficulty(b)) <= plan.slack)
    return min(sum(shared(pair).values()) for pair in pairs)
