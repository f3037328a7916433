"""Files as offices send them, and as attackers do: what is read of each, or why it is refused."""

import io
import struct
import zipfile
from datetime import date

import pytest
import xlsxwriter

from app.domain.roster import Field
from app.people.roster import files
from app.web import workbooks
from app.web.sheets import SheetError
from tests import xls
from tests.people.rosters import id_number, xlsx

N1, N2 = id_number(1), id_number(2)
HEAD = ("姓名", "身份证号", "单位")
WANG = {Field.NAME: "王芳", Field.ID_NUMBER: N1, Field.UNIT: "溪川镇党委"}
LI = {Field.NAME: "李四", Field.ID_NUMBER: N2, Field.UNIT: "溪川镇党委"}
ROWS = (("王芳", N1, "溪川镇党委"), ("李四", N2, "溪川镇党委"))
TABLE = "\n".join(",".join(row) for row in (HEAD, *ROWS)) + "\n"


def _zip(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name.replace("__", "/"), part)
    return out.getvalue()


def _changed(data: bytes, part: str, old: str, new: str) -> bytes:
    """A workbook with other text in one of its parts."""
    before, out = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in before.namelist():
            content = before.read(name).decode()
            if name == part:
                assert old in content
                content = content.replace(old, new)
            archive.writestr(name, content)
    return out.getvalue()


def _sheets(*sheets: list[tuple[str, ...]], hidden: int | None = None) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for at, rows in enumerate(sheets):
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            if at == hidden:
                sheet.hide()
            else:
                sheet.activate()
    return out.getvalue()


def _xls(*rows: tuple[str | float, ...]) -> bytes:
    return xls.workbook((r, c, value) for r, row in enumerate(rows) for c, value in enumerate(row))


def _stray_blanks() -> bytes:
    """WPS leaves formats, and the whole sheet as its area."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate((HEAD, *ROWS)):
            sheet.write_row(number, 0, row)
        sheet.write_blank(1_048_575, 16_383, None, book.add_format({"bold": True}))
    return out.getvalue()


GOOD = {
    "xlsx": xlsx(*ROWS, header=HEAD),
    "xls": _xls(HEAD, *ROWS),
    "an xls that is called xlsx, a csv that is called xls": _xls(HEAD, *ROWS),
    "csv in UTF-8": TABLE.encode(),
    "csv in UTF-8 with a mark": b"\xef\xbb\xbf" + TABLE.encode(),
    "csv in GBK": TABLE.encode("gbk"),
    "csv in GB18030": TABLE.encode("gb18030"),
    "Unicode text of Excel": TABLE.replace(",", "\t").encode("utf-16"),
    "UTF-16, big endian": b"\xfe\xff" + TABLE.replace(",", "\t").encode("utf-16-be"),
    "csv with semicolons": TABLE.replace(",", ";").encode(),
    "csv with wide commas": TABLE.replace(",", "，").encode("gbk"),
    "csv with line ends of Windows": TABLE.replace("\n", "\r\n").encode("gbk"),
    "csv with quotes": TABLE.replace("溪川镇党委", '"溪川镇党委"').encode(),
    "csv that keeps numbers exact": TABLE.replace(N1, f'"=""{N1}"""').replace(N2, f"'{N2}").encode(),
    "csv with empty lines at the end": (TABLE + ",,\n" * 50).encode(),
    "stray formats": _stray_blanks(),
    "a wrong dimension": _changed(
        xlsx(*ROWS, header=HEAD), "xl/worksheets/sheet1.xml", 'ref="A1:C3"', 'ref="A1:XFD1048576"'
    ),
    "explanations in front": _sheets([("填表说明",), ("1. 姓名必填",)], [HEAD, *ROWS]),
    "a hidden sheet in front": _sheets([HEAD, ("藏", N1, "某处")], [HEAD, *ROWS], hidden=0),
    "columns in another order, and more of them": xlsx(
        *((str(n), row[2], row[1], "", row[0]) for n, row in enumerate(ROWS, 1)),
        header=("序号", "所在 单位", "公民身份号码", "备注", "姓　名"),
    ),
    "invisible characters": xlsx(
        *((f"\u200b{row[0]}\xa0", f"\u202a{row[1]}\u202c", f" {row[2]}\n") for row in ROWS), header=HEAD
    ),
    "the header again on another page": xlsx(ROWS[0], HEAD, ROWS[1], header=HEAD),
    "a unit merged over its people": xlsx(ROWS[0], (*ROWS[1][:2], ""), header=HEAD, merged=("C2:C3",)),
}


