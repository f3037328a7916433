"""A county's roster of ten thousand: read, checked and saved by the worker, as if it had been uploaded."""

import time

import sqlalchemy as sa

from app.domain.access import Role
from app.domain.identity import check_digit
from app.people.models import Person, RosterImport, Unit
from app.people.roster import edits, work
from app.web import clock, uow
from app.web.db import db
from app.web.sheets import write_xlsx
from tests import factories

PEOPLE, UNITS = 10_000, 200
_HEAD = ("姓名", "身份证号", "手机号", "单位", "职务", "职级", "政治面貌", "入党时间")
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "芳伟娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉"


def _sheet() -> bytes:
    return write_xlsx("名册", _HEAD, (_row(number) for number in range(PEOPLE)))


def _row(number: int) -> tuple[str, ...]:
    born = f"{1960 + number % 40}{number // 40 % 12 + 1:02d}{number // 480 % 28 + 1:02d}"
    first = f"110101{born}{number % 1000:03d}"
    name = _SURNAMES[number % 20] + _GIVEN[number // 20 % 25] + _GIVEN[number // 500 % 25]
    unit = f"第{number % UNITS}支部"
    return (name, first + check_digit(first), f"138{number:08d}", unit, "干部", "一级科员", "党员", "2019.07")


def bench() -> dict[str, float]:
    """Seconds for new people, and for the same sheet once more, when nothing changes."""
    root = factories.unit("名册县")
    owner = factories.person("导入人", root)
    factories.grant(owner, Role.ADMIN, root)
    for number in range(UNITS):
        factories.unit(f"第{number}支部", root)
    data = _sheet()
    first = _import(owner.id, root.id, data)
    again = _check(owner.id, root.id, data)
    saved = db.session.scalar(sa.select(sa.func.count()).where(Person.phone_digest.is_not(None)))
    if saved != PEOPLE:
        raise SystemExit(f"bench: {saved} of {PEOPLE} people were imported")
    return {"roster.seconds": first, "roster.rows_per_second": PEOPLE / first, "roster.again_seconds": again}


def _check(owner_id: int, unit_id: int, data: bytes) -> float:
    """Upload, and let the worker read and check."""
    upload = edits.Upload(db.session.get_one(Unit, unit_id), "名册.xlsx", data)
    edits.begin(owner_id, [upload.unit.path], upload, clock.now())
    uow.commit_item()
    begun = time.perf_counter()
    work.QUEUE.read_waiting()
    return time.perf_counter() - begun


def _import(owner_id: int, unit_id: int, data: bytes) -> float:
    checked = _check(owner_id, unit_id, data)
    found = db.session.scalars(sa.select(RosterImport).order_by(RosterImport.id.desc())).first()
    assert found is not None and found.state == "ready", found and found.message
    edits.confirm(found, False, clock.now())
    uow.commit_item()
    begun = time.perf_counter()
    while work.QUEUE.save_stretch():
        pass
    return checked + time.perf_counter() - begun
