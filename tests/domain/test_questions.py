import unicodedata
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.questions import Fault, Kind, Question, faults, fitting_letters, normalise, option_keys

SINGLE = Question(
    kind=Kind.SINGLE,
    stem="“五个必须”的第一条是（　　）。",
    options=("维护党中央权威", "维护党的团结", "遵循组织程序", "服从组织决定"),
    key="a",
    explanation="见第一条。",
    clauses=("five-musts/1",),
    topic="政治纪律",
    difficulty="easy",
)
MULTIPLE = replace(SINGLE, kind=Kind.MULTIPLE, key=["a", "c"])
JUDGE = replace(SINGLE, kind=Kind.JUDGE, options=(), key=False)
BLANKS = replace(
    SINGLE,
    kind=Kind.BLANKS,
    stem="必须维护____权威，必须维护____。",
    options=(),
    key=[["党中央"], ["党的团结", "团结"]],
)


def codes(question: Question) -> set[tuple[str, str]]:
    return {(fault.field, fault.code) for fault in faults(question)}


def test_every_kind_has_a_letter_of_its_own() -> None:
    assert [kind.letter for kind in Kind] == ["s", "m", "j", "b"]


@pytest.mark.parametrize(
    ("value", "letters"),
    [
        (None, "smjb"),
        (True, "j"),
        (False, "j"),
        ("c", "s"),
        ("", "s"),
        ("x" * 200, "s"),
        ([], "mb"),
        (["a", "c"], "mb"),
        (["文"] * 50, "mb"),
        (["文" * 2000], "mb"),
    ],
)
def test_fitting_letters(value: object, letters: str) -> None:
    assert fitting_letters(value) == letters


@pytest.mark.parametrize(
    "value",
    [
        0,
        1,
        1.5,
        {"a": 1},
        ("a",),
        b"a",
        "x" * 201,
        ["a"] * 51,
        ["文" * 2001],
        ["a", None],
        [["a"]],
        [True],
        "a\0",
        ["\ud800"],
    ],
)
def test_no_kind_takes(value: object) -> None:
    with pytest.raises(ValueError):
        fitting_letters(value)


def test_option_keys() -> None:
    assert option_keys(0) == ()
    assert option_keys(4) == ("a", "b", "c", "d")
    assert option_keys(26)[-1] == "z"
    for n in (-1, 27):
        with pytest.raises(ValueError):
            option_keys(n)


@pytest.mark.parametrize("question", [SINGLE, MULTIPLE, JUDGE, BLANKS], ids=lambda q: q.kind.value)
def test_well_formed(question: Question) -> None:
    assert faults(question) == ()
    assert faults(replace(question, difficulty="medium")) == ()


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (replace(SINGLE, stem=" 　"), {("stem", "missing")}),
        (replace(SINGLE, explanation=""), {("explanation", "missing")}),
        (replace(SINGLE, topic=""), {("topic", "missing")}),
        (replace(SINGLE, clauses=()), {("clauses", "missing")}),
        (replace(SINGLE, clauses=("five-musts/1", "")), {("clauses", "missing")}),
        (replace(SINGLE, difficulty="难"), {("difficulty", "unknown_difficulty")}),
        (replace(SINGLE, options=("甲",)), {("options", "too_few")}),
        (replace(SINGLE, options=("甲", "乙")), set()),
        (replace(SINGLE, options=tuple("甲乙丙丁戊己庚辛")), set()),
        (replace(SINGLE, options=tuple("甲乙丙丁戊己庚辛壬")), {("options", "too_many")}),
        (
            replace(SINGLE, options=tuple("甲" * 30)),
            {("options", "too_many"), ("options", "duplicate_option")},
        ),
        (replace(SINGLE, options=("甲", " ")), {("options", "empty_option")}),
        (replace(SINGLE, options=("甲", " ", "")), {("options", "empty_option")}),
        (replace(SINGLE, options=("党 章", "《党章》")), {("options", "duplicate_option")}),
        (replace(SINGLE, options=("ＡＢ", "ab")), {("options", "duplicate_option")}),
        (replace(SINGLE, options=("、", "，")), set()),
        (replace(JUDGE, options=("对", "错")), {("options", "not_allowed")}),
        (replace(BLANKS, options=("甲",)), {("options", "not_allowed")}),
        (replace(SINGLE, key="e"), {("key", "key_unknown")}),
        (replace(SINGLE, key="A"), {("key", "key_unknown")}),
        (replace(SINGLE, key=""), {("key", "key_unknown")}),
        (replace(SINGLE, key=["a"]), {("key", "key_shape")}),
        (replace(SINGLE, key=None), {("key", "key_shape")}),
        (replace(MULTIPLE, key="ac"), {("key", "key_shape")}),
        (replace(MULTIPLE, key=["a", 3]), {("key", "key_shape")}),
        (replace(MULTIPLE, key=[]), {("key", "key_too_few")}),
        (replace(MULTIPLE, key=["a"]), {("key", "key_too_few")}),
        (replace(MULTIPLE, key=["a", "a"]), {("key", "key_too_few"), ("key", "key_duplicate")}),
        (replace(MULTIPLE, key=["c", "a"]), {("key", "key_unsorted")}),
        (replace(MULTIPLE, key=["a", "c", "c"]), {("key", "key_duplicate")}),
        (replace(MULTIPLE, key=["a", "e"]), {("key", "key_unknown")}),
        (replace(MULTIPLE, key=["a", "b", "c", "d"]), set()),
        (replace(JUDGE, key=1), {("key", "key_shape")}),
        (replace(JUDGE, key="true"), {("key", "key_shape")}),
        (replace(BLANKS, stem="没有空。"), {("stem", "no_blanks"), ("key", "blank_count")}),
        (replace(BLANKS, key=[["党中央"]]), {("key", "blank_count")}),
        (replace(BLANKS, key=["党中央", "团结"]), {("key", "key_shape")}),
        (replace(BLANKS, key=[["党中央"], []]), {("key", "key_shape")}),
        (replace(BLANKS, key=[["党中央"], [1]]), {("key", "key_shape")}),
        (replace(BLANKS, key=[["党中央"], ["团结", "。"]]), {("key", "empty_variant")}),
        (replace(BLANKS, key=None), {("key", "key_shape")}),
    ],
)
def test_faults(question: Question, expected: set[tuple[str, str]]) -> None:
    assert codes(question) == expected


def test_a_fault_says_where() -> None:
    assert faults(replace(SINGLE, options=("甲", "乙", "甲。"))) == (
        Fault("options", "duplicate_option", "1, 3"),
    )


def test_all_faults_are_told_at_once() -> None:
    assert len(faults(Question(Kind.SINGLE, "", (), None, "", (), "", ""))) == 7


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


@settings(deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=3), st.lists, max_leaves=5))
def test_fitting_letters_answers_or_refuses(value: object) -> None:
    with suppress(ValueError):
        assert fitting_letters(value) in {"smjb", "j", "s", "mb"}
