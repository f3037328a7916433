"""登录条: first-access codes on paper, cut apart and handed out.

The codes are made while the slips are printed and exist in clear only on the paper.
"""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
import structlog
from flask import current_app, render_template
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager

from app.audit.service import Act, record, record_each
from app.domain.access import Action
from app.domain.certificates import missing_glyphs
from app.people import codes
from app.people.grants import serving_above
from app.people.models import AccessCode, Person, RoleGrant, Unit
from app.people.queries import within
from app.people.school import school
from app.web import fonts, gate, pdf, qr
from app.web.db import db
from app.web.errors import Problem

log = structlog.get_logger()
PER_PAGE = 8
BATCH = 200  # slips in one file: printed within the request, in a few seconds
MISSING = "〓"  # the printers' mark for a character that the font lacks


@dataclass(frozen=True)
class Order:
    """What to print. Codes issued before `opened`, when the page was opened, are replaced if `again` says
    so; later ones never, so that a second click does not void what the first one printed."""

    unit: Unit
    below: bool
    again: bool
    opened: datetime


@dataclass(frozen=True)
class Waiting:
    """People without a password, in the unit and in its whole subtree; `coded`: whose code still holds."""

    own: int
    own_coded: int
    all: int
    all_coded: int


class NobodyWaits(Exception):
    """There is no slip to print."""


def _waiting(paths: Iterable[str], now: datetime) -> sa.ColumnElement[bool]:
    """Active, in the subtrees, without a password; holding no role whose account the caller may not reset:
    a slip lets its bearer in as the person."""
    above = serving_above(gate.scope(Action.SIGN_IN_EDIT), now)
    held = sa.select(RoleGrant.id).where(RoleGrant.person_id == Person.id, above)
    return sa.and_(within(paths), Person.active, Person.password_hash.is_(None), ~held.exists())


def waiting(unit: Unit, paths: Sequence[str], now: datetime) -> Waiting:
    """How many slips there are to print."""

    def count(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.count(sa.case((sa.and_(*conditions), 1)))

    own, coded = Person.unit_id == unit.id, AccessCode.expires_at > now
    row = db.session.execute(
        sa.select(count(own), count(own, coded), count(sa.true()), count(coded))
        .select_from(Person)
        .join(Person.unit)
        .outerjoin(AccessCode, AccessCode.person_id == Person.id)
        .where(_waiting(paths, now), within([unit.path]))
    ).one()
    return Waiting(*row)


def _people(order: Order, paths: Sequence[str], now: datetime) -> Sequence[Person]:
    """The next ones to get a slip, by unit and name."""
    place = within([order.unit.path]) if order.below else Person.unit_id == order.unit.id
    replaced = order.opened if order.again else None
    return db.session.scalars(
        sa.select(Person)
        .join(Person.unit)
        .options(contains_eager(Person.unit))
        .outerjoin(AccessCode, AccessCode.person_id == Person.id)
        .where(_waiting(paths, now), place)
        .where(
            sa.or_(
                AccessCode.person_id.is_(None),
                AccessCode.expires_at <= now,
                AccessCode.issued_at < replaced if replaced else sa.false(),
            )
        )
        .order_by(Unit.path, Person.name, Person.id)
        .limit(BATCH)
    ).all()


def print_slips(order: Order, paths: Sequence[str], now: datetime) -> bytes:
    """The PDF; its codes are good as soon as the transaction commits. Raises NobodyWaits and Problem.

    Printing takes seconds, so it comes before the first write and holds no lock.
    """
    people = _people(order, paths, now)
    if not people:
        raise NobodyWaits
    made = codes.make([person.id for person in people])
    document = _document([(person, codes.shown(made[person.id])) for person in people], now)
    try:
        with db.session.begin_nested():
            codes.keep(made, now, before=order.opened)
            codes.spend(*made.keys() - _still_waiting(made, paths, now))
    except IntegrityError as error:
        text = _("刚刚已有人为这些人员印了登录条，这一份没有生效。请回到上一页，刷新后再看。")
        raise Problem(409, "printed", text) from error
    place = order.unit.name
    acts = [Act(f"person:{one.id}", f"打印 {one.name} 的登录条（{place}）") for one in people]
    record_each("code.issue", acts)
    after = {"below": order.below, "again": order.again}
    summary = f"打印 {place} 的登录条 {len(people)} 张"
    record("code.print", f"unit:{order.unit.id}", summary, after=after)
    return document


def _still_waiting(people: Iterable[int], paths: Sequence[str], now: datetime) -> set[int]:
    """Not whoever was transferred, deactivated or given a role while their slip was printed."""
    rows = sa.select(Person.id).join(Person.unit).where(Person.id.in_(list(people)), _waiting(paths, now))
    return set(db.session.scalars(rows))


def _document(slips: Sequence[tuple[Person, str]], now: datetime) -> bytes:
    try:
        return pdf.render(page(slips, now), stylesheet())
    except pdf.RenderError as error:
        log.exception("slips_not_printed", people=len(slips))
        text = _("登录条没有印成，原有的登录码没有改动。请稍后重试；仍不行时，请系统管理员检查打印环境。")
        raise Problem(503, "printing", text) from error


def page(slips: Sequence[tuple[Person, str]], now: datetime) -> str:
    """The sheets as HTML for the printer."""
    address = current_app.config["PUBLIC_URL"]
    return render_template(
        "people/slips.html",
        sheets=[slips[first : first + PER_PAGE] for first in range(0, len(slips), PER_PAGE)],
        school=school().name,
        until=now + codes.LIFETIME,
        address=address.split("://", 1)[1],
        # One picture shared by every slip: a drawing in each would cost a second a sheet.
        qr=b64encode(qr.drawing(address).encode()).decode(),
        printable=_printable,
    )


def _printable(text: str) -> str:
    for char in missing_glyphs(text, fonts.coverage(fonts.printing())):
        text = text.replace(char, MISSING)
    return text


def stylesheet() -> str:
    return current_app.jinja_env.get_template("people/slips.css").render()
