"""Where answers and cases stand in a paper: below a section, at its end, with heads of their own."""

import pytest

from tests.bank.importing.test_text import read, said

pytestmark = pytest.mark.usefixtures("words")
TWO = "1．甲（ ）\nA．一 B．二\n2．乙（ ）\nA．三 B．四\n"


@pytest.mark.parametrize(
    "answers",
    [
        "参考答案：1-2：AB",
        "答案：1．A 2．B",
        "答案：1-2 AB",
        "答案：\n1-2 AB",
        "答案\n1、A\n2、B",
    ],
)
def test_answers_below_each_section(answers: str) -> None:
    paper = f"一、单选题\n{TWO}{answers}\n二、判断题\n（  ）1．丙。\n（  ）2．丁。\n答案：1．√ 2．×"
    assert [key for _kind, _stem, _options, key in said(paper)] == ["a", "b", True, False]


def test_a_list_may_take_several_lines() -> None:
    more = TWO.replace("2．", "4．").replace("1．", "3．")
    paper = f"一、单选题\n{TWO}{more}答案：1-2 AB\n3-4 BA\n二、判断题\n1．丙（√）"
    assert [key for *_rest, key in said(paper)] == ["a", "b", "b", "a", True]


def test_an_answer_that_looks_like_a_list_is_none() -> None:
    paper = "四、填空题\n1、甲____，乙____。\n答案：1、A 2、B"
    assert said(paper)[0][3] == [["A"], ["B"]]


def test_heads_of_parts_are_no_explanation() -> None:
    paper = f"第一部分 单选题\n{TWO}第二部分 判断题\n1．丙。\n答案\n第一部分\n1.A 2.B\n第二部分\n1.对"
    assert [(item.content.key, item.content.explanation) for item in read(paper)] == [
        ("a", ""), ("b", ""), (True, ""),
    ]  # fmt: skip


def test_cases_with_heads_of_their_own() -> None:
    paper = (
        "四、案例分析题\n案例一：张某收受礼金。\n1．违反了（ ）。\nA．政治纪律 B．廉洁纪律\n答案：B\n"
        "2．如何处理？\n答案：依规处理。\n【案例2】李某说情。\n1．对不对？\n答案：不对。"
    )
    assert [(item.content.stem, [part.key for part in item.content.parts]) for item in read(paper)] == [
        ("张某收受礼金。", ["b", ["依规处理。"]]), ("李某说情。", [["不对。"]]),
    ]  # fmt: skip


def test_a_case_with_one_question_and_no_number() -> None:
    [item] = read("五、案例分析题\n1、张某收受礼金。\n对张某如何处理？\n答：依规处理。")
    assert [(part.stem, part.key) for part in item.content.parts] == [("对张某如何处理？", ["依规处理。"])]
    [faulty] = read("五、案例分析题\n1、张某收受礼金。\n答：依规处理。")
    assert [note.text for note in faulty.notes] == ["答案“依规处理。”没有分到各小题，请核对。"]


def test_several_questions_on_one_line() -> None:
    paper = "单选题\n1、甲（B）A.一 B.二 2、乙（A）A.三 B.四"
    assert [(options, key) for _kind, _stem, options, key in said(paper)] == [
        (("一", "二"), "b"), (("三", "四"), "a"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "key", "explanation"),
    [
        ("B。第三条规定。", "b", "第三条规定。"),
        ("B（第三条）", "b", "（第三条）"),
        ("B.乙", "b", ""),
        ("B 理由：见第三条。", "b", "见第三条。"),
    ],
)
def test_a_key_with_its_reason(answer: str, key: str, explanation: str) -> None:
    [item] = read(f"1、题干（ ）\nA.甲 B.乙\n答案：{answer}")
    assert (item.content.key, item.content.explanation) == (key, explanation)


def test_a_wrong_statement_with_what_is_right() -> None:
    [item] = read("判断题\n1、甲。（ ）\n答案：错。应为三年。\n")
    assert (item.content.key, item.content.explanation) == (False, "应为三年。")


def test_an_answer_in_brackets_ends_with_them() -> None:
    assert said("填空题\n1、甲是____。（答案：宗旨）")[0][1:] == ("甲是____。", (), [["宗旨"]])
    assert said("单选题\n1、甲是（答案：B）。A.一 B.二")[0][2:] == (("一", "二"), "b")


def test_a_heading_below_options_is_none_of_them() -> None:
    first, second = "（一）党章部分\n1、甲（A）\nA.一 B.二", "（二）条例部分\n2、乙（b）\na.三 b.四"
    paper = f"单选题\n{first}\n{second}\n我的答案：A 得分：0"
    assert [(options, key) for _kind, _stem, options, key in said(paper)] == [
        (("一", "二"), "a"), (("三", "四"), "b"),
    ]  # fmt: skip
