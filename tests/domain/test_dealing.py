from collections import Counter
from itertools import combinations_with_replacement, product
from math import comb

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.assembly import AtLeast, Cell, Plan, Wanted, shared, weight
from app.domain.dealing import Table, Takes, deal, lay, least, overlap
from app.domain.papers import Candidate
from app.domain.questions import Kind

KINDS = (Kind.SINGLE, Kind.JUDGE)
PLAN = Plan(
    (Cell(0, Wanted(Kind.SINGLE), 3, 10), Cell(0, Wanted(topics=("甲",)), 3, 10)),
    (AtLeast(Wanted(difficulty="hard"), 1),),
)


@st.composite
def pools(draw: st.DrawFn) -> list[Candidate]:
    kinds = st.tuples(
        st.sampled_from(KINDS), st.sampled_from(("甲", "乙")), st.sampled_from(("easy", "hard"))
    )
    return [
        Candidate(n, f"q{n:02}", kind, topic, (), level)
        for n, (kind, topic, level) in enumerate(draw(st.lists(kinds, max_size=14)))
    ]


@st.composite
def tables(draw: st.DrawFn) -> tuple[Table, list[Candidate], list[set[str]]]:
    pool = draw(pools())
    names = st.sampled_from([one.question_id for one in pool] or ["none"])
    enemies = draw(st.lists(st.sets(names, max_size=3), max_size=4))
    return lay(PLAN, pool, enemies, draw(st.integers(0, 3))), pool, enemies


@st.composite
def numbers(draw: st.DrawFn, table: Table) -> list[Takes]:
    """What some forms may take."""
    forms: list[Takes] = []
    for _ in range(draw(st.integers(1, 5))):
        form: Takes = {}
        closed: set[int] = set()
        for number, deck in enumerate(table.decks):
            left = 0 if number in closed else len(deck.hands)
            for cell in deck.cells:
                taken = draw(st.integers(0, left))
                left -= taken
                if taken:
                    form[number, cell] = taken
                    closed.update(n for clash in table.clashes if number in clash for n in clash)
        forms.append(form)
    return forms


@given(tables())
def test_decks_hold_every_question_that_fits_once_and_only_those_that_are_alike(
    laid: tuple[Table, list[Candidate], list[set[str]]],
) -> None:
    table, pool, enemies = laid
    held = [one for deck in table.decks for hand in deck.hands for one in hand]
    fitting = [one for one in pool if any(cell.wanted.takes(one) for cell in PLAN.cells)]
    assert sorted(one.version_id for one in held) == [one.version_id for one in fitting]
    for deck in table.decks:
        assert len({len(hand) for hand in deck.hands}) == 1
        for one in (one for hand in deck.hands for one in hand):
            assert deck.cells == tuple(n for n, c in enumerate(PLAN.cells) if c.wanted.takes(one))
            assert deck.conditions == tuple(n for n, r in enumerate(PLAN.at_least) if r.wanted.takes(one))
            assert deck.weight == weight(one)
    for clash in table.clashes:
        assert all(table.decks[number].size == 1 for number in clash)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_what_is_dealt_is_as_asked_and_no_other_deal_overlaps_less(data: st.DataObject) -> None:
    table, _, enemies = data.draw(tables())
    takes = data.draw(numbers(table))
    forms = deal(table, PLAN, takes, 1)
    deck_of = {o.version_id: n for n, deck in enumerate(table.decks) for hand in deck.hands for o in hand}
    for form, asked in zip(forms, takes, strict=True):
        dealt = Counter((deck_of[one.version_id], cell) for cell, ones in enumerate(form) for one in ones)
        assert dealt == asked
        ids = [one.question_id for cell in form for one in cell]
        assert len(set(ids)) == len(ids)
        assert all(len(group.intersection(ids)) < 2 for group in enemies)
    assert sum(shared(forms).values()) == overlap(table, takes)


def test_no_way_to_spread_uses_overlaps_less_than_said() -> None:
    for size, used in product(range(1, 5), range(8)):
        spreads = [s for s in combinations_with_replacement(range(used + 1), size) if sum(s) == used]
        assert least(size, used) == min(sum(comb(times, 2) for times in spread) for spread in spreads)


def test_the_same_seed_deals_the_same_and_another_one_something_else() -> None:
    pool = [Candidate(n, f"q{n:02}", Kind.SINGLE, f"t{n % 3}", (), "easy") for n in range(40)]
    plan = Plan((Cell(0, Wanted(Kind.SINGLE), 9, 10),))

    def dealt(seed: int, pool: list[Candidate]) -> object:
        return deal(lay(plan, pool, [], seed), plan, [{(0, 0): 9}, {(0, 0): 9}], seed)

    assert dealt(1, pool) == dealt(1, pool[::-1])
    assert dealt(1, pool) != dealt(2, pool)


def test_topics_are_spread_evenly_within_a_deck() -> None:
    pool = [Candidate(n, f"q{n:02}", Kind.SINGLE, f"t{n % 3}", (), "easy") for n in range(60)]
    plan = Plan((Cell(0, Wanted(Kind.SINGLE), 12, 10),), forms=5)
    for form in deal(lay(plan, pool, [], 1), plan, [{(0, 0): 12}] * 5, 1):
        assert Counter(one.topic for one in form[0]) == {"t0": 4, "t1": 4, "t2": 4}


def test_forms_from_a_pool_too_small_differ_from_each_other() -> None:
    pool = [Candidate(n, f"q{n:02}", Kind.SINGLE, "t", (), "easy") for n in range(10)]
    plan = Plan((Cell(0, Wanted(Kind.SINGLE), 6, 10),), forms=10)
    forms = deal(lay(plan, pool, [], 1), plan, [{(0, 0): 6}] * 10, 1)
    assert sum(shared(forms).values()) == 10 * comb(6, 2)
    assert max(shared(forms).values()) < 6
