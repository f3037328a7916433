"""Questions in spreadsheets and tables: a row each, or a row for each option."""

import re
from collections.abc import Iterator, Sequence

from flask_babel import gettext as _
from xlsxwriter.utility import xl_col_to_name

from app.bank.importing import answers, headers, lines, words
from app.bank.importing.headers import Header
from app.bank.importing.items import Line, Note, Written, half
from app.domain.questions import Kind

_TEXTS = (
    "kind",
    "stem",
    "answer",
    "explanation",
    "basis",
    "topic",
    "difficulty",
    "level",
    "tags",
    "phrases",
    "last",
)
_PART = re.compile(r"(?:案例|材料)[^·.\-—:]*[·.\-—:]\s*(.+)")
_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")  # of a bank like this one; a number counts rows only
_REMARK = re.compile(r"\d+ 张，表格里带不了")  # of our own sheets (exporting/excel.py), for people
Rows = Sequence[Sequence[str]]


def questions(title: str, rows: Rows) -> tuple[list[Written], list[Line]] | None:
    """None: no row of the sheet names its columns."""
    header = headers.find(rows)
    if header is None:
        return None
    found: list[Written] = []
    ignored = list(_unread(title, rows, header))
    # A sheet for each kind says it in its title.
    section = _section(title)
    for number in range(header.row + 1, len(rows)):
        row = rows[number]
        place = _place(title, number)
        if not any(row):
            continue
        if _is_remark(row, header, rows[header.row]):
            ignored.append(Line(place, " ".join(filter(None, row))))
        elif not (header.by_row and found and _goes_on(row, header, found[-1])):
            _add(found, _row(place, section, row, header))
        if found:
            found[-1].notes += _long_cells(row, number)
    for one in found:
        if header.by_row:
            one.answer = one.answer or "".join(_right_letters(one))
    return found, ignored


def _unread(title: str, rows: Rows, header: Header) -> Iterator[Line]:
    """Columns that hold something and have a name that says nothing here."""
    below = rows[header.row + 1 :]
    names = [
        rows[header.row][at].strip()
        for at in header.unknown
        if any(text and not _REMARK.match(text) for row in below for text in [_cell(row, at)])
    ]
    if names:
        text = _("没有读的列：%(names)s。", names="、".join(names))
        yield Line(_place(title, header.row), text)


def _long_cells(row: Sequence[str], number: int) -> Iterator[Note]:
    for at, text in enumerate(row):
        if len(text) > lines.LONGEST:
            said = _(
                "%(cell)s 格超过 %(n)s 字，没有读完。请在原表里缩短，再重新上传。",
                cell=f"{xl_col_to_name(at)}{number + 1}", n=lines.LONGEST,
            )  # fmt: skip
            yield Note("", said, bars=True)


def _section(title: str) -> str:
    found = re.search(words.WORDS, half(title))
    return found[0] if found else ""


def _place(title: str, number: int) -> str:
    return str(_("工作表“%(title)s”第 %(n)s 行", title=title, n=number + 1)) if title else str(
        _("第 %(n)s 行", n=number + 1)
    )  # fmt: skip


def _cell(row: Sequence[str], at: int | None) -> str:
    return row[at].strip() if at is not None and at < len(row) else ""


def _is_remark(row: Sequence[str], header: Header, titles: Sequence[str]) -> bool:
    """The header once more, an example to follow, instructions."""
    shared = [index for index in header.columns.values() if _cell(row, index)]
    if shared and all(headers.plain(row[i]) == headers.plain(titles[i]) for i in shared):
        return True
    filled = [index for index, text in enumerate(row) if text.strip()]
    stem = _cell(row, header.columns["stem"])
    by_option = header.by_row and _cell(row, header.columns.get("options"))
    return (
        not stem
        and not by_option
        or bool(
            len(filled) == 1
            and re.match(r"(?:注|说明|填写说明|备注|提示|示例)\s*[:1]?", half(row[filled[0]]))
        )
    )


