import io
import tracemalloc
import zipfile
from datetime import UTC, datetime

import pytest
import xlsxwriter
from flask import Flask

from app.web.sheets import (
    LONGEST,
    Cell,
    Sheet,
    SheetError,
    read_sheet,
    write_workbook,
    write_xlsx,
    xlsx_response,
)
from app.web.workbooks import area


def texts(data: bytes) -> list[list[str]]:
    return [[cell.text for cell in row] for row in read_sheet(data, limit=100)]


def made_by_a_person(*values: object) -> bytes:
    """A workbook with cells typed as Excel types them."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        workbook.add_worksheet().write_row(0, 0, values)
    return out.getvalue()


def test_what_is_written_is_read_again(app: Flask) -> None:
    moment = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    data = write_xlsx("成绩", ["姓名", "分数", "时间"], [["张三", 92, moment], ["李四", 0.5, None]])
    assert texts(data) == [["姓名", "分数", "时间"], ["张三", "92", "2026-11-23 09:00"], ["李四", "0.5", ""]]


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(1)", "http://a.example"])
def test_text_is_never_a_formula_or_a_link(app: Flask, value: str) -> None:
    data = write_xlsx("a", ["x"], [[value]])
    assert texts(data) == [["x"], [value]]
    sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "hyperlink" not in sheet


def test_cells_are_cleaned_and_numbers_know_what_they_lost(app: Flask) -> None:
    data = made_by_a_person(" 张三\u200b\xa0", 13812345678, 110101199001011234, True, 1.5)
    [row] = read_sheet(data, limit=10)
    assert row[:2] == [Cell("张三"), Cell("13812345678", number=True)]
    assert [cell.lost_digits for cell in row] == [False, False, True, False, False]
    assert row[3:] == [Cell("TRUE"), Cell("1.5", number=True)]


def test_row_numbers_survive_empty_rows(app: Flask) -> None:
    data = write_xlsx("a", ["x"], [[""], ["y"], [""], [""]])
    assert texts(data) == [["x"], [""], ["y"]]


@pytest.mark.parametrize(
    "data", [b"\0", b"\x89PNG\r\n\x1a\n\0", b"<?xml?>", b"PK\x03\x04 broken", write_xlsx("a", [], [])[:200]]
)
def test_a_file_that_is_no_sheet_is_refused_in_words(app: Flask, data: bytes) -> None:
    with pytest.raises(SheetError, match="另存为 .xlsx"):
        read_sheet(data, limit=10)


def test_too_many_rows_and_packed_giants_are_refused(app: Flask) -> None:
    with pytest.raises(SheetError, match="一次最多 2 行"):
        read_sheet(write_xlsx("a", ["x"], [["1"], ["2"]]), limit=2)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (65 * 1024 * 1024))
    with pytest.raises(SheetError, match="展开后太大"):
        read_sheet(out.getvalue(), limit=2)


def test_text_sheets_and_several_sheets(app: Flask) -> None:
    data = write_workbook([Sheet("人员", ["用户名"], text=True), Sheet("说明/a", ["x"], [["y"]])])
    parts = zipfile.ZipFile(io.BytesIO(data))
    assert (
        'formatCode="@"' in parts.read("xl/styles.xml").decode()
        or 'numFmtId="49"' in parts.read("xl/styles.xml").decode()
    )
    assert "说明 a" in parts.read("xl/workbook.xml").decode()


def test_downloads_have_chinese_names_and_are_not_cached(app: Flask) -> None:
    with app.test_request_context():
        response = xlsx_response("成绩 一班.xlsx", ["x"], [])
        header = response.headers["Content-Disposition"]
    assert header == "attachment; filename*=UTF-8''%E6%88%90%E7%BB%A9%20%E4%B8%80%E7%8F%AD.xlsx"


def _with_stray_cell(row: int, column: int) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write(0, 0, "x")
        sheet.write(row, column, "y")
        sheet.write_blank(1_048_574, 16_383, None, workbook.add_format({"bold": True}))
    return out.getvalue()


def test_a_cell_far_away_does_not_fill_the_memory(app: Flask) -> None:
    assert len(texts(_with_stray_cell(9, 99))) == 10  # a formatted empty cell is none
    for place in ((1_048_575, 16_383), (1_999, 16_383)):
        with pytest.raises(SheetError, match="零散内容"):
            read_sheet(_with_stray_cell(*place), limit=2000)


def test_rows_and_cells_without_places_follow_those_before() -> None:
    assert area(b'<x:row r="7"><c><v>1</v></c><c><v>1</v></c></x:row><row><c r="C8"/></row>') == 14
    assert area(b"<sst><si><t>A1</t></si></sst>") == 0


def _shared(text: str, rows: int) -> bytes:
    """Many cells of one text, which the file holds once."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        workbook.add_worksheet().write_column(0, 0, ["x", *[text] * rows])
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"," * 5_800_000, "零散内容"),
        (b",,,,,\n" * 300_000, "零散内容"),
        (_shared("长" * 5000, 32_000), "文字太多"),
        ((("1," * 90)[:-1] + "\n").encode() * 10_000, "文字太多"),
    ],
    ids=["one line", "many lines", "a shared text", "many small cells"],
)
def test_who_asks_holds_little_of_a_large_table(app: Flask, data: bytes, words: str) -> None:
    tracemalloc.start()
    with pytest.raises(SheetError, match=words):
        read_sheet(data, limit=1_000_000)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(
    "data",
    [b"x" + b"," * 1_400_000, _shared("长" * 5000, 30_000), (b"1," * 70 + b"\n") * 10_000],
    ids=["empty", "long", "small"],
)
def test_the_largest_table_that_is_taken_fits_the_worker(app: Flask, data: bytes) -> None:
    tracemalloc.start()
    assert read_sheet(data, limit=1_000_000)
    assert tracemalloc.get_traced_memory()[1] < 200_000_000
    tracemalloc.stop()


def test_a_long_cell_is_cut(app: Flask) -> None:
    assert texts(_shared("长" * 5000, 1)) == [["x"], ["长" * LONGEST]]


def test_tags_without_end_are_passed_over_in_one_go(app: Flask) -> None:
    """Each used to be followed to the end of the part: the child burnt all its time on six kilobytes."""
    assert area(b"<c " * 2_000_000) == 0


def test_a_file_larger_inside_than_it_says_is_refused(app: Flask) -> None:
    data = bytearray(write_xlsx("a", ["x"], [["1"]]))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = (5).to_bytes(4, "little")  # unpacked size of the first entry
    with pytest.raises(SheetError, match="另存为 .xlsx"):
        read_sheet(bytes(data), limit=10)
