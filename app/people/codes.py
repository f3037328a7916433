"""首次登录码: eight characters on a slip of paper that let a person in once, to choose a password.

A code has 40 random bits, so an HMAC keeps it as safe as argon2 would, at a thousandth of the time: a
county's codes are made while its slips are printed.
"""

import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.people.models import AccessCode, Person
from app.web import sealing
from app.web.db import db

LIFETIME = timedelta(days=30)
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base32: no I, L, O, U
_MISREAD = str.maketrans("ILO", "110")
_NONE = "0" * 64


def issue(person_ids: Sequence[int], now: datetime) -> dict[int, str]:
    """A new code for each, shown here and never again; the ones before are void."""
    made = make(person_ids)
    keep(made, now)
    return made


def make(person_ids: Sequence[int]) -> dict[int, str]:
    """Codes that are good once they are kept."""
    return {person: "".join(secrets.choice(_ALPHABET) for _ in range(8)) for person in person_ids}


def keep(codes: Mapping[int, str], now: datetime, before: datetime | None = None) -> None:
    """Store the codes' digests; whose password was set meanwhile needs none and gets none.

    With `before`, only codes issued before that moment are replaced; raises IntegrityError at a later one.
    """
    waiting = db.session.scalars(
        sa.select(Person.id)
        .where(Person.id.in_(codes), Person.password_hash.is_(None))
        .order_by(Person.id)
        .with_for_update()  # keeps two printers of the same slips apart
    ).all()
    older = sa.true() if before is None else AccessCode.issued_at < before
    db.session.execute(sa.delete(AccessCode).where(AccessCode.person_id.in_(waiting), older))
    if not waiting:
        return
    db.session.execute(
        sa.insert(AccessCode),
        [
            {
                "person_id": person,
                "digest": _digest(person, codes[person]),
                "issued_at": now,
                "expires_at": now + LIFETIME,
            }
            for person in waiting
        ],
    )


def opens(person_id: int, given: str, now: datetime) -> bool:
    """Is it the person's code, and still good? Hyphens, spaces and small letters do not matter.

    The same work whether there is such a person, a code or none.
    """
    row = of(person_id)
    right = hmac.compare_digest(row.digest if row else _NONE, _digest(person_id, given))
    return row is not None and right and now < row.expires_at


def of(person_id: int) -> AccessCode | None:
    """What is known of the person's code; it may have expired."""
    return db.session.get(AccessCode, person_id)


def spend(*person_ids: int) -> None:
    """The persons have chosen a password, or whoever issued the code should not let them in any more."""
    db.session.execute(sa.delete(AccessCode).where(AccessCode.person_id.in_(person_ids)))


def shown(code: str) -> str:
    """As printed: ABCD-EFGH."""
    return f"{code[:4]}-{code[4:]}"


def _digest(person_id: int, code: str) -> str:
    plain = re.sub(r"[\s-]", "", code.upper()).translate(_MISREAD)
    return sealing.digest("access code", f"{person_id}:{plain}")
