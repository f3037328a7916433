"""What is kept about a person, as people say it, and the columns that hold it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.domain import identity
from app.people.models import Person
from app.people.names import readings
from app.web import sealing

ID_NUMBER, PHONE = "id number", "phone"  # purposes of sealing


@dataclass(frozen=True)
class PersonFacts:
    """`username` in lower case, `staff_no` in capitals; `id_number` and `phone` checked by `domain.identity`.

    An empty string or None: not known. Sex and birthday follow from the identity number where there is one.
    """

    name: str
    username: str
    unit_id: int
    post: str = ""
    rank: str = ""
    political: str = ""
    joined_on: date | None = None
    sex: str = ""
    id_number: str = ""
    phone: str = ""
    staff_no: str = ""
    active: bool = True


def columns(facts: PersonFacts, now: datetime) -> dict[str, Any]:
    """The columns of `Person` that the facts decide."""
    pinyin, initials = readings(facts.name)
    known = identity.identity(facts.id_number, now.date()) if facts.id_number else None
    return {
        "name": facts.name, "username": facts.username, "unit_id": facts.unit_id, "post": facts.post,
        "rank": facts.rank, "political": facts.political, "joined_on": facts.joined_on,
        "active": facts.active, "staff_no": facts.staff_no or None, "pinyin": pinyin, "initials": initials,
        "sex": known.sex if known else facts.sex, "born_on": known.born_on if known else None,
        "id_number_sealed": sealing.seal(ID_NUMBER, facts.id_number) if facts.id_number else None,
        "id_number_digest": digest(ID_NUMBER, facts.id_number),
        "phone_sealed": sealing.seal(PHONE, facts.phone) if facts.phone else None,
        "phone_digest": digest(PHONE, facts.phone),
    }  # fmt: skip


def digest(purpose: str, text: str) -> str | None:
    """What a number is found by; None: there is no number."""
    return sealing.digest(purpose, text) if text else None


def of(person: Person) -> PersonFacts:
    """The facts as they are stored."""
    return PersonFacts(
        name=person.name, username=person.username, unit_id=person.unit_id, post=person.post,
        rank=person.rank, political=person.political, joined_on=person.joined_on,
        sex=person.sex, id_number=id_number(person), phone=phone(person), staff_no=person.staff_no or "",
        active=person.active,
    )  # fmt: skip


def id_number(person: Person) -> str:
    return sealing.unseal(ID_NUMBER, person.id_number_sealed) if person.id_number_sealed else ""


def phone(person: Person) -> str:
    return sealing.unseal(PHONE, person.phone_sealed) if person.phone_sealed else ""


NUMBERS = {"id_number": id_number, "phone": phone}
_MASKS = {"id_number": identity.masked_number, "phone": identity.masked_phone}


def masked(person: Person, field: str) -> str:
    """`id_number` or `phone` as it may be shown; empty: there is none."""
    number = NUMBERS[field](person)
    return _MASKS[field](number) if number else ""


def for_the_record(facts: PersonFacts, before: PersonFacts | None = None) -> Mapping[str, Any]:
    """The facts as the audit log may show them: numbers masked, a change said where the mask hides it."""
    shown = dict(vars(facts))
    for field, mask in _MASKS.items():
        number, old = getattr(facts, field), getattr(before, field) if before else ""
        shown[field] = mask(number) if number else ""
        if number and old and number != old and mask(number) == mask(old):
            shown[field] += "（已更改）"
    return shown
