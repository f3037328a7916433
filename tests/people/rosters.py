"""Rosters as people make them, and the worker that reads them."""

import io
import re
from typing import Any

import sqlalchemy as sa
import xlsxwriter

from app.domain.identity import check_digit
from app.people.models import Person, RosterImport, RosterRow
from app.people.roster import cells, work
from app.people.roster.states import Outcome
from app.web.db import db
from tests.people.school import County

HEAD = ("姓名", "身份证号", "工号", "手机号", "单位", "职务", "职级", "政治面貌")


def id_number(serial: int, born: str = "19900101", region: str = "110101") -> str:
    """A well-formed number of nobody."""
    first = f"{region}{born}{serial:03d}"
    return first + check_digit(first)


def xlsx(*rows: Any, header: Any = HEAD, merged: tuple[str, ...] = (), numbers: bool = False) -> bytes:
    """A workbook; `numbers`: what looks like a number is typed as one. `merged`: areas, as in "A2:A3"."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_numbers": numbers}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate([header, *rows] if header else rows):
            sheet.write_row(at, 0, row)
        for area in merged:
            sheet.merge_range(area, "")
            first = re.match(r"([A-Z])(\d+)", area)
            assert first is not None
            at, column = int(first[2]) - 1, ord(first[1]) - 65
            sheet.write(at, column, ([header, *rows] if header else rows)[at][column])
    return out.getvalue()


def upload(client: Any, unit_id: int, data: bytes, name: str = "名册.xlsx") -> str:
    """The address of the import that waits for the worker."""
    form = {"unit_id": str(unit_id), "file": (io.BytesIO(data), name)}
    answer = client.post("/manage/people/import", data=form)
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def checked(client: Any, c: County, data: bytes, name: str = "名册.xlsx") -> str:
    """The address of the import for the whole county, read and checked."""
    where = upload(client, c.root.id, data, name)
    work.QUEUE.read_waiting()
    return where


def save(client: Any, where: str, **form: str) -> Any:
    answer = client.post(f"{where}/save", data=form)
    while work.QUEUE.save_stretch():
        pass
    return answer


def outcomes() -> dict[int, str]:
    """What each row of the latest import will do, by its number in the sheet."""
    rows = sa.select(RosterRow.number, RosterRow.outcome).where(RosterRow.import_id == latest().id)
    return {number: outcome for number, outcome in db.session.execute(rows) if number > 0}


def faults() -> list[tuple[int, str, str]]:
    """(row, field, the message's first sentence) of the latest import."""
    rows = sa.select(RosterRow).where(
        RosterRow.import_id == latest().id, RosterRow.outcome == Outcome.FAULT, RosterRow.number > 0
    )
    return [
        (row.number, field, message.split("。")[0])
        for row in db.session.scalars(rows.order_by(RosterRow.number))
        for field, message in cells.unseal_faults(row.faults)
    ]


def latest() -> RosterImport:
    db.session.expire_all()
    return db.session.scalars(sa.select(RosterImport).order_by(RosterImport.id.desc())).first()  # type: ignore[return-value]


def named(name: str) -> Person:
    db.session.expire_all()
    return db.session.scalars(sa.select(Person).where(Person.name == name)).one()
