"""Every format as a file: spreadsheets, Word, Moodle XML, GIFT, Aiken, QTI, our own; and what is refused."""

import base64
import io
import zipfile
from typing import Any

import pytest

from app.bank.importing import files
from app.bank.importing.files import Defaults
from app.bank.importing.items import Reading
from tests.bank.contents import QUESTIONS
from tests.bank.importing.papers import docx, para, picture, run, table, xlsx

pytestmark = pytest.mark.usefixtures("words")
DEFAULTS = Defaults("党章", "medium")


def read(data: bytes | str, name: str = "试题") -> Reading:
    return files.read(name, data.encode() if isinstance(data, str) else data, DEFAULTS)


def said(data: bytes | str, name: str = "试题") -> list[tuple[str, str, tuple[str, ...], Any]]:
    found = (item.content for item in read(data, name).items)
    return [(one.kind.value, one.stem, one.options, one.key) for one in found]


def test_a_sheet_for_each_kind() -> None:
    data = xlsx(
        {
            "单选题": [
                ["题库导入模板"], ["填写说明：带*的必填"],
                ["序号", "题干*", "选项A", "选项B", "选项C", "正确答案", "解析", "难度"],
                [1, "一", "甲", "乙", "丙", "B", "因为", "易"],
                [2, "二", "A.甲", "B.乙", "C.丙", "②", "", "0.3"],
                [3, "三", "甲", "乙", "", "甲", "", ""],
            ],
            "多选题": [
                ["试题内容", "A", "B", "C", "答案"],
                *([n, "甲", "乙", "丙", key] for n, key in enumerate(["A,C", "AC", "A、C", "①③", "１，３"])),
            ],
            "判断题": [["题目", "答案"], *(["甲", key] for key in ["√", "×", "对", "错误", "T", "F", True])],
            "填空题": [["题干", "答案1", "答案2"], ["甲____乙____", "一", "二"]],
        }
    )  # fmt: skip
    found = said(data)
    assert found[:3] == [
        ("single", "一", ("甲", "乙", "丙"), "b"),
        ("single", "二", ("甲", "乙", "丙"), "b"),
        ("single", "三", ("甲", "乙"), "a"),
    ]
    assert {tuple(key) for _kind, _stem, _options, key in found[3:8]} == {("a", "c")}
    assert [key for _kind, _stem, _options, key in found[8:15]] == [
        True,
        False,
        True,
        False,
        True,
        False,
        True,
    ]
    assert found[15:] == [("blanks", "甲____乙____", (), [["一"], ["二"]])]
    items = read(data).items
    assert (items[0].place, items[0].content.explanation) == ("工作表“单选题”第 4 行", "因为")
    assert [item.content.difficulty for item in items[:3]] == ["easy", "hard", "medium"]


def test_a_row_for_each_option_with_merged_cells() -> None:
    rows = [
        ["题干", "题型", "选项", "是否正确"], ["一", "单选题", "甲", ""], ["", "", "乙", "√"],
        ["二", "多选题", "甲", "是"], ["", "", "乙", "否"], ["", "", "丙", "是"],
    ]  # fmt: skip
    assert said(xlsx({"Sheet1": rows}, {"A4:A6": "二"})) == [
        ("single", "一", ("甲", "乙"), "b"),
        ("multiple", "二", ("甲", "乙", "丙"), ["a", "c"]),
    ]


def test_kinds_and_options_in_cells() -> None:
    rows = [
        ["编号", "题型", "试题", "备选答案", "答案", "待匹配项", "知识点", "标签"],
        ["own-1a2b", "单选", "一", "A.甲 B.乙 C.丙", "C", "", "纪律", "新、旧"],
        ["2", "多选题", "二", "甲\n乙\n丙", "AC", "", "", ""],
        ["3", "排序题", "三", "甲|乙|丙", "CAB", "", "", ""],
        ["4", "匹配题", "四", "甲;乙;丙", "1-C 2-A", "一\n二", "", ""],
        ["5", "默写题", "五", "", "必须维护团结，服从组织。", "", "", ""],
        ["6", "案例分析题", "六", "", "", "", "", ""],
        ["", "案例分析题·单选题", "六之一", "A.甲 B.乙", "B", "", "", ""],
        ["7", "", "七____。", "", "甲/乙", "", "", ""],
    ]
    found = read(xlsx({"题库": rows})).items
    contents = [item.content for item in found]
    assert [(one.kind.value, one.key) for one in contents] == [
        ("single", "c"), ("multiple", ["a", "c"]), ("order", ["c", "a", "b"]), ("match", ["c", "a"]),
        ("recite", {"text": "必须维护团结，服从组织。", "phrases": ["必须维护团结", "服从组织"]}),
        ("case", None), ("blanks", [["甲", "乙"]]),
    ]  # fmt: skip
    assert (found[0].code, contents[0].topic, contents[0].tags) == ("own-1a2b", "纪律", ("新", "旧"))
    assert [(part.stem, part.key) for part in contents[5].parts] == [("六之一", "b")]
    assert contents[3].prompts == ("一", "二")


