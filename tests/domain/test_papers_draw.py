import random
from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.papers import (
    Candidate,
    Section,
    Shortage,
    draw,
)
from app.domain.questions import Kind
from app.domain.scoring import Preset


def section(count: int, kind: Kind = Kind.SINGLE, **which: tuple[str, ...]) -> Section:
    return Section("一、题", kind, count, 20, Preset.EXACT, **which)


def candidate(
    n: int, topic: str = "t", rule_sets: tuple[str, ...] = ("r",), kind: Kind = Kind.SINGLE, version: int = 0
) -> Candidate:
    return Candidate(version or n, f"q-{n:03}", kind, topic, rule_sets, "easy")


def fits(part: Section, c: Candidate) -> bool:
    return (
        c.kind == part.kind
        and (not part.topics or c.topic in part.topics)
        and (not part.rule_sets or bool(set(part.rule_sets) & set(c.rule_sets)))
    )


def test_sections_take_only_what_they_ask_for() -> None:
    pool = [
        candidate(1, "甲"),
        candidate(2, "乙"),
        candidate(3, "甲", ("s",)),
        candidate(4, "甲", kind=Kind.JUDGE),
    ]
    assert draw([section(1, topics=("甲",), rule_sets=("r",))], pool, 1) == ((pool[0],),)
    assert draw([section(1, Kind.JUDGE)], pool, 1) == ((pool[3],),)
    assert draw([section(0)], pool, 1) == ((),)
    assert draw([], pool, 1) == ()


def test_the_newest_version_stands_for_its_question() -> None:
    pool = [candidate(1, version=7), candidate(1, version=9), candidate(1, version=8)]
    assert draw([section(1)], pool, 1) == ((pool[1],),)
    with pytest.raises(Shortage) as caught:
        draw([section(2)], pool, 1)
    assert caught.value.missing == ((section(2), 1),)


def test_a_shortage_names_every_section_and_what_it_lacks() -> None:
    single, judge = section(3), section(2, Kind.JUDGE)
    with pytest.raises(Shortage) as caught:
        draw([single, section(1, Kind.BLANKS), judge], [candidate(1), candidate(2, kind=Kind.BLANKS)], 1)
    assert caught.value.missing == ((single, 2), (judge, 2))
    assert "一、题: 2" in str(caught.value)


@pytest.mark.parametrize("seed", range(20))
def test_a_wide_section_leaves_the_narrow_one_its_questions(seed: int) -> None:
    pool = [candidate(1, "窄"), *(candidate(n, "宽") for n in range(2, 5))]
    wide, narrow = draw([section(3), section(1, topics=("窄",))], pool, seed)
    assert [c.topic for c in narrow] == ["窄"]
    assert len(wide) == 3


@pytest.mark.parametrize("seed", range(20))
def test_a_wide_section_stays_even_beside_a_narrow_one(seed: int) -> None:
    pool = [
        candidate(1, "窄", ("r1",)),
        candidate(2, "宽", ("r1",)),
        *(candidate(n, "宽", ("r2",)) for n in range(3, 9)),
    ]
    wide, _ = draw([section(2), section(1, topics=("窄",))], pool, seed)
    assert {c.rule_sets for c in wide} == {("r1",), ("r2",)}


@pytest.mark.parametrize("seed", range(20))
def test_a_chain_of_overlapping_sections_is_solved(seed: int) -> None:
    pool = [candidate(n, topic) for n, topic in enumerate("abcd", start=1)]
    overlapping = [section(1, topics=tuple(t)) for t in ("ab", "bc", "cd", "ad")]
    assert len({c.question_id for (c,) in draw(overlapping, pool, seed)}) == 4


@pytest.mark.parametrize("seed", range(10))
def test_spread_over_rule_sets_and_topics(seed: int) -> None:
    pool = [candidate(n, f"t{n % 2}", (f"r{n % 3}",)) for n in range(90)]
    (drawn,) = draw([section(12)], pool, seed)
    assert set(Counter(c.rule_sets for c in drawn).values()) == {4}
    assert set(Counter(c.topic for c in drawn).values()) == {6}


@pytest.mark.parametrize("seed", range(10))
def test_a_section_by_topic_is_spread_over_its_topics(seed: int) -> None:
    pool = [candidate(n, "甲" if n < 80 else "乙", ("r1" if n < 80 else f"r{n}",)) for n in range(90)]
    (drawn,) = draw([section(10, topics=("甲", "乙"))], pool, seed)
    assert Counter(c.topic for c in drawn) == {"甲": 5, "乙": 5}


@pytest.mark.parametrize("seed", range(10))
def test_small_sections_share_out_the_rule_sets_between_them(seed: int) -> None:
    pool = [candidate(n, "t", (f"r{n % 4}",)) for n in range(40)]
    drawn = draw([section(1)] * 4, pool, seed)
    assert len({c.rule_sets for (c,) in drawn}) == 4


def test_seeds_differ() -> None:
    pool = [candidate(n) for n in range(50)]
    assert len({draw([section(5)], pool, seed) for seed in range(10)}) > 5


def test_every_question_has_its_chance() -> None:
    pool = [candidate(n, f"t{n % 2}") for n in range(10)]
    seen = Counter(c for seed in range(400) for c in draw([section(2)], pool, seed)[0])
    assert len(seen) == 10
    assert min(seen.values()) > 40


topics = st.sampled_from("ABC")
codes = st.sets(st.sampled_from("rst"), max_size=2).map(lambda s: tuple(sorted(s)))
kinds = st.sampled_from([Kind.SINGLE, Kind.JUDGE])
pools = st.lists(
    st.builds(candidate, st.integers(1, 25), topics, codes, kinds, st.integers(1, 99)),
    max_size=25,
    unique_by=lambda c: c.question_id,
)
blueprints = st.lists(
    st.builds(
        section,
        st.integers(0, 5),
        kinds,
        topics=st.sets(topics, max_size=2).map(lambda s: tuple(sorted(s))),
        rule_sets=codes,
    ),
    max_size=4,
)


@settings(deadline=None, max_examples=100)
@given(blueprints, pools, st.integers(), st.randoms())
def test_draw(parts: list[Section], pool: list[Candidate], seed: int, rng: random.Random) -> None:
    # Hall: the sections can be filled exactly when no group of them asks for more than suits any of them.
    feasible = all(
        sum(part.count for part in group) <= sum(any(fits(part, c) for part in group) for c in pool)
        for size in range(1, len(parts) + 1)
        for group in combinations(parts, size)
    )
    if not feasible:
        with pytest.raises(Shortage):
            draw(parts, pool, seed)
        return
    drawn = draw(parts, pool, seed)
    assert [len(chosen) for chosen in drawn] == [part.count for part in parts]
    assert all(fits(part, c) for part, chosen in zip(parts, drawn, strict=True) for c in chosen)
    ids = [c.question_id for chosen in drawn for c in chosen]
    assert len(ids) == len(set(ids))
    rng.shuffle(pool)
    assert draw(parts, pool, seed) == drawn


@settings(deadline=None)
@given(st.lists(st.sampled_from("rstu"), min_size=1, max_size=30), st.data())
def test_one_section_is_as_even_as_the_bank_allows(owners: list[str], data: st.DataObject) -> None:
    count = data.draw(st.integers(1, len(owners)))
    pool = [candidate(n, "t", (code,)) for n, code in enumerate(owners)]
    (drawn,) = draw([section(count)], pool, data.draw(st.integers()))
    got, have = Counter(c.rule_sets[0] for c in drawn), Counter(owners)
    assert all(got[code] == have[code] or got[code] >= max(got.values()) - 1 for code in have)