@pytest.mark.parametrize("what", GOOD)
def test_good_files_say_the_same(what: str) -> None:
    assert [dict(row.cells) for row in files.read(GOOD[what]).rows] == [WANG, LI]


def test_rows_keep_their_numbers_below_instructions_and_between_gaps() -> None:
    title, note = ("青禾县2026年干部名册", "", ""), ("注：姓名、单位必填", "", "")
    data = xlsx(
        title, note, HEAD, ROWS[0], ("", "", ""), ("", "", "合计2人"), ROWS[1],
        header=None, merged=("A1:C1", "A2:C2"),
    )  # fmt: skip
    assert [(row.number, row.cells[Field.NAME]) for row in files.read(data).rows] == [
        (4, "王芳"),
        (7, "李四"),
    ]


def test_a_header_of_two_rows() -> None:
    data = xlsx(
        ("姓名", "基本信息", "", "单位"), ("", "性别", "身份证号", ""), ("王芳", "女", N1, "溪川镇党委"),
        header=None, merged=("A1:A2", "B1:C1", "D1:D2"),
    )  # fmt: skip
    [row] = files.read(data).rows
    assert row.number == 3 and row.cells == {**WANG, Field.SEX: "女"}


def test_dates_come_as_dates_as_text_and_as_bare_numbers() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("姓名", "入党时间"))
        sheet.write(1, 0, "甲")
        sheet.write_datetime(1, 1, date(2019, 7, 1), book.add_format({"num_format": "yyyy/m"}))
        sheet.write_row(2, 0, ("乙", 43647))
        sheet.write_row(3, 0, ("丙", 201907))
        sheet.write_row(4, 0, ("丁", 2019.1))
    rows = files.read(out.getvalue()).rows
    assert [row.cells[Field.JOINED_ON] for row in rows] == ["2019-07-01", "2019-07-01", "201907", "2019.1"]
    assert [Field.JOINED_ON in row.lost for row in rows] == [False, False, False, True]


@pytest.mark.parametrize(
    "data",
    [
        xlsx(("王芳", 110101199001011234), header=HEAD[:2]),
        _xls(HEAD[:2], ("王芳", 110101199001011234.0)),
    ],
    ids=["xlsx", "xls"],
)
def test_an_identity_number_as_a_number_has_lost_digits(data: bytes) -> None:
    [row] = files.read(data).rows
    assert row.lost == {Field.ID_NUMBER}


def test_a_phone_as_a_number_is_whole() -> None:
    [row] = files.read(xlsx(("王芳", 13800000001), header=("姓名", "手机"))).rows
    assert (row.cells[Field.PHONE], row.lost) == ("13800000001", frozenset())


def test_headers_that_say_nothing_are_named() -> None:
    data = xlsx(("1", "王芳", N1, "乙", "x"), header=("序号", "姓名", "身份证号", "部门", "单 位"))
    upload = files.read(data)
    assert upload.ignored == ("序号", "单位")
    assert upload.rows[0].cells[Field.UNIT] == "乙"


