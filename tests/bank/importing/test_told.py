"""What a careful teacher would read is read; what is not sure is told, neither guessed nor dropped."""

import pytest

from app.bank.importing import text
from app.bank.importing.items import Item, Line
from tests.bank.importing.test_text import read, said

pytestmark = pytest.mark.usefixtures("words")
OPTIONS = "A.甲 B.乙 C.丙 D.丁"


def told(item: Item) -> list[str]:
    return [note.text for note in item.notes]


def test_questions_may_go_on_counting_in_brackets() -> None:
    paper = (
        "三、判断题\n9、甲（√）\n10、乙（  ）\n【答案】错误\n（11）丙（   ）\n（12）丁（   ）\n"
        "参考答案\n三、判断题\n11.√ 12.×"
    )
    assert [(stem, key) for _kind, stem, _options, key in said(paper)] == [
        ("甲", True), ("乙", False), ("丙", True), ("丁", False),
    ]  # fmt: skip
    assert [told(item) for item in read(paper)] == [["题号从 9 开始，请核对前面有没有漏读的题。"], [], [], []]


@pytest.mark.parametrize(
    "paper",
    [
        "1、下列正确的有（A）\n（1）甲\n（2）乙\nA.（1） B.（2）",
        "1、题干（A）\nA.甲 B.乙\n【解析】（1）因为。\n（2）所以。",
        "二、简答题\n1、简述甲。\n答：（1）一点；\n（2）两点；\n（3）三点。",
        "四、填空题\n1、甲____，乙____。\n答案：\n（1）一年\n（2）两年",
    ],
)
def test_points_in_brackets_begin_nothing(paper: str) -> None:
    assert len(said(paper)) == 1


def test_numbers_that_do_not_count_on_are_told() -> None:
    paper = "一、单选题\n" + "\n".join(f"{n}、第{n}题（A）\n{OPTIONS}" for n in (8, 9, 11, 10))
    assert [told(item) for item in read(paper)][1:] == [
        [],
        ["题号从 9 跳到 11，请核对有没有漏读的题。"],
        ["题号 10 在 11 之后，次序不对，请核对有没有读错的题。"],
    ]
    going_on = (
        f"一、单选题\n1、甲（A）\n{OPTIONS}\n二、多选题\n2、乙（AB）\n{OPTIONS}\n三、判断题\n1、丙（√）"
    )
    assert [told(item) for item in read(going_on)] == [[], [], []]


def test_an_answer_without_its_question_is_told() -> None:
    paper = f"一、单选题\n1、甲（ ）\n{OPTIONS}\n2、乙（ ）\n{OPTIONS}\n参考答案\n一、单选题：1-3 ABC"
    first, second = read(paper)
    assert (first.content.key, second.content.key) == ("a", "b")
    assert told(second) == ["卷末有第 3 题的答案“C”，卷中没有读到这道题，请核对。"]
    assert second.source.endswith("\n3、C")


def test_answers_that_are_too_few_are_not_shared_out() -> None:
    paper = f"一、单选题\n1、甲（ ）\n{OPTIONS}\n2、乙（ ）\n{OPTIONS}\n参考答案\n"
    for answers in ("一、单选题：1-2 ABC", "题号 1 2\n答案 A B C"):
        items = read(paper + answers)
        assert [item.content.key for item in items] == [None, None]
        assert "题号与答案的个数不一致，没有采用" in told(items[0])[0]


def test_lines_above_the_first_answer_are_listed() -> None:
    paper = f"1、甲（ ）\n{OPTIONS}\n2、乙（ ）\n{OPTIONS}\n参考答案\n仅供阅卷使用\n1.A 2.B"
    written, ignored = text.questions([Line("", line) for line in paper.split("\n")])
    assert ([one.answer for one in written], [line.text for line in ignored]) == (
        ["A", "B"],
        ["仅供阅卷使用"],
    )


