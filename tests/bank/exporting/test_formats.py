"""What the formats of other programs say, read with readers that are not ours."""

import io
import zipfile
from dataclasses import replace
from xml.etree import ElementTree

from flask import Flask

from app.bank.exporting import excel, gift, moodle
from app.bank.exporting.picking import Exported
from app.web.sheets import read_sheet
from tests.bank.exporting.samples import CONTENTS, ODD, QUESTIONS, packaged

QTI = "{http://www.imsglobal.org/xsd/imsqtiasi_v3p0}"


def sheet() -> list[dict[str, str]]:
    head, *rows = read_sheet(excel.workbook(QUESTIONS), limit=100)
    return [dict(zip([c.text for c in head], [c.text for c in row], strict=False)) for row in rows]


def test_excel_has_a_row_for_each_question_and_each_part(app: Flask) -> None:
    rows = sheet()
    assert [row["题型"] for row in rows] == [
        "单选题", "多选题", "判断题", "填空题", "填空题", "排序题", "匹配题", "默写题", "简答题", "论述题",
        "案例分析题", "案例分析题·单选题", "案例分析题·简答题",
    ]  # fmt: skip
    assert [row["答案"] for row in rows] == [
        "B", "AC", "错", "党中央 | 中央\n团结", "党中央 | 中央", "BAC", "1-B 2-A", "对党忠诚，积极工作",
        "要点一\n要点二", "要点", "", "A", "因为甲\n因为乙",
    ]  # fmt: skip
    assert (rows[0]["编号"], rows[0]["依据"], rows[0]["知识点"]) == (
        "five-musts-001",
        "five-musts/1",
        "政治纪律",
    )
    assert (rows[0]["难度"], rows[0]["认知层次"], rows[1]["标签"]) == ("难", "应用", "标签；二/三")
    assert rows[6]["待匹配项"] == "左一\n左二"


def test_nothing_in_excel_is_a_formula(app: Flask) -> None:
    assert [sheet()[0][f"选项{letter}"] for letter in "ABCD"] == [ODD, "+乙", "-丙", "@丁"]
    packed = zipfile.ZipFile(io.BytesIO(excel.workbook(QUESTIONS)))
    assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")


def quiz() -> list[ElementTree.Element]:
    return list(ElementTree.fromstring("".join(moodle.pieces(QUESTIONS))))


def test_moodle_has_a_question_for_each_that_can_be_asked(app: Flask) -> None:
    found = quiz()
    assert [one.get("type") for one in found] == [
        "category", "multichoice", "multichoice", "truefalse", "cloze", "shortanswer", "ordering", "matching",
        "essay", "essay", "essay", "multichoice", "essay",
    ]  # fmt: skip
    single, several = found[1], found[2]
    assert single.findtext("questiontext/text") == CONTENTS["single"].stem
    assert [(a.findtext("text"), a.get("fraction")) for a in single.findall("answer")] == [
        (ODD, "0"), ("+乙", "100"), ("-丙", "0"), ("@丁", "0"),
    ]  # fmt: skip
    assert [a.get("fraction") for a in several.findall("answer")] == ["50", "-100", "50"]
    assert several.findtext("single") == "false"
    assert [t.findtext("text") for t in several.findall("tags/tag")] == ["标签", "二/三", "难"]
    assert single.findtext("generalfeedback/text") == "原文如此。\n第二行"
    assert single.findtext("idnumber") == "five-musts-001"


def test_moodle_embeds_several_blanks_and_pairs_with_what_fits_none(app: Flask) -> None:
    found = quiz()
    blanks = "维护{1:SHORTANSWER:=党中央~=中央}和{1:SHORTANSWER:=团结}。"
    assert found[4].findtext("questiontext/text") == blanks
    pairs = [(s.findtext("text"), s.findtext("answer/text")) for s in found[7].findall("subquestion")]
    assert pairs == [("左一", "一"), ("左二", "二"), ("", "三")]
    assert [a.findtext("text") for a in found[6].findall("answer")] == ["甲", "乙", "丙"]
    assert found[9].findtext("graderinfo/text") == "要点一\n要点二"
    assert found[11].findtext("questiontext/text") == "某案例。\n对吗？"


def test_gift_escapes_its_marks_and_names_what_it_cannot_say(app: Flask) -> None:
    blocks = "".join(gift.lines(QUESTIONS)).split("\n\n")
    escaped = '\\=1+1 \\{甲\\} \\~乙 \\#丙\\: <b>&"丁"\\\\'
    assert blocks[0] == "$CATEGORY: 政治纪律"
    assert blocks[1] == (
        f"::five-musts-001::[plain]{escaped}是（　　）。{{\n~{escaped}\n=+乙\n~-丙\n~@丁\n"
        "####原文如此。\\n第二行\n}"
    )
    assert "~%50%甲\n~%-100%乙\n~%50%丙\n" in blocks[2]
    assert "{\nFALSE####" in blocks[3]
    assert blocks[4] == "// five-musts-004: GIFT 写不了这种题，没有导出（填空题）。"
    assert blocks[5].startswith("::five-musts-005::[plain]维护{\n=党中央\n=中央\n####")
    assert blocks[5].endswith("}。")
    assert blocks[6] == "// five-musts-006: GIFT 写不了这种题，没有导出（排序题）。"
    assert "=左一 -> 一\n=左二 -> 二\n= -> 三\n" in blocks[7]


def items() -> dict[str, ElementTree.Element]:
    packed = zipfile.ZipFile(io.BytesIO(packaged(QUESTIONS)))
    manifest = ElementTree.fromstring(packed.read("imsmanifest.xml"))
    paths = [one.get("href", "") for one in manifest.iter() if one.tag.endswith("}resource")]
    assert sorted([*paths, "imsmanifest.xml"]) == sorted(packed.namelist())
    return {path[6:-4]: ElementTree.fromstring(packed.read(path)) for path in paths}


def test_qti_says_what_is_right(app: Flask) -> None:
    found = items()
    right = {
        code: [value.text for value in one.findall(f".//{QTI}qti-correct-response/{QTI}qti-value")]
        for code, one in found.items()
    }
    assert right == {
        "five-musts-001": ["b"], "five-musts-002": ["a", "c"], "five-musts-003": ["false"],
        "five-musts-004": ["党中央", "团结"], "five-musts-005": ["党中央"], "five-musts-006": ["b", "a", "c"],
        "five-musts-007": ["p1 b", "p2 a"], "five-musts-008": [], "five-musts-009": [], "five-musts-010": [],
        "five-musts-011-1": ["a"], "five-musts-011-2": [],
    }  # fmt: skip
    single = found["five-musts-001"]
    assert single.findtext(f".//{QTI}qti-prompt") == CONTENTS["single"].stem
    assert [one.text for one in single.iter(f"{QTI}qti-simple-choice")] == [ODD, "+乙", "-丙", "@丁"]
    entries = [one.get("map-key") for one in found["five-musts-004"].iter(f"{QTI}qti-map-entry")]
    assert entries == ["党中央", "中央", "团结"]


def test_what_xml_cannot_hold_is_left_out(app: Flask) -> None:
    odd = replace(CONTENTS["judge"], stem="甲\x0b乙\ufffe")
    found = ElementTree.fromstring("".join(moodle.pieces([Exported("x-1", odd)])))
    assert found[1].findtext("questiontext/text") == "甲乙"
