import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.questions import (
    Kind,
    Part,
    Question,
    comparable,
    normalise,
    option_keys,
    placed,
    rescrambled,
    scrambled,
)


def test_kinds_answered_alike_share_a_letter() -> None:
    assert [kind.letter for kind in Kind] == ["s", "m", "j", "b", "o", "p", "t", "t", "t", ""]


def test_option_keys() -> None:
    assert option_keys(0) == ()
    assert option_keys(4) == ("a", "b", "c", "d")
    assert option_keys(26)[-1] == "z"
    for n in (-1, 27):
        with pytest.raises(ValueError):
            option_keys(n)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("党 中 央", "党中央"),
        ("　“党中央”。\n", "党中央"),
        ("ＰＡＲＴＹ", "party"),
        ("２０２６年", "2026年"),
        ("a+b=c", "a+b=c"),
        ("￥100", "¥100"),
        ("____", ""),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("a.\u0301", "á"),
    ],
)
def test_normalise(text: str, normal: str) -> None:
    assert normalise(text) == normal


@settings(deadline=None)
@given(st.text())
def test_normalise_is_idempotent_and_clean(text: str) -> None:
    normal = normalise(text)
    assert normalise(normal) == normal
    assert not any(char.isspace() or unicodedata.category(char).startswith("P") for char in normal)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.5", "１．５"), ("1。5", "1.5"), ("2015-1-13", "2015/1/13"), ("3 — 5", "3-5"),
        ("12：30", "12:30"), ("1,000,000", "1000000"), ("“三会一课”", "三会 一课"),
        ("50%。", "50"), ("第1、2条", "第1，2条"),
    ],
)  # fmt: skip
def test_answers_that_count_as_one(one: str, other: str) -> None:
    assert comparable(one) == comparable(other)


@pytest.mark.parametrize(
    ("one", "other"), [("1.5", "15"), ("3-5", "35"), ("12:30", "1230"), ("1,5", "15"), ("1.000", "1000")]
)
def test_numbers_stay_what_they_are(one: str, other: str) -> None:
    assert comparable(one) != comparable(other)
    assert normalise(one) == normalise(other)


@settings(deadline=None)
@given(st.text() | st.text("0١.,:-~/、 ％“条a\u0301"))
def test_what_is_compared_is_normal_but_for_points_in_numbers(text: str) -> None:
    counted = comparable(text)
    assert comparable(counted) == counted
    assert normalise(counted) == normalise(text)
    assert "." not in re.sub(r"(?<=\d)\.(?=\d)", "", counted)


def test_what_is_scrambled_gives_nothing_away() -> None:
    right = ["提出申请", "支部大会讨论", "上级审批", "入党宣誓"]
    options, key = scrambled(right, ["公示"])
    assert sorted(options) == sorted([*right, "公示"])
    assert [options[ord(one) - ord("a")] for one in key] == right
    assert key != sorted(key)
    assert scrambled(right, ["公示"]) == (options, key)


@given(st.lists(st.text(max_size=5), min_size=2, max_size=8, unique=True), st.integers(0, 3))
def test_scrambling_keeps_every_text(texts: list[str], others: int) -> None:
    right = texts[: max(2, len(texts) - others)]
    options, key = scrambled(right, texts[len(right) :])
    assert sorted(options) == sorted(texts)
    assert [options[ord(one) - ord("a")] for one in key] == right
    assert key != sorted(key) or options[: len(right)] != tuple(right)


def test_two_ways_to_scramble_the_same_mean_the_same() -> None:
    def order(options: tuple[str, ...], key: object) -> Question:
        return Question(Kind.ORDER, "排序", options, key, "", (), "", "easy")

    one, other = order(("丙", "甲", "乙"), ["b", "c", "a"]), order(("乙", "丙", "甲"), ["c", "a", "b"])
    assert rescrambled(one) == rescrambled(other)
    assert rescrambled(one) != rescrambled(order(("丙", "甲", "乙"), ["c", "b", "a"]))
    assert placed(one.asked[0]) == (["甲", "乙", "丙"], [])
    draft = order(("丙", "甲", "乙"), None)
    assert rescrambled(draft) == draft
    match = Part(Kind.MATCH, "对上", ("二", "一", "多"), ["b", "a"], ("甲", "乙"))
    assert placed(match) == (["一", "二"], ["多"])


@given(
    st.lists(st.text("甲乙丙丁", min_size=1, max_size=3), min_size=2, max_size=5, unique=True),
    st.integers(0, 3),
)
def test_no_scramble_leaves_the_right_order_standing(right: list[str], others: int) -> None:
    options, key = scrambled(right, [f"多余{n}" for n in range(others)])
    assert [options["abcdefgh".index(one)] for one in key] == right
    assert key != sorted(key)
