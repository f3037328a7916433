"""The roster of a class or a county as a spreadsheet: its template, and the import, all or nothing."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count

from flask_babel import gettext as _

from app.domain.ranks import Political
from app.people import queries
from app.people.facts import PersonFacts
from app.people.models import Unit
from app.people.names import USERNAME, tidy, tidy_name, tidy_username
from app.web.sheets import EMPTY, Cell, Sheet, SheetError, read_sheet, write_workbook

MAX_PEOPLE = 500  # one argon2 hash takes 28 ms: half a minute of patience, sign-ins beside it included
HEADERS = ("姓名", "用户名（工号或手机号）", "单位编码", "职务", "职级", "是否党员（是/否）")
_COLUMNS = ("name", "username", "unit", "post", "rank", "political")
_REQUIRED = 3  # the first columns must be in the file
_YES_NO = {"是": Political.MEMBER, "否": "", "": ""}
_LIMITS = {"name": 50, "post": 100, "rank": 50}


@dataclass(frozen=True)
class Fault:
    """What is wrong in a row of the file, and the cure."""

    row: int
    column: str
    message: str


class Refused(Exception):
    """Nothing was imported."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = sorted(faults, key=lambda fault: fault.row)


def template(units: Iterable[Unit]) -> bytes:
    """An empty sheet to fill in, and one that explains it and lists the units' codes."""
    notes = [
        _("姓名、用户名、单位编码必填，其余可空。"),
        _("用户名用于登录，建议用工号或手机号；不能与已有人员重复。"),
        _("单位编码见下表，照抄即可。"),
        _("一次最多 %(n)s 人；有一行不对，整表都不导入，改好后重新上传。", n=MAX_PEOPLE),
    ]
    rows = [[note, ""] for note in notes] + [["", ""], [_("单位名称"), _("单位编码")]]
    rows += [[unit.name, unit.code] for unit in units]
    return write_workbook(
        [Sheet(_("人员"), HEADERS, text=True), Sheet(_("说明"), [_("填表说明"), ""], rows, text=True)]
    )


def _bare(header: str) -> str:
    """A header without its remark in brackets and without spaces."""
    return re.split(r"[（(]", header)[0].replace(" ", "").replace("*", "")


def _positions(head: Sequence[Cell]) -> dict[str, int]:
    """Column name → index, in any order. Raises Refused when a required one is missing."""
    found = {_bare(cell.text): index for index, cell in enumerate(head)}
    names = dict(zip(_COLUMNS, map(_bare, HEADERS), strict=True))
    missing = [names[column] for column in _COLUMNS[:_REQUIRED] if names[column] not in found]
    if missing:
        text = _("第一行缺少这一列。请使用下载的模板，不要改动表头。")
        raise Refused([Fault(1, name, text) for name in missing])
    return {column: found[name] for column, name in names.items() if name in found}


class _Reader:
    """Reads rows one by one and collects what is wrong with them."""

    def __init__(self, units: dict[str, tuple[Unit, bool]]) -> None:
        self.units = units
        self.seen: dict[str, int] = {}
        self.faults: list[Fault] = []
        self.read: list[tuple[int, PersonFacts]] = []

    def fault(self, row: int, column: str, message: str) -> None:
        self.faults.append(Fault(row, _bare(HEADERS[_COLUMNS.index(column)]), message))

    def row(self, number: int, cells: dict[str, Cell]) -> None:
        before = len(self.faults)
        text = {column: tidy(cells.get(column, EMPTY).text) for column in _COLUMNS}
        name = tidy_name(text["name"])
        if not name:
            self.fault(number, "name", _("没有填姓名。请补上。"))
        for column, limit in _LIMITS.items():
            if len(text[column]) > limit:
                self.fault(number, column, _("内容太长，最多 %(n)s 个字。请缩短。", n=limit))
        username = self._username(number, cells["username"])
        unit = self._unit(number, text["unit"])
        political = self._political(number, text["political"])
        if len(self.faults) == before and unit is not None:
            facts = PersonFacts(
                name, username, unit.id, post=text["post"], rank=text["rank"], political=political
            )
            self.read.append((number, facts))

    def _username(self, row: int, cell: Cell) -> str:
        username = tidy_username(cell.text)
        if not username:
            self.fault(row, "username", _("没有填用户名。请填工号或手机号。"))
        elif cell.lost_digits:
            text = _("位数太多的数字已被表格软件改动。请先把单元格设为“文本”格式，再重新输入。")
            self.fault(row, "username", text)
        elif not re.match(USERNAME, username):
            text = _("“%(v)s”不能作用户名。请用 2 至 50 个字母、数字或汉字，不含空格。", v=username)
            self.fault(row, "username", text)
        elif username in self.seen:
            text = _("“%(v)s”与第 %(n)s 行重复。请核对后改正其一。", v=username, n=self.seen[username])
            self.fault(row, "username", text)
        else:
            self.seen[username] = row
        return username

    def _unit(self, row: int, code: str) -> Unit | None:
        unit, mine = self.units.get(tidy_username(code), (None, False))
        if not code:
            self.fault(row, "unit", _("没有填单位编码。编码见模板的“说明”页。"))
        elif unit is None or not mine:
            text = _("没有编码为“%(v)s”的单位，或它不在您的管理范围内。请对照模板的“说明”页。", v=code)
            self.fault(row, "unit", text)
        return unit

    def _political(self, row: int, text: str) -> str:
        if text not in _YES_NO:
            self.fault(row, "political", _("“%(v)s”认不出来。请填“是”或“否”。", v=text))
        return _YES_NO.get(text, "")


def read(data: bytes, paths: Iterable[str]) -> list[PersonFacts]:
    """The people of the file. Raises Refused with every fault by row, or SheetError."""
    rows = read_sheet(data, limit=MAX_PEOPLE * 4)
    positions = _positions(rows[0] if rows else [])
    reader = _Reader(queries.unit_by_code(paths))
    for number, row in zip(count(2), rows[1:], strict=False):
        if any(cell.text for cell in row):
            reader.row(number, {column: row[index] for column, index in positions.items()})
    taken = queries.taken_usernames(reader.seen)
    for username in taken:
        text = _("用户名“%(v)s”已有人使用。若是同一人，请删去这一行。", v=username)
        reader.fault(reader.seen[username], "username", text)
    if reader.faults:
        raise Refused(reader.faults)
    if not reader.read:
        raise SheetError(_("表中没有人员。请从第 2 行起填写，每人一行。"))
    if len(reader.read) > MAX_PEOPLE:
        raise SheetError(_("一次最多导入 %(n)s 人。请分几次导入。", n=MAX_PEOPLE))
    return [facts for _row, facts in reader.read]
