"""How much alike two questions are, and that what is alike is found among many."""

import random
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.likeness import ALIKE, bands, cliques, likeness, shingles, shingles_of
from app.domain.questions import Kind, Part, Question

BASE = "党的各级组织和全体党员必须自觉遵守党的政治纪律和政治规矩，在思想上政治上行动上同党中央保持高度一致。"


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        (["必须维护党中央权威"], ["必须维护党中央权威"], 1, 1),
        (["必须维护党中央权威（　　）。"], ["必须，维护 党中央权威"], 1, 1),
        (["ＡＢＣ"], ["abc"], 1, 1),
        (["甲乙丙", "丁戊己"], ["丁戊己", "甲乙丙"], 1, 1),
        ([BASE], [BASE.replace("自觉", "严格")], ALIKE, 0.99),
        (["必须维护党中央权威"], ["必须维护党的团结"], 0.2, 0.5),
        (["甲乙"], ["丙丁"], 0, 0),
        (["甲"], ["甲"], 1, 1),
        ([""], ["。"], 0, 0),
    ],
)
def test_likeness(one: list[str], other: list[str], low: float, high: float) -> None:
    assert low <= likeness(shingles(one), shingles(other)) <= high


def question(stem: str, *options: str, parts: tuple[Part, ...] = ()) -> Question:
    kind = Kind.CASE if parts else Kind.SINGLE
    return Question(kind, stem, options, None if parts else "a", "", (), "", "easy", parts=parts)


def test_options_count_in_any_order_and_parts_too() -> None:
    assert shingles_of(question("谁", "甲乙", "丙丁")) == shingles_of(question("谁", "丙丁", "甲乙"))
    asked = Part(Kind.SHORT, "怎么办", (), ["依规"])
    assert shingles_of(question("某支部", parts=(asked,))) == {"某支", "支部", "怎么", "么办"}


def test_the_same_text_has_the_same_numbers_for_ever() -> None:
    assert bands(shingles(["必须维护党中央权威"]))[:2] == (4740894181105530499, 8130809800729455456)
    assert bands(frozenset()) == ()
    assert all(0 <= number < 2**63 for number in bands(shingles([BASE])))


def test_near_duplicates_share_a_number_and_strangers_hardly_ever() -> None:
    rng = random.Random(1)
    chars = [chr(rng.randrange(0x4E00, 0x9000)) for _ in range(900)]
    found = strangers = 0
    for _ in range(200):
        text = "".join(rng.choices(chars, k=60))
        changed = text[:30] + "改动" + text[34:]
        other = "".join(rng.choices(chars, k=60))
        assert likeness(shingles([text]), shingles([changed])) > ALIKE
        found += not set(bands(shingles([text]))).isdisjoint(bands(shingles([changed])))
        strangers += not set(bands(shingles([text]))).isdisjoint(bands(shingles([other])))
    assert found == 200
    assert strangers == 0


@given(st.sets(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"))))
def test_cliques_hold_exactly_the_pairs(given_pairs: set[tuple[str, str]]) -> None:
    pairs = {frozenset(pair) for pair in given_pairs if len(set(pair)) == 2}
    found = cliques(given_pairs)
    assert {frozenset(pair) for group in found for pair in combinations(group, 2)} == pairs
    assert len(found) <= len(pairs)


def test_all_alike_are_one_clique() -> None:
    assert cliques(combinations("dcba", 2)) == [set("abcd")]
