import pytest

from app.bank import typed
from app.bank.files import ClauseText
from app.bank.models import Clause
from app.domain.questions import Kind


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("甲\n\n 乙 ", ("甲", "乙")),
        ("A. 甲\nB．乙\nC、丙", ("甲", "乙", "丙")),
        ("A 股\nB 股", ("A 股", "B 股")),
        ("A. 甲\n乙", ("A. 甲", "乙")),
        ("", ()),
    ],
)
def test_options_are_lines_and_letters_in_front_are_left_out(text: str, options: tuple[str, ...]) -> None:
    assert typed.options(text) == options


@pytest.mark.parametrize(
    ("kind", "text", "key"),
    [
        (Kind.SINGLE, " Ｂ ", "b"),
        (Kind.MULTIPLE, "C，A、B", ["a", "b", "c"]),
        (Kind.MULTIPLE, "AA", ["a", "a"]),
        (Kind.JUDGE, "√", True),
        (Kind.JUDGE, "错误", False),
        (Kind.JUDGE, "也许", "也许"),
        (Kind.BLANKS, "甲 | 乙\n丙｜丁", [["甲", "乙"], ["丙", "丁"]]),
    ],
)
def test_keys_as_people_type_them(kind: Kind, text: str, key: object) -> None:
    assert typed.key(kind, text) == key


@pytest.mark.parametrize(
    ("kind", "key", "text"),
    [
        (Kind.SINGLE, "b", "B"),
        (Kind.MULTIPLE, ["a", "c"], "AC"),
        (Kind.JUDGE, False, "错"),
        (Kind.BLANKS, [["甲", "乙"], ["丙"]], "甲 | 乙\n丙"),
    ],
)
def test_a_typed_key_reads_back(kind: Kind, key: object, text: str) -> None:
    assert typed.typed_key(kind, key) == text
    assert typed.key(kind, text) == key


def test_clauses_keep_their_numbers_and_new_ones_get_the_next() -> None:
    stored = [Clause(code="7", locator="第七条"), Clause(code="ban-a", locator="")]
    text = "一、严禁甲。\n7. 标题｜严禁乙。\nban-a、严禁丙。\nab. 严禁丁。"
    assert typed.clauses(text, stored) == [
        ClauseText("8", "", "", "一、严禁甲。"),
        ClauseText("7", "标题", "第七条", "严禁乙。"),
        ClauseText("ban-a", "", "", "严禁丙。"),
        ClauseText("9", "", "", "ab. 严禁丁。"),
    ]