@pytest.mark.parametrize(
    ("explanation", "key"),
    [
        ("解析：误选甲的多，正确答案：B，见第三条。", "b"),
        ("解析：见第三条。正确答案：B。", "b"),
        ("解析：见第三条，故正确答案为B。", "b"),
    ],
)
def test_an_explanation_that_says_the_answer_again(explanation: str, key: str) -> None:
    [item] = read(f"1、题干（ ）\n{OPTIONS}\n答案：B\n{explanation}")
    assert (item.content.key, told(item)) == (key, [])


def test_what_is_no_question_after_all_is_listed() -> None:
    lines = [Line("第 1 行", "1、"), Line("第 2 行", "答案：A"), Line("第 3 行", "2、甲（√）")]
    written, ignored = text.questions(lines)
    assert [one.stem for one in written] == ["甲（√）"]
    assert [line.text for line in ignored] == ["1、", "答案：A"]


def test_two_answers_at_one_question_are_told() -> None:
    [item] = read(f"1、题干（ ）\n{OPTIONS}\n答案：B\n正确答案：C")
    assert [(note.text, note.bars) for note in item.notes] == [
        ("这道题写了两个答案：“B”和“C”，请核对。", True)
    ]
    [judge] = read("判断题\n1、丙。\n答案：对\n2、丁（√）\n参考答案\n判断题\n1.√ 2.√")[:1]
    assert (judge.content.key, told(judge)) == (True, [])


CASE = "六、案例分析题\n1、张某收受礼金。\n（1）违反什么纪律？\n（2）如何处理？\n"


@pytest.mark.parametrize(
    "answers",
    [
        "参考答案：（1）廉洁纪律；（2）依规处理。",
        "参考答案：\n（1）廉洁纪律；\n（2）依规处理。",
        "参考答案\n（1）廉洁纪律；\n（2）依规处理。",
        "参考答案：①廉洁纪律；②依规处理。",
        "参考答案：1.廉洁纪律；2.依规处理。",
        "参考答案\n六、案例分析题\n1、（1）廉洁纪律；（2）依规处理。",
    ],
)
def test_answers_to_the_parts_of_a_case_are_shared_out(answers: str) -> None:
    [item] = read(CASE + answers)
    assert [part.key for part in item.content.parts] == [["廉洁纪律"], ["依规处理。"]]


def test_an_answer_to_a_case_that_cannot_be_shared_out_is_told() -> None:
    [item] = read(CASE + "参考答案\n六、案例分析题\n1、廉洁纪律，依规处理。")
    assert [part.key for part in item.content.parts] == [None, None]
    assert told(item) == ["答案“廉洁纪律，依规处理。”没有分到各小题，请核对。"]


def test_explanations_of_parts_are_kept() -> None:
    [item] = read(CASE + "答案：（1）甲（2）乙\n解析：见第三条。\n依据：《党章》第三条\n难度：难")
    assert (item.content.explanation, item.basis, item.content.difficulty) == (
        "见第三条。", "《党章》第三条", "hard",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("paper", "stem", "key"),
    [
        ("判断题\n1、甲。（  ）\n【答案】正确\n〔图5〕", "甲。\n〔图5〕", True),
        (f"1、甲（ ）\n{OPTIONS}\n答案：B〔图3〕", "甲（　　）\n〔图3〕", "b"),
        (f"1、甲（B）\n{OPTIONS}\n〔图3〕", "甲（　　）\n〔图3〕", "b"),
    ],
)
def test_a_picture_below_is_the_question_s(paper: str, stem: str, key: object) -> None:
    [item] = read(paper)
    assert (item.content.stem, item.content.key) == (stem, key)


def test_an_option_may_be_a_picture_on_a_line_of_its_own() -> None:
    [item] = read("1、哪个是党徽（A）\nA.\n〔图1〕\nB.\n〔图2〕")
    assert item.content.options == ("〔图1〕", "〔图2〕")


def test_a_picture_in_an_explanation_is_told() -> None:
    [item] = read(f"1、甲（B）\n{OPTIONS}\n解析：见下图。\n〔图1〕")
    assert (item.content.explanation, item.content.pictures) == ("见下图。", ())
    assert told(item) == ["答案要点和解析里的图片没有收，题库只在题干和选项里放图片。"]


