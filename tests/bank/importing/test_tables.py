"""What a sheet holds is read or told, a column and a whole sheet alike."""

from flask import Flask

from app.bank.importing import files
from app.bank.importing.files import Defaults
from app.bank.importing.items import Reading
from app.bank.labels import fault_text
from app.domain.faults import faults
from tests.bank.importing.papers import xlsx


def read(sheets: dict[str, list[list[str]]]) -> Reading:
    return files.read("试题.xlsx", xlsx(sheets), Defaults("党章", "medium"))


def test_columns_and_sheets_that_are_not_read_are_told(app: Flask) -> None:
    found = read(
        {
            "判断题": [["题干", "答案", "备用码", "空列"], ["甲。", "对", "7", ""]],
            "旧题": [["乙。", "错"]],
        }
    )
    assert [item.content.stem for item in found.items] == ["甲。"]
    assert [(line.place, line.text) for line in found.ignored] == [
        ("工作表“判断题”第 1 行", "没有读的列：备用码。"),
        ("工作表“旧题”", "没有列名，没有读。"),
    ]


def test_what_our_own_sheets_remark_is_passed_over(app: Flask) -> None:
    note = "2 张，表格里带不了；按编号再导入时沿用原图"
    own, other = (
        read({"判断题": [["题干", "答案", "图片"], ["甲。", "对", ""], ["乙。", "错", text]]})
        for text in (note, "a.png")
    )
    assert [line.text for line in own.ignored] == []
    assert [line.text for line in other.ignored] == ["没有读的列：图片。"]


def test_points_may_stand_in_a_column_of_their_own(app: Flask) -> None:
    found = read(
        {
            "试题": [
                ["题型", "题干", "答案", "要点"],
                ["默写题", "默写甲。", "对党忠诚，积极工作，永不叛党", "对党忠诚\n永不叛党"],
                ["简答题", "简述乙。", "", "一点\n两点"],
            ]
        }
    )
    recited, asked = (item.content.key for item in found.items)
    assert recited == {"text": "对党忠诚，积极工作，永不叛党", "phrases": ["对党忠诚", "永不叛党"]}
    assert asked == ["一点", "两点"]


def test_several_letters_for_a_single_choice_are_named(app: Flask) -> None:
    found = read({"单选题": [["题干", "A", "B", "C", "答案"], ["甲（　）。", "一", "二", "三", "AC"]]})
    told = [fault_text(fault) for fault in faults(found.items[0].content) if fault.field == "key"]
    assert told == ["单选题只能有一个正确选项，答案写了 A、C；如有几个，请改为多选题。"]