def test_csv_and_what_is_copied_from_a_sheet() -> None:
    table_text = "题干,A,B,答案\n甲,一,二,B\n"
    assert said(table_text.encode("gb18030"), "题.csv") == [("single", "甲", ("一", "二"), "b")]
    assert said(table_text.replace(",", "\t")) == [("single", "甲", ("一", "二"), "b")]


def test_word_counts_by_itself() -> None:
    """Numbers and letters that are in no text; a list begun anew; numbers from a style."""
    paper = docx(
        para("党校试卷"), para("单项选择题", num=2), para("甲（ ）", num=1),
        *(para(text, num=1, level=1) for text in ("一", "二", "三")), para("乙（ ）", style="Asked"),
        *(para(text, num=1, level=1) for text in ("四", "五")), para("判断题", num=2),
        para("丙。（√）", num=3), para("填空题", num=2),
        para(num=3, runs=run("丁是") + run("一年", True) + run("，") + run("    ", True) + run("。")),
        para("参考答案"), para("一、单选题 1.B 2.A"),
    )  # fmt: skip
    assert said(paper) == [
        ("single", "甲（　　）", ("一", "二", "三"), "b"), ("single", "乙（　　）", ("四", "五"), "a"),
        ("judge", "丙。", (), True), ("blanks", "丁是____，____。", (), [["一年"]]),
    ]  # fmt: skip


def test_tables_in_word() -> None:
    paper = docx(
        para("1、甲（ ）"), table(["A.一", "B.二"], ["C.三", "D.四"]), para("2、乙（ ）"), para("A.一 B.二"),
        para("参考答案"), table(["题号", "1", "2"], ["答案", "D", "A"]),
        table(["题型", "题干", "A", "B", "答案"], ["单选题", "丙", "一", "二", "B"]),
    )  # fmt: skip
    assert [(stem, options, key) for _kind, stem, options, key in said(paper)] == [
        ("甲（　　）", ("一", "二", "三", "四"), "d"), ("乙（　　）", ("一", "二"), "a"),
        ("丙", ("一", "二"), "b"),
    ]  # fmt: skip


def test_pictures_go_with_their_questions() -> None:
    paper = docx(
        para("1、甲（A）", runs=picture("r1")), para("A.一 B.二"), para("2、乙（B）"), para("A.一 B.二"),
        para(runs=run("3、丙（A）") + picture("r2")), para(runs=run("A.") + picture("r1") + run(" B.二")),
        media={"r1": b"one", "r2": b"two"},
    )  # fmt: skip
    reading = read(paper)
    assert [item.content.pictures for item in reading.items] == [("1",), (), ("2", "3")]
    assert (reading.items[2].content.stem, reading.items[2].content.options) == (
        "丙（　　）〔图1〕",
        ("〔图2〕", "二"),
    )
    assert list(reading.pictures) == [b"one", b"two", b"one"]


MOODLE = """<quiz>
<question type="category"><category><text>$course$/top/党章</text></category></question>
<question type="multichoice"><questiontext format="html">
<text><![CDATA[<p>题<img src="@@PLUGINFILE@@/a.png"></p>]]></text>
<file name="a.png" encoding="base64">PIC</file></questiontext>
<generalfeedback><text>解析</text></generalfeedback>
<single>false</single><answer fraction="50"><text>甲</text></answer>
<answer fraction="-100"><text>乙</text></answer>
<answer fraction="50"><text>丙</text></answer><tags><tag><text>新</text></tag></tags></question>
<question type="truefalse"><questiontext><text>对吗</text></questiontext>
<answer fraction="0"><text>true</text></answer>
<answer fraction="100"><text>false</text></answer></question>
<question type="shortanswer"><questiontext><text>填____。</text></questiontext>
<answer fraction="100"><text>甲</text></answer>
<answer fraction="100"><text>乙</text></answer></question>
<question type="matching"><questiontext><text>配</text></questiontext>
<subquestion><text>一</text><answer><text>甲</text></answer></subquestion>
<subquestion><text>二</text><answer><text>乙</text></answer></subquestion>
<subquestion><text></text><answer><text>丙</text></answer></subquestion></question>
<question type="essay"><questiontext><text>论</text></questiontext>
<graderinfo><text>要点</text></graderinfo></question>
<question type="cloze"><questiontext><text>x</text></questiontext></question></quiz>"""


