"""Papers in the ways in which they circulate."""

import pytest

from app.bank.importing import assembling, text
from app.bank.importing.items import Item, Line
from app.domain.questions import Kind

pytestmark = pytest.mark.usefixtures("words")


def read(paper: str) -> list[Item]:
    lines = [Line(f"第 {n} 行", line) for n, line in enumerate(paper.strip("\n").split("\n"), 1)]
    written, _ignored = text.questions(lines)
    return [assembling.item(one) for one in written]


def said(paper: str) -> list[tuple[str, str, tuple[str, ...], object]]:
    """Kind, stem, options and key of each."""
    found = (item.content for item in read(paper))
    return [(one.kind.value, one.stem, one.options, one.key) for one in found]


FOUR = ("甲", "乙", "丙", "丁")


@pytest.mark.parametrize(
    "paper",
    [
        "1、题干（B）。\nA．甲 B．乙 C．丙 D．丁",
        "1．题干（  ）。\nA、甲\nB、乙\nC、丙\nD、丁\n【答案】B",
        "1. 题干（　）。\nA.甲B.乙C.丙D.丁\n正确答案：B",
        "（1）题干（ ）。\n(A)甲 (B)乙 (C)丙 (D)丁\n答案:B",
        "第1题 题干（）。\nA:甲\tB:乙\nC:丙\tD:丁\n参考答案：B",
        "１、题干（Ｂ）。\nＡ．甲　Ｂ．乙\nＣ．丙　Ｄ．丁",
        "1、题干（ ）。A.甲 B.乙 C.丙 D.丁 答案：B",
        "【1】题干（ ）。\nA 甲  B 乙\nC 丙  D 丁\n标准答案：B",
        "1、题干（ ）。\nA甲\nB乙\nC丙\nD丁\n[答案]B",
        "1、题干（B ）。（2分）\nA.甲\nB.乙\nC.丙\nD.丁",
        "一、单项选择题（每题2分，共40分。请将正确答案的字母填入括号内）\n"
        "1、题干（ ）。\nA.甲B.乙C.丙D.丁\n参考答案\n1-1 B",
        "1、题干（ ）。\nA.甲B.乙C.丙D.丁\n2、题干（ ）。\nA.甲B.乙C.丙D.丁\n参考答案\n1.B 2.B",
        "1、题干（ ）。\nA.甲B.乙C.丙D.丁\n2、题干（ ）。\nA.甲B.乙C.丙D.丁\n"
        "参考答案：\n题号\t1\t2\n答案\tB\tB",
        "题干（ ）。\nA.甲\nB.乙\nC.丙\nD.丁\n答案：B\n\n题干（ ）。\nA.甲\nB.乙\nC.丙\nD.丁\n答案：B",
    ],
)
def test_one_right_of_four(paper: str) -> None:
    for kind, stem, options, key in said(paper):
        assert (kind, stem.split("（")[0], options, key) == ("single", "题干", FOUR, "b")


@pytest.mark.parametrize(
    "answer", ["ACD", "A、C、D", "A,C,D", "A C D", "Ａ，Ｃ，Ｄ", "①③④", "a;c;d", "A和C和D"]
)
def test_several_right(answer: str) -> None:
    options = "A.甲 B.乙 C.丙 D.丁"
    assert said(f"二、多项选择题\n1、题干。\n{options}\n答案：{answer}")[0][3] == ["a", "c", "d"]


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("党员要交党费。（√）", True), ("党员要交党费。（×）", False), ("党员要交党费。( 对 )", True),
        ("党员要交党费（错误）。", False), ("党员要交党费。\n答案：正确", True), ("党员要交党费。 √", True),
        ("党员要交党费。（　）\n【答案】错", False), ("党员要交党费。\nA.正确 B.错误\n答案：A", True),
        ("党员要交党费。\nA.对\nB.错\n答案：B", False), ("党员要交党费。（F）", False),
    ],
)  # fmt: skip
def test_true_or_false(line: str, key: bool) -> None:
    [(kind, stem, options, found)] = said(f"三、判断题（每题1分）\n1、{line}")
    assert (kind, stem.rstrip("。"), options, found) == ("judge", "党员要交党费", (), key)


def test_a_mark_before_the_number() -> None:
    assert said("判断题\n（√）1、甲。\n（×）2、乙。") == [
        ("judge", "甲。", (), True),
        ("judge", "乙。", (), False),
    ]


@pytest.mark.parametrize(
    ("paper", "stem", "key"),
    [
        ("1、甲是（一年），乙是（二年）。", "甲是____，乙是____。", [["一年"], ["二年"]]),
        ("1、甲是___，乙是______。\n答案：一年；二年", "甲是____，乙是____。", [["一年"], ["二年"]]),
        ("1、甲是（ ），乙是（ ）。\n答案：一年、二年", "甲是____，乙是____。", [["一年"], ["二年"]]),
        ("1、甲是____，乙是____。\n答案：（1）一年（2）二年", "甲是____，乙是____。", [["一年"], ["二年"]]),
        (
            "1、甲是____，乙是____。\n答案：\n一年\n二年/两年",
            "甲是____，乙是____。",
            [["一年"], ["二年", "两年"]],
        ),
        ("1、甲是\x0e一年\x0f，乙是\x0e二年\x0f。", "甲是____，乙是____。", [["一年"], ["二年"]]),
    ],
)
def test_blanks(paper: str, stem: str, key: object) -> None:
    assert said(f"四、填空题\n{paper}") == [("blanks", stem, (), key)]


