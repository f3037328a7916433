"""Choosing one open unit of many: all of them where they are few, else by name, short name or code."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from app.people.models import Unit
from app.people.names import tidy, tidy_username
from app.people.queries import tree_order, within
from app.web.db import db

FEW = 50  # what a select still shows well
SUGGESTED = 20
_NAMED = 3  # how many an error names
_LABEL = re.compile(r"\(([^()]+)\)$")


class Unclear(Exception):
    """The text names no unit, or more than one; the message says what to write instead."""


def label(unit: Unit) -> str:
    """Name and code, as the text field shows a unit and reads it back."""
    return f"{unit.name}（{unit.code}）"


def _choosable(paths: Iterable[str]) -> sa.ColumnElement[bool]:
    return sa.and_(within(paths), Unit.closed_at.is_(None))


def few(paths: Iterable[str]) -> list[Unit] | None:
    """The open units of the subtrees in the order of the tree; None: too many for a select."""
    found = db.session.scalars(sa.select(Unit).where(_choosable(paths)).limit(FEW + 1)).all()
    return None if len(found) > FEW else tree_order(found)


def by_id(unit_id: int, paths: Iterable[str]) -> Unit | None:
    return db.session.scalar(sa.select(Unit).where(Unit.id == unit_id, _choosable(paths)))


def named(text: str, paths: Iterable[str]) -> Unit:
    """The unit with this label, code, name or short name, in this order. Raises Unclear."""
    paths, plain = tuple(paths), unicodedata.normalize("NFKC", tidy(text)).lower()
    in_label = _LABEL.search(plain)
    wanted = {tidy_username(text), in_label[1] if in_label else ""}
    coded, said = Unit.code.in_(wanted), tidy(text)
    found = db.session.scalars(
        sa.select(Unit)
        .options(joinedload(Unit.parent))
        .where(_choosable(paths), sa.or_(coded, Unit.name == said, Unit.short_name == said))
        .order_by(sa.case((coded, 0), else_=1), Unit.code)
        .limit(_NAMED + 1)
    ).all()
    if found and (len(found) == 1 or found[0].code in wanted):
        return found[0]
    if found:
        raise Unclear(_("不止一个单位叫“%(text)s”：%(list)s。请改填编码。", text=said, list=_listed(found)))
    near = suggest(said, paths, _NAMED + 1)
    if near:
        raise Unclear(
            _("没有叫“%(text)s”的单位，相近的有：%(list)s。请填写全称或编码。", text=said, list=_listed(near))
        )
    raise Unclear(_("您的管理范围内没有叫“%(text)s”的单位，请核对。", text=said))


def _listed(units: Sequence[Unit]) -> str:
    """Code, name and where it stands; only the first few."""
    shown = "、".join(f"{unit.code} {unit.name}{_place(unit)}" for unit in units[:_NAMED])
    return shown + ("……" if len(units) > _NAMED else "")


def _place(unit: Unit) -> str:
    return f"（{unit.parent.name}）" if unit.parent else ""


def mentions(text: str) -> sa.ColumnElement[bool]:
    """The name, the short name or the code holds the text."""
    return sa.or_(
        *(part.icontains(text, autoescape=True) for part in (Unit.name, Unit.short_name, Unit.code))
    )


def suggest(text: str, paths: Iterable[str], limit: int = SUGGESTED, *, but: int = 0) -> Sequence[Unit]:
    """Units that the text may mean, the likeliest first, parents loaded; without `but` and those below it."""
    text = tidy(text)
    if not text:
        return []
    said = sa.or_(Unit.name == text, Unit.short_name == text, Unit.code == text.lower())
    begins = sa.or_(*(p.istartswith(text, autoescape=True) for p in (Unit.name, Unit.short_name, Unit.code)))
    return db.session.scalars(
        sa.select(Unit)
        .options(joinedload(Unit.parent))
        .where(_choosable(paths), mentions(text), ~Unit.path.contains(f"/{but}/"))
        .order_by(sa.case((said, 0), (begins, 1), else_=2), sa.func.length(Unit.name), Unit.code)
        .limit(limit)
    ).all()
