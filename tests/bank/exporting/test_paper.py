import io
import re
import zipfile
from xml.etree import ElementTree

import pytest
from flask import Flask

from app.bank.exporting import paper, printing
from app.bank.exporting.figures import Figures
from app.bank.exporting.paper import Item, Paper, Section
from app.bank.exporting.word import Document
from app.bank.pictures import Picture
from app.domain.questions import Kind, Part
from tests.bank.exporting.samples import QUESTIONS

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SHOWN = (f"{W}t", f"{W}tab", f"{W}drawing")
PNG = b"\x89PNG not really"


def parts(data: bytes) -> dict[str, bytes]:
    packed = zipfile.ZipFile(io.BytesIO(data))
    found = {name: packed.read(name) for name in packed.namelist()}
    for name, whole in found.items():
        if name.endswith((".xml", ".rels")):
            ElementTree.fromstring(whole)
    return found


def paragraphs(whole: bytes | str) -> list[str]:
    """Their texts; a tab for each picture and each jump to the next column."""
    return [
        "".join(t.text or "\t" for r in p.iter(f"{W}r") for t in r if t.tag in SHOWN)
        for p in ElementTree.fromstring(whole).iter(f"{W}p")
    ]


def printed(with_key: bool) -> dict[str, bytes]:
    return parts(paper.docx(printing.of_questions(QUESTIONS, "青禾县委党校", "结业考试", with_key)))


def test_a_paper_has_its_head_its_sections_and_an_answer_sheet(app: Flask) -> None:
    found = paragraphs(printed(with_key=False)["word/document.xml"])
    assert found[:3] == ["青禾县委党校", "结业考试", "满分：72 分"]
    heads = [line for line in found if "每题" in line]
    assert heads[:2] == [
        "一、单选题（共 1 题，每题 2 分，共 2 分）",
        "二、多选题（共 1 题，每题 3 分，共 3 分）",
    ]
    assert len(heads) == 20  # on the paper, and on the sheet
    assert found.count("答题卡") == 1
    assert f"3．这是原文。（{chr(0xA0) * 6}）" in found
    assert "1　[A] [B] [C] [D]" in found
    assert "3　[√] [×]" in found
    assert "11．某案例。" in found
    assert "（1）对吗？" in found


def test_the_key_is_there_only_when_asked_for(app: Flask) -> None:
    without, whole = (paragraphs(printed(key)["word/document.xml"]) for key in (False, True))
    assert not any("原文如此" in line or "参考答案" in line for line in without)
    after = whole[whole.index("参考答案与解析") :]
    assert "2．AC" in after
    assert "4．党中央/中央；团结" in after
    assert "6．B、A、C" in after
    assert "7．1—B、2—A" in after
    assert "解析：原文如此。第二行" in after


def test_the_first_page_is_sealed_and_every_page_is_numbered(app: Flask) -> None:
    found = printed(with_key=False)
    edge = paragraphs(found["word/header1.xml"])
    assert any("单位：" in line and "姓名：" in line and "证号：" in line for line in edge)
    assert any("密" in line and "封" in line and "线" in line for line in edge)
    for n in (1, 2):
        assert b"NUMPAGES" in found[f"word/footer{n}.xml"]
    styles = found["word/styles.xml"].decode()
    assert 'w:eastAsia="宋体"' in styles and 'w:eastAsia="黑体"' in styles
    assert b'w:w="11906" w:h="16838"' in found["word/document.xml"]


@pytest.mark.parametrize(
    ("options", "rows"),
    [
        (("甲", "乙", "丙", "丁"), ["A．甲\tB．乙\tC．丙\tD．丁"]),
        (("十个字的选项十个字的", "乙", "丙"), ["A．十个字的选项十个字的\tB．乙", "C．丙"]),
        (
            ("这个选项足有十八个字那么长所以自己一行", "乙"),
            ["A．这个选项足有十八个字那么长所以自己一行", "B．乙"],
        ),
        ((), []),
    ],
)
def test_options_stand_in_columns_as_far_as_they_are_short(options: tuple[str, ...], rows: list[str]) -> None:
    shown = "".join(paper.option_lines(options, Figures(Document(), ())))
    assert paragraphs(f"<x xmlns:w='{W[1:-1]}'>{shown}</x>") == rows


def test_a_large_picture_stands_below_the_text_that_names_it(app: Flask) -> None:
    item = Item(
        Part(Kind.JUDGE, "见〔图1〕。", (), True), pictures=(Picture("a", "image/png", 960, 300, PNG),)
    )
    made = Paper("", "题", 45, (Section("判断", Kind.JUDGE, 20, (item,)),))
    found = parts(paper.docx(made))
    assert found["word/media/picture1.png"] == PNG
    assert b'r:embed="rIdPicture1"' in found["word/document.xml"]
    assert b'cx="4572000" cy="1428750"' in found["word/document.xml"]
    texts = paragraphs(found["word/document.xml"])
    at = texts.index(f"1．见图1。（{chr(0xA0) * 6}）")
    assert texts[at : at + 3][2] == "图1"
    assert "考试时间：45 分钟　　满分：2 分" in texts


def test_small_pictures_and_those_of_options_stand_in_their_line(app: Flask) -> None:
    small, large = Picture("a", "image/png", 40, 40, PNG), Picture("b", "image/jpeg", 960, 960, PNG)
    part = Part(Kind.SINGLE, "标志〔图1〕是〔图9〕\n〔图2〕", ("〔图2〕", "乙"), "a")
    made = Paper("", "题", None, (Section("单选", Kind.SINGLE, 20, (Item(part, pictures=(small, large)),)),))
    found = parts(paper.docx(made))
    texts = paragraphs(found["word/document.xml"])
    at = texts.index("1．标志\t是〔图9〕")
    assert texts[at + 1 : at + 3] == ["\t", "A．\t\tB．乙"]
    assert {name for name in found if "media" in name} == {
        "word/media/picture1.png", "word/media/picture2.jpeg", "word/media/picture3.jpeg",
    }  # fmt: skip
    sizes = re.findall(rb'extent cx="(\d+)" cy="(\d+)"', found["word/document.xml"])
    assert [(int(x) // 9525, int(y) // 9525) for x, y in sizes] == [(40, 40), (300, 300), (110, 110)]


def test_a_title_that_counts_already_is_left_as_it_is(app: Flask) -> None:
    section = Section("三、多项选择题", Kind.MULTIPLE, 25, (Item(Part(Kind.MULTIPLE, "", (), [])),) * 2)
    assert paper.section_head(section, 0) == "三、多项选择题（共 2 题，每题 2.5 分，共 5 分）"
