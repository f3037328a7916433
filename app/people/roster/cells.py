"""A row of a roster as it was written, and what can be read of it alone."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.domain import identity, roster
from app.domain.ranks import PARTY
from app.domain.roster import Field, says_nothing
from app.people.labels import ID_FAULTS, STAFF_NO_FAULT, USERNAME_FAULT
from app.people.names import STAFF_NO, USERNAME, tidy, tidy_name, tidy_staff_no, tidy_username
from app.web import sealing

SEALED, FAULTS = "roster row", "roster faults"  # purposes of sealing
_LOST = "lost"  # marks a cell whose digits the spreadsheet cut off
Fault = tuple[str, str]  # a Field, or "" for the whole row; what is wrong, and the cure


@dataclass(frozen=True)
class Row:
    """The cells under the columns that the sheet has. `lost`: fields whose digits are gone."""

    number: int
    cells: Mapping[Field, str]
    lost: frozenset[Field] = frozenset()

    def text(self, name: Field) -> str:
        """Without what stands for an empty cell."""
        given = self.cells.get(name, "")
        return "" if says_nothing(given) else given


@dataclass
class Reading:
    """`values`: what the row says of a person, under the names of `PersonFacts`, what it leaves open missing.

    Beside them `member` (是否党员, where 政治面貌 is not given), `post_since` and `rank_since`.
    """

    values: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, name: Field | str, message: str) -> None:
        self.faults.append((str(name), message))


def read(row: Row, today: date) -> Reading:
    """Everything that can be told without the database."""
    reading = Reading()
    for step in (_name, _numbers, _words, _party, _dates):
        step(row, reading, today)
    return reading


def _name(row: Row, reading: Reading, today: date) -> None:
    name = tidy_name(row.text(Field.NAME))
    if not name:
        reading.fault(Field.NAME, _("没有填姓名。请补上，或删去这一行。"))
    elif len(name) > 50:
        reading.fault(Field.NAME, _("内容太长，最多 %(n)s 个字。请缩短。", n=50))
    elif not re.fullmatch(r"[^\W\d_](?:[^\W\d_]|[·•・.'’\- ()（）])*", name):
        reading.fault(Field.NAME, _("不像一个人的姓名。请更正；若是标题或说明，请删去这一行。"))
    reading.values["name"] = name


def _numbers(row: Row, reading: Reading, today: date) -> None:
    readers: dict[Field, Callable[[str, Reading, date], str | None]] = {
        Field.ID_NUMBER: _id_number, Field.PHONE: _phone,
        Field.STAFF_NO: _staff_no, Field.USERNAME: _username,
    }  # fmt: skip
    for name, reader in readers.items():
        text = row.text(name)
        if name in row.lost or roster.lost_digits(text):
            reading.fault(name, str(_CURE))
        elif text and (value := reader(text, reading, today)):
            reading.values[name] = value


_CURE = _l("这个号码被表格软件当成数字，后几位已经丢失。请先把整列设为“文本”格式，再对照原件重新输入。")


def _id_number(text: str, reading: Reading, today: date) -> str | None:
    number = identity.tidy_number(text)
    if (wrong := identity.fault(number, today)) is None:
        return number
    cut_off = wrong is identity.Fault.CHECK and number.endswith("000")
    reading.fault(Field.ID_NUMBER, str(_CURE if cut_off else ID_FAULTS[wrong]))
    return None


def _phone(text: str, reading: Reading, today: date) -> str | None:
    if digits := identity.phone(text):
        return digits
    reading.fault(Field.PHONE, _("不是 11 位手机号码。请只填一个手机号码，或留空。"))
    return None


def _staff_no(text: str, reading: Reading, today: date) -> str | None:
    if re.match(STAFF_NO, value := tidy_staff_no(text)):
        return value
    reading.fault(Field.STAFF_NO, str(STAFF_NO_FAULT))
    return None


def _username(text: str, reading: Reading, today: date) -> str | None:
    if re.match(USERNAME, value := tidy_username(text)):
        return value
    reading.fault(Field.USERNAME, str(USERNAME_FAULT))
    return None


def _words(row: Row, reading: Reading, today: date) -> None:
    if post := tidy(row.text(Field.POST)):
        reading.values["post"] = post
        if len(post) > 100:
            reading.fault(Field.POST, _("内容太长，最多 %(n)s 个字。请缩短。", n=100))
    if text := row.text(Field.RANK):
        reading.values["rank"] = rank = roster.rank(text)
        if rank is None:
            reading.fault(Field.RANK, _("“%(v)s”认不出来。请从模板的“选项”页选一个，或留空。", v=text[:30]))
    _sex(row, reading, today)


def _sex(row: Row, reading: Reading, today: date) -> None:
    text = row.text(Field.SEX)
    sex = roster.sex(text) if text else ""
    number = reading.values.get("id_number")
    known = identity.identity(number, today) if number else None
    if sex is None:
        reading.fault(Field.SEX, _("“%(v)s”认不出来。请填“男”或“女”。", v=text[:30]))
    elif known and sex and sex != known.sex:
        reading.fault(Field.SEX, _("与身份证号不符。请核对两者。"))
    if sex or known:
        reading.values["sex"] = known.sex if known else sex


def _party(row: Row, reading: Reading, today: date) -> None:
    text, yes_no = row.text(Field.POLITICAL), row.text(Field.MEMBER)
    political = roster.political(text) if text else None
    in_member = roster.political(yes_no) if yes_no else None
    member = in_member in PARTY if in_member else roster.member(yes_no) if yes_no else None
    if text and political is None:
        shown = _("“%(v)s”认不出来。请填“中共党员”“共青团员”“群众”等，见模板的“选项”页。", v=text[:30])
        reading.fault(Field.POLITICAL, shown)
    elif yes_no and member is None:
        reading.fault(Field.MEMBER, _("“%(v)s”认不出来。请填“是”或“否”。", v=yes_no[:30]))
    elif political and member is not None and member != (political in PARTY):
        reading.fault(Field.MEMBER, _("与政治面貌不符。请核对两者。"))
    elif political or in_member:
        reading.values["political"] = political or in_member
    elif member is not None:
        reading.values["member"] = member


def _dates(row: Row, reading: Reading, today: date) -> None:
    for name in (Field.JOINED_ON, Field.POST_SINCE, Field.RANK_SINCE):
        if text := row.text(name):
            day = None if name in row.lost else roster.day(text, today)
            if day is None:
                message = _(
                    "“%(v)s”不是能确定的日期。请按 2019-07-01 或 2019-07 填写，不晚于今天。", v=text[:30]
                )
                reading.fault(name, message)
            else:
                reading.values[name] = day
    political = reading.values.get("political")
    if "joined_on" in reading.values and (
        reading.values.get("member") is False or political not in (None, *PARTY)
    ):
        reading.fault(Field.JOINED_ON, _("不是党员，却有入党时间。请核对。"))
    if "rank_since" in reading.values and not row.text(Field.RANK):
        reading.fault(Field.RANK, _("填了任现职级时间，却没有填职级。请补上。"))


def seal(row: Row, facts: Mapping[str, Any]) -> str:
    """The row and what came of it, unreadable without the key."""
    plain = {"cells": dict(row.cells), _LOST: sorted(row.lost), "facts": dict(facts)}
    return sealing.seal(SEALED, json.dumps(plain, ensure_ascii=False, default=str))


def unseal(number: int, sealed: str) -> tuple[Row, dict[str, Any]]:
    plain = json.loads(sealing.unseal(SEALED, sealed))
    cells = {Field(name): text for name, text in plain["cells"].items()}
    facts = plain["facts"]
    for name in roster.DATES & facts.keys():
        facts[name] = date.fromisoformat(facts[name])
    return Row(number, cells, frozenset(Field(name) for name in plain[_LOST])), facts


def seal_faults(faults: Sequence[Fault]) -> str:
    """They quote cells."""
    return sealing.seal(FAULTS, json.dumps(faults, ensure_ascii=False)) if faults else ""


def unseal_faults(sealed: str) -> list[Fault]:
    return [(name, text) for name, text in json.loads(sealing.unseal(FAULTS, sealed))] if sealed else []
