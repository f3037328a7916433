from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.questions import AUTOMATIC, MARKED_BY_HAND, Kind
from app.domain.scoring import PRESETS, Preset, format_points, is_correct, passed, points, recited, share

S, M, J, B = Kind.SINGLE, Kind.MULTIPLE, Kind.JUDGE, Kind.BLANKS
ORD, P, R = Kind.ORDER, Kind.MATCH, Kind.RECITE
EXACT, HALF, PER_BLANK = Preset.EXACT, Preset.HALF, Preset.PER_BLANK
PER_OPTION, PER_ITEM = Preset.PER_OPTION, Preset.PER_ITEM
WORDS = {"text": "……", "phrases": ["党中央权威", "党的团结", "组织程序"]}
TWO = [["党中央"], ["团结", "党的团结"]]
THREE = [["甲"], ["乙"], ["丙"]]


@pytest.mark.parametrize(
    ("full", "part", "whole", "tenths"),
    [
        (20, 1, 2, 10),
        (25, 1, 2, 13),  # 12.5: half goes up
        (15, 1, 2, 8),
        (20, 1, 3, 7),
        (10, 1, 3, 3),
        (20, 0, 3, 0),
        (20, 3, 3, 20),
        (0, 1, 2, 0),
    ],
)
def test_share(full: int, part: int, whole: int, tenths: int) -> None:
    assert share(full, part, whole) == tenths


def test_share_of_nothing() -> None:
    with pytest.raises(ValueError):
        share(10, 0, 0)


@given(st.integers(0, 10**6), st.integers(0, 60), st.integers(1, 60))
def test_share_is_the_nearest_half_up(full: int, part: int, whole: int) -> None:
    error = share(full, part, whole) - Fraction(full * part, whole)
    assert Fraction(-1, 2) < error <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("kind", "key", "value", "preset", "tenths"),
    [
        (S, "b", "b", EXACT, 20),
        (S, "b", "a", EXACT, 0),
        (S, "b", "B", EXACT, 0),
        (S, "b", None, EXACT, 0),
        (S, "b", ["b"], EXACT, 0),
        (S, "", "", EXACT, 0),
        (S, "b", "a", HALF, 0),
        (J, True, True, EXACT, 20),
        (J, False, False, EXACT, 20),
        (J, True, False, EXACT, 0),
        (J, True, 1, EXACT, 0),
        (J, False, None, EXACT, 0),
        (J, 1, True, EXACT, 0),
        (M, ["a", "c"], ["a", "c"], EXACT, 20),
        (M, ["a", "c"], ["c", "a"], EXACT, 20),
        (M, ["a", "c"], ["a"], EXACT, 0),
        (M, ["a", "c"], ["a"], HALF, 10),
        (M, ["a", "c"], ["a", "a"], HALF, 10),
        (M, ["a", "c", "d"], ["a", "d"], HALF, 10),
        (M, ["a", "c"], ["a", "b"], HALF, 0),
        (M, ["a", "c"], ["a", "b", "c", "d"], HALF, 0),
        (M, ["a", "b", "c", "d"], ["a", "b", "c", "d"], HALF, 20),
        (M, ["a", "c"], [], HALF, 0),
        (M, ["a", "c"], None, HALF, 0),
        (M, ["a", "c"], "ac", HALF, 0),
        (M, ["a", "c"], ["a", 1], HALF, 0),
        (M, ["a", "c"], ["a", ["c"]], HALF, 0),
        (M, ["a", "c"], ["a"], PER_BLANK, 0),
        (M, [], [], HALF, 0),
        (B, [["1.5"]], ["１．５"], PER_BLANK, 20),
        (B, [["1.5"]], ["15"], PER_BLANK, 0),
        (B, TWO, ["党中央", "党的团结"], EXACT, 20),
        (B, TWO, [" 党中央。", "“团结”"], EXACT, 20),
        (B, TWO, ["党中央", ""], EXACT, 0),
        (B, TWO, ["党中央", ""], PER_BLANK, 10),
        (B, TWO, ["党中央"], PER_BLANK, 10),
        (B, TWO, ["团结", "党中央"], PER_BLANK, 0),
        (B, TWO, ["党中央", "团结", "x"], PER_BLANK, 0),
        (B, TWO, ["党中央", None], PER_BLANK, 10),
        (B, TWO, ["党中央", "x"], HALF, 0),
        (B, TWO, "党中央", PER_BLANK, 0),
        (B, THREE, ["甲", "", ""], PER_BLANK, 7),
        (B, THREE, ["甲", "乙", ""], PER_BLANK, 13),
        (B, [["。"]], ["，"], PER_BLANK, 0),
        (B, [], [], PER_BLANK, 0),
        (B, None, ["甲"], PER_BLANK, 0),
        (B, TWO, ["党中央", ""], PER_ITEM, 0),
        (M, ["a", "c", "d"], ["a", "d"], PER_OPTION, 13),
        (M, ["a", "c", "d"], ["a"], PER_OPTION, 7),
        (M, ["a", "c", "d"], ["a", "b"], PER_OPTION, 0),
        (M, ["a", "c", "d"], [], PER_OPTION, 0),
        (ORD, ["b", "c", "a"], ["b", "c", "a"], EXACT, 20),
        (ORD, ["b", "c", "a"], ["b", "a", "c"], EXACT, 0),
        (ORD, ["b", "c", "a"], ["b", "a", "c"], PER_ITEM, 7),
        (ORD, ["b", "c", "a"], ["b"], PER_ITEM, 7),
        (ORD, ["b", "c", "a"], "bca", PER_ITEM, 0),
        (ORD, ["b", "c", "a"], ["b", "a", "c"], PER_BLANK, 0),
        (P, ["b", "a"], ["b", "a"], PER_ITEM, 20),
        (P, ["b", "a"], ["b", ""], PER_ITEM, 10),
        (P, ["b", "a"], ["b", "b"], PER_ITEM, 10),
        (P, ["b", "a"], ["a", "b"], PER_ITEM, 0),
        (P, ["", "a"], ["", ""], PER_ITEM, 0),
        (R, WORDS, "必须维护党中央权威。必须维护党的团结；必须遵循组织程序", EXACT, 20),
        (R, WORDS, "必须 维护 党中央 权威，党的团结，组织程序", PER_ITEM, 20),
        (R, WORDS, "党的团结，组织程序", PER_ITEM, 13),
        (R, WORDS, "组织程序，党的团结，党中央权威", PER_ITEM, 7),
        (R, WORDS, "党中央权威", EXACT, 0),
        (R, WORDS, "", PER_ITEM, 0),
        (R, WORDS, None, PER_ITEM, 0),
        (R, {"text": "甲甲", "phrases": ["甲", "甲"]}, "甲", PER_ITEM, 10),
        (R, {"text": "", "phrases": []}, "", PER_ITEM, 0),
        (R, None, "甲", PER_ITEM, 0),
        (Kind.SHORT, ["要点"], "要点", EXACT, 0),
        (Kind.CASE, None, None, EXACT, 0),
        (B, ["甲"], ["甲"], PER_BLANK, 0),
    ],
)
def test_points_of_two(kind: Kind, key: object, value: object, preset: Preset, tenths: int) -> None:
    assert points(kind, key, value, 20, preset) == tenths
    assert is_correct(kind, key, value) is (tenths == 20)