_STRINGS = "xl/sharedStrings.xml"
_EMPTY_BOOK = xlsx(*ROWS, header=HEAD)
_BOMB = b"<sheetData>" + b" " * (70 << 20)
_LAUGHS = (
    '<!DOCTYPE sst [<!ENTITY a "哈哈哈哈哈哈哈哈"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)


def _million_rows() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for number in range(150_000):
            sheet.write_string(number, 0, "甲")
    return out.getvalue()


def _lying_size() -> bytes:
    data = bytearray(_EMPTY_BOOK)
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 5)
    return bytes(data)


BAD = {
    "nothing": (b"", "没有找到表头"),
    "bytes": (b"\0\1\2" * 100, "另存为 .xlsx"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), "另存为 .xlsx"),
    "a letter": ("各位领导：请查收附件。".encode(), "没有找到表头"),
    "neither UTF-8 nor GB18030": (b"\xff\x80\xff,\x80\xff\n", "另存为 .xlsx"),
    "a page that is called xls": (b"<html><table><tr><td>x</td></tr></table></html>", "网页格式"),
    "an XML table": (b'<?xml version="1.0"?><Workbook/>', "网页格式"),
    "a Word document": (_zip(**{"word__document.xml": b"<w/>", "a": b""}), "这是 Word 文档"),
    "some other archive": (_zip(**{"readme.txt": b"x"}), "另存为 .xlsx"),
    "an archive cut short": (_EMPTY_BOOK[: len(_EMPTY_BOOK) // 2], "另存为 .xlsx"),
    "a book without sheets": (_zip(**{"xl__workbook.xml": b"<workbook/>"}), "另存为 .xlsx"),
    "an archive that lies": (_lying_size(), "另存为 .xlsx"),
    "a bomb": (_zip(**{"xl__workbook.xml": _BOMB}), "展开后太大"),
    "a file of the system asked for": (
        _changed(_EMPTY_BOOK, _STRINGS, "<sst", '<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]><sst'),
        "",
    ),
    "laughs": (_changed(_EMPTY_BOOK, _STRINGS, "<sst", f"{_LAUGHS}<sst"), ""),
    "a cell far away": (
        _changed(_EMPTY_BOOK, "xl/worksheets/sheet1.xml", 'r="C3"', 'r="XFD1048576"'), "零散内容",
    ),
    "an xls that asks for billions of cells": (xls.workbook([(0, 0, "姓名"), (65535, 65535, "x")]), "太复杂"),
    "an xls that asks for sixteen million": (xls.workbook([(0, 0, "姓名"), (65535, 255, "x")]), "只保留"),
    "an encrypted book": (xls.compound("EncryptedPackage", bytes(5000)), "另存为 .xlsx"),
    "too many rows": (_million_rows(), "一次最多"),
    "too many lines": (("姓名,工号\n" + "甲,1\n" * 21_100).encode(), "一次最多"),
    "too many people": (("姓名,工号\n" + "甲,1\n" * 20_001).encode(), "一次最多导入 20000 人"),
    "a quote without end": (('姓名,工号\n"' + "甲" * 200_000).encode(), "另存为 .xlsx"),
    "a header alone": (xlsx(header=HEAD), "表头下面没有人员"),
    "no header": (xlsx(*ROWS, header=None), "没有找到表头"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_bad_files_are_refused_in_words(what: str) -> None:
    data, words = BAD[what]
    try:
        upload = files.read(data)
    except SheetError as error:
        assert words in str(error)
        return
    assert words == ""  # read, but nothing of what an entity would bring
    said = "".join(text for row in upload.rows for text in row.cells.values())
    assert "root:" not in said and "哈" not in said


def test_merged_areas_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MAX_AREA", 10)
    data = xlsx(("甲", "1"), ("乙", "2"), header=("姓名", "工号"), merged=("A2:B3",))
    assert workbooks.read(data, 100, 1)
    monkeypatch.setattr(workbooks, "MAX_AREA", 3)
    with pytest.raises(workbooks.Refused):
        workbooks.read(data, 100, 1)