def test_moodle_xml() -> None:
    reading = read(MOODLE.replace("PIC", base64.b64encode(b"picture").decode()))
    found = [item.content for item in reading.items]
    assert [(one.kind.value, one.stem) for one in found] == [
        ("multiple", "题〔图1〕"), ("judge", "对吗"), ("blanks", "填____。"), ("match", "配"),
        ("short", "论"),
    ]  # fmt: skip
    assert [one.key for one in found[:3]] == [["a", "c"], False, [["甲", "乙"]]]
    assert [found[3].options["abc".index(key)] for key in found[3].key] == ["甲", "乙"]  # type: ignore[attr-defined]
    assert (found[0].topic, found[0].explanation, found[0].tags) == ("党章", "解析", ("新",))
    assert (list(reading.pictures), len(reading.ignored)) == ([b"picture"], 1)


def test_gift() -> None:
    text = """// 注释
$CATEGORY: 党章

::一:: 甲是 {~一 =二#对 ~三 ####解析}

乙 {~%50%一 ~%50%二 ~%-100%三}

丙\\=丁{T}

甲是{=一 =壹}的。

配{=a -> 1 =b -> 2 =c -> 3}

论{}
"""
    found = said(text, "题.gift")
    assert found[:4] == [
        ("single", "甲是", ("一", "二", "三"), "b"), ("multiple", "乙", ("一", "二", "三"), ["a", "b"]),
        ("judge", "丙=丁", (), True), ("blanks", "甲是____的。", (), [["一", "壹"]]),
    ]  # fmt: skip
    assert [kind for kind, *_rest in found[4:]] == ["match", "short"]


@pytest.mark.parametrize("gap", ["", "\n"])
def test_aiken(gap: str) -> None:
    text = f"First?\nA. one\nB. two\nANSWER: B\n{gap}Second?\nA) one\nB) two\nC) three\nANSWER: C\n"
    assert said(text) == [
        ("single", "First?", ("one", "two"), "b"),
        ("single", "Second?", ("one", "two", "three"), "c"),
    ]


QTI = """<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="i1" title="一">
<responseDeclaration identifier="R" cardinality="multiple"><correctResponse><value>x</value><value>z</value>
</correctResponse></responseDeclaration><itemBody><p>题</p><choiceInteraction responseIdentifier="R">
<prompt>选</prompt>
<simpleChoice identifier="x">甲</simpleChoice>
<simpleChoice identifier="y">乙</simpleChoice>
<simpleChoice identifier="z">丙<feedbackInline>对</feedbackInline></simpleChoice></choiceInteraction>
</itemBody>
<modalFeedback>解析</modalFeedback></assessmentItem>"""
QTI_3 = """<qti-assessment-item identifier="i2"><qti-response-declaration identifier="R" cardinality="single">
<qti-correct-response><qti-value>北京</qti-value></qti-correct-response></qti-response-declaration>
<qti-item-body><p>首都是<qti-text-entry-interaction response-identifier="R"/>。</p></qti-item-body>
</qti-assessment-item>"""


def test_qti_alone_and_in_a_package() -> None:
    first = ("multiple", "题\n选", ("甲", "乙", "丙"), ["a", "c"])
    second = ("blanks", "首都是____。", (), [["北京"]])
    assert said(QTI) == [first]
    assert read(QTI).items[0].content.explanation == "解析"
    assert said(QTI_3) == [second]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("imsmanifest.xml", "<manifest/>")
        archive.writestr("items/1.xml", QTI)
        archive.writestr("items/2.xml", QTI_3)
    assert said(out.getvalue()) == [first, second]


def test_our_own_files_keep_their_ids() -> None:
    items = read(QUESTIONS, "five-musts.toml").items
    assert [(item.code, item.content.clauses) for item in items] == [
        ("five-musts-001", ("five-musts/1",)),
        ("five-musts-002", ("five-musts/2", "five-musts/1")),
    ]