def test_a_recitation_tells_which_phrases_were_said() -> None:
    assert recited(WORDS, "党的团结、党中央权威、组织程序") == [
        ("党中央权威", False), ("党的团结", True), ("组织程序", True),
    ]  # fmt: skip
    assert recited(WORDS, None) == [(phrase, False) for phrase in WORDS["phrases"]]


def test_every_kind_has_presets() -> None:
    assert tuple(PRESETS) == tuple(Kind)
    assert all(Preset.EXACT in PRESETS[kind] for kind in AUTOMATIC)
    assert all(PRESETS[kind] == (Preset.BY_HAND,) for kind in MARKED_BY_HAND)


def test_a_tiny_share_is_not_rounded_up_to_all() -> None:
    assert points(M, ["a", "c"], ["a"], 1, HALF) == 0
    assert points(B, THREE, ["甲", "乙", ""], 1, PER_BLANK) == 0


def test_nothing_to_earn() -> None:
    assert points(S, "b", "b", 0, EXACT) == 0
    assert points(S, "b", "b", -10, EXACT) == 0


json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1, 2)
    | st.sampled_from(["a", "b", "c", "", "。", "党", "\ud800"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.just("a"), inner),
    max_leaves=8,
)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(Kind), json, json, st.integers(1, 100), st.sampled_from(Preset))
def test_points_stay_within(kind: Kind, key: object, value: object, full: int, preset: Preset) -> None:
    got = points(kind, key, value, full, preset)
    assert 0 <= got <= full
    assert (got == full) is is_correct(kind, key, value)


letters = st.sets(st.sampled_from("abcdef"), min_size=1).map(sorted)


@settings(deadline=None)
@given(letters, letters, st.integers(1, 100), st.sampled_from(Preset))
def test_a_wrong_tick_costs_everything(key: list[str], value: list[str], full: int, preset: Preset) -> None:
    if not set(value) <= set(key):
        assert points(M, key, value, full, preset) == 0


@pytest.mark.parametrize(
    ("score", "full", "percent", "result"),
    [
        (600, 1000, 60, True),
        (599, 1000, 60, False),
        (2, 3, 66, True),
        (2, 3, 67, False),
        (1000, 1000, 100, True),
        (999, 1000, 100, False),
        (0, 1000, 0, True),
        (0, 0, 60, False),
        (0, 0, 0, False),
    ],
)
def test_passed(score: int, full: int, percent: int, result: bool) -> None:
    assert passed(score, full, percent) is result


@pytest.mark.parametrize(
    ("tenths", "text"),
    [(25, "2.5"), (600, "60"), (0, "0"), (5, "0.5"), (1005, "100.5"), (-5, "-0.5"), (-20, "-2")],
)
def test_format_points(tenths: int, text: str) -> None:
    assert format_points(tenths) == text
