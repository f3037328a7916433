"""Finding people: by name, its reading, and by what the list narrows; by a number, which no address holds."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy.orm import contains_eager

from app.audit.asking import FINDERS
from app.domain import identity
from app.domain.ranks import PARTY
from app.people import facts
from app.people.models import Person, Unit
from app.people.names import tidy_name
from app.people.queries import within
from app.web.db import db
from app.web.paging import paginate

PARTY_MEMBERS = "party"  # members and probationary members together
NAMESAKES = 50  # of whom the audit log is asked at once
_BETWEEN_SYLLABLES = re.compile(r"[\s'’·-]")


@dataclass(frozen=True)
class PeopleFilter:
    """What the list of people is narrowed to; empty fields narrow nothing.

    `political` is a code or PARTY_MEMBERS. `state` is active | inactive | left | all; without one the
    list shows those who belong here, whether or not their account is in use.
    """

    text: str = ""
    rank: str = ""
    political: str = ""
    state: str = ""

    def said(self) -> dict[str, str]:
        """What narrows, without what does not, as the audit log may keep it."""
        return {name: identity.without_numbers(value) for name, value in vars(self).items() if value}


def targets_named(text: str) -> list[str]:
    """For the audit log: the people and units, closed and erased ones too, of exactly this name."""
    people = sa.select(Person.id).where(sa.or_(Person.name == text, Person.username == text.lower()))
    units = sa.select(Unit.id).where(sa.or_(Unit.name == text, Unit.short_name == text, Unit.code == text))
    found = (("person", people.order_by(Person.id)), ("unit", units.order_by(Unit.id)))
    return [f"{noun}:{id}" for noun, rows in found for id in db.session.scalars(rows.limit(NAMESAKES))]


FINDERS.append(targets_named)


def masked(number: str) -> str:
    """As the audit log may keep it."""
    phone = identity.phone(number)
    return identity.masked_phone(phone) if phone else identity.masked_number(identity.tidy_number(number))


def people_with_number(number: str, text: str, paths: Iterable[str]) -> Sequence[Person]:
    """Whose identity or phone number it is, wherever in the subtrees; units loaded.

    Or whose staff number or username is the whole `text` in which it was found.
    """
    is_it = [
        Person.id_number_digest == facts.digest(facts.ID_NUMBER, identity.tidy_number(number)),
        Person.username == text.lower(),
        Person.staff_no == text.upper(),
    ]
    if phone := identity.phone(number):
        is_it.append(Person.phone_digest == facts.digest(facts.PHONE, phone))
    rows = sa.select(Person).join(Person.unit).options(contains_eager(Person.unit))
    return db.session.scalars(rows.where(within(paths), sa.or_(*is_it)).order_by(Unit.path, Person.id)).all()


def _states() -> dict[str, sa.ColumnElement[bool]]:
    here = Person.left_on.is_(None)
    return {
        "": here,
        "active": Person.active.is_(True),
        "inactive": sa.and_(here, Person.active.is_(False)),
        "left": Person.left_on.is_not(None),
    }


def _letters(text: str) -> str:
    """Pinyin or initials as they are stored; empty: it is something else."""
    letters = _BETWEEN_SYLLABLES.sub("", text).lower()
    return letters if letters.isascii() and letters.isalnum() else ""


def _holds(text: str) -> sa.ColumnElement[bool]:
    """Names, readings, usernames and staff numbers that hold the text."""
    found = [Person.name.icontains(text, autoescape=True)]
    found.append(Person.username.contains(text.lower(), autoescape=True))
    found.append(Person.staff_no.contains(text.upper(), autoescape=True))
    if letters := _letters(text):
        found += [Person.pinyin.contains(letters), Person.initials.contains(letters)]
    return sa.or_(*found)


def _said_exactly(text: str) -> sa.ColumnElement[int]:
    """0 for a name, a reading or a username that is the text and no more, else 1."""
    letters = _letters(text) or "-"
    whole = [Person.name == text, Person.username == text.lower(), Person.staff_no == text.upper()]
    return sa.case((sa.or_(*whole, Person.pinyin == letters, Person.initials == letters), 0), else_=1)


def _found(wanted: PeopleFilter, paths: Iterable[str]) -> sa.Select[Person]:
    rows = sa.select(Person).join(Person.unit).options(contains_eager(Person.unit)).where(within(paths))
    text = tidy_name(unicodedata.normalize("NFKC", wanted.text))
    if text:
        rows = rows.where(_holds(text)).order_by(_said_exactly(text))
    if wanted.rank:
        rows = rows.where(Person.rank == wanted.rank)
    if wanted.political:
        codes = PARTY if wanted.political == PARTY_MEMBERS else {wanted.political}
        rows = rows.where(Person.political.in_(codes))
    if wanted.state in (states := _states()):
        rows = rows.where(states[wanted.state])
    return rows.order_by(Unit.path, Person.name, Person.id)


def people_page(wanted: PeopleFilter, paths: Iterable[str], page: int) -> Pagination:
    """A page of the people in the subtrees, units loaded."""
    return paginate(_found(wanted, paths), page)


def people_found(wanted: PeopleFilter, paths: Iterable[str]) -> Sequence[Person]:
    """All of them, in the order of the list, units loaded."""
    return db.session.scalars(_found(wanted, paths)).all()
