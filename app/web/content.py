"""Content files: TOML that people write and review, and what is wrong in them, by file, line and field."""

import math
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

T = TypeVar("T")
_HEADER = re.compile(r"\s*\[(?P<many>\[?)\s*(?P<name>[\w.-]+)\s*\]")
_TOML_LINE = re.compile(r"\(at line (\d+), column \d+\)")


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in a content file."""

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        field = f" {self.field}" if self.field else ""
        return f"{self.file}:{self.line}{field}：{self.message}"


class ContentError(Exception):
    """Content files that cannot be loaded; nothing was."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class _Lines(list[str]):
    """The lines of a file, and of which of them each of its tables consists, header first."""

    @cached_property
    def tables(self) -> dict[tuple[str, bool], list[range]]:
        """By name and whether it is one of many."""
        headers = [(n, m) for n, text in enumerate(self, 1) if (m := _HEADER.match(text))]
        ends = [*(n for n, _match in headers[1:]), len(self) + 1]
        found: dict[tuple[str, bool], list[range]] = defaultdict(list)
        for (n, match), end in zip(headers, ends, strict=False):
            found[match["name"], bool(match["many"])].append(range(n, end))
        return dict(found)


class Table:
    """A table of a content file. Asking for a field of the wrong type notes a fault and gives an empty value.

    `faults` is shared by all tables of the file; `refuse_unknown` notes the fields nobody asked for.
    """

    def __init__(
        self, file: str, data: dict[str, Any], lines: "_Lines", span: range, faults: list[Fault]
    ) -> None:
        self.file, self.data, self.faults = file, data, faults
        self._lines, self._span = lines, span
        self._asked: set[str] = set()

    def line(self, field: str = "") -> int:
        """Where the field stands; where the table begins, if the field is missing."""
        assigns = re.compile(rf"\s*\"?{re.escape(field)}\"?\s*=")
        if field:
            for number in self._span:
                if assigns.match(self._lines[number - 1]):
                    return number
        if isinstance(self.data.get(field), dict | list):  # a table of its own, further down
            for many in (False, True):
                if spans := self._lines.tables.get((field, many)):
                    return spans[0].start
        return self._span.start

    def fault(self, field: str, message: str) -> None:
        self.faults.append(Fault(self.file, self.line(field), field, message))

    def text(self, field: str, default: str | None = None) -> str:
        """A string; without a default it must be there and not be empty."""
        value = self._get(field, str, _l("应当是文字，写在引号里。"), default)
        if "\0" in (value or ""):
            self.fault(field, _("含有不能保存的字符。"))
        elif default is None and value is not None and not value.strip():
            self.fault(field, _("不能为空。"))
        return value or ""

    def whole(self, field: str, default: int | None = None, at_least: int = 0) -> int:
        value = self._get(field, int, _l("应当是整数。"), default)
        if value is not None and value < at_least:
            self.fault(field, _("不能小于 %(least)s。", least=at_least))
        return value or 0

    def number(self, field: str, default: float | None = None) -> float:
        """A number that is finite and not negative."""
        value = self._get(field, (int, float), _l("应当是数字。"), default)
        if value is not None and not (math.isfinite(value) and value >= 0):
            self.fault(field, _("应当是不小于 0 的数字。"))
            return 0.0
        return float(value or 0)

    def flag(self, field: str, default: bool | None = None) -> bool:
        return bool(self._get(field, bool, _l("应当是 true 或 false。"), default))

    def day(self, field: str) -> date | None:
        """A date such as 2015-01-13, or None where the field is missing."""
        if field not in self.data:
            self._asked.add(field)
            return None
        value: date | None = self._get(field, date, _l("应当是日期，如 2015-01-13，不加引号。"), None)
        return value

    def texts(self, field: str, default: list[str] | None = None) -> list[str]:
        value = self._get(field, list, _l('应当是列表，如 ["甲", "乙"]。'), default) or []
        if all(isinstance(item, str) and "\0" not in item for item in value):
            return list(value)
        self.fault(field, _("列表里应当都是文字。"))
        return []

    def any(self, field: str) -> Any:
        """Whatever the file holds, None where it is missing: for the caller to judge."""
        self._asked.add(field)
        return self.data.get(field)

    def table(self, name: str) -> "Table":
        """The table `[name]`; an empty one, and a fault, where it is missing."""
        data = self._get(name, dict, _l("应当是一个 [%(name)s] 表。", name=name), None) or {}
        return Table(self.file, data, self._lines, self._spans(name, many=False)[0], self.faults)

    def tables(self, name: str) -> list["Table"]:
        """The tables `[[name]]`, in order; none where there are none."""
        found = self._get(name, list, _l("应当写成 [[%(name)s]]。", name=name), []) or []
        if not all(isinstance(data, dict) for data in found):
            self.fault(name, _("应当写成 [[%(name)s]]。", name=name))
            return []
        spans = self._spans(name, many=True) if found else []
        return [
            Table(self.file, data, self._lines, spans[min(at, len(spans) - 1)], self.faults)
            for at, data in enumerate(found)
        ]

    def refuse_unknown(self) -> None:
        """A misspelt field is a fault, not a silence."""
        for field in self.data:
            if field not in self._asked:
                self.fault(field, _("没有这个字段，请核对拼写。"))

    def _get(self, field: str, kind: type[T] | tuple[type, ...], expected: LazyString, default: Any) -> Any:
        self._asked.add(field)
        value = self.data.get(field, default)
        if value is None:
            self.fault(field, _("缺少这个字段。"))
            return None
        # A flag is no whole number and a time is no date, whatever Python's class tree says.
        stray = isinstance(value, bool) and kind is not bool or isinstance(value, datetime)
        if stray or not isinstance(value, kind):
            self.fault(field, str(expected))
            return None
        return value

    def _spans(self, name: str, many: bool) -> list[range]:
        """The lines of each table of this name, header first."""
        found = self._lines.tables.get((name, many))
        return found or [range(self.line(name), self.line(name) + 1)]


def read_toml(path: Path, name: str = "") -> Table | Fault:
    """The file's outermost table, or why it cannot be read. `name` is how faults call the file."""
    called = name or path.name
    try:
        return parse_toml(path.read_bytes().decode("utf-8-sig"), called)
    except OSError:
        return Fault(called, 1, "", _("读不到这个文件。"))
    except UnicodeDecodeError:
        return Fault(called, 1, "", _("不是 UTF-8 编码，请另存为 UTF-8 后重试。"))


def parse_toml(text: str, called: str) -> Table | Fault:
    """The same of a text."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = _TOML_LINE.search(str(error))
        line = int(where[1]) if where else max(text.count("\n"), 1)
        return Fault(called, line, "", _("不合 TOML 的写法：%(error)s", error=str(error)))
    lines = _Lines(text.split("\n"))  # as TOML counts them, unlike splitlines
    head = next((n for n, line in enumerate(lines, 1) if _HEADER.match(line)), len(lines) + 1)
    return Table(called, data, lines, range(1, max(head, 2)), [])


def read_folder(folder: Path, pattern: str, faults: list[Fault]) -> list[tuple[Path, Table]]:
    """Every readable file of `pattern` below `folder`, by name; why the others are not goes to `faults`.

    The tables note their faults in `faults` too.
    """
    readable: list[tuple[Path, Table]] = []
    for path in sorted(folder.glob(pattern)):
        table = read_toml(path, path.relative_to(folder).as_posix())
        if isinstance(table, Fault):
            faults.append(table)
        else:
            table.faults = faults
            readable.append((path, table))
    return readable
