"""Usernames for new people: 工号, else the name in letters and a number.

Never a phone number: usernames stand unmasked in lists, addresses and the audit.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from app.domain import identity
from app.people.models import Person
from app.people.names import USERNAME, readings
from app.people.roster.matching import Keys, batches
from app.web.db import db

Newcomer = tuple[Keys, dict[str, Any]]  # what the row may be known by; its values, to which a username comes


class Usernames:
    """`taken`: those that the known people have."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def give(self, newcomers: Sequence[Newcomer]) -> None:
        """Each gets one that nobody else has, here or in the database."""
        left: list[Newcomer] = []
        self.taken |= {keys.username for keys, _values in newcomers}
        for keys, values in newcomers:
            wish = keys.staff_no.lower()
            chosen = keys.username or (wish if self._free(wish) else "")
            if chosen:
                self._take(values, chosen)
            else:
                left.append((keys, values))
        self._in_letters(left)

    def _free(self, wish: str) -> bool:
        usable = re.match(USERNAME, wish) is not None and not identity.is_personal(wish)
        return usable and wish not in self.taken

    def _take(self, values: dict[str, Any], chosen: str) -> None:
        self.taken.add(chosen)
        values["username"] = chosen

    def _in_letters(self, newcomers: Sequence[Newcomer]) -> None:
        """Numbers count on from the people of the same letters; what is taken is passed over."""
        left = [(_letters(keys.name), values) for keys, values in newcomers]
        last = _counts({base for base, _values in left})
        while left:
            proposed: dict[str, tuple[str, dict[str, Any]]] = {}
            for base, values in left:
                last[base] += 1
                while (username := f"{base}{last[base]}") in self.taken or username in proposed:
                    last[base] += 1
                proposed[username] = (base, values)
            known = _known(proposed)
            self.taken |= known
            for username in proposed.keys() - known:
                self._take(proposed[username][1], username)
            left = [proposed[username] for username in proposed if username in known]


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", readings(name)[0])[:40] or "user"


def _counts(bases: Iterable[str]) -> Counter[str]:
    """How many people of the same letters there are."""
    counted: Counter[str] = Counter()
    for batch in batches(sorted(bases)):
        rows = sa.select(Person.pinyin, sa.func.count()).where(Person.pinyin.in_(batch))
        counted.update({row[0]: row[1] for row in db.session.execute(rows.group_by(Person.pinyin))})
    return counted


def _known(usernames: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for batch in batches(sorted(usernames)):
        found |= set(db.session.scalars(sa.select(Person.username).where(Person.username.in_(batch))))
    return found