@pytest.mark.parametrize("room", ["()", "（ ）", "（    ）", "(　)"])
def test_room_for_the_answer_looks_alike(room: str) -> None:
    assert read(f"1、题干{room}。\n{OPTIONS}\n答案：B")[0].content.stem == "题干（　　）。"


def test_it_is_told_where_the_answers_had_come_to() -> None:
    paper = f"一、单选题\n1、甲（ ）\n{OPTIONS}\n3、乙（ ）\n{OPTIONS}\n{CASE}参考答案\n1-2 AB"
    first, _second, case = read(paper)
    assert told(first) == ["卷末有第 2 题的答案“B”，卷中没有读到这道题，请核对。"] and told(case) == []


BLANKS = "一、填空题\n1. 甲____万，乙____，丙____。\n2. 丁____日____时。\n3. 戊____。\n参考答案\n一、填空题\n"
ONE_EACH = "一、填空题\n1. 甲____。\n2. 乙____。\n3. 丙____。\n参考答案\n"
SENTENCES = "一、简答题\n1．简述甲。\n2．简述乙。\n3．简述丙。\n参考答案\n一、简答题\n"
CHOICES = "一、单选题\n" + "".join(f"{n}. 问{n}（ ）\nA.甲 B.乙 C.丙\n" for n in (1, 2, 3)) + "参考答案\n"


@pytest.mark.parametrize(
    ("paper", "keys"),
    [
        (
            f"{BLANKS}1.（1）156（2）12.5（3）320.8\n2.3月15日；9:30\n3.党章",
            [[["156"], ["12.5"], ["320.8"]], [["3月15日"], ["9:30"]], [["党章"]]],
        ),
        (f"{ONE_EACH}1. 3.5  2. 12.5 3. 党章", [[["3.5"]], [["12.5"]], [["党章"]]]),
        (f"{ONE_EACH}1．党\n2．1978\n3．国", [[["党"]], [["1978"]], [["国"]]]),
        (f"{ONE_EACH}1．党\n3．国", [[["党"]], None, [["国"]]]),
        (f"{SENTENCES}1．甲点。\n2．1. 其一。\n3．丙点。", [["甲点。"], ["其一。"], ["丙点。"]]),
        (f"{CHOICES}1\t2\t3\nB\tA\tC", ["b", "a", "c"]),
        (f"{CHOICES}1\t2\nB\tA\n3\nC", ["b", "a", None]),
    ],
)
def test_each_answer_at_the_end_finds_its_question(paper: str, keys: list[object]) -> None:
    assert [key for _kind, _stem, _options, key in said(paper)] == keys


@pytest.mark.parametrize(
    ("answers", "held"),
    [
        ("1. 党章 2. 宪法 3.1978", "宪法 3.1978"),  # a decimal, or the next answer?
        ("1. 甲（2）乙\n2. 丙\n3. 丁", "甲（2）乙"),
    ],
)
def test_what_looks_like_several_answers_bars(answers: str, held: str) -> None:
    text = f"答案“{held}”里有几个编号或几行，分不清是哪一空的，请核对。"
    notes = [note for item in read(ONE_EACH + answers) for note in item.notes]
    assert [(note.text, note.bars) for note in notes] == [(text, True)]


def test_a_table_of_answers_that_are_not_as_many_is_told() -> None:
    items = read(f"{CHOICES}1\t2\t3\nB\tA")
    text = "卷末“B A”里题号与答案的个数不一致，没有采用，请核对。"
    assert [(item.content.key, [note.text.replace("\t", " ") for note in item.notes]) for item in items] == [
        (None, [text])
    ] * 3


def test_an_answer_sheet_asks_nothing() -> None:
    sheet = ["答题卡", "1　[A] [B] [C] [D]", "2　[√] [×]\t3　[√] [×]"]
    paper = "一、单选题\n1、甲（A）\n" + OPTIONS + "\n" + "\n".join(sheet)
    found, ignored = text.questions([Line("", line) for line in paper.split("\n")])
    assert found[0].options == ["甲", "乙", "丙", "丁"] and len(found) == 1
    assert [line.text for line in ignored] == sheet
