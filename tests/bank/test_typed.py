import pytest

from app.bank import typed, typed_clauses
from app.bank.files import ClauseText
from app.bank.models import Clause
from app.bank.typed import Fields
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
    assert tuple(typed.lines_of_options(text)) == options


@pytest.mark.parametrize(
    ("kind", "text", "key"),
    [
        (Kind.SINGLE, " Ｂ ", "b"),
        (Kind.SINGLE, " ", None),
        (Kind.MULTIPLE, "C，A、B", ["a", "b", "c"]),
        (Kind.MULTIPLE, "AA", ["a", "a"]),
        (Kind.JUDGE, "√", True),
        (Kind.JUDGE, "错误", False),
        (Kind.JUDGE, "也许", "也许"),
        (Kind.BLANKS, "甲 | 乙\n丙｜丁", [["甲", "乙"], ["丙", "丁"]]),
        (
            Kind.RECITE,
            "必须【维护】党的【团结】。",
            {"text": "必须维护党的团结。", "phrases": ["维护", "团结"]},
        ),
        (
            Kind.RECITE,
            "必须维护\n 党的团结",
            {"text": "必须维护\n 党的团结", "phrases": ["必须维护", "党的团结"]},
        ),
        (Kind.SHORT, "一是甲\n\n二是乙 ", ["一是甲", "二是乙"]),
    ],
)
def test_keys_as_people_type_them(kind: Kind, text: str, key: object) -> None:
    assert typed.part(kind, Fields("题", "", text)).key == key


@pytest.mark.parametrize(
    ("kind", "key", "text"),
    [
        (Kind.SINGLE, "b", "B"),
        (Kind.SINGLE, None, ""),
        (Kind.MULTIPLE, ["a", "c"], "AC"),
        (Kind.JUDGE, False, "错"),
        (Kind.BLANKS, [["甲", "乙"], ["丙"]], "甲 | 乙\n丙"),
        (Kind.RECITE, {"text": "必须㎏维护，党的团结。", "phrases": ["维护党"]}, None),
        (Kind.ESSAY, ["甲", "乙"], "甲\n乙"),
    ],
)
def test_a_typed_key_reads_back(kind: Kind, key: object, text: str | None) -> None:
    shown = typed.typed_key(kind, key)
    assert shown == ("必须㎏【维护，党】的团结。" if text is None else text)
    expected = key if text is not None else {"text": "必须㎏维护，党的团结。", "phrases": ["维护，党"]}
    assert typed.key(kind, shown) == expected


def test_what_is_to_be_put_in_order_is_typed_in_the_right_order() -> None:
    part = typed.part(Kind.ORDER, Fields("排序", "A. 甲\nB. 乙\nC. 丙"))
    assert sorted(part.options) == ["丙", "乙", "甲"] and part.options != ("甲", "乙", "丙")
    assert typed.fields(part) == Fields("排序", "甲\n乙\n丙")
    assert typed.answer(part) == "1. 甲\n2. 乙\n3. 丙"


def test_pairs_are_typed_with_a_bar_and_what_fits_nothing_without() -> None:
    part = typed.part(Kind.MATCH, Fields("对上", "必须 | 维护\n严禁｜对抗\n应当\n｜多余"))
    assert part.prompts == ("必须", "严禁")
    assert sorted(part.options) == ["多余", "对抗", "应当", "维护"]
    assert [part.options["abcd".index(one)] for one in part.key] == ["维护", "对抗"]
    assert typed.part(Kind.MATCH, typed.fields(part)) == part
    assert typed.answer(part) == "必须 → 维护\n严禁 → 对抗"


def test_too_many_to_have_keys_can_still_be_named() -> None:
    text = "\n".join(f"第{n}项" for n in range(40))
    assert typed.part(Kind.ORDER, Fields("排序", text)).key is None
    assert len(typed.part(Kind.SINGLE, Fields("选", text)).options) == 40


def test_clauses_keep_their_numbers_and_new_ones_get_the_next() -> None:
    stored = [Clause(code="7", locator="第七条"), Clause(code="ban-a", locator="")]
    text = "一、严禁甲。\n7. 标题｜严禁乙。\nban-a、严禁丙。\nab. 严禁丁。"
    assert typed_clauses.clauses(text, stored) == [
        ClauseText("8", "", "", "一、严禁甲。"),
        ClauseText("7", "标题", "第七条", "严禁乙。"),
        ClauseText("ban-a", "", "", "严禁丙。"),
        ClauseText("9", "", "", "ab. 严禁丁。"),
    ]