def test_answers_in_sentences_keep_their_points() -> None:
    paper = """
五、简答题（每题10分）
1、简述甲。
答案：
1. 第一点
2. 第二点
3. 第三点
2、简述乙。
参考答案：（1）头一点；（2）另一点。
3、简述丙。
答：就是丙。
六、论述题
1、论丁。
【答案要点】丁一。
丁二。
【解析】见原文。
"""
    assert [(kind, stem, key) for kind, stem, _options, key in said(paper)] == [
        ("short", "简述甲。", ["第一点", "第二点", "第三点"]),
        ("short", "简述乙。", ["头一点", "另一点。"]),
        ("short", "简述丙。", ["就是丙。"]),
        ("essay", "论丁。", ["丁一。", "丁二。"]),
    ]


def test_a_case_has_parts() -> None:
    paper = (
        "七、案例分析题\n1、张某收受礼金。\n后来退还。\n（1）违反什么纪律？\n答案：廉洁纪律\n"
        "（2）如何处理？\n答案：依规处理"
    )
    [item] = read(paper)
    assert (item.content.kind, item.content.stem, item.content.key) == (
        Kind.CASE,
        "张某收受礼金。\n后来退还。",
        None,
    )
    assert [(part.kind, part.stem, part.key) for part in item.content.parts] == [
        (Kind.SHORT, "违反什么纪律？", ["廉洁纪律"]),
        (Kind.SHORT, "如何处理？", ["依规处理"]),
    ]


def test_answers_at_the_end_by_section() -> None:
    paper = """
一、单选题
1．甲（ ）
A．一 B．二 C．三
2．乙（ ）
A．一 B．二 C．三
二、多选题
1．丙（ ）
A．一 B．二 C．三
三、判断题
1．丁。（ ）
2．戊。
四、简答题
1．简述己。
参考答案及解析
一、单选题：1-2 CA
二、多选题
1、AB 解析：见第三条。
三、判断题
1.√ 2.×
四、简答题
1．答：（1）己一；（2）己二。
"""
    assert [key for _kind, _stem, _options, key in said(paper)] == [
        "c", "a", ["a", "b"], True, False, ["己一", "己二。"],
    ]  # fmt: skip
    assert read(paper)[2].content.explanation == "见第三条。"


def test_labelled_fields() -> None:
    [item] = read(
        "1、题干（ ）。\nA.甲\nB.乙\n【答案】B\n【解析】因为\n所以。\n【难度】易\n【知识点】党章\n"
        "【依据】《党章》第三条\n【分值】2"
    )
    content = item.content
    assert (content.explanation, content.difficulty, content.topic) == ("因为\n所以。", "easy", "党章")
    assert item.basis == "《党章》第三条"


def test_the_place_and_the_source_are_kept() -> None:
    [_first, second] = read("1、甲（A）。\nA.一\nB.二\n2、乙（B）。\nA.一\nB.二")
    assert (second.place, second.source) == ("第 4 行", "2、乙（B）。\nA.一\nB.二")


def test_two_answers_that_differ_are_pointed_out() -> None:
    [item] = read("1、题干（A）。\nA.甲\nB.乙\n答案：B")
    assert [(note.field, note.bars) for note in item.notes] == [("key", True)]


def test_what_is_no_question_is_left_out() -> None:
    lines = [
        Line("第 1 行", "县委党校试卷"),
        Line("第 2 行", "单位：____ 姓名：____"),
        Line("第 3 行", "1、甲（A）。"),
    ]
    written, ignored = text.questions([*lines, Line("第 4 行", "A.一 B.二")])
    assert (len(written), [line.text for line in ignored]) == (1, ["县委党校试卷", "单位：____ 姓名：____"])


@pytest.mark.parametrize(
    "stem", ["2023年修订的条例（ ）", "1.5倍的处分（ ）", "下列属于A类的（ ）", "根据《条例》第1、2条（ ）"]
)
def test_numbers_and_letters_in_a_stem_begin_nothing(stem: str) -> None:
    asked = stem.replace("（ ）", "（　　）")
    assert said(f"1、{stem}\nA.甲\nB.乙\n答案：A") == [("single", asked, ("甲", "乙"), "a")]


@pytest.mark.parametrize("given", ["A、B、C", "A,B,C", "ABC", "A B C", "Ａ、Ｂ、Ｃ"])
def test_letters_in_the_bracket_are_no_options(given: str) -> None:
    paper = f"二、多项选择题\n1、党的纪律包括（{given}）。\nA.甲 B.乙 C.丙 D.丁"
    [(kind, stem, options, key)] = said(paper)
    assert (kind, stem.split("（")[0], options, key) == ("multiple", "党的纪律包括", FOUR, ["a", "b", "c"])


def test_an_explanation_may_name_the_answer() -> None:
    paper = "1、题干（B）。\nA.甲 B.乙 C.丙 D.丁\n解析：误选甲的多，正确答案为B，见第三条。"
    [item] = read(paper)
    assert (item.content.key, item.content.explanation) == ("b", "误选甲的多，正确答案为B，见第三条。")


def test_a_long_text_without_numbers_is_read_in_one_go() -> None:
    """Were each line sought among all, ten times the lines would cost a hundred times as much."""
    lines = [Line(f"第 {n} 行", "没有编号的一行文字。") for n in range(20_000)]
    written, ignored = text.questions(lines)
    assert (len(written), len(ignored)) == (0, 20_000)