def _row(place: str, section: str, row: Sequence[str], header: Header) -> Written:
    one = Written(place, section=section, source=[" ｜ ".join(text for text in row if text)])
    for name in _TEXTS:
        setattr(one, name, _cell(row, header.columns.get(name)))
    number = _cell(row, header.columns.get("number"))
    one.code = number if _CODE.fullmatch(number) else ""
    if header.by_row:
        _option(one, row, header)
        return one
    one.options = [_unlettered(_cell(row, at), n) for n, at in enumerate(header.options)]
    while one.options and not one.options[-1]:
        one.options.pop()
    if not header.options:
        one.options = cut_options(_cell(row, header.columns.get("options")))
    if blanks := [text for at in header.blanks if (text := _cell(row, at))]:
        one.answer = one.answer or "\n".join(blanks)
    if not one.options and "options" not in header.columns:
        _options_in_stem(one)
    prompts = _cell(row, header.columns.get("prompts")).split("\n")
    one.prompts = [_unnumbered(text) for text in prompts if text.strip()]
    return one


def _options_in_stem(one: Written) -> None:
    at, found = lines.options(one.stem, 0)
    if len(found) > 1:
        one.stem, one.options = one.stem[:at].strip(), found


def _unlettered(text: str, number: int) -> str:
    """ "A.甲" in the column of A."""
    head = re.match(r"\s*([A-Ha-h])\s*[.、:)]\s*", half(text))
    return text[head.end() :] if head and "ABCDEFGH".find(head[1].upper()) == number else text


def _unnumbered(text: str) -> str:
    return re.sub(r"^\s*[(（]?\d{1,2}[.．、)）]\s*", "", text).strip()


def cut_options(text: str) -> list[str]:
    """All options in one cell: by their letters, a line each, or with marks between."""
    flat = " ".join(text.split("\n"))
    at, found = lines.options(flat, 0)
    if at == 0 and len(found) > 1:
        return [option.strip(" ;；|｜") for option in found]
    for mark in (r"\n", r"\$;\$|[|｜]", r"[;；]"):
        cut = [part.strip() for part in re.split(mark, text) if part.strip()]
        if len(cut) > 1:
            return [_unlettered(part, n) for n, part in enumerate(cut)]
    return [text.strip()] if text.strip() else []


def _add(found: list[Written], one: Written) -> None:
    """A part of a case belongs to the case above it: its kind says 案例分析题·单选题."""
    part = _PART.fullmatch(half(one.kind).strip())
    if part and words.kind(part[1]) and found and words.kind(found[-1].kind) is Kind.CASE:
        one.kind = part[1]
        found[-1].parts.append(one)
        found[-1].source += one.source
    else:
        found.append(one)


def _goes_on(row: Sequence[str], header: Header, before: Written) -> bool:
    """A further option of the question above; merged cells say its stem again."""
    stem = _cell(row, header.columns["stem"])
    if stem and stem != before.stem or len(before.options) >= 8:
        return False
    before.source.append(" ｜ ".join(text for text in row if text))
    _option(before, row, header)
    return True


def _option(one: Written, row: Sequence[str], header: Header) -> None:
    text = _cell(row, header.columns.get("options"))
    if not text:
        return
    one.options.append(_unlettered(text, len(one.options)))
    right = _cell(row, header.columns["right"])
    if right and answers.truth(right) is None and answers.letters(right) == "":
        message = _("“%(v)s”看不出这个选项对不对。请填“√”或留空。", v=right[:20])
        one.notes.append(Note("key", message, bars=True))
    if answers.truth(right):
        one.prompts.append(str(len(one.options)))  # until all its rows are read


def _right_letters(one: Written) -> Iterator[str]:
    right, one.prompts = one.prompts, []
    return ("ABCDEFGH"[int(number) - 1] for number in right)
