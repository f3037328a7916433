"""Verbs on persons. Each records itself in the audit log of its transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from app.audit.service import record
from app.people import codes, corrections, limits, passwords
from app.people.corrections import Dates
from app.people.facts import PersonFacts, columns, for_the_record
from app.people.facts import of as stored
from app.people.history import hold_open
from app.people.models import Person
from app.people.sign_in import revoke_sessions
from app.people.unique import Taken as Taken
from app.people.unique import unique
from app.web.db import db, hold


def create_person(facts: PersonFacts, now: datetime, dates: Dates | None = None) -> tuple[Person, str]:
    """The new account and its first-access code. Raises Taken, Refused."""
    hold_open(facts.unit_id)
    with unique():
        [person] = _add_people([facts], now)
        corrections.begin(person, dates or Dates(), now)
    record("person.create", f"person:{person.id}", f"新建人员 {person.name}", after=for_the_record(facts))
    return person, codes.issue([person.id], now)[person.id]


def _add_people(rows: Sequence[PersonFacts], now: datetime) -> list[Person]:
    people = [Person(**columns(facts, now), created_at=now) for facts in rows]
    with unique():
        db.session.add_all(people)
        db.session.flush()
    return people


def update_person(person: Person, facts: PersonFacts, now: datetime, dates: Dates | None = None) -> None:
    """Put right what is kept; unit, post and rank in the history, too. A transfer is `history.transfer`.

    `dates` None: they stay; the day of the home posting can be corrected, not forgotten. A deactivated
    person is signed out everywhere. Raises Taken, Refused.
    """
    hold_open(facts.unit_id)
    hold(person)
    before, known = stored(person), corrections.dates(person)
    said = replace(dates, home=dates.home or known.home) if dates else known
    if (before, known) == (facts, said):
        return
    with unique():
        for name, value in columns(facts, now).items():
            setattr(person, name, value)
        corrections.correct(person, said, now)
        db.session.flush()
    if not facts.active:
        revoke_sessions([person.id], now)
    shown = {**for_the_record(before), "since": known.home, "rank_since": known.rank}
    after = {**for_the_record(facts, before), "since": said.home, "rank_since": said.rank}
    record("person.update", f"person:{person.id}", f"修改人员 {facts.name}", before=shown, after=after)


def set_password(person: Person, password: str, now: datetime) -> None:
    """The person's own choice; the code that let them in is spent, and no failure counts any more."""
    person.password_hash, person.password_set_at = passwords.hash_password(password), now
    codes.spend(person.id)
    record("password.change", f"person:{person.id}", f"{person.name}（{person.username}）设置了密码")


def reset_password(person: Person, now: datetime) -> str:
    """A first-access code instead of the password; every session that the person has ends."""
    person.password_hash = person.password_set_at = None
    revoke_sessions([person.id], now)
    limits.forget(person.username)
    record("person.reset", f"person:{person.id}", f"重置 {person.name}（{person.username}）的密码")
    return codes.issue([person.id], now)[person.id]
