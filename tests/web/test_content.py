from pathlib import Path

import pytest

from app.web.content import ContentError, Fault, Table, read_folder, read_toml

FILE = """\
title = "五个必须"
order = "一"

[source]
date = 2015-01-13
sum = 3

[[clause]]
code = "1"

[[clause]]
code = 2
text = ""
"""


def opened(folder: Path, text: str | bytes, name: str = "a.toml") -> Table | Fault:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_toml(path)


def table(folder: Path, text: str) -> Table:
    made = opened(folder, text)
    assert isinstance(made, Table)
    return made


def test_values_and_faults_by_file_line_and_field(tmp_path: Path) -> None:
    root = table(tmp_path, FILE)
    assert root.text("title") == "五个必须"
    assert root.whole("order") == 0
    source = root.table("source")
    assert str(source.day("date")) == "2015-01-13"
    assert source.whole("sum") == 3
    first, second = root.tables("clause")
    assert (first.line(), first.line("code"), first.text("code")) == (8, 9, "1")
    assert (second.text("code"), second.text("text"), second.text("heading", "")) == ("", "", "")
    assert second.text("locator") == ""
    assert [str(fault) for fault in root.faults] == [
        "a.toml:2 order：应当是整数。",
        "a.toml:12 code：应当是文字，写在引号里。",
        "a.toml:13 text：不能为空。",
        "a.toml:11 locator：缺少这个字段。",
    ]


@pytest.mark.parametrize(
    ("text", "ask", "message"),
    [
        ("x = true", lambda t: t.whole("x"), "应当是整数。"),
        ("x = 1", lambda t: t.flag("x"), "应当是 true 或 false。"),
        ("x = -1", lambda t: t.whole("x"), "不能小于 0。"),
        ("x = nan", lambda t: t.number("x"), "应当是不小于 0 的数字。"),
        ("x = -0.5", lambda t: t.number("x"), "应当是不小于 0 的数字。"),
        ("x = 2015-01-13T00:00:00", lambda t: t.day("x"), "应当是日期，如 2015-01-13，不加引号。"),
        ("x = [1]", lambda t: t.texts("x"), "列表里应当都是文字。"),
        ('x = "a\\u0000"', lambda t: t.text("x"), "含有不能保存的字符。"),
        ("x = 1", lambda t: t.tables("x"), "应当写成 [[x]]。"),
        ("x = [1]", lambda t: t.tables("x"), "应当写成 [[x]]。"),
        ("", lambda t: t.table("x"), "缺少这个字段。"),
        ("x = 1", lambda t: t.refuse_unknown(), "没有这个字段，请核对拼写。"),
    ],
)
def test_a_wrong_value_is_a_fault_at_its_line(tmp_path: Path, text: str, ask: object, message: str) -> None:
    root = table(tmp_path, text)
    ask(root)  # type: ignore[operator]
    assert root.faults == [Fault("a.toml", 1, "x", message)]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('a = "1"\nb = \n', "a.toml:2：不合 TOML 的写法：Invalid value (at line 2, column 5)"),
        ("标题".encode("gbk"), "a.toml:1：不是 UTF-8 编码，请另存为 UTF-8 后重试。"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, text: str | bytes, fault: str) -> None:
    assert str(opened(tmp_path, text)) == fault


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    assert str(read_toml(tmp_path / "none.toml")) == "none.toml:1：读不到这个文件。"


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    root = opened(tmp_path, b'\xef\xbb\xbfa = "1"')
    assert isinstance(root, Table)
    assert root.text("a") == "1"


def test_a_folder_gives_its_readable_files_and_the_faults_of_the_others(tmp_path: Path) -> None:
    for name, text in {"b.toml": "x = 1", "a.toml": "y = 1", "c.toml": "=", "d.txt": "="}.items():
        (tmp_path / name).write_text(text)
    faults: list[Fault] = []
    files = read_folder(tmp_path, "*.toml", faults)
    assert [path.name for path, _table in files] == ["a.toml", "b.toml"]
    files[0][1].fault("y", "…")
    assert [(fault.file, fault.field) for fault in faults] == [("c.toml", ""), ("a.toml", "y")]


def test_the_error_lists_its_faults_in_reading_order() -> None:
    error = ContentError([Fault("b", 1, "x", "二"), Fault("a", 10, "x", "一"), Fault("a", 9, "x", "零")])
    assert str(error) == "a:9 x：零\na:10 x：一\nb:1 x：二"
