"""Finding people: by name, its reading, a number, and by what the list narrows."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy.orm import contains_eager

from app.domain import identity
from app.domain.ranks import PARTY
from app.people import facts
from app.people.models import Person, Unit
from app.people.names import tidy_name
from app.people.queries import within
from app.web.db import db
from app.web.paging import paginate

PARTY_MEMBERS = "party"  # members and probationary members together
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

    def for_the_record(self) -> dict[str, str]:
        """As the audit log may keep it: numbers masked."""
        said = {name: value for name, value in vars(self).items() if value}
        if number := _id_number(self.text):
            said["text"] = identity.masked_number(number)
        elif number := identity.phone(self.text):
            said["text"] = identity.masked_phone(number)
        return said


def _id_number(text: str) -> str | None:
    number = identity.tidy_number(text)
    return number if re.fullmatch(r"[0-9]{17}[0-9X]", number) else None


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
    """Names, readings, usernames and staff numbers that hold the text; other numbers that are it."""
    found = [Person.name.icontains(text, autoescape=True)]
    columns = [Person.username, Person.staff_no]
    found += [column.contains(text.lower(), autoescape=True) for column in columns]
    if letters := _letters(text):
        found += [Person.pinyin.contains(letters), Person.initials.contains(letters)]
    if number := _id_number(text):
        found.append(Person.id_number_digest == facts.digest(facts.ID_NUMBER, number))
    if number := identity.phone(text):
        found.append(Person.phone_digest == facts.digest(facts.PHONE, number))
    return sa.or_(*found)


def _said_exactly(text: str) -> sa.ColumnElement[int]:
    """0 for a name, a reading or a username that is the text and no more, else 1."""
    letters = _letters(text) or "-"
    whole = [Person.name == text, Person.username == text.lower(), Person.staff_no == text.lower()]
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
